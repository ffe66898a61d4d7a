/** A Markdown table, so that it can go into docs/performance.md as it is. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log(`\n### ${title}\n\n${line(head)}\n|${'---|'.repeat(head.length)}`)
  for (const row of rows) console.log(line(row))
}
