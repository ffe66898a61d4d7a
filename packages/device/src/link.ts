/** Links: what `ip -d link` shows. A line below is a field of the record. */
import { header, type RecordOf, s32, table, text } from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const link = table({
  name: 'link',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', {
    /** Number of the interface. */
    index: ['ifi_index', s32],
  }),
  group: 'IFLA_',
  attributes: {
    /** Name of the interface. */
    name: ['IFLA_IFNAME', text],
  },
  skip: 'others',
})

/** One link. A field is absent where the kernel sent no such attribute. */
export interface Link extends RecordOf<typeof link> {}
