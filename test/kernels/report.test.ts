import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kernelNamed, kernels, liveTests, root } from './kernels.ts'
import { countsOf, type Ended, leftOut, ranNowhere, tableOf, testsOf } from './report.ts'

const file = 'packages/rule/test/rule.live.test.ts'
const ended = (name: string, status: string, missing?: string): Ended => ({ name, file, status, missing })

/** A report as vitest writes it. */
function written(...files: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'netsnap-report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const report = join(folder, 'report.json')
  writeFileSync(report, JSON.stringify({ testResults: files }))
  return report
}

describe('a report of vitest’s', () => {
  test('its tests have names that do not depend on where the repository is', () => {
    const report = written({
      name: join(root, file),
      status: 'passed',
      message: '',
      assertionResults: [
        { ancestorTitles: ['', 'rules'], title: 'a', status: 'passed', meta: {} },
        { ancestorTitles: ['', 'rules'], title: 'b', status: 'skipped', meta: { missing: 'needs vrf: no' } },
      ],
    })
    expect(testsOf(report)).toEqual([
      { name: `${file} > rules > a`, file, status: 'passed' },
      { name: `${file} > rules > b`, file, status: 'skipped', missing: 'needs vrf: no' },
    ])
  })

  test('a file that broke down before its tests is a failure', () => {
    const broken = { name: join(root, file), status: 'failed', message: 'no such module\nat ...', assertionResults: [] }
    expect(testsOf(written(broken))).toEqual([{ name: `${file}: no such module`, file, status: 'failed' }])
  })
})

const host = [ended('a', 'passed'), ended('b', 'skipped', 'needs vrf: no'), ended('c', 'skipped', 'needs mpls: no')]
const guest = [
  ended('a', 'failed'),
  ended('b', 'passed'),
  ended('c', 'skipped', 'needs mpls: none'),
  ended('d', 'todo'),
]

test('the counts of a kernel', () => {
  expect(countsOf(host)).toEqual({ ran: 1, passed: 1, failed: 0, impossible: 2, skipped: 0 })
  expect(countsOf(guest)).toEqual({ ran: 2, passed: 1, failed: 1, impossible: 1, skipped: 1 })
})

describe('what ran nowhere', () => {
  test('has the reason of each kernel', () => {
    const nowhere = ranNowhere([
      { kernel: 'host', tests: host },
      { kernel: 'guest', tests: guest },
    ])
    expect(nowhere.map(({ name, reasons }) => [name, [...reasons]])).toEqual([
      [
        'c',
        [
          ['host', 'needs mpls: no'],
          ['guest', 'needs mpls: none'],
        ],
      ],
      ['d', [['guest', 'todo']]],
    ])
  })

  test('a test that is not the kernel’s to run is none of them', () => {
    const tests = [{ name: 'x', file: 'test/install/install.test.ts', status: 'skipped' }]
    expect(ranNowhere([{ kernel: 'host', tests }])).toEqual([])
  })
})

test('what npm test leaves out is counted by its reasons', () => {
  expect(leftOut([])).toEqual([])
  expect(leftOut(['needs vrf: no', 'needs mpls: no', 'needs vrf: no'])).toEqual([
    '3 live tests were left out, for what this kernel lacks:',
    '     2  needs vrf: no',
    '     1  needs mpls: no',
    'To run them in other kernels: pnpm test:kernels',
  ])
})

test('a table', () => {
  expect(
    tableOf([
      ['kernel', 'ran'],
      ['host', 5],
      ['UML 6.12', 1234],
    ]),
  ).toEqual(['kernel     ran', 'host         5', 'UML 6.12  1234'])
})

describe('which tests run where', () => {
  test('all live tests in user-mode Linux, and those that are chosen in QEMU', () => {
    const all = liveTests(kernelNamed('uml'))
    expect(all).toEqual(liveTests(kernelNamed('host')))
    expect(all).toContain(file)
    expect(all).toContain('packages/core-native/test/constants.btf.live.test.ts')
    const chosen = liveTests(kernelNamed('qemu-6.12'))
    expect(chosen).toContain(file)
    expect(chosen.length).toBeLessThan(all.length)
    expect(all).toEqual(expect.arrayContaining(chosen))
  })

  test('parts of paths choose', () => {
    expect(liveTests(kernelNamed('uml'), ['packages/rule/test/rule.live'])).toEqual([file])
    expect(liveTests(kernelNamed('uml'), ['no such'])).toEqual([])
  })

  test('a kernel that is not there', () => {
    expect(() => kernelNamed('bsd')).toThrow(`--kernel: bsd is none of ${kernels.map(({ name }) => name).join(', ')}`)
  })
})
