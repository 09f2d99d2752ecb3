import { styleText } from 'node:util'
import stringWidth from 'string-width'
import { cellText, isRow, plain, valueAt, type Row } from './text.ts'

interface Sheet {
  /** Columns of the terminal; null: no limit. */
  readonly width: number | null
  readonly hasColor: boolean
}

const gap = 2
const narrowest = 12
/** Useless if cut. */
const neverCut = new Set(['id', 'account', 'status', 'server_id', 'action', 'address'])
const unknown = '-'
/** A table with fewer columns becomes blocks. */
const fewestColumns = 3

interface Table {
  readonly text: string
  /** The columns for which the terminal has no room. */
  readonly omitted: readonly string[]
}

/**
 * Rows below a heading. Where the terminal is too narrow, long cells end in `…`, but ids do not; then the last columns are left out,
 * unless the caller named them; where that is not enough, each row becomes a block of lines.
 */
export function tableText (rows: readonly Row[], columns: readonly string[], sheet: Sheet & { readonly mayOmit: boolean }): Table {
  const natural = columns.map(column => toColumn(column, rows))
  for (let count = columns.length; count >= (sheet.mayOmit ? Math.min(fewestColumns, columns.length) : columns.length); count -= 1) {
    const fitting = fitted(natural.slice(0, count), sheet.width)
    if (fitting !== null) return { text: linesOf(fitting, sheet), omitted: columns.slice(count) }
  }
  const blocks = rows.map(row => recordText(Object.fromEntries(columns.map(column => [column, valueAt(row, column)])), sheet))
  return { text: blocks.join('\n'), omitted: [] }
}

function toColumn (column: string, rows: readonly Row[]): Column {
  const texts = [column.toUpperCase(), ...rows.map(row => cellText(valueAt(row, column)) || unknown)].map(plain)
  return { column, texts, width: Math.max(...texts.map(text => stringWidth(text))) }
}

interface Column {
  readonly column: string
  /** The heading and the cells. */
  readonly texts: readonly string[]
  readonly width: number
}

function linesOf (columns: readonly Column[], sheet: Sheet): string {
  const height = columns[0]?.texts.length ?? 0
  return Array.from({ length: height }, (_, row) => {
    const cells = columns.map(({ column, texts, width }) => {
      const shown = cut(texts[row] ?? '', width)
      const padding = ' '.repeat(width - stringWidth(shown))
      return `${styled(shown, row === 0 ? 'bold' : styleOf(column, shown), sheet)}${padding}`
    })
    return `${cells.join(' '.repeat(gap)).trimEnd()}\n`
  }).join('')
}

/** One record, a line for each member, and for each member of an object in it. */
export function recordText (record: Row, sheet: Sheet): string {
  const lines = Object.entries(record).flatMap(([name, value]) => linesFor(plain(name), value))
  const width = Math.max(0, ...lines.map(([name]) => stringWidth(name)))
  return lines.map(([name, text]) => {
    const padding = ' '.repeat(width - stringWidth(name) + gap)
    return `${name}${padding}${styled(text, styleOf(name, text), sheet)}\n`
  }).join('')
}

function linesFor (name: string, value: unknown): Array<readonly [name: string, text: string]> {
  if (!isRow(value) || !isNested(value)) return [[name, plain(textOf(value)) || unknown]]
  return Object.entries(value).map(([member, inner]) => [`${name}.${plain(member)}`, plain(textOf(inner)) || unknown])
}

/** A reference is one thing; its id is what the next command takes. An object further inside is its values. */
function textOf (value: unknown): string {
  if (!isRow(value)) return cellText(value)
  if (isNested(value)) return Object.values(value).map(textOf).filter(text => text !== '').join(', ')
  const { id, name } = value
  return typeof id === 'string' && typeof name === 'string' && name !== id ? `${name} (${id})` : cellText(value)
}

function isNested (value: Row): boolean {
  const names = Object.keys(value)
  const isReference = names.length === 2 && 'id' in value && 'name' in value
  return names.length > 0 && !isReference && !('amount' in value)
}

/** The columns as narrow as the terminal needs; null if that is not possible. The widest one that may be cut gives way first. */
function fitted (columns: readonly Column[], room: number | null): readonly Column[] | null {
  const excess = room === null ? 0 : columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1)) - room
  if (excess <= 0) return columns
  const flexible = columns.filter(({ column, width }) => !neverCut.has(column) && width > narrowest)
  const [widest, next] = flexible.toSorted((a, b) => b.width - a.width)
  if (widest === undefined) return null
  const least = Math.max(narrowest, Math.min(next?.width ?? 0, widest.width - 1))
  const width = Math.max(least, widest.width - excess)
  return fitted(columns.map(one => one === widest ? { ...one, width } : one), room)
}

/** At most `width` columns of the terminal wide, with `…` for the rest. */
export function cut (text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let [kept, used] = ['', 0]
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = used + stringWidth(segment)
    if (next > width - 1) break
    kept += segment
    used = next
  }
  return `${kept}…`
}

const colors = new Map<string, 'green' | 'red' | 'yellow'>([
  ...['running', 'succeeded', 'ok', 'ready'].map(status => [status, 'green'] as const),
  ...['error', 'failed', 'failing'].map(status => [status, 'red'] as const),
  ['unknown', 'yellow']
])

const styleOf = (name: string, text: string) => name.endsWith('status') ? colors.get(text) : undefined

const styled = (text: string, style: Parameters<typeof styleText>[0] | undefined, { hasColor }: Sheet): string =>
  hasColor && style !== undefined ? styleText(style, text, { validateStream: false }) : text
