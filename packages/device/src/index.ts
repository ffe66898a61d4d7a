import { attachEmitted } from '@netsnap/core-native/compile'
import { address } from './address.ts'
import * as addressEmitted from './generated/address.decoders.ts'
import * as linkEmitted from './generated/link.decoders.ts'
import { link } from './link.ts'

export { type Address, address } from './address.ts'
export { type Link, link } from './link.ts'

attachEmitted(link, linkEmitted)
attachEmitted(address, addressEmitted)
