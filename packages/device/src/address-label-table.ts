/** Labels of IPv6 prefixes (RFC 6724): what `ip addrlabel` shows. A line below is a field of the record. */
import { header, interfaceName, prefix, type RecordOf, table, u8, u32, unless } from '@netsnap/core-native/schema'

const someIndex = unless(u32, 0)

// biome-ignore format: a table
export const addressLabel = table({
  name: 'address_label',
  request: 'RTM_GETADDRLABEL',
  reply: 'RTM_NEWADDRLABEL',
  header: header('ifaddrlblmsg', {
    prefixlen: ['ifal_prefixlen', u8],
    /** Interface whose addresses alone it concerns; absent for any. */
    dev_index: ['ifal_index', someIndex],
    /** Its name. */
    dev:       ['ifal_index', interfaceName],
    /** How often the labels had changed when this was read: labels of one list that differ in it were not there together. */
    seq:       ['ifal_seq', u32],
  }),
  group: 'IFAL_',
  attributes: {
    /** The prefix, in CIDR notation. */
    prefix:    ['IFAL_ADDRESS', prefix('ifal_prefixlen')],
    /** An address is chosen whose label is that of the destination. */
    label:     ['IFAL_LABEL', u32],
  },
})

/** The label of one prefix. */
export interface AddressLabel extends RecordOf<typeof addressLabel> {}
