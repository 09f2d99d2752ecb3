import { isRecord, parseJson, recordOf, type Json } from '../kit/json.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { Server, World } from './world.ts'

export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly params: Params
  /** Of the answer; the log of actions has it. */
  readonly requestId: string
}

export type Handler = (call: Call) => SimulatedReply

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const accepted: SimulatedReply = { status: 202 }

const nova = (word: string) => (status: number, message: string): SimulatedReply =>
  ({ status, body: { [word]: { code: status, message } } })
export const badRequest = (message: string): SimulatedReply => nova('badRequest')(400, message)
export const forbidden = (message: string): SimulatedReply => nova('forbidden')(403, message)
export const notFound = (message: string): SimulatedReply => nova('itemNotFound')(404, message)
export const conflict = (message: string): SimulatedReply => nova('conflictingRequest')(409, message)
export const fault = (status: number, message: string): SimulatedReply => nova('computeFault')(status, message)

/** What was sent comes back in the text, passwords included. */
export const invalid = (field: string, value: unknown, reason: string): SimulatedReply => {
  const sent = typeof value === 'string' ? value : JSON.stringify(value)?.replaceAll('"', "'")
  return badRequest(`Invalid input for field/attribute ${field}. Value: ${sent}. ${reason}`)
}

const titles: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 413: 'Request Entity Too Large' }
/** The form of Glance, and of Nova for routes that it does not have. */
export const webob = (status: number, message: string): SimulatedReply =>
  ({ status, body: { message: `${message}<br /><br />\n\n\n`, code: `${status} ${titles[status] ?? ''}`, title: titles[status] } })
export const noRoute = (): SimulatedReply => webob(404, 'The resource could not be found.')

export const neutronError = (status: number, type: string, message: string): SimulatedReply =>
  ({ status, body: { NeutronError: { type, message, detail: '' } } })

/** Keystone's, and that of the token check before every service. */
export const keystoneError = (code: number, title: string, message: string): SimulatedReply =>
  ({ status: code, body: { error: { code, title, message } } })

/** The one member of the body, which must be an object. */
export const bodyOf = ({ request }: Call, name: string): Json => {
  const body = parseJson(request.body)
  return (isRecord(body) ? recordOf(body, name) : undefined) ?? {}
}

export const withServer = (run: (call: Call, server: Server) => SimulatedReply): Handler => call => {
  const id = call.params['id'] ?? ''
  const server = call.world.servers.get(id)
  return server === undefined ? notFound(`Instance ${id} could not be found.`) : run(call, server)
}

interface ListOf<Row> {
  readonly name: string
  readonly rows: readonly Row[]
  readonly idOf: (row: Row) => string
  readonly show?: (row: Row) => unknown
  /** A row that a marker may name although it is not listed. */
  readonly startOf?: (marker: string) => number | null
}

/** A page after a marker. There is a link to the next one whenever this one is full. */
export function page<Row> (call: Call, { name, rows, idOf, show = row => row, startOf }: ListOf<Row>): SimulatedReply {
  const { request: { query, path }, world } = call
  const limit = query.get('limit')
  if (limit !== null && !/^\d+$/.test(limit)) return invalid('limit', limit, `'${limit}' does not match '^[0-9]*$'`)
  const size = Math.min(limit === null ? world.behavior.maxLimit : Number(limit), world.behavior.maxLimit)
  const marker = query.get('marker')
  const listed = rows.findIndex(row => idOf(row) === marker)
  // A deleted marker that was the first row has none before it: -1 is a place, too.
  const at = marker === null ? -1 : listed >= 0 ? listed : startOf?.(marker) ?? null
  if (at === null) return badRequest(`marker [${marker}] not found`)
  const found = rows.slice(at + 1, at + 1 + size)
  const last = found.at(-1)
  const isFull = size > 0 && found.length === size && last !== undefined
  return ok({
    [name]: found.map(show),
    ...(isFull ? { [`${name}_links`]: [{ rel: 'next', href: `http://nova.internal:8774${path}?marker=${idOf(last)}` }] } : {})
  })
}
