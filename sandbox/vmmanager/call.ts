import { isRecord, type Json } from '../kit/json.ts'
import type { Params } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { VmmanagerKnobs } from './knobs.ts'
import type { HostRecord, Platform, UserRecord } from './model.ts'

export type Check = (value: unknown) => boolean
export type Shape = Readonly<Record<string, Check>>

/** One request that was let in: known route, valid token, checked body. */
export interface Call {
  readonly platform: Platform
  readonly request: SimulatedRequest
  /** On public routes a substitute that owns nothing. */
  readonly user: UserRecord
  readonly params: Params
  readonly body: Json
}

export type Run = (call: Call) => SimulatedReply

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly access: 'public' | 'user' | 'admin'
  readonly body?: Shape
  readonly required?: readonly string[]
  /** The answer's shape is not on record. */
  readonly inferred?: true
  readonly run: Run
}

type Rest = Partial<Pick<Route, 'access' | 'body' | 'required' | 'inferred'>>

export const get = (path: string, run: Run, rest: Rest = {}): Route => ({ method: 'GET', path, run, access: 'user', ...rest })
export const post = (path: string, run: Run, rest: Rest = {}): Route => ({ method: 'POST', path, run, access: 'user', ...rest })
export const remove = (path: string, run: Run, rest: Rest = {}): Route => ({ method: 'DELETE', path, run, access: 'user', ...rest })

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

/** Every service answers errors in one envelope; codes other than 22013, 3001, 1000 and 5021 are not recorded. */
export const refuse = (status: number, code: number, msg: string, value?: Json): SimulatedReply =>
  ({ status, body: { error: { code, msg, ...(value === undefined ? {} : { value }) } } })

export const badToken = (knobs: VmmanagerKnobs): SimulatedReply => refuse(401, knobs.badTokenCode, 'Unauthorized')
/** Missing rights have the same code as a bad token; only the status differs. */
export const closed = (): SimulatedReply => refuse(403, 3001, 'Unauthorized')
export const notFound = (name: string): SimulatedReply => refuse(404, 1002, 'Not found', { name })
export const invalidValue = (name: string): SimulatedReply => refuse(400, 1006, 'Invalid value', { name })
export const missingProperty = (name: string): SimulatedReply => refuse(400, 1007, 'Missing property', { name })
export const conflict = (msg: string): SimulatedReply => refuse(409, 5030, msg)

export const isAdmin = (user: UserRecord): boolean => user.role === '@admin'

/** A segment that is no plain number matches no row. */
export const idOf = (call: Call): number => {
  const sent = call.params['id'] ?? ''
  return /^\d{1,15}$/.test(sent) ? Number(sent) : -1
}

/** Users see what belongs to their account, administrators everything. */
export const owns = (call: Call, accountId: number | undefined): boolean => isAdmin(call.user) || call.user.id === accountId

/** For the paths below /host/{id}: another account's host is answered like an unknown one. */
export const onHost = (run: (call: Call, host: HostRecord) => SimulatedReply): Run => call => {
  const host = call.platform.hosts.get(idOf(call))
  if (host !== undefined && owns(call, host.accountId)) return run(call, host)
  return refuse(call.platform.knobs.hostUnknownStatus, 5021, 'Host id unknown')
}

export const text: Check = value => typeof value === 'string'
export const flag: Check = value => typeof value === 'boolean'
export const whole: Check = value => Number.isInteger(value)
export const natural: Check = value => Number.isInteger(value) && Number(value) > 0
export const count: Check = value => Number.isInteger(value) && Number(value) >= 0
export const orNull = (check: Check): Check => value => value === null || check(value)
export const listOf = (check: Check): Check => value => Array.isArray(value) && value.every(check)
export const oneOf = (...words: readonly string[]): Check => value => typeof value === 'string' && words.includes(value)
export const object = (shape: Shape): Check => value =>
  isRecord(value) && Object.entries(value).every(([key, item]) => shape[key]?.(item) ?? false)

/** The first key that this call does not know, then the first wrong type, then the first missing one. */
export function checkBody (body: Json, shape: Shape, required: readonly string[] = []): SimulatedReply | null {
  const unknown = Object.keys(body).find(key => !Object.hasOwn(shape, key))
  if (unknown !== undefined) return refuse(400, 1005, 'Unexpected property', { name: unknown })
  const wrong = Object.keys(body).find(key => !(shape[key]?.(body[key]) ?? false))
  if (wrong !== undefined) return invalidValue(wrong)
  const missing = required.find(key => body[key] === undefined)
  return missing === undefined ? null : missingProperty(missing)
}
