import type { SimulatedReply } from '../simulator.ts'
import { ok, problem, type Call } from './replies.ts'

export interface ListOptions {
  /** Query members that the links repeat, in their order. */
  readonly repeat: readonly string[]
  readonly sort: string | null
  readonly sdir: string | null
}

const isCount = (text: string): boolean => /^\d{1,9}$/.test(text)

/** "No more" is the empty string in the links but null in the offsets. */
export function page<Row> (call: Call, rows: readonly Row[], { repeat, sort, sdir }: ListOptions): SimulatedReply {
  const { knobs } = call.world
  const { query, path } = call.request
  const asked = query.get('limit') ?? String(knobs.pageLimit)
  const from = query.get('offset') ?? '0'
  if (!isCount(asked) || Number(asked) < 1 || Number(asked) > knobs.limitMaximum) return refuse(call, 'limit')
  if (!isCount(from)) return refuse(call, 'offset')

  const limit = Math.min(Number(asked), knobs.pageLimit)
  const current = Number(from)
  const next = current + limit < rows.length ? current + limit : null
  const previous = current > 0 ? Math.max(0, current - limit) : null
  const kept = repeat.filter(name => query.has(name)).map(name => `${name}=${encodeURIComponent(query.get(name) ?? '')}&`).join('')
  const link = (offset: number | null): string => offset === null ? '' : `${path}?${kept}limit=${limit}&offset=${offset}`
  return ok({
    data: rows.slice(current, current + limit),
    links: { paging: { self: link(current), next: link(next), previous: link(previous) } },
    metadata: { paging: { total: rows.length, limit, offsets: { current, next, previous }, sort, sdir } }
  })
}

const refuse = (call: Call, name: string): SimulatedReply =>
  problem(call, { status: 400, detail: `The ${name} is not valid`, context: [name] })
