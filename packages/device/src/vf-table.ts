/** Virtual functions of links, apart from the links. A line below is a field of the record. */
import { header, type RecordOf, s32, table, u32 } from '@netsnap/core-native/schema'
import { virtualFunctions } from './vf.ts'
import { ownPort, virtualPorts } from './vf-port.ts'

// biome-ignore format: a table
export const linkFunctions = table({
  name: 'vf',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', {
    /** Number of the interface. */
    index:     ['ifi_index', s32],
  }),
  group: 'IFLA_',
  attributes: {
    /** Number of its virtual functions; absent where the hardware is none that can have such. */
    num_vf:    ['IFLA_NUM_VF', u32],
    /** Its virtual functions, with the settings that it gives them. */
    vfs:       ['IFLA_VFINFO_LIST', virtualFunctions],
    /** Its association with the profile of a switch outside. */
    port_self: ['IFLA_PORT_SELF', ownPort],
    /** Those of its virtual functions. */
    vf_ports:  ['IFLA_VF_PORTS', virtualPorts],
  },
  skip: 'others',
})

/** The virtual functions of one link. */
export interface LinkFunctions extends RecordOf<typeof linkFunctions> {}
