/** A mistake in the arguments that only shows when they are used. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The libraries say `TypeError` where their arguments make no sense; here those come from the command line. */
export const isUsageError = (error: unknown): boolean => error instanceof UsageError
