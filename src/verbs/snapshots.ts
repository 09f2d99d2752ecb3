import { snapshotSchema } from '../domain/catalog.ts'
import { emptyBody, pageAnswer, snapshotBody } from './schemas.ts'
import { command, forward, listing, none } from './verb.ts'

const list = listing({
  operationId: 'listSnapshots',
  action: 'snapshots.list',
  tag: 'Snapshots',
  summary: 'List snapshots',
  description: 'Returns one page of the snapshots of a server.',
  path: '/servers/:id/snapshots',
  answer: pageAnswer('snapshots', 'SnapshotPage', snapshotSchema),
  bind: forward(verbs => verbs['snapshots.list']),
  keyOf: ({ id }) => id
})

const common = { tag: 'Snapshots', permission: 'write' } as const

const create = command({
  ...common,
  operationId: 'createSnapshot',
  action: 'snapshots.create',
  summary: 'Create a snapshot',
  description: 'Takes a snapshot of the disks of a server.',
  method: 'POST',
  path: '/servers/:id/snapshots',
  body: snapshotBody,
  bind: forward(verbs => verbs['snapshots.create'])
})

const restore = command({
  ...common,
  operationId: 'restoreSnapshot',
  action: 'snapshots.restore',
  summary: 'Restore a snapshot',
  description: 'Reverts a server to a snapshot. Everything written since then is lost.',
  method: 'POST',
  path: '/servers/:id/snapshots/:snapshot/restore',
  destroys: true,
  body: emptyBody('RestoreSnapshotRequest'),
  bind: forward(verbs => verbs['snapshots.restore'])
})

const remove = command({
  ...common,
  operationId: 'deleteSnapshot',
  action: 'snapshots.delete',
  summary: 'Delete a snapshot',
  description: 'Deletes a snapshot permanently.',
  method: 'DELETE',
  path: '/servers/:id/snapshots/:snapshot',
  destroys: true,
  body: none,
  bind: (verbs, permit, request) => ({
    ...forward(() => verbs['snapshots.delete'])(verbs, permit, request),
    goal: () => verbs['snapshots.list'] === undefined ? null : { missingSnapshot: request.params.snapshot }
  })
})

export const snapshotVerbs = [list, create, restore, remove]
