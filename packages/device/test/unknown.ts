/** Every attribute, at whatever depth, that no line has read: that is how we hear of a new kernel. */
export function unknownIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    /^unknown_\w+_attrs_decoded$/.test(key) ? (inner as unknown[]) : unknownIn(inner),
  )
}
