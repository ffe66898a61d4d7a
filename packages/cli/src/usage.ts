/** A mistake in the arguments that only shows when they are used. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const isUsageError = (error: unknown): boolean => error instanceof UsageError
