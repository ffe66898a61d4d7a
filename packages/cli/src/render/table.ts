import Table from 'cli-table3'
import picocolors from 'picocolors'
import { visible } from '../output.ts'

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

// picocolors would paint into pipes too where CI is set.
const onTerminal = picocolors.isColorSupported && process.stdout.isTTY === true
const { bold } = picocolors.createColors(onTerminal)

/** Columns of text under a line of headings, without borders; headings are bold on a terminal. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map((title) => bold(title)),
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  })
  for (const row of rows) table.push(row.map(visible))
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`
}
