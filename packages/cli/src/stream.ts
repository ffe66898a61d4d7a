import type { StreamEnd } from '@netsnap/core-native'
import { print } from './output.ts'
import { RESTARTS } from './whole.ts'

type JsonStream = AsyncGenerator<Uint8Array, StreamEnd, void>

/** What is kept back while a dump may still turn out to be interrupted. */
const HELD_BYTES = 8 * 1024 * 1024 // not a kernel number: memory against consistency, a choice

/**
 * The pieces of a stream. What is not long is kept back until its end, and read again where the kernel says that it
 * changed meanwhile, as the library's whole dumps are; what is long goes out as it comes, in bounded memory. A piece is
 * overwritten once the next one is asked for, so that what is kept is a copy.
 */
async function* consistent(open: () => JsonStream): JsonStream {
  for (let restarts = 0; ; restarts++) {
    const held: Uint8Array[] = []
    let length = 0
    const stream = open()
    try {
      let next = await stream.next()
      for (; !next.done; next = await stream.next()) {
        length += next.value.length
        if (length > HELD_BYTES) {
          yield* held.splice(0)
          yield next.value
        } else held.push(new Uint8Array(next.value))
      }
      if (next.value.interrupted && length <= HELD_BYTES && restarts < RESTARTS) continue
      yield* held.splice(0)
      return next.value
    } finally {
      // Whoever leaves this stream leaves that one.
      await stream.return({ interrupted: false })
    }
  }
}

/** How records are put together: as one array, a record a line; as one line; or as lines without an array. */
export interface ArrayForm {
  readonly compact?: boolean | undefined
  readonly ndjson?: boolean | undefined
}

const FORMS = {
  lines: { open: '[\n', separator: ',\n', close: '\n]\n', empty: '[]\n' },
  compact: { open: '[', separator: ',', close: ']\n', empty: '[]\n' },
  ndjson: { open: '', separator: '\n', close: '\n', empty: '' },
} as const

/** Print records as they come, which already are JSON. Answers what the stream says at its end. */
export async function printJson(
  open: (separator: string) => JsonStream,
  { compact, ndjson }: ArrayForm,
): Promise<StreamEnd> {
  const form = FORMS[ndjson ? 'ndjson' : compact ? 'compact' : 'lines']
  const stream = consistent(() => open(form.separator))
  try {
    let any = false
    let next = await stream.next()
    for (; !next.done; next = await stream.next()) {
      if (!any) await print(form.open)
      any = true
      await print(next.value)
    }
    await print(any ? form.close : form.empty)
    return next.value
  } finally {
    await stream.return({ interrupted: false })
  }
}
