import type { Device } from '../device.ts'
import { visible } from '../output.ts'
import { tableIfAny, textTable } from './table.ts'
import { words } from './words.ts'

const state = ({ flag_names, operstate_name }: Device): string => {
  if (!flag_names.includes('UP')) return 'down'
  return operstate_name === 'unknown' || operstate_name === undefined ? 'up' : operstate_name
}

/** What a link stands on, or leads to. */
function lower({ link, link_name, link_netns, link_netnsid }: Device): string {
  if (link === undefined) return ''
  const where = link_netnsid === undefined ? '' : ` in ${link_netns ?? `netns ${link_netnsid}`}`
  return `${link_name ?? `if${link}`}${where}`
}

const nameOf = ({ name, index }: Device) => name ?? `if${index}`

/** A line for each interface. */
export function deviceTable(devices: readonly Device[]): string {
  const rows = devices.map((device) => [
    String(device.index),
    nameOf(device),
    device.kind ?? device.type_name,
    state(device),
    String(device.mtu ?? ''),
    device.mac ?? '',
    device.master ?? '',
    lower(device),
    device.addresses.map(({ ipinterface }) => ipinterface ?? '').join(' '),
  ])
  return tableIfAny(['index', 'name', 'kind', 'state', 'mtu'], ['mac', 'master', 'link', 'addresses'], rows)
}

/** How many there are of each kind, and a line for each. */
export function deviceSummary(devices: readonly Device[]): string {
  const counts = new Map<string, number>()
  for (const { kind, type_name } of devices) {
    const key = kind ?? type_name
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const kinds = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ')
  const lines = devices.map((device) => visible(`  ${nameOf(device)}: ${describe(device)}`))
  return `${[`Interfaces: ${devices.length}${kinds === '' ? '' : ` (${kinds})`}`, ...lines].join('\n')}\n`
}

function describe(device: Device): string {
  const { kind, type_name, mtu, mac, master, addresses } = device
  return words([
    `${kind ?? type_name},`,
    `${state(device)},`,
    mtu !== undefined && `mtu ${mtu}`,
    mac !== null && mac !== undefined && `mac ${mac}`,
    master !== undefined && `master ${master}`,
    lower(device) !== '' && `link ${lower(device)}`,
    addresses.length > 0 && `addresses ${addresses.map(({ ipinterface }) => ipinterface).join(' ')}`,
  ])
}

/** A line for each address. */
export function addressTable(devices: readonly Device[]): string {
  const rows = devices.flatMap((device) =>
    device.addresses.map((address) => [
      nameOf(device),
      address.family,
      address.ipinterface ?? '',
      address.scope_name,
      address.readiness ?? '',
      address.cacheinfo?.valid_lft_str ?? '',
      address.peer ?? '',
      address.flag_names.join(' '),
    ]),
  )
  return textTable(['interface', 'family', 'address', 'scope', 'readiness', 'valid', 'peer', 'flags'], rows)
}

/** Every field of each interface, one a line, those of an object set in. */
export function deviceDetails(devices: readonly Device[]): string {
  return devices.map((device) => `${visible(nameOf(device))}\n${fields(device, '  ')}`).join('\n')
}

function fields(value: object, indent: string): string {
  return Object.entries(value)
    .map(([key, one]) => field(key, one, indent))
    .join('')
}

function field(key: string, value: unknown, indent: string): string {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
    return value.map((one) => field(key, one, indent)).join('')
  }
  if (Array.isArray(value)) return `${indent}${key}: ${visible(value.join(' '))}\n`
  if (typeof value === 'object' && value !== null) return `${indent}${key}\n${fields(value, `${indent}  `)}`
  return `${indent}${key}: ${visible(String(value))}\n`
}
