import { nextPassword } from './actions.ts'
import { begin, refuseState } from './events.ts'
import { readFields } from './fields.ts'
import { page } from './paging.ts'
import { notFound, ok, problem, withServer } from './replies.ts'
import type { Backup } from './wire.ts'

export const listBackups = withServer((call, server) =>
  page(call, call.world.backups.get(server.id) ?? [], { repeat: [], sort: null, sdir: null }))

/** A server keeps as many backups as slots were ordered with it. */
export const createBackup = withServer((call, server) => {
  const { world } = call
  const fields = readFields(call, ['label'])
  const label = fields.has('label') ? fields.text('label') : `backup-${world.seconds()}`
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  const kept = world.backups.get(server.id) ?? []
  if (kept.length >= server.backup) return problem(call, { status: 409, detail: 'No backup slot is free' })
  const backup: Backup = { id: ++world.last.backup, label, status: 'pending', timeCreated: world.seconds() }
  world.backups.set(server.id, [...kept, backup])
  return ok(begin(world, { instanceId: server.id, action: 'backup' },
    () => { backup.status = 'completed' }, () => { backup.status = 'failed' }))
})

export const restoreBackup = withServer((call, server) => {
  const { world, params } = call
  const refusal = readFields(call, []).refusal()
  if (refusal !== undefined) return refusal
  const backup = world.backups.get(server.id)?.find(({ id }) => String(id) === params['backup'])
  if (backup === undefined) return notFound(call, 'Backup')
  const spec = { instanceId: server.id, action: 'restore' }
  if (backup.status !== 'completed') return refuseState(call, spec)
  return ok(begin(world, spec, () => { server.password = nextPassword(server) }))
})
