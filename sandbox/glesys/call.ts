import { isRecord, parseJson, type Json } from '../kit/json.ts'
import type { SimulatedRequest } from '../kit/simulator.ts'
import { isLocked, type GlesysServer, type World } from './world.ts'

export interface Answer {
  readonly http: number
  readonly code: number
  readonly text: string
  readonly payload: Json
}

/** One authenticated call. */
export interface Call {
  readonly world: World
  readonly args: Json
  /** Empty for calls outside of a project. */
  readonly project: string
}

export type Run = (call: Call) => Answer
type ServerRun = (call: Call, server: GlesysServer) => Answer

/** `reads` may come by GET as well; `writes` only by POST. */
export interface Route {
  readonly kind: 'reads' | 'writes'
  readonly required: readonly string[]
  readonly run: Run
}

export type Routes = Readonly<Record<string, Route>>

export const reads = (required: readonly string[], run: Run): Route => ({ kind: 'reads', required, run })
export const writes = (required: readonly string[], run: Run): Route => ({ kind: 'writes', required, run })

export const ok = (payload: Json): Answer => ({ http: 200, code: 200, text: 'OK', payload })

export const refuse = (http: number, text: string, code: number = http): Answer => ({ http, code, text, payload: {} })

/** The vendor's own codes, 601 and up; their HTTP status today is not known. */
export const refuseCode = ({ behavior }: World, code: number, text: string): Answer => refuse(behavior.sixHundredHttp, text, code)

export const notSupported = (): Answer => refuse(404, 'Not supported')
export const invalid = (name: string): Answer => refuse(400, `The selected ${name} is invalid.`)
export const fieldRequired = (name: string): Answer => refuse(400, `The ${name} field is required.`)

export const unknownServer = ({ behavior }: World): Answer =>
  refuse(behavior.unknownServer === 'http-404' ? 404 : 400, 'Could not find server with this id on this account.\n')

export function serverOf (call: Call): GlesysServer | undefined {
  const server = call.world.servers.get(textOf(call.args, 'serverid') ?? '')
  return server?.projectkey === call.project ? server : undefined
}

export const withServer = (run: ServerRun): Run => call => {
  const server = serverOf(call)
  return server === undefined ? unknownServer(call.world) : run(call, server)
}

/** For changes of a server, which managed hosting and the lock refuse. */
export const withUnlocked = (run: ServerRun): Run => withServer((call, server) => {
  const { world } = call
  if (server.managedhosting === 'yes') return refuse(405, 'Not allowed on a server with managed hosting.')
  if (!isLocked(world, server)) return run(call, server)
  return world.behavior.lockedError === 'http-403' ? refuse(403, 'Server Locked') : refuse(500, 'Server Locked', 606)
})

/** The arguments of a query, of a form or of a JSON object, the body before the query; undefined for a body that cannot be read. */
export function readArguments (request: SimulatedRequest): Json | undefined {
  const query = Object.fromEntries(request.query)
  const type = (request.headers['content-type'] ?? '').toLowerCase()
  if (request.body.trim() === '') return query
  if (type.startsWith('application/x-www-form-urlencoded')) return { ...query, ...Object.fromEntries(new URLSearchParams(request.body)) }
  // A body of any other type has no arguments: no client is known to send XML.
  if (!type.startsWith('application/json')) return query
  const parsed = parseJson(request.body)
  if (Array.isArray(parsed) && parsed.length === 0) return query
  return isRecord(parsed) ? { ...query, ...parsed } : undefined
}

export function textOf (args: Json, name: string): string | undefined {
  const value = args[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A whole number; NaN for anything else, undefined if absent. */
export function wholeOf (args: Json, name: string): number | undefined {
  if (args[name] === undefined) return undefined
  const text = textOf(args, name) ?? ''
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
}

const truths = new Map([['yes', true], ['true', true], ['1', true], ['no', false], ['false', false], ['0', false]])

export const truthOf = (args: Json, name: string): boolean | undefined => truths.get((textOf(args, name) ?? '').toLowerCase())

export const isMissing = (args: Json, name: string): boolean => args[name] === undefined || args[name] === null || args[name] === ''
