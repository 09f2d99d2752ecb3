import { CommandError, type Terminal } from '../terminal.ts'
import { cellText, columnsOf, idOf, isRow, valueAt, type Row } from './cells.ts'
import { plain, plainJson } from './plain.ts'

const formats = ['table', 'json', 'ndjson', 'csv'] as const
type Format = typeof formats[number]

export interface Output {
  readonly format: Format
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
  let format: Format | null = null
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

/** Prints rows as they come where the format permits it. Resolves with their number. */
export async function printRows (terminal: Terminal, output: Output, rows: AsyncIterable<Row>, kind: string): Promise<number> {
  const { print } = terminal
  const { format, isQuiet } = output
  if (isQuiet) return await eachOf(rows, row => { print(`${plain(idOf(row))}\n`) })
  if (format === 'ndjson') return await eachOf(rows, row => { print(`${plainJson(picked(row, output), 0)}\n`) })
  if (format === 'csv') {
    let columns: readonly string[] | null = null
    return await eachOf(rows, row => {
      if (columns === null) {
        columns = chosen(output, kind, row)
        print(csvLine(columns))
      }
      print(csvLine(columns.map(column => cellText(valueAt(row, column)))))
    })
  }
  const all: Row[] = []
  await eachOf(rows, row => { all.push(row) })
  if (format === 'json') print(`${plainJson(all.map(row => picked(row, output)), 2)}\n`)
  else if (all.length > 0) await printTable(terminal, output, all, chosen(output, kind, all[0]))
  return all.length
}

/** Prints one record. */
export async function printRecord (terminal: Terminal, output: Output, record: Row): Promise<void> {
  const { print } = terminal
  if (output.isQuiet) print(`${plain(idOf(record))}\n`)
  else if (output.format === 'json') print(`${plainJson(picked(record, output), 2)}\n`)
  else if (output.format === 'ndjson') print(`${plainJson(picked(record, output), 0)}\n`)
  else if (output.format === 'csv') {
    const columns = chosen(output, '', record)
    print(`${csvLine(columns)}${csvLine(columns.map(column => cellText(valueAt(record, column))))}`)
  } else if (output.columns === null) {
    const { recordText } = await import('./table.ts')
    print(recordText(record, output))
  } else await printTable(terminal, output, [record], chosen(output, '', record))
}

async function printTable ({ print, printError }: Terminal, output: Output, rows: readonly Row[], columns: readonly string[]): Promise<void> {
  const { tableText } = await import('./table.ts')
  const { text, left } = tableText(rows, columns, { ...output, mayLeaveOut: output.columns === null })
  print(text)
  if (left.length > 0) printError(`no room for: ${left.map(plain).join(', ')} (-o columns=… or -o json shows them)\n`)
}

async function eachOf (rows: AsyncIterable<Row>, act: (row: Row) => void): Promise<number> {
  let count = 0
  for await (const row of rows) {
    act(row)
    count += 1
  }
  return count
}

/** The columns that are asked for must exist; the first row shows which do. */
function chosen ({ columns }: Output, kind: string, first: Row | undefined): readonly string[] {
  if (columns === null) return columnsOf(kind, first)
  if (first === undefined) return columns
  const strange = columns.filter(column => !Object.hasOwn(first, column.split('.')[0] ?? ''))
  if (strange.length === 0) return columns
  throw new CommandError(`there is no column ${strange.map(plain).join(', ')}; there are: ${Object.keys(first).map(plain).join(', ')}`, 2)
}

function picked (row: Row, output: Output): Row {
  return output.columns === null ? row : Object.fromEntries(chosen(output, '', row).map(column => [column, valueAt(row, column) ?? null]))
}

/** As RFC 4180, but lines end as the tools of Unix expect, and control characters are escaped. */
const csvLine = (cells: readonly string[]): string => `${cells.map(plain).map(quoted).join(',')}\n`
const quoted = (cell: string): string => /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** The rows of a page; a TypeError where the answer is none. */
export function rowsOf (body: unknown): readonly Row[] {
  if (isRow(body) && Array.isArray(body.data)) return body.data.filter(isRow)
  throw new CommandError('the response is not a page of the gateway', 1)
}
