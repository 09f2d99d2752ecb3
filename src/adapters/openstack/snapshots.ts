import type { Snapshot } from '../../domain/catalog.ts'
import { toUtc } from '../../domain/time.ts'
import { noSnapshot } from '../kit/ids.ts'
import type { AllVerbs } from '../verbs.ts'
import { goalOfRebuild } from './change.ts'
import type { OpenstackClient } from './client.ts'
import { naming } from './failures.ts'
import { jobsOfImage } from './jobs.ts'
import { toAccepted } from './power.ts'
import type { ImageWire } from './schema.ts'

type SnapshotVerbs = Pick<AllVerbs, 'snapshots.list' | 'snapshots.create' | 'snapshots.restore' | 'snapshots.delete'>

/** Snapshots are images with the id of their server. */
export const createSnapshots = (client: OpenstackClient): SnapshotVerbs => ({
  'snapshots.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async ({ id }) => {
      // Snapshots outlive their server, and the list of an unknown server is empty.
      await client.getServer(id)
      return (await client.snapshots(id)).map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'observed',
    note: 'One at a time. If the server boots from a volume, the snapshot is of that volume.',
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
    cost: { calls: 2, perPage: 1 },
    note: 'Rebuilds the server from the image of the snapshot.',
    run: async ({ id, snapshot }) => {
      const { server } = await client.getServer(id)
      await requireSnapshot(client, id, snapshot)
      const made = await client.actForPassword(id, { rebuild: { imageRef: snapshot } }, naming)
      return { ...toAccepted(id, 'rebuild', made), begun: true, goal: goalOfRebuild(server) }
    }
  },
  'snapshots.delete': {
    evidence: 'observed',
    cost: { calls: 2, perPage: 1 },
    run: async ({ id, snapshot }) => {
      await client.getServer(id)
      await requireSnapshot(client, id, snapshot)
      await client.deleteSnapshot(snapshot)
      return { goal: { missingSnapshot: snapshot } }
    }
  }
})

async function requireSnapshot (client: OpenstackClient, server: string, snapshot: string): Promise<void> {
  if (!(await client.snapshots(server)).some(({ id }) => id === snapshot)) throw noSnapshot()
}

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['queued', 'pending'], ['saving', 'pending'], ['importing', 'pending'], ['uploading', 'pending'], ['active', 'ready'],
  ['deactivated', 'ready'], ['killed', 'error'], ['deleted', 'deleting'], ['pending_delete', 'deleting']
])

const toSnapshot = ({ id, name, instance_uuid: server, status, size, created_at: createdAt }: ImageWire): Snapshot => ({
  id,
  name: name ?? id,
  server_id: server ?? null,
  status: statuses.get(status ?? '') ?? 'unknown',
  provider_status: status ?? null,
  // Unknown until the image is saved; 0 if the data is in a volume.
  size_gib: typeof size === 'number' && size > 0 ? size / 1024 ** 3 : null,
  created_at: toUtc(createdAt)
})
