/** The kind of a link, and what a link of that kind has (`IFLA_LINKINFO`). */
import { attributeSet, type Codec, hex, type JsonSchema, KEEP, oneOf, text } from '@netsnap/core-native/schema'
import { kinds, ports } from './kinds/index.ts'

interface Attributes extends Record<string, unknown> {
  unknown_info_data_attrs?: number[]
}

/** The attributes of a kind that we do not know: by number and bytes, as `IFLA_KIND_5`. */
function unknownKind(sibling: 'kind' | 'slave_kind', unknown: string): Codec<Attributes> {
  const set = { group: '', attributes: {}, unknown, skip: [] }
  const key = `unknown_${unknown}_attrs_decoded`
  return {
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      return {
        read(frame, at, length, record) {
          let found: Attributes
          try {
            found = decode(frame, at, at + length)
          } catch {
            // What a driver of its own writes need not be attributes.
            return KEEP as unknown as Attributes
          }
          const prefix = `IFLA_${String(record[sibling]).toUpperCase()}_`
          for (const one of (found[key] ?? []) as { name: string }[]) one.name = prefix + one.name
          return found
        },
      }
    },
    schema: (): JsonSchema => ({
      type: 'object',
      properties: {
        [`unknown_${unknown}_attrs`]: { type: 'array', items: { type: 'integer' } },
        [key]: { type: 'array', items: { type: 'object' } },
      },
    }),
  }
}

// biome-ignore format: a table
export const linkInfo = attributeSet('IFLA_INFO_', {
  /** What kind of virtual link it is: `bridge`, `vlan`, `veth`, ... Absent of hardware. */
  kind:       ['IFLA_INFO_KIND', text],
  /** What kind of link its master is. */
  slave_kind: ['IFLA_INFO_SLAVE_KIND', text],
  '...data':  ['IFLA_INFO_DATA', oneOf('kind', kinds, unknownKind('kind', 'info_data'))],
  '...port':  ['IFLA_INFO_SLAVE_DATA', oneOf('slave_kind', ports, unknownKind('slave_kind', 'info_slave_data'))],
  /** Statistics of the kind's own; no kind has any. */
  info_xstats: ['IFLA_INFO_XSTATS', hex],
}, { unknown: 'linkinfo' })
