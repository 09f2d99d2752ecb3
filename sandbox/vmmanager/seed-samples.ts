import { assign } from './allocation.ts'
import type { HostRecord, Platform } from './model.ts'
import { disksOf, rowOf, take } from './model.ts'
import { addDisk, blankHost } from './new-host.ts'

export function put (platform: Platform, values: Partial<HostRecord>): HostRecord {
  const id = take(platform, 'host')
  const os = rowOf(platform, 'os', values.osId ?? null)
  const host: HostRecord = {
    ...blankHost(id),
    osName: String(os?.['name'] ?? ''),
    osGroup: String(os?.['os_group'] ?? ''),
    ...values,
    id
  }
  platform.hosts.set(id, host)
  return host
}

const common: Partial<HostRecord> = { accountId: 3, clusterId: 1, nodeId: 1, createDate: '2026-01-15 10:20:30' }

const webSample: Partial<HostRecord> = {
  ...common,
  name: 'web-1',
  state: 'active',
  domain: 'web-1.example.com',
  osId: 25,
  cpuNumber: 2,
  cpuNumberNew: 2,
  ramMib: 2048,
  ramMibNew: 2048,
  password: 'SECRET-host-41'
}

const dbSample: Partial<HostRecord> = {
  ...common,
  name: 'db-1',
  state: 'stopped',
  domain: 'db-1.example.com',
  osId: 12,
  cpuNumber: 4,
  cpuNumberNew: 8,
  ramMib: 4096,
  ramMibNew: 8192,
  ip6: ['2001:db8:1::42'],
  password: 'SECRET-host-42'
}

const newSample: Partial<HostRecord> = {
  ...common,
  name: 'new-1',
  domain: 'new-1.example.com',
  osId: 25,
  createDate: '2026-01-16 08:00:00'
}

/** The three hosts of the sample list: running, stopped with a resize pending, and still being made. */
export function seedSamples (platform: Platform): void {
  const web = put(platform, { ...webSample, activeSince: platform.now() - 3_600_000 })
  const db = put(platform, dbSample)
  const made = put(platform, newSample)
  addDisk(platform, web, { bootOrder: 1, sizeMib: 20480 })
  addDisk(platform, db, { bootOrder: 1, sizeMib: 40960 })
  addDisk(platform, made, { bootOrder: 1, sizeMib: 10240 })
  addDisk(platform, db, { bootOrder: 2, sizeMib: 10240 })
  for (const disk of disksOf(platform, db.id).slice(0, 1)) disk.sizeMibNew = 81920
  assign(platform, web, { ip: '192.0.2.10', poolId: 5 })
  assign(platform, db, { ip: '192.0.2.11', poolId: 5 })
  assign(platform, db, { ip: '192.0.2.12', poolId: 5 })
}
