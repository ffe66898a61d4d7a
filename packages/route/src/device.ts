import { interfaceIndexOf, NetlinkError, type ReadOptions, type Session, shown } from '@netsnap/core-native'

const MAX_U32 = 2 ** 32 - 1
const INDEX = /^\d+$/

/** Check what is to be an interface's name or index. */
export function checkDevice(option: string, device: string | number | undefined): void {
  if (device === undefined) return
  const good =
    typeof device === 'string'
      ? device !== '' && !(INDEX.test(device) && Number(device) > MAX_U32)
      : Number.isInteger(device) && device >= 0 && device <= MAX_U32
  if (!good) throw new TypeError(`${option}: ${shown(device)} is neither a name nor a number of one`)
}

/** The index of an interface: by its name, which may be all digits, an alternative name, or its index. */
export async function deviceIndex(
  session: Session,
  device: string | number | undefined,
  names: ReadonlyMap<number, string>,
  options: ReadOptions,
): Promise<number | undefined> {
  if (typeof device !== 'string') return device
  for (const [index, name] of names) if (name === device) return index
  const found = await interfaceIndexOf(session, device, options)
  if (found !== undefined) return found
  if (INDEX.test(device)) return Number(device)
  throw new NetlinkError(`route: there is no interface named "${device}" (ENODEV)`, {
    code: 'ENODEV',
    table: 'route',
    operation: 'send',
  })
}
