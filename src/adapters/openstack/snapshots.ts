import type { Snapshot } from '../../domain/catalog.ts'
import { toUtc } from '../../domain/time.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { noSnapshot } from '../kit/ids.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { ImageWire } from './catalog-schema.ts'
import { goalOfRebuild } from './change.ts'
import type { OpenstackClient } from './client.ts'
import { imageFailure, naming } from './failures.ts'
import { jobsOfImage } from './jobs.ts'
import { toAccepted } from './power.ts'

type SnapshotVerbs = Required<Pick<AdapterVerbs, 'snapshots.list' | 'snapshots.create' | 'snapshots.restore' | 'snapshots.delete'>>

const cost = { calls: 2, perPage: 1 }

/** Snapshots are images that have the id of their server. */
export const createSnapshots = (client: OpenstackClient, catalog: CatalogClient): SnapshotVerbs => ({
  'snapshots.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async ({ id }) => {
      // Snapshots outlive their server, and an unknown server has an empty list.
      await client.getServer(id)
      return (await catalog.snapshots(id)).map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'observed',
    note: 'One at a time. A snapshot of a server that boots from a volume is one of its volume.',
    run: async ({ id, name }) => {
      const { answer: image } = await client.createImage(id, name)
      return {
        goal: { statuses: ['running', 'stopped', 'paused', 'suspended'], unprovable: true },
        ...(image === null ? {} : { jobs: jobsOfImage(image) })
      }
    }
  },
  'snapshots.restore': {
    evidence: 'observed',
    support: 'emulated',
    cost,
    note: 'The server is rebuilt from the image of the snapshot, which must still be there.',
    run: async ({ id, snapshot }) => {
      const { server } = await client.getServer(id)
      await find(catalog, id, snapshot)
      const made = await client.actForPassword(id, { rebuild: { imageRef: snapshot } }, naming)
      return { ...toAccepted(id, 'rebuild', made), begun: true, goal: goalOfRebuild(server) }
    }
  },
  'snapshots.delete': {
    evidence: 'observed',
    cost,
    run: async ({ id, snapshot }) => {
      await client.getServer(id)
      await find(catalog, id, snapshot)
      await catalog.deleteImage(snapshot, response => ({ ...imageFailure(response), ...(response.status === 404 ? { member: 'path.snapshot' } : {}) }))
      return { goal: { missingSnapshot: snapshot } }
    }
  }
})

async function find (catalog: CatalogClient, server: string, snapshot: string): Promise<void> {
  if ((await catalog.snapshots(server)).some(({ id }) => id === snapshot)) return
  throw noSnapshot()
}

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['queued', 'pending'], ['saving', 'pending'], ['importing', 'pending'], ['uploading', 'pending'], ['active', 'ready'], ['deactivated', 'ready'],
  ['killed', 'error'], ['deleted', 'deleting'], ['pending_delete', 'deleting']
])

const gib = 1024 ** 3

const toSnapshot = ({ id, name, instance_uuid: server, status, size, created_at: createdAt }: ImageWire): Snapshot => ({
  id,
  name: name ?? id,
  server_id: server ?? null,
  status: statuses.get(status ?? '') ?? 'unknown',
  provider_status: status ?? null,
  // Unknown until the image is saved; 0 if the data is in a volume.
  size_gib: typeof size === 'number' && size > 0 ? size / gib : null,
  created_at: toUtc(createdAt)
})
