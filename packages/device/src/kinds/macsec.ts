import { attributeSet, be16, bool, enumOf, hex, id64, mapped, text, u8, u32 } from '@netsnap/core-native/schema'

/**
 * Cipher suites by the identifiers that IEEE 802.1AE gives them. They have 64 bits, and so are no constants of ours, which
 * have 53. The first is that of the standard's first edition, which the kernel sends.
 */
const CIPHERS: ReadonlyMap<string, string> = new Map([
  ['0x0080020001000001', 'GCM_AES_128'], // not a kernel number: IEEE's
  ['0x0080c20001000001', 'GCM_AES_128'], // not a kernel number: IEEE's
  ['0x0080c20001000002', 'GCM_AES_256'], // not a kernel number: IEEE's
  ['0x0080c20001000003', 'GCM_AES_XPN_128'], // not a kernel number: IEEE's
  ['0x0080c20001000004', 'GCM_AES_XPN_256'], // not a kernel number: IEEE's
])

const cipherSuite = mapped(id64, text, (id) => CIPHERS.get(id) ?? id)

// biome-ignore format: a table
export const macsec = attributeSet('IFLA_MACSEC_', {
  /** Secure channel identifier: the address and the port, as hexadecimal digits. */
  sci:            ['IFLA_MACSEC_SCI', hex],
  port:           ['IFLA_MACSEC_PORT', be16],
  cipher_suite:   ['IFLA_MACSEC_CIPHER_SUITE', cipherSuite],
  icv_len:        ['IFLA_MACSEC_ICV_LEN', u8],
  encoding_sa:    ['IFLA_MACSEC_ENCODING_SA', u8],
  encrypt:        ['IFLA_MACSEC_ENCRYPT', bool],
  protect:        ['IFLA_MACSEC_PROTECT', bool],
  inc_sci:        ['IFLA_MACSEC_INC_SCI', bool],
  es:             ['IFLA_MACSEC_ES', bool],
  scb:            ['IFLA_MACSEC_SCB', bool],
  replay_protect: ['IFLA_MACSEC_REPLAY_PROTECT', bool],
  window:         ['IFLA_MACSEC_WINDOW', u32],
  /** `disabled`, `check`, `strict`. */
  validation:     ['IFLA_MACSEC_VALIDATION', enumOf('MACSEC_VALIDATE_', { lowerCase: true })],
  /** `off`, `phy`, `mac`. */
  offload:        ['IFLA_MACSEC_OFFLOAD', enumOf('MACSEC_OFFLOAD_', { lowerCase: true, except: 'MACSEC_OFFLOAD_ATTR_' })],
}, { unknown: 'info_data' })
