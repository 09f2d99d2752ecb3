import { CommandError, type Terminal } from '../terminal.ts'
import { cellText, columnsOf, idOf, isRow, plain, plainJson, valueAt, type Row } from './text.ts'

const formats = ['table', 'json', 'ndjson', 'csv'] as const
export interface Output {
  readonly format: typeof formats[number]
  /** Null: those that suit the rows. */
  readonly columns: readonly string[] | null
  /** Only ids. */
  readonly isQuiet: boolean
  /** Columns of the terminal; null where the output is none. */
  readonly width: number | null
  readonly hasColor: boolean
}

export interface OutputFlags {
  readonly output?: readonly string[]
  readonly quiet?: boolean
}

/** A table on a terminal, JSON elsewhere, unless `-o` says otherwise. */
export function outputOf ({ streams, environment }: Terminal, { output = [], quiet = false }: OutputFlags): Output {
  const isTerminal = streams?.output.isTTY === true
  let format: Output['format'] | null = null
  let columns: readonly string[] | null = null
  for (const word of output) {
    const list = /^columns=(.+)$/.exec(word)?.[1]
    const named = formats.find(name => name === word)
    if (list !== undefined) columns = toColumns(list)
    else if (named !== undefined) format = named
    else throw new CommandError(`-o takes ${formats.join(', ')} or columns=NAME,NAME; not ${plain(word)}`, 2)
  }
  return {
    format: format ?? (isTerminal || columns !== null ? 'table' : 'json'),
    columns,
    isQuiet: quiet,
    width: isTerminal ? streams.output.columns || null : null,
    hasColor: isTerminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb'
  }
}

function toColumns (list: string): readonly string[] {
  const columns = list.split(',').map(column => column.trim()).filter(column => column !== '')
  if (columns.length === 0) throw new CommandError('-o columns=NAME,NAME needs at least one name', 2)
  return columns
}

type Rows = AsyncIterable<Row> | Iterable<Row>

/** Prints rows, each as it comes where the format permits it. Resolves with their number. */
export async function printRows (terminal: Terminal, output: Output, rows: Rows, kind: string): Promise<number> {
  const { print } = terminal
  const { format, isQuiet } = output
  let count = 0
  let columns: readonly string[] = []
  const all: Row[] = []
  for await (const row of rows) {
    count += 1
    if (isQuiet) print(`${plain(idOf(row))}\n`)
    else if (format === 'ndjson') print(`${plainJson(selected(row, output), 0)}\n`)
    else if (format === 'csv') {
      if (count === 1) print(csvLine(columns = columnsFor(output, kind, row)))
      print(csvLine(columns.map(column => cellText(valueAt(row, column)))))
    } else all.push(row)
  }
  if (isQuiet) return count
  if (format === 'json') print(`${plainJson(all.map(row => selected(row, output)), 2)}\n`)
  const [first] = all
  if (format === 'table' && first !== undefined) await printTable(terminal, output, all, columnsFor(output, kind, first))
  return count
}

/** Prints one record. */
export async function printRecord (terminal: Terminal, output: Output, record: Row): Promise<void> {
  const { format, columns, isQuiet } = output
  if (format === 'json' && !isQuiet) terminal.print(`${plainJson(selected(record, output), 2)}\n`)
  else if (format === 'table' && columns === null && !isQuiet) terminal.print((await import('./table.ts')).recordText(record, output))
  else await printRows(terminal, output, [record], '')
}

async function printTable (terminal: Terminal, output: Output, rows: readonly Row[], columns: readonly string[]): Promise<void> {
  const { tableText } = await import('./table.ts')
  const { text, omitted } = tableText(rows, columns, { ...output, mayOmit: output.columns === null })
  terminal.print(text)
  if (omitted.length > 0) terminal.printError(`no room for: ${omitted.map(plain).join(', ')} (-o columns=… or -o json shows them)\n`)
}

/** The requested columns must exist; the first row shows which do. */
function columnsFor ({ columns }: Output, kind: string, first: Row): readonly string[] {
  if (columns === null) return columnsOf(kind, first)
  const unknown = columns.filter(column => !Object.hasOwn(first, column.split('.')[0] ?? ''))
  if (unknown.length === 0) return columns
  throw new CommandError(`there is no column ${unknown.map(plain).join(', ')}; there are: ${Object.keys(first).map(plain).join(', ')}`, 2)
}

const selected = (row: Row, output: Output): Row =>
  output.columns === null ? row : Object.fromEntries(columnsFor(output, '', row).map(column => [column, valueAt(row, column) ?? null]))

/** As RFC 4180, but lines end as the tools of Unix expect, and control characters are escaped. */
const csvLine = (cells: readonly string[]): string => `${cells.map(plain).map(quoted).join(',')}\n`
const quoted = (cell: string): string => /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** The rows of a page. */
export function rowsOf (body: unknown): readonly Row[] {
  if (isRow(body) && Array.isArray(body.data)) return body.data.filter(isRow)
  throw new CommandError('the response is not a page of the gateway', 1)
}
