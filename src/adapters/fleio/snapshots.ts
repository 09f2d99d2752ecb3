import type { AllVerbs, Job, JobState } from '../verbs.ts'
import type { Snapshot } from '../../domain/catalog.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import type { ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { isUuid, uuidServerId } from '../kit/ids.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { ImageRowWire } from './catalog-schema.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'

type Snapshots = Pick<AllVerbs, 'snapshots.list' | 'snapshots.create' | 'jobs'>

const states: ReadonlySet<ServerStatus> = new Set<ServerStatus>(['running', 'stopped', 'paused', 'suspended'])
const about = { members: new Map([['name', 'body.name']]), uncertain: true }

/** Snapshots are images that have the id of their server. */
export const createSnapshots = (client: FleioClient, catalog: CatalogClient): Snapshots => ({
  'snapshots.list': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1 },
    note: 'Snapshots of servers that boot from a volume are not listed.',
    run: async ({ id }) => {
      // Snapshots outlive their server, and an unknown server has an empty list.
      await client.getInstance(uuidServerId(id))
      const rows = await catalog.listImages({ instance_uuid: id, type: 'snapshot' })
      return rows.filter(row => row.type === 'snapshot' && row.instance_uuid === id && row.status !== 'deleted').map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'inferred',
    cost: { calls: 2 },
    run: async ({ id, name }) => {
      const made = await explained(client.createSnapshot(uuidServerId(id), name, about), { client, id, states })
      const image = made?.image_uuid ?? ''
      return isUuid(image) ? { jobs: [{ id: image, name: 'snapshot' }] } : {}
    }
  },
  jobs: async jobs => await readJobs(catalog, jobs)
})

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['queued', 'pending'], ['saving', 'pending'], ['active', 'ready'], ['killed', 'error'], ['deleted', 'deleting'], ['pending_delete', 'deleting']
])

const gib = 1024 ** 3

const toSnapshot = (wire: ImageRowWire): Snapshot => ({
  id: wire.id,
  name: wire.name ?? wire.display_name ?? wire.id,
  server_id: wire.instance_uuid ?? null,
  status: statuses.get(wire.status ?? '') ?? 'unknown',
  provider_status: wire.status ?? null,
  // 0 until the image is saved.
  size_gib: typeof wire.size === 'number' && wire.size > 0 ? wire.size / gib : null,
  created_at: toUtc(wire.created_at)
})

const ends: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['active', 'succeeded'], ['deactivated', 'succeeded'], ['killed', 'failed'], ['deleted', 'failed'], ['pending_delete', 'failed']
])

const mostAtOnce = 50

/** A repeated field matches any of its values. */
async function readJobs (catalog: CatalogClient, jobs: readonly Job[]): Promise<readonly JobState[]> {
  const ids = [...new Set(jobs.map(job => job.id))].filter(isUuid)
  const shown = new Map<string, string | null>()
  for (let begin = 0; begin < ids.length; begin += mostAtOnce) {
    const filtering = ids.slice(begin, begin + mostAtOnce).map(id => `id:${id}`).join('+')
    for (const row of await catalog.listImages({ filtering })) shown.set(row.id, row.status ?? null)
  }
  return jobs.map(job => toState(job, shown.get(job.id) ?? null))
}

/** A new image may not be listed yet: its row follows OpenStack's notifications. */
const toState = (job: Job, status: string | null): JobState => {
  const end = ends.get(status ?? '') ?? 'running'
  return { ...job, status: end, vendorStatus: status, error: end === 'failed' ? `the provider shows the snapshot as ${status ?? ''}` : null }
}
