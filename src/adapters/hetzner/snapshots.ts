import type { Snapshot } from '../../domain/catalog.ts'
import { refuseProtected } from '../../domain/protection.ts'
import { toUtc } from '../../domain/time.ts'
import { noSnapshot } from '../kit/ids.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { rebuildMembers } from './change.ts'
import type { HetznerClient } from './client.ts'
import { toFollowed } from './mapping.ts'
import type { ImageWire } from './schema.ts'

const statuses: ReadonlyMap<string, Snapshot['status']> = new Map<string, Snapshot['status']>([
  ['creating', 'pending'], ['available', 'ready'], ['unavailable', 'error']
])

/** Snapshots are images of the project. There is no filter by origin, and a call about an image takes any of the project. */
export const createSnapshots = (client: HetznerClient) => ({
  'snapshots.list': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'Backups, which die with the server, are not listed.',
    run: async ({ id }) => {
      await client.getServer(id)
      return (await ofServer(client, id)).map(toSnapshot)
    }
  },
  'snapshots.create': {
    evidence: 'documented',
    note: 'Billed by size and month until it is deleted, also after its server. The name is the provider\'s description.',
    run: async ({ id, name }) => toFollowed(await client.act(id, 'create_image', { type: 'snapshot', description: name }))
  },
  'snapshots.restore': {
    evidence: 'documented',
    cost: { calls: 2, perPage: 1 },
    note: 'Rebuilds the server from the snapshot. A root password that the provider generates for it is not returned.',
    run: async ({ id, snapshot }) => {
      refuseProtected((await client.getServer(id)).server, 'restored')
      await requireOwn(client, id, snapshot)
      const { action } = await client.act(id, 'rebuild', { image: snapshot }, rebuildMembers)
      return toFollowed({ action })
    }
  },
  'snapshots.delete': {
    evidence: 'documented',
    cost: { calls: 2, perPage: 1 },
    run: async ({ id, snapshot }) => {
      await client.getServer(id)
      await requireOwn(client, id, snapshot)
      await client.deleteImage(snapshot)
      return { done: true }
    }
  }
} satisfies Partial<AdapterVerbs>)

const ofServer = async (client: HetznerClient, id: string): Promise<readonly ImageWire[]> =>
  (await client.images([['type', 'snapshot']])).filter(({ type, created_from: from }) => type === 'snapshot' && from?.id === id)

async function requireOwn (client: HetznerClient, serverId: string, snapshot: string): Promise<void> {
  if (!(await ofServer(client, serverId)).some(({ id }) => id === snapshot)) throw noSnapshot()
}

const toSnapshot = ({ id, status, name, description, created_from: from, image_size: size, created }: ImageWire): Snapshot => ({
  id,
  name: description ?? name ?? id,
  server_id: from?.id ?? null,
  status: statuses.get(status ?? '') ?? 'unknown',
  provider_status: status ?? null,
  size_gib: size ?? null,
  created_at: toUtc(created)
})
