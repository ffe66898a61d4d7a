import { type Codec, enumOf, mapped, text, u16 } from '@netsnap/core-native/schema'

/** What `netsnap` has always called these two, of which the kernel has other names. */
const RENAMED: Readonly<Record<string, string>> = { tunnel: 'ipip', ipgre: 'gre' }

/** The type of a link's hardware: `ether`, `loopback`, `none`, ... */
export const linkType: Codec<string> = mapped(
  enumOf('ARPHRD_', { scalar: u16, lowerCase: true, unnamed: 'type_' }),
  text,
  (name) => RENAMED[name] ?? name,
)
