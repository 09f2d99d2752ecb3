import type { AdapterVerbs } from '../verbs.ts'
import type { Snapshot } from '../../domain/catalog.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { toUtc } from '../../domain/time.ts'
import type { DigitaloceanClient } from './client.ts'
import { missing, numericServerId } from '../kit/ids.ts'
import { toJob } from './jobs.ts'
import { readAll } from './pages.ts'
import { longWorkMs } from './resize.ts'
import type { SnapshotWire } from './schema.ts'

type Snapshots = 'snapshots.list' | 'snapshots.create' | 'snapshots.restore' | 'snapshots.delete'

export const createSnapshots = (client: DigitaloceanClient): Required<Pick<AdapterVerbs, Snapshots>> => ({
  'snapshots.list': {
    evidence: 'documented',
    cost: { calls: 0, perPage: 1 },
    note: 'Snapshots of the server\'s own disk, without backups and volumes.',
    run: async ({ id }) => {
      const server = numericServerId(id)
      const rows = await readAll(async query => await client.listSnapshots(server, query), row => row.id)
      return rows.filter(({ type }) => type !== 'backup').map(row => toSnapshot(row, server))
    }
  },
  'snapshots.create': {
    evidence: 'documented',
    deadlineMs: longWorkMs,
    note: 'The server may run meanwhile. Volumes are not part of it. A snapshot stays, and is billed, when its server is deleted.',
    run: async ({ id, name }) => ({ jobs: [toJob(await client.act(numericServerId(id), 'snapshot', { name }), 'snapshot')] })
  },
  'snapshots.restore': {
    evidence: 'observed',
    cost: { calls: 2 },
    deadlineMs: longWorkMs,
    note: 'The provider documents it for backups; it takes snapshots of the same server too.',
    run: async ({ id, snapshot }) => {
      const server = numericServerId(id)
      await requireOwn(client, server, snapshot)
      return { jobs: [toJob(await client.act(server, 'restore', { image: Number(snapshot) }), 'restore')] }
    }
  },
  'snapshots.delete': {
    evidence: 'documented',
    cost: { calls: 2 },
    run: async ({ id, snapshot }) => {
      await requireOwn(client, numericServerId(id), snapshot)
      await client.deleteSnapshot(snapshot)
      return {}
    }
  }
})

/** The vendor would delete any snapshot of the account. */
async function requireOwn (client: DigitaloceanClient, server: string, snapshot: string): Promise<void> {
  const { snapshot_ids: ids } = await client.getOwnImages(server)
  if (ids === null) throw new UpstreamError('forbidden', 'without the scope image:read it is unknown which snapshots belong to the server', { notAttempted: true })
  if (!ids.includes(snapshot)) throw missing('the server has no such snapshot', 'path.snapshot')
}

/** What is listed is finished. */
const toSnapshot = ({ id, name, created_at: createdAt, size_gigabytes: size }: SnapshotWire, server: string): Snapshot => ({
  id,
  name: name ?? id,
  server_id: server,
  status: 'ready',
  provider_status: null,
  size_gib: size ?? null,
  created_at: toUtc(createdAt)
})
