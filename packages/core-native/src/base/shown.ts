/** What is shown of a value that makes no sense, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? `a ${typeof value}`
    : String(value)
}
