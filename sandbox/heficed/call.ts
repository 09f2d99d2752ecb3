import { isRecord, parseJson, type Json } from '../kit/json.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { Instance } from './instance.ts'
import type { World } from './world.ts'

export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly params: Params
}

export type Handler = (call: Call) => SimulatedReply

export interface Problem {
  readonly status: number
  readonly detail: string
  readonly context?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const titles = new Map([
  [400, 'Bad Request'], [401, 'Unauthorized'], [403, 'Forbidden'], [404, 'Not Found'], [405, 'Method Not Allowed'], [409, 'Conflict']
])

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

/** Problem details plus the vendor's own `context`; `instance` is the path of the request, never a server id. */
export function problem ({ world, request }: Pick<Call, 'world' | 'request'>, facts: Problem): SimulatedReply {
  const { status, detail, context: fields = [], headers } = facts
  const context = world.behavior.problemContext === 'text' ? fields.join(', ') : { fields }
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { type: 'about:blank', title: titles.get(status) ?? 'Error', detail, instance: request.path, context }
  }
}

/** The vendor escapes slashes inside JSON strings; a slash occurs nowhere else in JSON text. */
export function encode (reply: SimulatedReply): SimulatedReply {
  if (reply.body === undefined) return reply
  const headers = { 'content-type': 'application/json', ...reply.headers }
  return { status: reply.status, headers, body: JSON.stringify(reply.body).replaceAll('/', '\\/') }
}

export const notFound = (call: Pick<Call, 'world' | 'request'>, what: string): SimulatedReply =>
  problem(call, { status: 404, detail: `${what} not found` })

/** The vendor's answer to an action in the wrong state is not documented. */
export const refuseState = (call: Call, action: string): SimulatedReply =>
  problem(call, { status: 409, detail: `The instance is not in a state for ${action}` })

/** Runs only for a server that exists and is already visible. */
export const withServer = (run: (call: Call, server: Instance) => SimulatedReply): Handler => call => {
  const server = call.world.visible(Number(call.params['id']))
  return server === undefined ? notFound(call, 'Instance') : run(call, server)
}

const isCount = (text: string): boolean => /^\d{1,9}$/.test(text)

/** `repeat` are the query members that the links keep. "No more" is the empty string in the links but null in the offsets. */
export function page<Row> (call: Call, rows: readonly Row[], repeat: readonly string[]): SimulatedReply {
  const { query, path } = call.request
  const { pageLimit } = call.world.behavior
  const requested = query.get('limit') ?? String(pageLimit)
  const from = query.get('offset') ?? '0'
  const wrong = !isCount(requested) || Number(requested) < 1 || Number(requested) > 200 ? 'limit' : !isCount(from) ? 'offset' : null
  if (wrong !== null) return problem(call, { status: 400, detail: `The ${wrong} is not valid`, context: [wrong] })
  const limit = Math.min(Number(requested), pageLimit)
  const current = Number(from)
  const next = current + limit < rows.length ? current + limit : null
  const previous = current > 0 ? Math.max(0, current - limit) : null
  const kept = repeat.filter(name => query.has(name)).map(name => `${name}=${encodeURIComponent(query.get(name) ?? '')}&`).join('')
  const link = (offset: number | null): string => offset === null ? '' : `${path}?${kept}limit=${limit}&offset=${offset}`
  return ok({
    data: rows.slice(current, current + limit),
    links: { paging: { self: link(current), next: link(next), previous: link(previous) } },
    metadata: { paging: { total: rows.length, limit, offsets: { current, next, previous }, sort: null, sdir: null } }
  })
}

/** The members of a JSON body and its faults. An invalid value is read as '', 0 or false. */
export interface Fields {
  readonly has: (name: string) => boolean
  readonly text: (name: string) => string
  readonly integer: (name: string, accept: (value: number) => boolean) => number
  /** Absent is false. */
  readonly flag: (name: string) => boolean
  readonly complain: (name: string) => void
  readonly refusal: () => SimulatedReply | undefined
}

/** An empty body is an empty object, whatever its content type. */
export function readFields (call: Call, allowed: readonly string[]): Fields {
  const parsed = call.request.body === '' ? {} : parseJson(call.request.body)
  const body: Json = isRecord(parsed) ? parsed : {}
  const wrong = [...isRecord(parsed) ? [] : ['body'], ...Object.keys(body).filter(name => !allowed.includes(name))]
  return {
    has: name => body[name] !== undefined,
    text: name => {
      const value = body[name]
      if (typeof value === 'string' && value !== '') return value
      wrong.push(name)
      return ''
    },
    integer: (name, accept) => {
      const value = body[name]
      if (typeof value === 'number' && Number.isInteger(value) && accept(value)) return value
      wrong.push(name)
      return 0
    },
    flag: name => {
      const value = body[name]
      if (value !== undefined && typeof value !== 'boolean') wrong.push(name)
      return value === true
    },
    complain: name => { wrong.push(name) },
    refusal: () => wrong.length === 0 ? undefined : problem(call, { status: 400, detail: 'The request is not valid', context: wrong })
  }
}
