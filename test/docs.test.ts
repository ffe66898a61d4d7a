import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as language from '@netsnap/core-native/schema'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const below = (folder: string) => readdirSync(join(root, folder)).map((name) => join(folder, name))
const documents = [
  ...below('.').filter((file) => file.endsWith('.md')),
  ...below('docs').filter((file) => file.endsWith('.md')),
  ...below('packages')
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => join(folder, 'README.md')),
]
const textOf = (document: string) => readFileSync(join(root, document), 'utf8')

/** The examples of a document that stand alone; a fragment says that it does not. */
const examplesIn = (document: string) =>
  [...textOf(document).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], index) => ({ index: index + 1, code: code! }))

const withExamples = documents.filter((document) => examplesIn(document).length > 0)

describeLive('the examples in the documents run', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netsnap-docs-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  describe.each(withExamples)('%s', (document) => {
    test.each(examplesIn(document))('$index', ({ index, code }) => {
      const file = join(folder, `${document.replaceAll(/\W/g, '-')}-${index}.ts`)
      writeFileSync(file, code)
      const options = ['--conditions=@netsnap/source', '--import', import.meta.resolve('tsx'), file]
      const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).not.toBe('')
    })
  })

  test('and fit the types', () => {
    const types = {
      extends: join(root, 'tsconfig.tests.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules/@types')], noUnusedLocals: false, rootDir: '/' },
      include: [join(folder, '*.ts')],
      exclude: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(types))
    const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
    // Errors in our sources are for other tests to find.
    expect(tsc.stdout.split('\n').filter((line) => line.includes(basename(folder)))).toEqual([])
  })
})

test('the description of the table language names every part of it', () => {
  const text = textOf('docs/writing-a-table.md')
  const named = Object.keys(language).filter((name) => !['Frame', 'encodeText'].includes(name))
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([])
})

test.each(documents)('the links in %s lead somewhere', (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
  for (const link of links.filter((link) => !/^(https?:|#)/.test(link))) {
    const file = normalize(join(dirname(document), link.replace(/#.*$/, '')))
    expect(() => readFileSync(join(root, file)), `${document}: ${link}`).not.toThrow()
  }
})
