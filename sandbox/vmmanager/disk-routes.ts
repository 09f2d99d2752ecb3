import type { SimulatedReply } from '../simulator.ts'
import { accepted, changeHost, order } from './actions.ts'
import { flag, listOf, natural, numberOf, orNull, text, textOf } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, isAdmin, ok, onHost, owns, post, remove } from './call.ts'
import { invalidValue, notFound } from './errors.ts'
import { list } from './lists.ts'
import type { BackupRecord, DiskRecord, HostRecord, Platform, Row } from './model.ts'
import { disksOf, rowOf, rowsOf, take, toStamp } from './model.ts'

const diskRow = (platform: Platform, disk: DiskRecord): Row => {
  const host = platform.hosts.get(disk.hostId)
  const cluster = rowOf(platform, 'cluster', host?.clusterId ?? null)
  return {
    id: disk.id,
    name: disk.name,
    bus: 'virtio',
    target_dev: `vd${'abcdefgh'[disk.bootOrder - 1] ?? 'z'}`,
    size_mib: disk.sizeMib,
    size_mib_new: disk.sizeMibNew,
    expand_part: disk.expandPart,
    tags: [],
    account: { id: disk.accountId, email: platform.users.get(disk.accountId)?.email },
    storage: { id: disk.storageId, name: rowOf(platform, 'storage', disk.storageId)?.['name'] },
    host: { id: disk.hostId, name: host?.name, boot_order: disk.bootOrder, is_main: disk.bootOrder === 1, bus: 'virtio' },
    node: { id: host?.nodeId, name: rowOf(platform, 'node', host?.nodeId ?? null)?.['name'] },
    cluster: { id: host?.clusterId, name: cluster?.['name'], type: cluster?.['virtualization_type'] }
  }
}

const listDisks = (call: Call): SimulatedReply => list(call, [...call.platform.disks.values()]
  .filter(disk => owns(call, disk.accountId))
  .map(disk => diskRow(call.platform, disk)))

function getDisk (call: Call): SimulatedReply {
  const disk = call.platform.disks.get(idOf(call))
  if (disk === undefined || !owns(call, disk.accountId)) return notFound('disk')
  const { id, name, sizeMib, sizeMibNew, expandPart } = disk
  return ok({ id, name, bus: 'virtio', size_mib: sizeMib, size_mib_new: sizeMibNew, expand_part: expandPart })
}

const backupRow = (platform: Platform, backup: BackupRecord) => ({
  id: backup.id,
  name: backup.name,
  account: platform.users.get(backup.accountId)?.email,
  comment: backup.comment,
  state: backup.state,
  expand_part: '/dev/vda1',
  disk: { id: backup.diskId, name: platform.disks.get(backup.diskId)?.name },
  cluster: { id: platform.hosts.get(backup.hostId)?.clusterId, image_storage_path: '/image' },
  backup_location: null
})

const createBackup = changeHost((call, host) => {
  const { platform, body } = call
  const backup: BackupRecord = {
    id: take(platform, 'other'),
    name: textOf(body, 'name') ?? '',
    comment: textOf(body, 'comment') ?? '',
    state: 'creating',
    hostId: host.id,
    diskId: disksOf(platform, host.id)[0]?.id ?? 0,
    accountId: host.accountId,
    dateCreate: toStamp(platform.now())
  }
  platform.backups.set(backup.id, backup)
  const task = order(call, host, { name: 'vm_backup', apply: () => { backup.state = 'active' }, fail: () => { backup.state = 'failed' } })
  return accepted(backup.id, task, { relocate_task: 0 })
})

const ownBackup = (call: Call, id: number): BackupRecord | undefined => {
  const backup = call.platform.backups.get(id)
  return backup !== undefined && owns(call, backup.accountId) ? backup : undefined
}

const onBackup = (run: (call: Call, backup: BackupRecord) => SimulatedReply) => (call: Call): SimulatedReply => {
  const backup = ownBackup(call, idOf(call))
  return backup === undefined ? notFound('backup') : run(call, backup)
}

const listBackups = (call: Call): SimulatedReply => list(call, [...call.platform.backups.values()]
  .filter(backup => owns(call, backup.accountId))
  .map(backup => ({
    ...backupRow(call.platform, backup),
    account: { id: backup.accountId, email: call.platform.users.get(backup.accountId)?.email },
    host: backup.hostId,
    schedule: null,
    date_create: backup.dateCreate
  })), { size: false })

const getBackup = onBackup(({ platform }, backup) => {
  const { disk, cluster, ...bare } = backupRow(platform, backup)
  return ok(bare)
})

const editBackup = onBackup((call, backup) => {
  backup.name = textOf(call.body, 'name') ?? backup.name
  backup.comment = textOf(call.body, 'comment') ?? backup.comment
  return ok({ id: backup.id })
})

const removeBackup = onBackup((call, backup) => {
  const host = call.platform.hosts.get(backup.hostId)
  call.platform.backups.delete(backup.id)
  return host === undefined ? ok({ id: backup.id }) : accepted(backup.id, order(call, host, { name: 'backup_delete', beside: true }))
})

/** `id` of the answer is the host's or the disk's, as the path was. */
function restore (call: Call, host: HostRecord, id: number): SimulatedReply {
  const backup = ownBackup(call, numberOf(call.body, 'backup') ?? -1)
  if (backup?.state !== 'active') return invalidValue('backup')
  return accepted(id, order(call, host, { name: 'host_restore' }))
}

function restoreDisk (call: Call): SimulatedReply {
  const disk = call.platform.disks.get(idOf(call))
  const host = call.platform.hosts.get(disk?.hostId ?? -1)
  return disk === undefined || host === undefined || !owns(call, disk.accountId) ? notFound('disk') : restore(call, host, disk.id)
}

const saveImage = changeHost((call, host) => {
  const { platform, body } = call
  const owner = platform.users.get(numberOf(body, 'account') ?? host.accountId)
  if (owner === undefined || !owns(call, owner.id)) return invalidValue('account')
  const image: Row = {
    id: take(platform, 'other'),
    name: textOf(body, 'name'),
    account: owner.email,
    for_all: body['for_all'] === true && isAdmin(call.user),
    type: 'image',
    comment: textOf(body, 'comment') ?? '',
    state: 'creating',
    nodes: [],
    size_mib: disksOf(platform, host.id)[0]?.sizeMib ?? 0
  }
  rowsOf(platform, 'image').push(image)
  return accepted(host.id, order(call, host, { name: 'image_create', apply: () => { image['state'] = 'active' } }))
})

const host = '/vm/v3/host/:id'
const backupBody = { name: text, comment: text, backup_locations: orNull(listOf(natural)), schedule: natural }
const one = { body: { backup: natural }, required: ['backup'] }

export const diskRoutes: readonly Route[] = [
  get('/vm/v3/disk', listDisks),
  get('/vm/v3/disk/:id', getDisk),
  get(`${host}/disk`, onHost((call, record) =>
    list(call, disksOf(call.platform, record.id).map(disk => diskRow(call.platform, disk)))), { access: 'admin' }),
  get(`${host}/backup`, onHost((call, record) => list(call, [...call.platform.backups.values()]
    .filter(backup => backup.hostId === record.id)
    .map(backup => backupRow(call.platform, backup)), { size: false }))),
  post(`${host}/backup`, createBackup, { body: backupBody, required: ['name'] }),
  post(`${host}/restore`, changeHost((call, record) => restore(call, record, record.id)), one),
  post('/vm/v3/disk/:id/restore', restoreDisk, one),
  get('/vm/v3/backup', listBackups),
  get('/vm/v3/backup/:id', getBackup),
  post('/vm/v3/backup/:id', editBackup, { body: { name: text, comment: text } }),
  remove('/vm/v3/backup/:id', removeBackup),
  post(`${host}/image/create`, saveImage, { body: { name: text, account: natural, comment: text, for_all: flag }, required: ['name'] })
]
