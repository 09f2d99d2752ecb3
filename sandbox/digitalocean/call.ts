import { isRecord, parseJson, type Json } from '../kit/json.ts'
import { refusal } from '../kit/refusal.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { Droplet, World } from './world.ts'

export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly params: Params
}

export type Handler = (call: Call) => SimulatedReply

const ids = new Map([
  [400, 'bad_request'], [401, 'unauthorized'], [403, 'forbidden'], [404, 'not_found'], [422, 'unprocessable_entity'],
  [429, 'too_many_requests']
])

export const refuse = (status: number, message: string): Error =>
  refusal({ status, body: { id: ids.get(status) ?? 'server_error', message } })

export const notFound = (): Error => refuse(404, 'The resource you were accessing could not be found.')
export const unprocessable = (message: string): Error => refuse(422, message)

/** No body, and yet a content type. */
export const gone: SimulatedReply = { status: 204, headers: { 'content-type': 'application/json; charset=utf-8' } }

export function bodyOf ({ request }: Call): Json {
  const body = parseJson(request.body)
  if (!isRecord(body)) throw refuse(400, 'error parsing request body')
  return body
}

/** Runs only for a droplet that is there. */
export const withDroplet = (run: (call: Call, droplet: Droplet) => SimulatedReply): Handler => call => {
  const droplet = call.world.droplets.get(Number(call.params['id']))
  if (droplet === undefined) throw notFound()
  return run(call, droplet)
}

/** One event at a time runs on a droplet or address. */
export function requireIdle ({ pending }: World, owner: number | string): void {
  if (pending.has(owner)) throw unprocessable(`${typeof owner === 'number' ? 'Droplet' : 'The floating IP'} already has a pending event.`)
}

export const lacks = ({ world }: Pick<Call, 'world'>, scope: string): boolean => world.behavior.deniedScopes.includes(scope)

const mostRows = 200

/** Links are absolute, and only those that lead somewhere; a single page has none. */
export function page (call: Call, key: string, rows: readonly unknown[]): SimulatedReply {
  const { query, path, headers } = call.request
  const size = Math.min(Number(query.get('per_page') ?? 20), mostRows)
  const number = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(rows.length / size))
  const link = (to: number): string => {
    const parameters = new URLSearchParams(query)
    parameters.set('page', String(to))
    return `http://${headers.host ?? 'localhost'}${path}?${parameters.toString()}`
  }
  const pages = {
    ...(number > 1 ? { first: link(1), prev: link(number - 1) } : {}),
    ...(number < last ? { next: link(number + 1), last: link(last) } : {})
  }
  const links = last === 1 ? {} : { pages }
  return { status: 200, body: { [key]: rows.slice((number - 1) * size, number * size), links, meta: { total: rows.length } } }
}
