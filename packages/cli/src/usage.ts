/** A mistake in the arguments that only shows when they are used. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Call the library. It says `TypeError` where its options make no sense, and here those come from the command line. */
export async function asUsage<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    // The library's own begin with the option; others are mistakes of ours.
    if (error instanceof TypeError && /^[a-zA-Z]+: /.test(error.message)) throw new UsageError(error.message)
    throw error
  }
}

/** Whether to blame the arguments. */
export const isUsageError = (error: unknown): boolean => error instanceof UsageError
