/** Control characters, and those that reverse or hide text: what a provider puts into a name must not act on a terminal. */
// eslint-disable-next-line no-control-regex
const acting = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
// eslint-disable-next-line no-control-regex
const actingWithinText = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line that only shows: control characters as `\u001b`. */
export const plain = (text: string): string => text.replace(acting, escaped)

/** As `plain`, but newlines and tabs stay. */
export const plainLines = (text: string): string => text.replace(actingWithinText, escaped)

/** JSON whose texts only show; it reads back as the same value. */
export const plainJson = (value: unknown, indent: number): string => plainLines(JSON.stringify(value, null, indent) ?? 'null')

export type Row = Readonly<Record<string, unknown>>

export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path such as `region.id` or `addresses.0.address`; undefined if there is none. */
export const valueAt = (row: unknown, path: string): unknown => path.split('.').reduce<unknown>(memberOf, row)

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

/** A value as the text of one cell: a reference by its name, an address by itself, empty if it is not known. */
export function cellText (value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(cellText).join(', ')
  if (!isRow(value)) return String(value)
  const { name, id, address, amount, currency, period } = value
  if (typeof amount === 'number') return `${amount}${cellWord(' ', currency)}${cellWord('/', period)}`
  const known = [name, id, address].find(part => typeof part === 'string' || typeof part === 'number')
  return known === undefined ? JSON.stringify(value) : String(known)
}

const cellWord = (before: string, word: unknown): string => typeof word === 'string' ? `${before}${word}` : ''

/**
 * What the tables show of rows that have more members than a terminal has room for, the most important first. Of other rows they show all
 * that fits into a cell.
 */
const shown: Readonly<Record<string, readonly string[]>> = {
  providers: ['id', 'title'],
  accounts: ['id', 'provider', 'title', 'read_only', 'health.status'],
  servers: ['id', 'name', 'status', 'addresses', 'region', 'cpus', 'memory_mib', 'disk_gib'],
  fleet: ['account', 'id', 'name', 'status', 'addresses', 'region', 'cpus', 'memory_mib', 'disk_gib'],
  addresses: ['address', 'id', 'server_id', 'ptr', 'scope', 'primary', 'prefix_length', 'gateway', 'region'],
  operations: ['id', 'action', 'server_id', 'status', 'created_at', 'finished_at', 'error']
}

/** The columns of rows of one kind, where the caller names none. */
export const columnsOf = (kind: string, first: Row): readonly string[] =>
  shown[kind] ?? Object.entries(first).flatMap(([name, value]) => fitsCell(value) ? [name] : [])

const fitsCell = (value: unknown): boolean =>
  !isRow(value) || Object.values(value).every(member => !isRow(member) && !Array.isArray(member))

/** What a caller needs of a row for the next command. */
export function idOf (row: Row): string {
  // A server that was created is what the caller wanted; the operation is only the way.
  if (row.action === 'create' && row.status === 'succeeded' && typeof row.server_id === 'string') return row.server_id
  const known = [row.id, row.url, row.password, row.address, row.name].find(part => typeof part === 'string' && part !== '')
  return known === undefined ? JSON.stringify(row) : String(known)
}
