import type { Snapshot } from '../domain/catalog.ts'
import { serverParams, snapshotParams } from './params.ts'
import { snapshotPageSchema } from './resource-schemas.ts'
import { confirmedQuery, namedEmptyBody, pageQuery, snapshotBody, writeQuery } from './schemas.ts'
import { bound, command, listing, none } from './verb.ts'

const list = listing({
  operationId: 'listSnapshots',
  action: 'snapshots.list',
  tag: 'Snapshots',
  summary: 'List snapshots',
  description: 'Returns one page of the snapshots of a server.',
  path: '/servers/:id/snapshots',
  params: serverParams,
  query: pageQuery,
  answer: { description: 'A page of snapshots', schema: snapshotPageSchema },
  toCall: ({ params: { id } }) => ({
    bind: ({ 'snapshots.list': verb }) => verb && { verb, ready: own => async () => (await verb.run({ ...own, id })).map(keyed) }
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
  params: serverParams,
  query: writeQuery,
  body: snapshotBody,
  toCommand: ({ params: { id }, body: { name } }) => ({
    goal: null,
    bind: verbs => bound(verbs['snapshots.create'], () => ({ id, name }))
  })
})

const change = { tag: 'Snapshots', permission: 'write', reads: 'confirmed', params: snapshotParams, query: confirmedQuery } as const

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
    bind: verbs => bound(verbs['snapshots.restore'], () => ({ id, snapshot }))
  })
})

const remove = command({
  ...change,
  operationId: 'deleteSnapshot',
  action: 'snapshots.delete',
  summary: 'Delete a snapshot',
  description: 'Deletes a snapshot permanently.',
  method: 'DELETE',
  path: '/servers/:id/snapshots/:snapshot',
  body: none,
  toCommand: ({ params: { id, snapshot }, query: { confirm } }) => ({
    destroys: { serverId: id, confirm },
    goal: null,
    bind: ({ 'snapshots.delete': verb, 'snapshots.list': list }) => {
      const ready = bound(verb, () => ({ id, snapshot }))
      return ready && { ...ready, goalOf: () => list === undefined ? null : { missingSnapshot: snapshot } }
    }
  })
})

export const snapshotVerbs = [list, create, restore, remove]
