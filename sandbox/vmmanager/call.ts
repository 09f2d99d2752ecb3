import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { Json, Shape } from './body.ts'
import { hostUnknown } from './errors.ts'
import type { HostRecord, Platform, UserRecord } from './model.ts'

/** One request that passed the door: known route, valid token, checked body. */
export interface Call {
  readonly platform: Platform
  readonly request: SimulatedRequest
  /** On public routes a stand-in that owns nothing. */
  readonly user: UserRecord
  readonly params: Readonly<Record<string, string>>
  readonly body: Json
}

export type Run = (call: Call) => SimulatedReply

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `:name` stands for one segment. */
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

export const isAdmin = (user: UserRecord): boolean => user.role === '@admin'

/** A segment that is no plain number matches no row. */
export const idOf = (call: Call, name = 'id'): number => {
  const sent = call.params[name] ?? ''
  return /^\d{1,15}$/.test(sent) ? Number(sent) : -1
}

/** Users see what belongs to their account, administrators everything. */
export const owns = (call: Call, accountId: number): boolean => isAdmin(call.user) || call.user.id === accountId

export const visibleHosts = (call: Call): HostRecord[] =>
  [...call.platform.hosts.values()].filter(host => owns(call, host.accountId))

/** For the paths below /host/{id}: another account's host is as unknown as one that never was. */
export const onHost = (run: (call: Call, host: HostRecord) => SimulatedReply): Run => call => {
  const host = call.platform.hosts.get(idOf(call))
  return host !== undefined && owns(call, host.accountId) ? run(call, host) : hostUnknown(call.platform.knobs)
}
