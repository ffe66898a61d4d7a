import { defineConfig } from 'vitest/config'

const conditions = ['@netsnap/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@netsnap/source', 'node'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['packages/*/test/**/*.test-d.ts'], tsconfig: './tsconfig.tests.json' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
