/** tun and tap. */
import { attributeSet, bool, type Codec, enumOf, mapped, text, u8, u32 } from '@netsnap/core-native/schema'

const type: Codec<string> = mapped(enumOf('IFF_', { except: 'IFF_TUN_EXCL' }), text, (name) => TYPE_OF[name] ?? name)
/** The two lowest flags of an interface have these numbers, too. */
const TYPE_OF: Readonly<Record<string, string>> = { UP: 'TUN', BROADCAST: 'TAP' }

// biome-ignore format: a table
export const tun = attributeSet('IFLA_TUN_', {
  /** User who may open it; absent for anybody. */
  owner:               ['IFLA_TUN_OWNER', u32],
  group:               ['IFLA_TUN_GROUP', u32],
  /** `TUN` (packets) or `TAP` (frames). */
  type:                ['IFLA_TUN_TYPE', type],
  type_value:          ['IFLA_TUN_TYPE', u8],
  packet_info:         ['IFLA_TUN_PI', bool],
  vnet_header:         ['IFLA_TUN_VNET_HDR', bool],
  /** It stays when nobody has it open. */
  persistent:          ['IFLA_TUN_PERSIST', bool],
  multi_queue:         ['IFLA_TUN_MULTI_QUEUE', bool],
  num_queues:          ['IFLA_TUN_NUM_QUEUES', u32],
  num_disabled_queues: ['IFLA_TUN_NUM_DISABLED_QUEUES', u32],
}, { unknown: 'info_data' })
