import type { AllVerbs, Job, JobState } from '../verbs.ts'
import type { Snapshot } from '../../domain/catalog.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import { toUtc } from '../../domain/time.ts'
import { positive } from '../kit/catalog.ts'
import { isUuid } from '../kit/ids.ts'
import type { FleioClient } from './client.ts'
import type { ImageRowWire } from './schema.ts'

/** Snapshots are images that have the id of their server. */
export const createSnapshots = (client: FleioClient): Pick<AllVerbs, 'snapshots.list' | 'snapshots.create' | 'jobs'> => ({
  'snapshots.list': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1 },
    note: 'Snapshots of servers that boot from a volume are not listed.',
    run: async ({ id }) => {
      // Snapshots outlive their server, and an unknown server has an empty list.
      await client.getInstance(id)
      const rows = await client.listImages({ instance_uuid: id, type: 'snapshot' })
      return rows.filter(row => row.type === 'snapshot' && row.instance_uuid === id && row.status !== 'deleted').map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'inferred',
    cost: { calls: 2 },
    run: async ({ id, name }) => {
      const made = await client.createSnapshot(id, name)
      const image = made?.image_uuid ?? ''
      return isUuid(image) ? { jobs: [{ id: image, name: 'snapshot' }] } : {}
    }
  },
  jobs: async jobs => await readJobs(client, jobs)
})

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['queued', 'pending'], ['saving', 'pending'], ['active', 'ready'], ['killed', 'error'],
  ['deleted', 'deleting'], ['pending_delete', 'deleting']
])

const gib = 1024 ** 3

const toSnapshot = (wire: ImageRowWire): Snapshot => ({
  id: wire.id,
  name: wire.name ?? wire.display_name ?? wire.id,
  server_id: wire.instance_uuid ?? null,
  status: statuses.get(wire.status ?? '') ?? 'unknown',
  provider_status: wire.status ?? null,
  // 0 until the image is saved.
  size_gib: positive(wire.size, gib),
  created_at: toUtc(wire.created_at)
})

const ends: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['active', 'succeeded'], ['deactivated', 'succeeded'], ['killed', 'failed'], ['deleted', 'failed'], ['pending_delete', 'failed']
])

const idsOfOneCall = 50

/** A repeated field matches any of its values. A new image may not be listed yet: its row follows OpenStack's notifications. */
async function readJobs (client: FleioClient, jobs: readonly Job[]): Promise<readonly JobState[]> {
  const ids = [...new Set(jobs.map(job => job.id))].filter(isUuid)
  const shown = new Map<string, string | null | undefined>()
  for (let begin = 0; begin < ids.length; begin += idsOfOneCall) {
    const filtering = ids.slice(begin, begin + idsOfOneCall).map(id => `id:${id}`).join('+')
    for (const row of await client.listImages({ filtering })) shown.set(row.id, row.status)
  }
  return jobs.map(job => {
    const vendorStatus = shown.get(job.id) ?? null
    const status = ends.get(vendorStatus ?? '') ?? 'running'
    return { ...job, status, vendorStatus, error: status === 'failed' ? `the provider shows the snapshot as ${vendorStatus}` : null }
  })
}
