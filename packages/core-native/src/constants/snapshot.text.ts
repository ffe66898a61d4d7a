/** The bundled snapshot as texts. Here they are made of its objects; in what is built they stand as they are. */
import { textOf } from './searchable.ts'
import * as snapshot from './snapshot.gen.ts'

export const release: string = snapshot.release
export const newerRelease: string = snapshot.newer.release
export const newer = textOf(snapshot.newer)
export const bundled = textOf(snapshot)
