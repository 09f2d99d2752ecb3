import { startSimulator, type Simulator } from '../simulator.ts'
import { issueToken } from './auth.ts'
import { defaultKnobs, type FleioKnobs } from './knobs.ts'
import type { Client, FloatingIp, Image, Instance } from './records.ts'
import { handle } from './router.ts'
import { addPlainInstances, seed } from './seed.ts'
import { createWorld, settle, type UserKind, type World } from './world.ts'

export interface FleioOptions {
  readonly port?: number
  readonly latencyMs?: number
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<FleioKnobs>
}

export interface FleioAccount {
  readonly url: string
  readonly token: string
}

export interface FleioSandbox extends Simulator {
  readonly knobs: FleioKnobs
  /** What the gateway needs to know, by account name. */
  readonly settings: Record<'fleio-staff' | 'fleio-user', FleioAccount>
  /** This and the next three are brought up to date by the clock whenever they are read. */
  readonly servers: Map<string, Instance>
  readonly clients: Map<number, Client>
  readonly images: Map<string, Image>
  readonly floatingIps: Map<string, FloatingIp>
  /** Creates that were accepted. */
  readonly created: number
  /** State and task as they are now, undefined when the instance is gone. */
  statusOf(id: string): { readonly status: string, readonly task: string | null } | undefined
  /** Adds running instances of the end user's client, newest last, and answers their ids. */
  addServers(count: number): string[]
  /** Another working key of that user. */
  addToken(user: UserKind): string
  /** Deletes every key, as an operator can; there is no sign-in that brings them back. */
  revokeTokens(): void
}

export const staffToken = 'SECRETSTAFF00000000000000000000000000001'
export const userToken = 'SECRETUSER000000000000000000000000000002'

/** A Fleio installation: /backend/staffapi for operators, /backend/api for end users. */
export async function startFleio (options: FleioOptions = {}): Promise<FleioSandbox> {
  const knobs: FleioKnobs = { ...defaultKnobs(), ...options.knobs }
  const world = createWorld(knobs, options.clock ?? Date.now)
  seed(world)
  world.tokens.set(staffToken, 'staff').set(userToken, 'user')
  const simulator = await startSimulator(request => handle(world, request), { port: options.port ?? 0, latencyMs: options.latencyMs ?? 0 })
  const upToDate = (): World => {
    settle(world)
    return world
  }
  return {
    origin: simulator.origin,
    calls: simulator.calls,
    get latencyMs () { return simulator.latencyMs },
    set latencyMs (ms) { simulator.latencyMs = ms },
    fail: simulator.fail,
    clearFaults: simulator.clearFaults,
    hold: simulator.hold,
    close: simulator.close,
    knobs,
    settings: {
      'fleio-staff': { url: `${simulator.origin}/backend/staffapi`, token: staffToken },
      'fleio-user': { url: `${simulator.origin}/backend/api`, token: userToken }
    },
    get servers () { return upToDate().instances },
    get clients () { return upToDate().clients },
    get images () { return upToDate().images },
    get floatingIps () { return upToDate().floatingIps },
    get created () { return world.created },
    statusOf: id => {
      const instance = upToDate().instances.get(id)
      return instance === undefined ? undefined : { status: instance.status, task: instance.task }
    },
    addServers: count => addPlainInstances(world, count),
    addToken: user => issueToken(world, user),
    revokeTokens: () => { world.tokens.clear() }
  }
}
