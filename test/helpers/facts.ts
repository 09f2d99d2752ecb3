import type { Snapshot } from '../../src/domain/catalog.ts'
import { powerOf, type ServerFacts, type ServerStatus } from '../../src/domain/server.ts'

/** A server as an adapter tells it, with nothing special about it. */
export const serverFacts = (id: string, status: ServerStatus = 'running', facts: Partial<ServerFacts> = {}): ServerFacts => ({
  id,
  name: `name-${id}`,
  status,
  power: powerOf(status),
  task: null,
  provider_status: status,
  cpus: 1,
  memory_mib: 512,
  disk_gib: 10,
  addresses: [],
  image: null,
  plan: null,
  region: null,
  owner: null,
  created_at: null,
  tags: [],
  locked: false,
  protected: null,
  allowed_actions: [],
  ...facts
})

export const snapshotFacts = (id: string, status: Snapshot['status'] = 'ready'): Snapshot =>
  ({ id, name: `name-${id}`, server_id: '42', status, provider_status: status, size_gib: null, created_at: null })
