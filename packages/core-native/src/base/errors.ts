/** What {@link NetlinkError} knows beside its message. */
export interface NetlinkErrorDetails {
  /** What programs branch on: an errno's name (`EPERM`, `ENODEV`), or one of ours: `DUMP_INTERRUPTED`, `FAMILY_ABSENT`, `TIMEOUT`, `ABORTED`, `SESSION_BUSY`, `ADDON_MISSING`. */
  readonly code: string
  /** The table that was asked for: `route`. */
  readonly table?: string | undefined
  /** The table that was being read for it, where that is another: `interface`. */
  readonly innerTable?: string | undefined
  /** What was being done when it failed. */
  readonly operation: 'open' | 'subscribe' | 'send' | 'receive' | 'decode'
  /** The kernel's own sentence, from its extended acknowledgement. */
  readonly kernelMessage?: string | undefined
  /** The attribute of our request, or of the kernel's message, that is to blame. */
  readonly attribute?: string | undefined
  /** The size in bytes of the datagram that did not fit (`EMSGSIZE`). */
  readonly size?: number | undefined
  readonly cause?: unknown
}

/** The one error that reading can end with. Misuse of the library is a `TypeError`. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError'
  readonly code: string
  readonly operation: NetlinkErrorDetails['operation']
  declare readonly table?: string
  declare readonly innerTable?: string
  declare readonly kernelMessage?: string
  declare readonly attribute?: string
  declare readonly size?: number

  constructor(message: string, { cause, code, operation, ...details }: NetlinkErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.operation = operation
    for (const [key, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true })
    }
  }

  /** The same of a call for `table`, which is named in front. */
  about(table: string): NetlinkError {
    if (this.table === table) return this
    const { code, operation, kernelMessage, attribute, size } = this
    const details = { code, operation, kernelMessage, attribute, size, table, cause: this }
    return new NetlinkError(`${table}: ${this.message}`, { ...details, innerTable: this.innerTable ?? this.table })
  }
}

/**
 * The refusal `EPERM` with what it takes: the kernel gives no reason for it. Any other error is as it was.
 *
 * @param why a sentence: `WireGuard devices are shown to those who ...`
 */
export function explainRefusal(error: unknown, why: string): unknown {
  if (!(error instanceof NetlinkError) || error.code !== 'EPERM' || error.operation !== 'receive') return error
  const { code, table, innerTable, operation, kernelMessage, attribute } = error
  const details = { code, table, innerTable, operation, kernelMessage, attribute, cause: error }
  return new NetlinkError(`${table}: the kernel refused (EPERM): ${why}`, details)
}
