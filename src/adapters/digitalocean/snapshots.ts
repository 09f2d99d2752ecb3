import { toUtc } from '../../domain/time.ts'
import { noSnapshot, refusal } from '../kit/ids.ts'
import type { AdapterVerbs } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { longWorkMs } from './resize.ts'

export const createSnapshots = (client: DigitaloceanClient) => ({
  'snapshots.list': {
    evidence: 'documented',
    cost: { calls: 0, perPage: 1 },
    note: 'Snapshots of the server\'s own disk, without backups and volumes.',
    // Only finished snapshots are listed.
    run: async ({ id }) => (await client.listSnapshots(id)).filter(({ type }) => type !== 'backup').map(row => ({
      id: row.id,
      name: row.name ?? row.id,
      server_id: id,
      status: 'ready',
      provider_status: null,
      size_gib: row.size_gigabytes ?? null,
      created_at: toUtc(row.created_at)
    }))
  },
  'snapshots.create': {
    evidence: 'documented',
    deadlineMs: longWorkMs,
    note: 'The server may run meanwhile. Volumes are not part of it. A snapshot stays, and is billed, when its server is deleted.',
    run: async ({ id, name }) => ({ jobs: [await client.act(id, 'snapshot', { name })] })
  },
  'snapshots.restore': {
    evidence: 'observed',
    cost: { calls: 2 },
    deadlineMs: longWorkMs,
    note: 'The provider documents it for backups; it takes snapshots of the same server too.',
    run: async ({ id, snapshot }) => {
      await requireOwn(client, id, snapshot)
      return { jobs: [await client.act(id, 'restore', { image: Number(snapshot) })] }
    }
  },
  'snapshots.delete': {
    evidence: 'documented',
    cost: { calls: 2 },
    run: async ({ id, snapshot }) => {
      await requireOwn(client, id, snapshot)
      await client.deleteSnapshot(snapshot)
      return {}
    }
  }
} satisfies Partial<AdapterVerbs>)

/** The vendor would delete any snapshot of the account. */
async function requireOwn (client: DigitaloceanClient, server: string, snapshot: string): Promise<void> {
  const { snapshot_ids: ids } = await client.getOwnImages(server)
  if (ids === null) throw refusal('forbidden', 'without the scope image:read it is unknown which snapshots belong to the server')
  if (!ids.includes(snapshot)) throw noSnapshot()
}
