import { assign, findFree } from './addresses.ts'
import type { VmmanagerBehavior } from './behavior.ts'
import {
  addDisk, blankHost, createPlatform, disksOf, rowOf, take, toStamp, type HostRecord, type Platform, type TaskRecord, type UserRecord
} from './model.ts'
import { catalog } from './seed-catalog.ts'
import { submit } from './tasks.ts'

const user = (id: number, name: string, role = '@user', state = 'active'): UserRecord =>
  ({ id, email: `${name}@example.com`, password: `SECRET-${name}-password`, role, state })

const users: readonly UserRecord[] = [
  user(3, 'client'), user(4, 'second'), user(5, 'reseller', '@advanced_user'),
  user(6, 'gone', '@user', 'blocked'), user(24, 'admin', '@admin')
]

export const administrator = { email: 'admin@example.com', password: 'SECRET-admin-password' } as const
export const client = 'client@example.com'

/** Hosts beside the three of the samples. */
const furtherHosts = 127

export function seedPlatform (behavior: VmmanagerBehavior, now: () => number): Platform {
  const platform = createPlatform(behavior, now, users, catalog)
  seedSamples(platform)
  addHosts(platform, furtherHosts)
  return platform
}

function put (platform: Platform, values: Partial<HostRecord>): HostRecord {
  const id = take(platform, 'host')
  const os = rowOf(platform, 'os', values.osId ?? null)
  const host: HostRecord = { ...blankHost(id), osName: String(os?.['name'] ?? ''), osGroup: String(os?.['os_group'] ?? ''), ...values, id }
  platform.hosts.set(id, host)
  return host
}

const sample = (name: string, osId: number, more: Partial<HostRecord>): Partial<HostRecord> =>
  ({ name, osId, domain: `${name}.example.com`, accountId: 3, clusterId: 1, nodeId: 1, createDate: '2026-01-15 10:20:30', ...more })

const webSizes = { cpuNumber: 2, cpuNumberNew: 2, ramMib: 2048, ramMibNew: 2048 }
const dbSizes = { cpuNumber: 4, cpuNumberNew: 8, ramMib: 4096, ramMibNew: 8192 }

/** The three hosts of the sample list: running, stopped with a resize pending, and still being created. */
function seedSamples (platform: Platform): void {
  const activeSince = platform.now() - 3_600_000
  const web = put(platform, sample('web-1', 25, { ...webSizes, state: 'active', activeSince, password: 'SECRET-host-41' }))
  const db = put(platform, sample('db-1', 12, { ...dbSizes, state: 'stopped', ip6: ['2001:db8:1::42'], password: 'SECRET-host-42' }))
  const creating = put(platform, sample('new-1', 25, { createDate: '2026-01-16 08:00:00' }))
  addDisk(platform, web, 20480)
  addDisk(platform, db, 40960)
  addDisk(platform, creating, 10240)
  addDisk(platform, db, 10240, 2)
  for (const disk of disksOf(platform, db.id).slice(0, 1)) disk.sizeMibNew = 81920
  assign(platform, web, { ip: '192.0.2.10', poolId: 5 })
  assign(platform, db, { ip: '192.0.2.11', poolId: 5 })
  assign(platform, db, { ip: '192.0.2.12', poolId: 5 })
  seedTasks(platform, web, db, creating)
}

/** How long the sample host stays `creating` after the start. */
const sampleCreateMs = 15 * 60_000

/** The tasks of the samples; their row ids and consul ids are those of the documents. */
function seedTasks (platform: Platform, web: HostRecord, db: HostRecord, creating: HostRecord): void {
  const now = platform.now()
  const row = (host: HostRecord, consulId: number, name: string, more: Partial<TaskRecord>): void => {
    const past = { createdAt: now - 600_000, startAt: now - 598_000, endAt: now - 506_000, settled: true }
    submit(platform, host, { consulId, name, ...past, ...more })
  }
  const finishCreate = (at: number): void => { Object.assign(creating, { state: 'active', activeSince: at }) }
  const waiting = { startAt: null, endAt: null, deferReason: 'host_stop', settled: false }
  row(creating, 1341774670, 'host_create', {
    ...{ createdAt: now - 16_000, startAt: now - 14_000, endAt: now + sampleCreateMs, settled: false, apply: finishCreate }
  })
  row(web, 1341774671, 'host_create', {})
  row(web, 1341774679, 'host_migrate', {})
  const resize = (): void => { Object.assign(db, { cpuNumber: db.cpuNumberNew, ramMib: db.ramMibNew }) }
  row(db, 1341774680, 'host_change_params', { ...waiting, apply: resize })
  const resizeDisks = (): void => { for (const disk of disksOf(platform, db.id)) disk.sizeMib = disk.sizeMibNew }
  row(db, 1341774681, 'disk_resize', { ...waiting, apply: resizeDisks })
  row(web, 1341774682, 'disk_resize', { fails: true })
  platform.counters.consul = 1341774700
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
      ...{ name: `vm-${number}`, domain: `vm-${number}.example.com`, state, password: `SECRET-host-${number}` },
      ...{ comment: number % 5 === 0 ? 'managed by billing' : '', tags: number % 6 === 0 ? ['prod', 'web'] : [] },
      ...{ accountId: [3, 4, 5, 24][number % 4] ?? 3, clusterId: isLxd ? 2 : 1, nodeId: isLxd ? 3 : 1 + number % 2 },
      osId: isLxd ? 51 : templateIds[number % templateIds.length] ?? 25,
      ...{ cpuNumber: size, cpuNumberNew: size, ramMib: size * 1024, ramMibNew: size * 1024 },
      activeSince: state === 'active' ? platform.now() - number * 60_000 : null,
      createDate: toStamp(Date.UTC(2026, 0, 16, 9) + number * 3_600_000)
    })
    addDisk(platform, host, size * 10240)
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
  if (host.id % 37 === 0) addDisk(platform, host, 6000, 2)
  if (kind === 11) return
  const [free] = findFree(platform, 1, [6], host.clusterId) ?? []
  if (free !== undefined) assign(platform, host, free)
}
