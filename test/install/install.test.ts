// What is published, installed by npm and pnpm into projects of its own. Alone: npm test -- test/install
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Release, release } from './packages.ts'
import { type Registry, serveRegistry } from './registry.ts'
import { impossible, inNamespace, must, pathWithoutCompiler, type RunOptions, root, run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'netsnap-install-'))
const reason = await impossible()
const required = process.env.NETSNAP_REQUIRE_LIVE === '1'
if (reason !== undefined) console.warn(`install tests: skipped: ${reason}`)

let made: Release
let registries: { readonly [kind in keyof Release]: Registry }
let noCompiler: string

beforeAll(async () => {
  if (reason !== undefined) return
  made = await release(folder)
  registries = { prebuilt: await serveRegistry(made.prebuilt), bare: await serveRegistry(made.bare) }
  noCompiler = pathWithoutCompiler(join(folder, 'bin'))
}, 120_000)

afterAll(async () => {
  for (const registry of Object.values(registries ?? {})) await registry[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const readRules = `
  import('@netsnap/rule').then(async ({ getRules }) => {
    const rules = await getRules({ family: 'ipv4' })
    console.log(JSON.stringify(rules.map(({ priority }) => priority)))
  }).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`

interface ConsumerOptions {
  readonly kind?: keyof Release
  readonly client?: 'npm' | 'pnpm'
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A fresh project that has installed the packages. */
class Consumer {
  readonly directory = mkdtempSync(join(folder, 'consumer-'))
  // Nothing is taken from other consumers but what comes from the outside.
  readonly #env: Readonly<Record<string, string>> = { PATH: noCompiler, XDG_CACHE_HOME: join(this.directory, 'cache') }

  static async create({ kind = 'prebuilt', client = 'npm', flags = [], env = {} }: ConsumerOptions): Promise<Consumer> {
    const consumer = new Consumer()
    writeFileSync(join(consumer.directory, 'package.json'), '{ "private": true, "type": "module" }')
    const store = client === 'npm' ? ['--cache', join(folder, 'npm')] : ['--store-dir', join(folder, `pnpm-${kind}`)]
    const packages = made[kind].map(({ manifest }) => manifest.name)
    const scope = `--@netsnap:registry=${registries[kind].url}`
    const verb = client === 'npm' ? 'install' : 'add'
    await must(client, [verb, ...packages, scope, ...store, ...flags], consumer.with(env))
    return consumer
  }

  with(env: Readonly<Record<string, string>> = {}): RunOptions {
    return { cwd: this.directory, env: { ...this.#env, ...env } }
  }

  /** The priorities of the rules of a new namespace, by `ip` and by us. */
  async read(env?: Readonly<Record<string, string>>): Promise<{ readonly ours: unknown; readonly theirs: number[] }> {
    const { seen, stdout, stderr } = await inNamespace([process.execPath, '-e', readRules], this.with(env))
    expect(stderr).toBe('')
    const theirs = (JSON.parse(seen) as { priority: number }[]).map(({ priority }) => priority)
    return { ours: JSON.parse(stdout), theirs }
  }

  async expectRules(env?: Readonly<Record<string, string>>): Promise<void> {
    const { ours, theirs } = await this.read(env)
    expect(theirs).toEqual([0, 77, 32766, 32767])
    expect(ours).toEqual(theirs)
  }

  get readAtInstall(): boolean {
    return existsSync(join(this.directory, 'node_modules/@netsnap/core-native/constants.host.json'))
  }
}

test.runIf(reason !== undefined)('install tests can run', ({ skip }) => {
  if (required) throw new Error(`NETSNAP_REQUIRE_LIVE=1, but ${reason}`)
  skip(`cannot run: ${reason}`)
})

describe.runIf(reason === undefined)('without a compiler, with a prebuilt addon', () => {
  test.each([
    ['npm', [], true],
    ['npm', ['--ignore-scripts'], false],
    ['pnpm', [], false],
    ['pnpm', ['--allow-build=@netsnap/core-native'], true],
    ['pnpm', ['--ignore-scripts'], false],
  ] as const)('%s %j: the install script ran: %j', async (client, flags, ran) => {
    const consumer = await Consumer.create({ client, flags })
    expect(consumer.readAtInstall).toBe(ran)
    await consumer.expectRules()
  })

  test('there is no compiler', () => {
    expect(readdirSync(noCompiler)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/g\+\+|gcc|make|python/)]),
    )
  })

  test('kernel headers are not needed, at install or later', async () => {
    const consumer = await Consumer.create({ env: { NETSNAP_HEADERS: '/nonexistent', NETSNAP_BTF: 'none' } })
    expect(consumer.readAtInstall).toBe(false)
    await consumer.expectRules()
  })

  test.each(['npm', 'pnpm'] as const)('the commands work with %s', async (client) => {
    const consumer = await Consumer.create({ client })
    const start = client === 'npm' ? ['npx', '--no-install'] : ['pnpm', 'exec']
    for (const command of [['netsnap', 'rule'], ['netsnap-rule']]) {
      const { status, stdout, seen } = await inNamespace([...start, ...command, '--ipv4'], consumer.with())
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toHaveLength((JSON.parse(seen) as unknown[]).length)
    }
  })
})

describe.runIf(reason === undefined)('without a compiler and without a prebuilt addon', () => {
  test.each(['npm', 'pnpm'] as const)(
    '%s installs, and the first call says what to do, which helps',
    async (client) => {
      const consumer = await Consumer.create({ kind: 'bare', client })
      const imported = await run(process.execPath, ['-e', "import('@netsnap/rule')"], consumer.with())
      expect(imported).toMatchObject({ status: 0, stderr: '' })
      const { ours } = await consumer.read()
      expect(ours).toMatchObject({ code: 'ADDON_MISSING' })
      const [, script = ''] =
        /g\+\+ make python3\) and run: node (\S+build-native\.mjs)/.exec(String((ours as Error).message)) ?? []
      expect(await run(process.execPath, [script], consumer.with())).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('apt-get install g++ make python3'),
      })
      const { PATH = '' } = process.env
      expect(await run(process.execPath, [script], consumer.with({ PATH }))).toMatchObject({ status: 0 })
      await consumer.expectRules()
    },
  )
})

describe.runIf(reason === undefined)('types', () => {
  const source = `
    import { getRules, type Rule, RoutingRuleQuery } from '@netsnap/rule'
    const rules: Rule[] = await getRules({ family: 'ipv6' })
    const priority: number | undefined = rules[0]?.priority
    // @ts-expect-error: no rule has this field
    export const nothing = [priority, rules[0]?.nothing, new RoutingRuleQuery().open()]`

  test.each([
    ['npm', 'nodenext', 'nodenext'],
    ['npm', 'esnext', 'bundler'],
    ['pnpm', 'nodenext', 'nodenext'],
  ] as const)('resolve with %s, module %s, moduleResolution %s', async (client, module, moduleResolution) => {
    const { directory } = await Consumer.create({ client })
    mkdirSync(join(directory, 'src'))
    // A project for Node has Node's types.
    mkdirSync(join(directory, 'node_modules/@types'), { recursive: true })
    symlinkSync(join(root, 'node_modules/@types/node'), join(directory, 'node_modules/@types/node'))
    writeFileSync(join(directory, 'src/main.ts'), source)
    const options = { module, moduleResolution, target: 'es2022', lib: ['es2023', 'esnext.disposable'], strict: true }
    const compilerOptions = { ...options, noEmit: true, types: ['node'] }
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
    await must(join(root, 'node_modules/.bin/tsc'), ['-p', directory])
  })
})
