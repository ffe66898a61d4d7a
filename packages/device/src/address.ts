/** Addresses: what `ip -d address` shows. A line below is a field of the record. */
import { addressFamily, header, type RecordOf, table, text } from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const address = table({
  name: 'address',
  request: 'RTM_GETADDR',
  reply: 'RTM_NEWADDR',
  header: header('ifaddrmsg', {
    /** Address family: `ipv4`, `ipv6`. */
    family: ['ifa_family', addressFamily],
  }),
  group: 'IFA_',
  attributes: {
    /** Label of an IPv4 address. */
    label: ['IFA_LABEL', text],
  },
  skip: 'others',
})

/** One address. A field is absent where the kernel sent no such attribute. */
export interface Address extends RecordOf<typeof address> {}
