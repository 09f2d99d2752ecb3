import { compareValues } from '../kit/lists.ts'
import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { crash, invalid, ok, parameter, permissionsOf, refuse, type Call } from './call.ts'

type Read<Row> = (row: Row) => unknown

export interface Listing<Row> {
  /** The columns that `filtering`, plain parameters and `ordering` know, by the row's own names. */
  readonly columns: ReadonlyArray<keyof Row & string>
  /** Columns whose query name differs. */
  readonly derived?: Readonly<Record<string, Read<Row>>>
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
  const sent = (parameter(call, 'ordering') ?? '').split(',').filter(name => listing.orderable.includes(name.replace(/^-/, '')))
  const ordered = order(rows.filter(row => tests.every(test => test(row))), listing, sent.length > 0 ? sent : [listing.defaultOrder])
  const { window, ...envelope } = cut(call, ordered, sent.length > 0)
  const permissions = listing.permissions === undefined ? {} : { permissions: permissionsOf(call, listing.permissions) }
  return ok({ ...permissions, ...envelope, objects: window.map(view) })
}

type Test<Row> = (row: Row) => boolean

function columnOf<Row> ({ columns, derived }: Listing<Row>, name: string): Read<Row> | undefined {
  const own = columns.find(column => column === name)
  return own === undefined ? derived?.[name] : row => row[own]
}

const matching = <Row> (read: Read<Row>, value: string): Test<Row> => row => String(read(row)) === value

/**
 * Reads `a:1+b:2` after the query was decoded, so a raw plus has become a space by now and glues both conditions
 * together. The first colon separates; what follows a second one is thrown away. One column twice is an alternative.
 */
function filterTests<Row> (call: Call, listing: Listing<Row>): Array<Test<Row>> {
  const source = parameter(call, 'filtering') ?? ''
  const wanted = new Map<string, Array<Test<Row>>>()
  for (const item of source === '' ? [] : source.split('+')) {
    const [name = '', value] = item.split(':')
    const read = columnOf(listing, name)
    if (value === undefined) throw refusal(crash)
    if (read === undefined) throw refuse(400, `Cannot resolve keyword '${name}' into field.`)
    wanted.set(name, [...wanted.get(name) ?? [], matching(read, value)])
  }
  return [...wanted.values()].map(tests => row => tests.some(test => test(row)))
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

function cut<Row> (call: Call, rows: readonly Row[], isOrdered: boolean) {
  const size = Math.min(Number(/^[1-9]\d*$/.exec(parameter(call, 'page_size') ?? '')?.[0] ?? 20), 10_000)
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const asked = parameter(call, 'page')
  const page = Number(asked ?? 1)
  if (!(page >= 1 && page <= pages)) throw refuse(404, 'Invalid page.')
  const shift = !isOrdered && call.world.behavior.unorderedShift ? page - 1 : 0
  const shifted = [...rows.slice(rows.length - shift), ...rows.slice(0, rows.length - shift)]
  return {
    count: rows.length,
    next: page < pages ? link(call, page + 1) : null,
    previous: page > 1 ? link(call, page - 1) : null,
    totalCount: rows.length,
    // The raw query value is echoed, so it is a number only when the caller asked for none.
    pageNo: asked ?? 1,
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
