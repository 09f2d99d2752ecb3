import type { HostRecord, Platform, TaskRecord } from './model.ts'
import { disksOf, take } from './model.ts'

/** How long the sample host stays `creating` after the start. */
const sampleCreateMs = 15 * 60_000

/** The tasks of the samples; their row ids and consul ids are those of the documents. */
export function seedTasks (platform: Platform): void {
  const [web, db, made] = [...platform.hosts.values()]
  if (web === undefined || db === undefined || made === undefined) return
  const now = platform.now()
  const row = (host: HostRecord, consulId: number, name: string, more: Partial<TaskRecord>): void => {
    const id = take(platform, 'task')
    const past = { createdAt: now - 600_000, startAt: now - 598_000, endAt: now - 506_000, deferReason: null, fails: false, settled: true }
    platform.tasks.set(id, {
      id, consulId, name, hostId: host.id, accountId: host.accountId, ...past, apply: () => {}, fail: () => {}, ...more
    })
  }
  const finishCreate = (at: number): void => { Object.assign(made, { state: 'active', activeSince: at }) }
  const waiting = { startAt: null, endAt: null, deferReason: 'host_stop', settled: false }
  const making = { createdAt: now - 16_000, startAt: now - 14_000, endAt: now + sampleCreateMs, settled: false }
  row(made, 1341774670, 'host_create', { ...making, apply: finishCreate })
  row(web, 1341774671, 'host_create', {})
  row(web, 1341774679, 'host_migrate', {})
  row(db, 1341774680, 'host_change_params', { ...waiting, apply: () => applyResources(db) })
  row(db, 1341774681, 'disk_resize', { ...waiting, apply: () => applyDisks(platform, db) })
  row(web, 1341774682, 'disk_resize', { fails: true })
  platform.counters.consul = 1341774700
}

const applyResources = (host: HostRecord): void => {
  Object.assign(host, { cpuNumber: host.cpuNumberNew, ramMib: host.ramMibNew })
}

const applyDisks = (platform: Platform, host: HostRecord): void => {
  for (const disk of disksOf(platform, host.id)) disk.sizeMib = disk.sizeMibNew
}
