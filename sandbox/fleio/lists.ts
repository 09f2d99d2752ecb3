import { compareValues } from '../kit/lists.ts'
import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { crash, invalid, ok, parameter, permissionsOf, refuse, type Call } from './call.ts'

type ReadColumn<Row> = (row: Row) => unknown

export interface Listing<Row> {
  /** The columns that `filtering`, plain parameters and `ordering` can name. */
  readonly columns: ReadonlyArray<keyof Row & string>
  /** Columns whose query name differs. */
  readonly derived?: Readonly<Record<string, ReadColumn<Row>>>
  /** Query parameters that match exactly. */
  readonly plain: readonly string[]
  /** The valid values of a parameter. */
  readonly choices?: Readonly<Record<string, ReadonlySet<string>>>
  /** The columns of `search`. */
  readonly searched?: (row: Row, term: string) => boolean
  readonly orderable: readonly string[]
  readonly defaultOrder: string
  /** The prefix in the `permissions` object; client lists have none. */
  readonly permissions?: string
}

export function answerList<Row> (call: Call, rows: readonly Row[], listing: Listing<Row>, view: (row: Row) => unknown): SimulatedReply {
  const tests = [...filterTests(call, listing), ...plainTests(call, listing), ...searchTests(call, listing)]
  // Unknown names of an ordering are silently ignored.
  const names = (parameter(call, 'ordering') ?? '').split(',').filter(name => listing.orderable.includes(name.replace(/^-/, '')))
  const ordered = order(rows.filter(row => tests.every(test => test(row))), listing, names.length > 0 ? names : [listing.defaultOrder])
  const { window, ...envelope } = pageOf(call, ordered, names.length > 0)
  const permissions = listing.permissions === undefined ? {} : { permissions: permissionsOf(call, listing.permissions) }
  return ok({ ...permissions, ...envelope, objects: window.map(view) })
}

type Test<Row> = (row: Row) => boolean

function columnOf<Row> ({ columns, derived }: Listing<Row>, name: string): ReadColumn<Row> | undefined {
  const column = columns.find(column => column === name)
  return column === undefined ? derived?.[name] : row => row[column]
}

const matching = <Row> (read: ReadColumn<Row>, value: string): Test<Row> => row => String(read(row)) === value

/**
 * Reads `a:1+b:2` from the decoded query, in which a raw plus is already a space that joins both conditions into one. The first colon
 * separates; anything after a second one is dropped. Conditions on one column are alternatives.
 */
function filterTests<Row> (call: Call, listing: Listing<Row>): Array<Test<Row>> {
  const source = parameter(call, 'filtering') ?? ''
  const byColumn = new Map<string, Array<Test<Row>>>()
  for (const item of source === '' ? [] : source.split('+')) {
    const [name = '', value] = item.split(':')
    const read = columnOf(listing, name)
    if (value === undefined) throw refusal(crash)
    if (read === undefined) throw refuse(400, `Cannot resolve keyword '${name}' into field.`)
    byColumn.set(name, [...byColumn.get(name) ?? [], matching(read, value)])
  }
  return [...byColumn.values()].map(tests => row => tests.some(test => test(row)))
}

function plainTests<Row> (call: Call, listing: Listing<Row>): Array<Test<Row>> {
  return listing.plain.flatMap(name => {
    const value = parameter(call, name) ?? ''
    const read = columnOf(listing, name)
    if (value === '' || read === undefined) return []
    if (listing.choices?.[name]?.has(value) === false) {
      throw invalid({ [name]: ['Select a valid choice. That choice is not one of the available choices.'] })
    }
    return [matching(read, value)]
  })
}

const searchTests = <Row> (call: Call, { searched }: Listing<Row>): Array<Test<Row>> =>
  (parameter(call, 'search') ?? '').toLowerCase().split(/[\s,]+/).filter(term => term !== '')
    .map(term => row => searched?.(row, term) ?? true)

/** Nulls are the smallest, as in MariaDB. Times compare as moments. */
function order<Row> (rows: readonly Row[], listing: Listing<Row>, names: readonly string[]): readonly Row[] {
  const keyOf = (row: Row, name: string): unknown => {
    const value = columnOf(listing, name.replace(/^-/, ''))?.(row)
    return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value
  }
  return [...rows].sort((a, b) => names.reduce((result, name) =>
    result || compareValues(keyOf(a, name), keyOf(b, name)) * (name.startsWith('-') ? -1 : 1), 0))
}

function pageOf<Row> (call: Call, rows: readonly Row[], isOrdered: boolean) {
  const size = Math.min(Number(/^[1-9]\d*$/.exec(parameter(call, 'page_size') ?? '')?.[0] ?? 20), 10_000)
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const rawPage = parameter(call, 'page')
  const page = Number(rawPage ?? 1)
  if (!(page >= 1 && page <= pages)) throw refuse(404, 'Invalid page.')
  const shift = !isOrdered && call.world.behavior.unorderedShift ? page - 1 : 0
  const shifted = [...rows.slice(rows.length - shift), ...rows.slice(0, rows.length - shift)]
  return {
    count: rows.length,
    next: page < pages ? link(call, page + 1) : null,
    previous: page > 1 ? link(call, page - 1) : null,
    totalCount: rows.length,
    // The raw query value is echoed, so it is a number only if the caller sent none.
    pageNo: rawPage ?? 1,
    window: shifted.slice((page - 1) * size, page * size)
  }
}

function link (call: Call, page: number): string {
  const origin = call.world.behavior.nextOrigin ?? `http://${call.request.headers.host ?? 'localhost'}`
  const query = new URLSearchParams(call.request.query)
  if (page === 1) query.delete('page')
  else query.set('page', String(page))
  query.sort()
  return `${origin}${call.request.path}${query.size === 0 ? '' : `?${query.toString()}`}`
}
