import type { Snapshot } from '../../domain/catalog.ts'
import { toUtc } from '../../domain/time.ts'
import { noSnapshot } from '../kit/ids.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { nameFailure } from './failures.ts'
import { checkName } from './ids.ts'
import { goalOf, isFailed } from './mapping.ts'
import type { InstanceSnapshotWire } from './schema.ts'

type SnapshotVerbs = Pick<AllVerbs, 'snapshots.list' | 'snapshots.create' | 'snapshots.restore' | 'snapshots.delete'>

/** Snapshots of a whole server. Snapshots of single disks are parts of them and are not listed. */
export const createSnapshots = (client: OnecloudClient): SnapshotVerbs => ({
  'snapshots.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'Snapshots of the whole server; snapshots of single disks are not listed.',
    run: async ({ id }) => {
      await client.getServer(id)
      return (await client.instanceSnapshots(id)).map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'Includes all disks; the name must not be taken.',
    run: async ({ id, name }) => {
      checkName(name)
      await client.getServer(id)
      await client.act(id, 'instance-snapshot', { name }, nameFailure)
      return { goal: goalOf('snapshots.create', { statuses: ['running', 'stopped', 'rescue'] }) }
    }
  },
  'snapshots.restore': {
    evidence: 'observed',
    cost: { calls: 2, perPage: 1 },
    note: 'Requires a stopped server, which stays stopped.',
    run: async ({ id, snapshot }) => {
      await client.getServer(id)
      await requireSnapshot(client, id, snapshot)
      await client.act(id, 'instance-snapshot-reset', { instance_snapshot: snapshot, auto_start: false })
      return { goal: goalOf('snapshots.restore', { statuses: ['stopped'] }) }
    }
  },
  'snapshots.delete': {
    evidence: 'observed',
    cost: { calls: 2, perPage: 1 },
    run: async ({ id, snapshot }) => {
      await client.getServer(id)
      await requireSnapshot(client, id, snapshot)
      await client.deleteInstanceSnapshot(snapshot)
      return {}
    }
  }
})

async function requireSnapshot (client: OnecloudClient, server: string, snapshot: string): Promise<void> {
  if (!(await client.instanceSnapshots(server)).some(({ id }) => id === snapshot)) throw noSnapshot()
}

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['creating', 'pending'],
  ['ready', 'ready'],
  ['instance_snapshot_reset', 'restoring'],
  ['instance_snapshot_start_delete', 'deleting'],
  ['deleting', 'deleting']
])

function toSnapshot ({ id, name, status, guest_id: serverId, size, created_at: createdAt }: InstanceSnapshotWire): Snapshot {
  const vendorStatus = status ?? ''
  return {
    id,
    name: name ?? id,
    server_id: serverId ?? null,
    status: statuses.get(vendorStatus) ?? (isFailed(vendorStatus) ? 'error' : 'unknown'),
    provider_status: status ?? null,
    size_gib: typeof size === 'number' && size > 0 ? size / 1024 : null,
    created_at: toUtc(createdAt)
  }
}
