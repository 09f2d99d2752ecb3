import type { HeficedKnobs } from './knobs.ts'
import { seedServers } from './seed.ts'
import { seedSubnets } from './seed-subnets.ts'
import type { Backup, Instance, SshKey, Subnet, VendorEvent } from './wire.ts'

export interface StoredSubnet {
  readonly row: Subnet
  readonly parentId: string
  releasedAt: number
}

/** Everything the vendor knows. Time is a list of changes that fall due; nothing runs between requests. */
export interface World {
  readonly organizationId: string
  readonly knobs: HeficedKnobs
  readonly servers: Map<number, Instance>
  readonly hiddenUntil: Map<number, number>
  readonly events: VendorEvent[]
  readonly subnets: Map<string, StoredSubnet>
  readonly keys: SshKey[]
  readonly backups: Map<number, Backup[]>
  readonly last: { server: number, event: number, invoice: number, backup: number, key: number }
  created: number
  now (): number
  seconds (): number
  later (ms: number, change: () => void): void
  settle (): void
  visible (id: number): Instance | undefined
}

const seededKeys = (): SshKey[] => [
  { id: '5f1c0a52-0000-4000-8000-0000000000aa', label: 'ops-key', fingerPrint: '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff', created: 1598918400 },
  { id: '5f1c0a52-0000-4000-8000-0000000000ab', label: 'ci', fingerPrint: 'ff:ee:dd:cc:bb:aa:99:88:77:66:55:44:33:22:11:00', created: 1609459200 }
]

export function createWorld (knobs: HeficedKnobs, clock: () => number): World {
  let changes: Array<{ dueAt: number, change: () => void }> = []
  const world: World = {
    organizationId: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd',
    knobs,
    servers: new Map(seedServers().map(server => [server.id, server])),
    hiddenUntil: new Map(),
    events: [],
    subnets: new Map(seedSubnets().map(({ row, parentId }) => [row.id, { row, parentId, releasedAt: -Infinity }])),
    keys: seededKeys(),
    backups: new Map(),
    last: { server: 339_999, event: 881_625, invoice: 684_998, backup: 5_000, key: 0xab },
    created: 0,
    now: clock,
    seconds: () => Math.floor(clock() / 1000),
    later: (ms, change) => { changes.push({ dueAt: clock() + ms, change }) },
    settle: () => {
      const due = changes.filter(({ dueAt }) => dueAt <= clock()).sort((a, b) => a.dueAt - b.dueAt)
      changes = changes.filter(({ dueAt }) => dueAt > clock())
      for (const { change } of due) change()
    },
    visible: id => (world.hiddenUntil.get(id) ?? 0) > clock() ? undefined : world.servers.get(id)
  }
  return world
}
