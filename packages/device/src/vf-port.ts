/** Association of ports with the profile of a switch outside (`IFLA_PORT_SELF`, `IFLA_VF_PORTS`: 802.1Qbg, 802.1Qbh). */
import {
  attributeSet,
  type Codec,
  enumOf,
  hex,
  list,
  mapped,
  nest,
  struct,
  text,
  u8,
  u16,
  u32,
  unlessAllOnes,
} from '@netsnap/core-native/schema'

const GROUPS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

const uuid: Codec<string> = mapped(hex, text, (digits) => digits.replace(GROUPS, '$1-$2-$3-$4-$5'))

const BYTE_BITS = 8

/** Three bytes, the lowest first. */
const typeId: Codec<number> = {
  json: 'raw',
  bind: () => ({
    read: (frame, at, length) =>
      frame.u8.subarray(at, at + length).reduceRight((sum, byte) => sum * 2 ** BYTE_BITS + byte, 0), // a view: read at once
  }),
  schema: u32.schema,
}

const UNNAMED = 'response_'
const named = { scalar: u16, lowerCase: true, unnamed: UNNAMED } as const
const inVdp: Codec<string> = enumOf('PORT_VDP_RESPONSE_', named)
const inProfile: Codec<string> = enumOf('PORT_PROFILE_RESPONSE_', named)

/** Two enumerations share the numbers of responses. */
const response: Codec<string> = {
  ...inVdp,
  bind(binding) {
    const [vdp, profile] = [inVdp.bind(binding), inProfile.bind(binding)]
    return {
      ...vdp,
      read(frame, at, length, record) {
        const name = vdp.read(frame, at, length, record)
        return name.startsWith(UNNAMED) ? profile.read(frame, at, length, record) : name
      },
    }
  },
}

// biome-ignore format: a table
const vsi = struct('ifla_port_vsi', {
  /** Who keeps the database of types. */
  manager_id:   ['vsi_mgr_id', u8],
  type_id:      ['vsi_type_id', typeId],
  type_version: ['vsi_type_version', u8],
})

// biome-ignore format: a table
const port = attributeSet('IFLA_PORT_', {
  /** Number of the virtual function; absent of the physical one itself. */
  vf:            ['IFLA_PORT_VF', unlessAllOnes(u32)],
  /** Name of the profile. */
  profile:       ['IFLA_PORT_PROFILE', text],
  vsi:           ['IFLA_PORT_VSI_TYPE', vsi],
  instance_uuid: ['IFLA_PORT_INSTANCE_UUID', uuid],
  host_uuid:     ['IFLA_PORT_HOST_UUID', uuid],
  /** What was asked of the switch: `preassociate`, `preassociate_rr`, `associate`, `disassociate`. */
  request:       ['IFLA_PORT_REQUEST', enumOf('PORT_REQUEST_', { lowerCase: true })],
  /** What the switch answered, by number. */
  response:      ['IFLA_PORT_RESPONSE', u16],
  /** The same by name: `success`, `inprogress`, `insufficient_resources`, ... */
  response_name: ['IFLA_PORT_RESPONSE', response],
}, { unknown: 'port' })

/** A line's codec: the association of a link itself. */
export const ownPort = nest(port)

/** A line's codec: those of its virtual functions. */
export const virtualPorts = list(nest(port))
