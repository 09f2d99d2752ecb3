import { isRecord, parseJson, type Json } from '../kit/json.ts'
import { compareValues } from '../kit/lists.ts'
import { refusal } from '../kit/refusal.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { Server } from './seed.ts'
import type { World } from './world.ts'

export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly params: Params
}

export type Handler = (call: Call) => SimulatedReply

export const created = (body: unknown): SimulatedReply => ({ status: 201, body })
export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

export const problem = (status: number, code: string, message = code.replaceAll('_', ' '), details: unknown = null): SimulatedReply =>
  ({ status, body: { error: { code, message, details } } })

export const refuse = (...facts: Parameters<typeof problem>): Error => refusal(problem(...facts))
export const invalid = (name: string, message = 'is invalid'): Error =>
  refuse(422, 'invalid_input', `invalid input in field '${name}': ${message}`, { fields: [{ name, messages: [message] }] })
export const unrouted = (): Error => refuse(404, 'not_found', 'api route not found')
export const notFound = (what: string): Error => refuse(404, 'not_found', `${what} not found`)
export const locked = (): Error => refuse(423, 'locked', 'cannot perform operation because server is locked')
export const removed = (announced: string): Error => refuse(
  410, 'deprecated_api_endpoint', 'API functionality was removed', { announcement: `https://docs.hetzner.cloud/changelog#${announced}` }
)

/** Runs only for a server that is there. */
export const withServer = (run: (call: Call, server: Server) => SimulatedReply): Handler => call => {
  const server = call.world.servers.get(Number(call.params['id']))
  if (server === undefined) throw notFound(`server with ID '${call.params['id']}'`)
  return run(call, server)
}

/** The body. Other members than the allowed ones are refused, and so are missing required ones. */
export function bodyOf ({ request }: Call, allowed: readonly string[], required: readonly string[] = []): Json {
  const body = request.body === '' ? {} : parseJson(request.body)
  if (!isRecord(body)) throw refuse(400, 'json_error', 'invalid JSON input', {})
  const strange = Object.keys(body).find(name => !allowed.includes(name))
  if (strange !== undefined) throw refuse(422, 'invalid_input', `invalid input: unknown field name '${strange}'`, {})
  const missing = required.find(name => body[name] === undefined)
  if (missing !== undefined) throw invalid(missing, 'is required')
  return body
}

interface ListOf<Row> {
  readonly name: string
  readonly rows: readonly Row[]
  readonly sorts?: readonly string[]
  show?(row: Row): unknown
}

const most = 50

const labelsOf = (labels: unknown): Record<string, string> =>
  isRecord(labels) ? Object.fromEntries(Object.entries(labels).map(([key, text]) => [key, String(text)])) : {}

/** One page in the vendor's envelope. Repeated filters match any of their values. */
export function page<Row extends object> (call: Call, { name, rows, sorts = [], show = row => row }: ListOf<Row>): SimulatedReply {
  const { query, path } = call.request
  const [field = 'id', direction = 'asc'] = (query.get('sort') ?? 'id').split(':')
  if (query.has('sort') && !sorts.includes(field)) throw invalid('sort')
  const matches = query.has('label_selector') ? parseSelector(query.get('label_selector') ?? '') : () => true
  if (matches === null) throw refuse(422, 'invalid_input', 'invalid identifier at position 0', {})
  const member = (row: object, key: string): unknown => Object.entries(row).find(([own]) => own === key)?.[1]
  const filters = ['name', 'status', 'type', 'ip', 'architecture'].filter(key => query.has(key))
  const isFound = (row: Row): boolean =>
    matches(labelsOf(member(row, 'labels'))) && filters.every(key => query.getAll(key).includes(String(member(row, key))))
  const found = rows.filter(isFound)
    .sort((a, b) => compareValues(member(a, field), member(b, field)) * (direction === 'desc' ? -1 : 1))
  const [at, size] = [Number(query.get('page') ?? '1'), Math.min(most, Number(query.get('per_page') ?? '25'))]
  if (!(at >= 1 && size >= 1)) throw invalid('page')
  const end = Math.max(1, Math.ceil(found.length / size))
  const next = at < end ? at + 1 : null
  const linkOf = (number: number, rel: string): string => `<https://api.hetzner.cloud/v1${path}?page=${number}>; rel=${rel}`
  const links = [...(next === null ? [] : [linkOf(next, 'next')]), linkOf(end, 'last')]
  const pagination = {
    page: at, per_page: size, previous_page: at > 1 ? at - 1 : null, next_page: next, last_page: end, total_entries: found.length
  }
  return {
    status: 200,
    headers: { link: links.join(', ') },
    body: { [name]: found.slice((at - 1) * size, at * size).map(row => show(row)), meta: { pagination } }
  }
}

/** A label selector as the vendor reads it; null where it is not one. */
type Matches = (labels: Readonly<Record<string, string>>) => boolean

const key = '(?:[a-zA-Z0-9.-]{1,253}/)?[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?'
const value = '(?:[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?'
const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`)
const membership = new RegExp(`^(${key}) (in|notin) \\(([^()]*)\\)$`)
const presence = new RegExp(`^(!?)(${key})$`)

/** `a=b,c!=d,e in (f,g),!h`. Nothing can be quoted. */
export function parseSelector (text: string): Matches | null {
  const terms = text.split(/,(?![^(]*\))/).map(term => termOf(term.trim()))
  return terms.some(term => term === null) ? null : labels => terms.every(term => term?.(labels) === true)
}

function termOf (term: string): Matches | null {
  const [, name = '', operator, wanted] = equality.exec(term) ?? []
  if (operator !== undefined) return labels => (labels[name] === wanted) === (operator !== '!=')
  const [, member = '', word, list = ''] = membership.exec(term) ?? []
  if (word !== undefined) {
    const values = list.split(',').map(item => item.trim())
    return labels => values.includes(labels[member] ?? '\0') === (word === 'in')
  }
  const [, not, named] = presence.exec(term) ?? []
  return named === undefined ? null : labels => (labels[named] !== undefined) === (not === '')
}
