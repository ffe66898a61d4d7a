import type { Reporter, TestModule } from 'vitest/node'
import { leftOut } from './report.ts'

/** Says at the end of `npm test` which live tests this kernel could not run, and how they are. */
export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const missing = tests.flatMap((test) => (test.result().state === 'skipped' ? (test.meta().missing ?? []) : []))
    for (const line of leftOut(missing)) console.log(line)
  }
}
