import type { SimulatedReply } from '../simulator.ts'
import { parameter, type Call } from './call.ts'
import { compareBy, parseFiltering, plainTest, type Fields } from './filters.ts'
import { ok, refuse } from './replies.ts'
import { permissionsOf } from './permissions.ts'

export interface Listing<Row> {
  readonly fields: Fields<Row>
  /** Plain query parameters that match exactly. */
  readonly plain: readonly string[]
  /** Plain parameters that must name something that exists. */
  readonly choices?: (call: Call, name: string) => ReadonlySet<string> | undefined
  readonly matches?: (row: Row, term: string) => boolean
  readonly orderable: readonly string[]
  readonly defaultOrder: string
  /** The word before the dot in the `permissions` object; client lists have none. */
  readonly permissions?: string
}

export function answerList<Row> (call: Call, rows: readonly Row[], listing: Listing<Row>, view: (row: Row) => unknown): SimulatedReply {
  const chosen = choose(call, rows, listing)
  const sent = orderingOf(call, listing)
  const ordered = order(chosen, listing, sent.length > 0 ? sent : [listing.defaultOrder])
  const { window, ...envelope } = cut(call, ordered, sent.length > 0)
  const permissions = listing.permissions === undefined ? {} : { permissions: permissionsOf(call, listing.permissions) }
  return ok({ ...permissions, ...envelope, objects: window.map(view) })
}

function choose<Row> (call: Call, rows: readonly Row[], listing: Listing<Row>): readonly Row[] {
  const tests: Array<(row: Row) => boolean> = []
  const filtering = parameter(call, 'filtering') ?? ''
  if (filtering !== '') tests.push(parseFiltering(filtering, listing.fields, call.world.knobs.badValueFilter))
  for (const name of listing.plain) {
    const value = parameter(call, name) ?? ''
    const field = listing.fields.get(name)
    if (value !== '' && field !== undefined) tests.push(plainTest(field, name, value, listing.choices?.(call, name)))
  }
  for (const term of (parameter(call, 'search') ?? '').toLowerCase().split(/[\s,]+/).filter(word => word !== '')) {
    tests.push(row => listing.matches?.(row, term) ?? true)
  }
  return rows.filter(row => tests.every(test => test(row)))
}

/** Unknown names are dropped without a word. */
const orderingOf = <Row> (call: Call, listing: Listing<Row>): string[] =>
  (parameter(call, 'ordering') ?? '').split(',').map(name => name.trim()).filter(name => listing.orderable.includes(name.replace(/^-/, '')))

function order<Row> (rows: readonly Row[], listing: Listing<Row>, names: readonly string[]): readonly Row[] {
  const compare = (a: Row, b: Row): number => {
    for (const name of names) {
      const field = listing.fields.get(name.replace(/^-/, ''))
      const result = field === undefined ? 0 : compareBy(field, a, b)
      if (result !== 0) return name.startsWith('-') ? -result : result
    }
    return 0
  }
  return [...rows].sort(compare)
}

interface Cut<Row> {
  readonly count: number
  readonly next: string | null
  readonly previous: string | null
  readonly totalCount: number
  readonly pageNo: number | string
  readonly window: readonly Row[]
}

function cut<Row> (call: Call, rows: readonly Row[], ordered: boolean): Cut<Row> {
  const size = pageSize(call)
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const asked = parameter(call, 'page')
  const page = asked === undefined ? 1 : asked === 'last' ? pages : /^\d+$/.test(asked) ? Number(asked) : 0
  if (page < 1 || page > pages) throw refuse(404, 'Invalid page.')
  const shift = !ordered && call.world.knobs.unorderedShift ? page - 1 : 0
  const shifted = [...rows.slice(rows.length - shift), ...rows.slice(0, rows.length - shift)]
  return {
    count: rows.length,
    next: page < pages ? link(call, page + 1) : null,
    previous: page > 1 ? link(call, page - 1) : null,
    totalCount: rows.length,
    // The raw query value is echoed, so it is a number only when nobody asked for one.
    pageNo: asked === undefined || asked === 'last' ? page : asked,
    window: shifted.slice((page - 1) * size, page * size)
  }
}

function pageSize (call: Call): number {
  const { defaultPageSize, maximumPageSize } = call.world.knobs
  const asked = parameter(call, 'page_size') ?? ''
  if (!/^\d+$/.test(asked) || Number(asked) === 0) return defaultPageSize
  return Math.min(Number(asked), maximumPageSize)
}

function link (call: Call, page: number): string {
  const origin = call.world.knobs.nextOrigin ?? `http://${call.request.headers.host ?? 'localhost'}`
  const query = new URLSearchParams(call.request.query)
  if (page === 1) query.delete('page')
  else query.set('page', String(page))
  query.sort()
  const text = query.toString()
  return `${origin}${call.request.path}${text === '' ? '' : `?${text}`}`
}
