import type { StreamEnd } from '@netsnap/core-native'
import { print } from './output.ts'

type JsonStream = AsyncGenerator<string[], StreamEnd, void>

/** What is kept back while a dump may still turn out to be interrupted. */
const HELD_CHARACTERS = 8 * 1024 * 1024 // not a kernel number: memory against consistency, a choice
const RESTARTS = 5 // not a kernel number: as often as the library does

/**
 * The texts of a stream. What is not long is kept back until its end, and read again where the kernel says that it
 * changed meanwhile, as the library's whole dumps are; what is long goes out as it comes, in bounded memory.
 */
async function* consistent(open: () => JsonStream): JsonStream {
  for (let restarts = 0; ; restarts++) {
    const held: string[][] = []
    let length = 0
    const stream = open()
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        if (next.value.interrupted && length <= HELD_CHARACTERS && restarts < RESTARTS) break
        yield* held.splice(0)
        return next.value
      }
      held.push(next.value)
      for (const text of next.value) length += text.length
      if (length > HELD_CHARACTERS) yield* held.splice(0)
    }
  }
}

/** How texts are put together: as one array, a record a line; as one line; or as lines without an array. */
export interface ArrayForm {
  readonly compact?: boolean | undefined
  readonly ndjson?: boolean | undefined
}

const FORMS = {
  lines: { open: '[\n', between: ',\n', close: '\n]\n', empty: '[]\n' },
  compact: { open: '[', between: ',', close: ']\n', empty: '[]\n' },
  ndjson: { open: '', between: '\n', close: '\n', empty: '' },
} as const

/** Print records as they come, each already JSON. Answers what the stream says at its end. */
export async function printJson(open: () => JsonStream, { compact, ndjson }: ArrayForm): Promise<StreamEnd> {
  const form = FORMS[ndjson ? 'ndjson' : compact ? 'compact' : 'lines']
  const stream = consistent(open)
  let before: string = form.open
  for (let next = await stream.next(); ; next = await stream.next()) {
    if (next.done) {
      await print(before === form.open ? form.empty : form.close)
      return next.value
    }
    await print(before + next.value.join(form.between))
    before = form.between
  }
}
