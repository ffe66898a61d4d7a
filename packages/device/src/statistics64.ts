import { type Codec, type StructValue, struct } from '@netsnap/core-native/schema'

const counters = struct('rtnl_link_stats64')

/** The counters of a link, all that the kernel has, and that they are of 64 bits. */
export const statistics64: Codec<StructValue<'rtnl_link_stats64'> & { is_64bit: true }> = {
  ...counters,
  bind(binding) {
    const { read, ...bound } = counters.bind(binding)
    return {
      ...bound,
      read(frame, at, length, record) {
        const value = read(frame, at, length, record) as StructValue<'rtnl_link_stats64'> & { is_64bit: true }
        value.is_64bit = true
        return value
      },
    }
  },
  schema(binding) {
    const schema = counters.schema(binding)
    return { ...schema, properties: { ...schema.properties, is_64bit: { type: 'boolean', const: true } } }
  },
}
