import { attributeSet, be16, bool, type Codec, enumOf, hex, text, u8, u32 } from '@netsnap/core-native/schema'

const HEX = 16
const DIGITS = 16
/** A cipher suite has 64 bits, of which JavaScript's numbers hold 53. */
const CIPHERS = ['GCM_AES_128', 'GCM_AES_256', 'GCM_AES_XPN_128', 'GCM_AES_XPN_256'] as const

const cipherSuite: Codec<string> = {
  json: 'quoted',
  bind({ constants }) {
    const names = new Map<string, string>()
    for (const cipher of CIPHERS) {
      const value = constants.value(`MACSEC_CIPHER_ID_${cipher}`)
      if (value !== undefined) names.set(value.toString(HEX), cipher)
    }
    return {
      fits: { exactly: 8 }, // not a kernel number: bytes of 64 bits
      read({ view, little }, at) {
        const digits = view.getBigUint64(at, little).toString(HEX)
        return names.get(digits) ?? `0x${digits.padStart(DIGITS, '0')}`
      },
    }
  },
  schema: text.schema,
}

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
