import type { Simulator, SimulatorOptions } from '../simulator.ts'
import { startSimulator } from '../simulator.ts'
import { accountRoutes } from './account-routes.ts'
import { addressRoutes } from './address-routes.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import { diskRoutes } from './disk-routes.ts'
import { hostRoutes } from './host-routes.ts'
import type { VmmanagerKnobs } from './knobs.ts'
import { createKnobs } from './knobs.ts'
import type { HostRecord, Platform } from './model.ts'
import { poolRoutes } from './pool-routes.ts'
import { powerRoutes } from './power-routes.ts'
import { resizeRoutes } from './resize.ts'
import { createRouter } from './router.ts'
import { addHosts, administrator, client, createPlatform } from './seed.ts'
import { taskRoutes } from './task-routes.ts'
import { settle } from './tasks.ts'

export type { VmmanagerKnobs } from './knobs.ts'
export type { HostRecord } from './model.ts'

export interface VmmanagerOptions extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<VmmanagerKnobs>
}

export interface VmmanagerSandbox extends Simulator {
  readonly knobs: VmmanagerKnobs
  readonly settings: Record<string, Record<string, string>>
  readonly servers: Map<number, HostRecord>
  /** Accepted password logins. */
  readonly logins: number
  readonly keyLogins: number
  readonly failedLogins: number
  /** Hosts made by accepted creates and clones. */
  readonly created: number
  /** The vendor's word for a host's power at this moment; null when there is no such host. */
  powerOf(id: number | string): string | null
  /** The next `times` requests of any kind answer 503. */
  suspend(times: number): void
  /** The next `times` tasks of that name (`*` for any) fail. */
  failNext(name: string, times?: number): void
  /** Deletes every token, long-lived ones too. */
  revokeTokens(): void
  addServers(count: number): HostRecord[]
}

const routes = [
  ...hostRoutes, ...powerRoutes, ...resizeRoutes, ...addressRoutes, ...diskRoutes, ...taskRoutes, ...catalogueRoutes, ...poolRoutes,
  ...accountRoutes
]

export async function startVmmanager (options: VmmanagerOptions = {}): Promise<VmmanagerSandbox> {
  const { clock = Date.now, knobs: given, ...rest } = options
  const knobs = createKnobs(given)
  const platform = createPlatform(knobs, clock)
  const simulator = await startSimulator(createRouter(platform, routes), rest)
  const account = { url: simulator.origin, ...administrator }
  const settings = { vm6: account, 'vm6-client': { ...account, as_user: client } }
  // Assigned onto the harness's own object: it reads `latencyMs` there.
  return Object.defineProperties(Object.assign(simulator, { knobs, settings, ...controls(platform) }), counters(platform))
}

const controls = (platform: Platform) => ({
  servers: platform.hosts,
  created: 0,
  logins: 0,
  keyLogins: 0,
  failedLogins: 0,
  powerOf: (id: number | string): string | null => {
    settle(platform)
    return platform.hosts.get(Number(id))?.state ?? null
  },
  suspend: (times: number): void => { platform.knobs.suspend = times },
  failNext: (name: string, times = 1): void => { platform.knobs.failTasks[name] = times },
  revokeTokens: (): void => { platform.tokens.clear() },
  addServers: (count: number): HostRecord[] => addHosts(platform, count)
})

/** Live counters: `Object.assign` would copy the numbers of the start. */
const counters = (platform: Platform): PropertyDescriptorMap => Object.fromEntries(
  (['created', 'logins', 'keyLogins', 'failedLogins'] as const).map(name => [name, { get: () => platform.counts[name] }]))
