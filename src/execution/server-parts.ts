import type { Act, ServerOperations } from '../adapters/verbs.ts'
import { isIP } from 'node:net'
import type { WriteRequest } from './writes.ts'

type Verb<Name extends keyof ServerOperations> = NonNullable<ServerOperations[Name]>

export const snapshotOrder = (serverId: string, name: string): WriteRequest<Verb<'snapshots.create'>> => ({
  action: 'snapshots.create',
  verb: operations => operations['snapshots.create'],
  serverId,
  given: {},
  looks: false,
  goal: null,
  run: async verb => await verb.run({ id: serverId, name })
})

export type SnapshotAction = 'restore' | 'delete'

export interface SnapshotChange {
  readonly serverId: string
  readonly snapshot: string
  readonly confirm: string | undefined
}

export const snapshotChangeOrder = (action: SnapshotAction, { serverId, snapshot, confirm }: SnapshotChange): WriteRequest<Act<{ readonly id: string, readonly snapshot: string }>> => ({
  action: `snapshots.${action}`,
  verb: operations => operations[`snapshots.${action}`],
  serverId,
  given: {},
  looks: false,
  destroys: { serverId, confirm },
  goal: ({ operations }) => action === 'delete' && operations['snapshots.list'] !== undefined ? { lacksSnapshot: snapshot } : null,
  run: async verb => await verb.run({ id: serverId, snapshot })
})

/** What is told as an id is not seen as an address: there the adapter says what to look for, and a lost answer stays unknown. */
export const attachOrder = (serverId: string, addresses: readonly string[]): WriteRequest<Verb<'addresses.attach'>> => ({
  action: 'addresses.attach',
  verb: operations => operations['addresses.attach'],
  serverId,
  given: {},
  looks: false,
  goal: addresses.every(address => isIP(address) !== 0) ? { has: addresses } : null,
  run: async verb => await verb.run({ id: serverId, addresses })
})

export const detachOrder = (serverId: string, address: string): WriteRequest<Verb<'addresses.detach'>> => ({
  action: 'addresses.detach',
  verb: operations => operations['addresses.detach'],
  serverId,
  given: {},
  looks: false,
  goal: { lacks: [address] },
  run: async verb => await verb.run({ id: serverId, address })
})
