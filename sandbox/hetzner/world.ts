import { createAgenda } from '../kit/agenda.ts'
import { seedImages } from './catalog.ts'
import type { HetznerBehavior } from './behavior.ts'
import { firstServer, newServer, seedFloatingIps, seedPrimaryIps, seedServers, type Server } from './seed.ts'

export interface Action {
  readonly id: number
  readonly command: string
  status: 'running' | 'success' | 'error'
  progress: number
  readonly started: string
  finished: string | null
  readonly resources: ReadonlyArray<{ readonly id: number, readonly type: string }>
  error: { readonly code: string, readonly message: string } | null
}

export interface Work {
  readonly command: string
  readonly resources: Action['resources']
  readonly ms?: number
  /** The server that it locks, and the state shown meanwhile. */
  readonly locks?: Server
  readonly during?: string
  readonly effect?: () => void
}

/** The state of the simulated project. Times are sent without fractions. */
export function createWorld (behavior: HetznerBehavior, clock: () => number) {
  const agenda = createAgenda(clock)
  const servers = new Map(seedServers().map(server => [server.id, server]))
  const actions = new Map<number, Action>()
  const last = { server: firstServer + 500, image: 245_000_500, ip: 93_000_000, action: 606_028_482_673_873, password: 0, answer: 0 }
  /** How many running actions lock a server. */
  const locks = new Map<number, number>()
  const lock = (server: Server, by: 1 | -1): void => {
    const held = (locks.get(server.id) ?? 0) + by
    locks.set(server.id, held)
    server.locked = held > 0
  }
  const iso = (): string => new Date(clock()).toISOString().replace(/\.\d+Z$/, 'Z')

  /** The samples of the vendor have an error beside `running`, too: it says nothing until the status is `error`. */
  const begin = ({ command, resources, ms = behavior.actionMs, locks: locked, during, effect }: Work): Action => {
    const error = { code: 'action_failed', message: 'Action failed' }
    const action: Action = { id: ++last.action, command, status: 'running', progress: 0, started: iso(), finished: null, resources, error }
    actions.set(action.id, action)
    const before = locked?.status
    if (locked !== undefined) lock(locked, 1)
    if (locked !== undefined && during !== undefined) locked.status = during
    agenda.later(ms, () => {
      const failed = behavior.failCommands.includes(command)
      Object.assign(action, { status: failed ? 'error' : 'success', progress: 100, finished: iso(), ...(failed ? {} : { error: null }) })
      if (locked !== undefined) lock(locked, -1)
      if (failed && during !== undefined && locked !== undefined) locked.status = before ?? locked.status
      if (!failed) effect?.()
    }, locked?.id)
    return action
  }

  return {
    ...agenda,
    iso,
    behavior,
    servers,
    actions,
    last,
    begin,
    created: 0,
    images: new Map(seedImages().map(image => [image.id, image])),
    primary: new Map(seedPrimaryIps([...servers.values()]).map(ip => [ip.id, ip])),
    floating: new Map(seedFloatingIps().map(ip => [ip.id, ip])),
    /** Servers that run the rescue system. */
    rescued: new Set<number>(),
    /** The bucket of requests. */
    bucket: { left: behavior.rateLimit, at: clock() },
    /** Returned once: no later response may repeat it. */
    password: () => `shown-once-${++last.password}`,
    addServers: (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const id = ++last.server
        servers.set(id, newServer(id, `more-${index}`))
      }
    }
  }
}

export type World = ReturnType<typeof createWorld>
