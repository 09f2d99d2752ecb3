import { assign, findFree } from './allocation.ts'
import type { VmmanagerKnobs } from './knobs.ts'
import { createPlatform, toStamp, type HostRecord, type Platform, type UserRecord } from './model.ts'
import { addDisk } from './new-host.ts'
import { seedCatalogue } from './seed-catalogue.ts'
import { put, seedSamples } from './seed-samples.ts'
import { seedTasks } from './seed-tasks.ts'

const users: readonly UserRecord[] = [
  { id: 3, email: 'client@example.com', password: 'SECRET-client-password', role: '@user', state: 'active' },
  { id: 4, email: 'second@example.com', password: 'SECRET-second-password', role: '@user', state: 'active' },
  { id: 5, email: 'reseller@example.com', password: 'SECRET-reseller-password', role: '@advanced_user', state: 'active' },
  { id: 6, email: 'gone@example.com', password: 'SECRET-gone-password', role: '@user', state: 'blocked' },
  { id: 24, email: 'admin@example.com', password: 'SECRET-admin-password', role: '@admin', state: 'active' }
]

export const administrator = { email: 'admin@example.com', password: 'SECRET-admin-password' } as const
export const client = 'client@example.com'

/** Hosts beside the three of the samples. */
const furtherHosts = 127

export function seedPlatform (knobs: VmmanagerKnobs, now: () => number): Platform {
  const platform = createPlatform(knobs, now, users, seedCatalogue())
  seedSamples(platform)
  seedTasks(platform)
  addHosts(platform, furtherHosts)
  return platform
}

const stateWords = ['active', 'active', 'active', 'stopped', 'active', 'active', 'stopped']
const templateIds = [25, 12, 26, 31, 33, 40]

/** Rows of everyday use with one oddity in each dozen; ids have gaps, as deleted hosts leave them. */
export function addHosts (platform: Platform, count: number): HostRecord[] {
  return Array.from({ length: count }, () => {
    if (platform.counters.host % 10 === 9) platform.counters.host += 1
    const number = platform.counters.host + 1
    const size = 2 ** (number % 4)
    const isLxd = number % 13 === 0
    const state = stateWords[number % stateWords.length] ?? 'active'
    const host = put(platform, {
      name: `vm-${number}`,
      state,
      domain: `vm-${number}.example.com`,
      comment: number % 5 === 0 ? 'managed by billing' : '',
      accountId: [3, 4, 5, 24][number % 4] ?? 3,
      clusterId: isLxd ? 2 : 1,
      nodeId: isLxd ? 3 : 1 + number % 2,
      osId: isLxd ? 51 : templateIds[number % templateIds.length] ?? 25,
      cpuNumber: size,
      cpuNumberNew: size,
      ramMib: size * 1024,
      ramMibNew: size * 1024,
      activeSince: state === 'active' ? platform.now() - number * 60_000 : null,
      createDate: toStamp(Date.UTC(2026, 0, 16, 9) + number * 3_600_000),
      password: `SECRET-host-${number}`,
      tags: number % 6 === 0 ? ['prod', 'web'] : []
    })
    addDisk(platform, host, { sizeMib: size * 10240, bootOrder: 1 })
    addOddity(platform, host)
    return host
  })
}

/** Edge cases of real lists; each key names its peculiarity. */
const oddities: Readonly<Record<number, Partial<HostRecord>>> = {
  1: { state: 'crashed', activeSince: null },
  2: { name: 'web-1' },
  3: { state: 'migrating' },
  4: { rescueMode: true, state: 'active' },
  5: { isProtected: true },
  6: { disabled: true, state: 'stopped', activeSince: null },
  7: { name: 'Сервер «ночь» & <b>', comment: '' },
  8: { osId: null, osName: '', osGroup: '', domain: '' },
  9: { createDate: null },
  10: { snapshotCount: 2 },
  11: { bandwidthMbitps: null, ip6: ['2001:db8:1::77/64'] },
  0: { isoMounted: true, extra: { hot_plug: false, live_resize: false } }
}

function addOddity (platform: Platform, host: HostRecord): void {
  const kind = host.id % 12
  const isOdd = host.id < 60 || host.id % 36 < 12
  if (isOdd) Object.assign(host, oddities[kind])
  if (host.id % 37 === 0) addDisk(platform, host, { sizeMib: 6000, bootOrder: 2 })
  if (kind === 11) return
  const [free] = findFree(platform, { count: 1, pools: [6], clusterId: host.clusterId }) ?? []
  if (free !== undefined) assign(platform, host, free)
}
