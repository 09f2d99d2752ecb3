import type { Snapshot } from '../domain/catalogue.ts'
import { serverParams, snapshotParams } from './params.ts'
import { snapshotPageSchema } from './resource-schemas.ts'
import { confirmedQuery, namedEmptyBody, pageQuery, snapshotBody, writeQuery } from './schemas.ts'
import { command, listing, none } from './verb.ts'

const list = listing({
  operationId: 'listSnapshots',
  action: 'snapshots.list',
  tag: 'Snapshots',
  summary: 'List snapshots',
  description: 'Returns one page of the snapshots of a server.',
  path: '/servers/:id/snapshots',
  // The server is read first if the provider returns an empty list for a missing one, and again if a list rests on inference.
  cost: { calls: 2, perPage: 1 },
  params: serverParams,
  query: pageQuery,
  answer: { description: 'A page of snapshots', schema: snapshotPageSchema },
  toCall: ({ params: { id } }) => ({
    bind: ({ 'snapshots.list': verb }) => verb && { verb, run: async () => (await verb.run({ id })).map(keyed) }
  })
})

const keyed = (row: Snapshot) => ({ key: row.id, row })

const create = command({
  operationId: 'createSnapshot',
  action: 'snapshots.create',
  tag: 'Snapshots',
  summary: 'Create a snapshot',
  description: 'Takes a snapshot of the disks of a server.',
  method: 'POST',
  path: '/servers/:id/snapshots',
  permission: 'write',
  cost: { calls: 2 },
  params: serverParams,
  query: writeQuery,
  body: snapshotBody,
  toCommand: ({ params: { id }, body: { name } }) => ({
    goal: null,
    bind: ({ 'snapshots.create': verb }) => verb && { verb, run: async () => await verb.run({ id, name }) }
  })
})

// A read before and after the write, and the list that contains the snapshot.
const change = { tag: 'Snapshots', permission: 'write', cost: { calls: 3, perPage: 1 }, params: snapshotParams, query: confirmedQuery } as const

const restore = command({
  ...change,
  operationId: 'restoreSnapshot',
  action: 'snapshots.restore',
  summary: 'Restore a snapshot',
  description: 'Reverts a server to a snapshot. Everything written since then is lost.',
  method: 'POST',
  path: '/servers/:id/snapshots/:snapshot/restore',
  body: namedEmptyBody('RestoreSnapshotRequest'),
  toCommand: ({ params: { id, snapshot }, query: { confirm } }) => ({
    destroys: { serverId: id, confirm },
    goal: null,
    bind: ({ 'snapshots.restore': verb }) => verb && { verb, run: async () => await verb.run({ id, snapshot }) }
  })
})

const remove = command({
  ...change,
  operationId: 'deleteSnapshot',
  action: 'snapshots.delete',
  summary: 'Delete a snapshot',
  description: 'Deletes a snapshot for good.',
  method: 'DELETE',
  path: '/servers/:id/snapshots/:snapshot',
  body: none,
  toCommand: ({ params: { id, snapshot }, query: { confirm } }) => ({
    destroys: { serverId: id, confirm },
    goal: null,
    bind: ({ 'snapshots.delete': verb, 'snapshots.list': list }) => verb && {
      verb,
      goalOf: () => list === undefined ? null : { missingSnapshot: snapshot },
      run: async () => await verb.run({ id, snapshot })
    }
  })
})

export const snapshotVerbs = [list, create, restore, remove]
