/** What only a process needs that reads the sources itself. Loaded when no file has the answer yet, since reading takes long. */
export { generate } from './generate.ts'
export { report } from './report.ts'
export { writeCacheFile, writeHostFile } from './write-host-file.ts'
