import type { Layer } from './searchable.ts'
import * as snapshot from './snapshot.gen.ts'

/** The bundled snapshot as objects, for what looks at all of it. */
export const bundledLayers: readonly Layer[] = [snapshot.newer, snapshot]
