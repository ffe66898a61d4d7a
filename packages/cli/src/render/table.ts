import picocolors from 'picocolors'
import stringWidth from 'string-width'
import { isPlain, visible } from '../output.ts'

// picocolors would paint into pipes too where CI is set.
const onTerminal = picocolors.isColorSupported && process.stdout.isTTY === true
const { bold } = picocolors.createColors(onTerminal)

const BETWEEN = '  '

/** Columns that a text takes on a terminal. */
const widthOf = (text: string) => (isPlain(text) ? text.length : stringWidth(text))

/** Columns of text under a line of headings, without borders; headings are bold on a terminal. */
export class TextTable {
  readonly #head: readonly string[]
  readonly #widths: number[]
  /** Cells, row by row. */
  readonly #cells: string[] = []
  /** Every character of every cell takes one column. */
  #plain = true

  constructor(head: readonly string[]) {
    this.#head = head
    this.#widths = head.map(widthOf)
  }

  add(row: readonly string[]): void {
    const [cells, columns] = [this.#cells, row.length]
    for (let i = 0; i < columns; i++) {
      const above = cells[cells.length - columns]
      // What is alike in a million rows is looked at and kept once.
      cells.push(row[i] === above ? above! : this.#shown(row[i]!, i))
    }
  }

  #shown(text: string, column: number): string {
    const plain = isPlain(text)
    const cell = plain ? text : visible(text)
    this.#plain &&= plain
    const width = plain ? cell.length : stringWidth(cell)
    if (width > this.#widths[column]!) this.#widths[column] = width
    return cell
  }

  /** The text in pieces, each of many lines. */
  *pieces(): Generator<string, void, void> {
    const columns = this.#head.length
    let piece = this.#line(this.#head, 0, bold)
    for (let at = 0; at < this.#cells.length; at += columns) {
      piece += this.#line(this.#cells, at)
      if (piece.length < PIECE) continue
      yield piece
      piece = ''
    }
    yield piece
  }

  toString(): string {
    return [...this.pieces()].join('')
  }

  #line(cells: readonly string[], at: number, paint?: (text: string) => string): string {
    let line = ''
    for (let i = 0; i < this.#widths.length; i++) {
      const [cell, width] = [cells[at + i]!, this.#widths[i]!]
      const padded = this.#plain ? cell.padEnd(width) : cell + ' '.repeat(width - widthOf(cell))
      line += (paint ? paint(padded) : padded) + BETWEEN
    }
    return `${line.trimEnd()}\n`
  }
}

const PIECE = 1 << 16 // not a kernel number: characters that are written at a time

/** A table of these rows. */
export function textTable(head: readonly string[], rows: Iterable<readonly string[]>): string {
  const table = new TextTable(head)
  for (const row of rows) table.add(row)
  return table.toString()
}

/** A table of these rows without the columns in which nothing is: of those that are there `if any`. */
export function tableIfAny(
  head: readonly string[],
  ifAny: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const kept = [...head, ...ifAny].map((_, i) => i < head.length || rows.some((row) => row[i] !== ''))
  const keep = (row: readonly string[]) => row.filter((_, i) => kept[i])
  return textTable(keep([...head, ...ifAny]), rows.map(keep))
}
