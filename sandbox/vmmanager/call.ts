import { isRecord, type Json } from '../kit/json.ts'
import { refusal } from '../kit/refusal.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { HostRecord, Platform, UserRecord } from './model.ts'

export type Check = (value: unknown) => boolean
export type Shape = Readonly<Record<string, Check>>

/** An accepted request: known route, valid token, checked body. */
export interface Call {
  readonly platform: Platform
  readonly request: SimulatedRequest
  /** On public routes a substitute that owns nothing. */
  readonly user: UserRecord
  readonly params: Params
  readonly body: Json
}

export type Run = (call: Call) => SimulatedReply
export type HostRun = (call: Call, host: HostRecord) => SimulatedReply

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly run: Run
  readonly access?: 'public' | 'admin'
  readonly body?: Shape
  readonly required?: readonly string[]
  /** The form of the answer is not documented. */
  readonly inferred?: true
}

const route = (method: Route['method']) => (path: string, run: Run, rest: Omit<Route, 'method' | 'path' | 'run'> = {}): Route =>
  ({ method, path, run, ...rest })

export const get = route('GET')
export const post = route('POST')
export const remove = route('DELETE')

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

/** Every service answers errors in one envelope; codes other than 22013, 3001, 1000 and 5021 are not recorded. */
export const errorReply = (status: number, code: number, msg: string, value?: Json): SimulatedReply =>
  ({ status, body: { error: { code, msg, ...(value === undefined ? {} : { value }) } } })

/** All of these are thrown. */
export const refuse = (...facts: Parameters<typeof errorReply>): Error => refusal(errorReply(...facts))
export const badToken = ({ behavior }: Platform): Error => refuse(401, behavior.badTokenCode, 'Unauthorized')
/** Missing rights have the same code as a bad token; only the status differs. */
export const forbidden = (): Error => refuse(403, 3001, 'Unauthorized')
export const notFound = (name: string): Error => refuse(404, 1002, 'Not found', { name })
export const invalidValue = (name: string): Error => refuse(400, 1006, 'Invalid value', { name })
export const missingProperty = (name: string): Error => refuse(400, 1007, 'Missing property', { name })
export const conflict = (msg: string): Error => refuse(409, 5030, msg)

export const isAdmin = (user: UserRecord): boolean => user.role === '@admin'

/** A segment that is not a number matches no row. */
export const idOf = ({ params: { id = '' } }: Call): number => /^\d{1,15}$/.test(id) ? Number(id) : -1

/** Users see what belongs to their account, administrators everything. */
export const owns = (call: Call, accountId: number | undefined): boolean => isAdmin(call.user) || call.user.id === accountId

/** For the paths below /host/{id}: another account's host is answered like an unknown one. */
export const onHost = (run: HostRun): Run => call => {
  const host = call.platform.hosts.get(idOf(call))
  if (host === undefined || !owns(call, host.accountId)) throw refuse(call.platform.behavior.hostUnknownStatus, 5021, 'Host id unknown')
  return run(call, host)
}

export const text: Check = value => typeof value === 'string'
export const flag: Check = value => typeof value === 'boolean'
export const natural: Check = value => Number.isInteger(value) && Number(value) > 0
export const count: Check = value => Number.isInteger(value) && Number(value) >= 0
export const listOf = (check: Check): Check => value => Array.isArray(value) && value.every(check)
export const oneOf = (...words: readonly string[]): Check => value => typeof value === 'string' && words.includes(value)
export const object = (shape: Shape): Check => value =>
  isRecord(value) && Object.entries(value).every(([key, item]) => shape[key]?.(item) ?? false)

/** The first key that this call does not know, then the first wrong type, then the first missing one. */
export function checkBody (body: Json, { body: shape = {}, required = [] }: Route): void {
  const unknown = Object.keys(body).find(key => !Object.hasOwn(shape, key))
  if (unknown !== undefined) throw refuse(400, 1005, 'Unexpected property', { name: unknown })
  const wrong = Object.keys(body).find(key => !(shape[key]?.(body[key]) ?? false))
  if (wrong !== undefined) throw invalidValue(wrong)
  const missing = required.find(key => body[key] === undefined)
  if (missing !== undefined) throw missingProperty(missing)
}
