import type { ServerRow } from './world.ts'
import { findRow, nextSerial, rowsOf } from './world.ts'
import { badInput, notFound, refuse, wrongStatus } from './failures.ts'
import { begin, touch } from './lifecycle.ts'
import { firstText, isTrue, listOf, textOf, uuid } from './values.ts'
import { createServer, pickName, powerOn } from './create.ts'
import { groupOf } from './create-parts.ts'
import type { Action } from './power-actions.ts'

const settled = (row: ServerRow, what: string): void => {
  if (row.status !== 'ready' && row.status !== 'running') throw wrongStatus(`Cannot ${what} in status ${row.status}`)
}

const attachDisk: Action = (world, row, input) => {
  const wanted = firstText(input, 'disk_id', 'disk')
  const disk = world.looseDisks.get(wanted)
  if (disk === undefined) throw notFound('disk', wanted)
  settled(row, 'attach disk')
  world.looseDisks.delete(wanted)
  begin(world, row, {
    action: 'attachdisk', task: 'GuestAttachDiskTask', ms: world.knobs.actionMs, statuses: ['attach_disk', row.status], effects: { 1: () => { row.disks.push(disk) } }
  })
  return undefined
}

const detachDisk: Action = (world, row, input) => {
  const wanted = firstText(input, 'disk_id', 'disk')
  const disk = row.disks.find(candidate => candidate.id === wanted || candidate.name === wanted)
  if (disk === undefined) throw notFound('disk', wanted)
  if (disk === row.disks[0]) throw badInput('Cannot detach sys disk')
  settled(row, 'detach disk')
  const away = (): void => {
    row.disks = row.disks.filter(candidate => candidate !== disk)
    world.looseDisks.set(disk.id, disk)
  }
  begin(world, row, { action: 'detachdisk', task: 'GuestDetachDiskTask', ms: world.knobs.actionMs, statuses: ['detach_disk', row.status], effects: { 1: away } })
  return undefined
}

const createDisk: Action = (world, row, input) => {
  const asked = listOf(input['disks'])
  if (asked.length === 0) throw badInput('No Disk Info Provided')
  settled(row, 'create disk')
  const sizes = asked.map(disk => Number(textOf(typeof disk === 'object' && disk !== null && 'size' in disk ? disk.size : disk)) || 10_240)
  const add = (): void => sizes.forEach(sizeMb => {
    const id = uuid(`${row.id}-new-${nextSerial(world)}`)
    row.disks.push({ id, name: `vdisk-${row.name}-${id.slice(0, 8)}`, sizeMb, type: 'data', imageId: '', image: '', storageType: 'local' })
  })
  begin(world, row, { action: 'createdisk', task: 'GuestCreateDiskTask', ms: world.knobs.actionMs, statuses: ['attach_disk', row.status], effects: { 1: add } })
  return undefined
}

const insertIso: Action = (world, row, input) => {
  const wanted = firstText(input, 'image_id', 'image')
  const image = findRow(rowsOf(world, 'images'), wanted)
  if (image === undefined) throw notFound('image', wanted)
  settled(row, 'insert ISO')
  row.iso = textOf(image['name'])
  touch(row, world.now())
  return undefined
}

const ejectIso: Action = (world, row) => {
  if (row.iso === '') throw badInput('No ISO to eject')
  row.iso = ''
  touch(row, world.now())
  return undefined
}

const setGroups = (replace: boolean): Action => (world, row, input) => {
  const wanted = listOf(input['secgroup_ids'] ?? input['secgroups']).map(textOf)
  const one = firstText(input, 'secgrp', 'secgrp_id')
  const asked = [...wanted, ...(one === '' ? [] : [one])]
  if (asked.length === 0) throw badInput('Missing parameter secgroup_ids')
  const found = asked.map(group => groupOf(world, group))
  row.secgroups = replace ? found : [...new Set([...row.secgroups, ...found])]
  touch(row, world.now())
  return undefined
}

const saveImage: Action = (world, row, input) => {
  const name = firstText(input, 'name') || `${row.name}-image`
  if (row.status !== 'ready') throw wrongStatus(`Cannot save disk in status ${row.status}`)
  const add = (): void => {
    const template = rowsOf(world, 'images')[0] ?? {}
    rowsOf(world, 'images').push({ ...template, id: uuid(`image-${nextSerial(world)}`), name, is_public: false, status: 'active' })
  }
  begin(world, row, { action: 'save-image', task: 'GuestSaveImageTask', ms: world.knobs.actionMs, statuses: ['start_save_disk', 'save_disk', 'ready'], effects: { 2: add } })
  return undefined
}

const clone: Action = (world, row, input) => {
  const disks = row.disks.map(({ sizeMb, imageId, image, type, storageType }) => ({ sizeMb, imageId, image, type, storageType }))
  const ask = {
    name: firstText(input, 'name'),
    generateName: '',
    instanceType: row.instanceType,
    vcpu: row.vcpu,
    memoryMb: row.memoryMb,
    disks,
    nets: row.nics.map(nic => ({ networkId: nic.networkId, address: '' })),
    hypervisor: row.hypervisor,
    osType: row.osType,
    keypairId: row.keypairId,
    secgroups: row.secgroups,
    password: row.password,
    loginAccount: row.loginAccount,
    metadata: {},
    description: '',
    disableDelete: true,
    autoStart: false,
    eipBandwidth: 0,
    prepaid: false
  }
  createServer(world, ask, { projectId: row.tenantId, name: pickName(world, ask) })
  return undefined
}

const renew: Action = (world, row) => {
  if (row.prepaidUntil === 0) throw badInput('Only prepaid server can be renewed')
  row.prepaidUntil += 30 * 86_400_000
  touch(row, world.now())
  return undefined
}

const freeze = (frozen: boolean): Action => (world, row) => {
  row.frozen = frozen
  touch(row, world.now())
  return undefined
}

/** There is no status for it: the server runs, and its record says `rescue_mode`. */
const rescue = (wanted: boolean): Action => (world, row) => {
  settled(row, wanted ? 'start rescue' : 'stop rescue')
  if (row.rescue === wanted) throw wrongStatus(`guest is ${wanted ? '' : 'not '}in rescue mode`)
  if (wanted && row.memoryMb < 2048) throw refuse(409, 'ConflictError', 'rescue mode requires at least 2048 MB of memory')
  const word = wanted ? 'start_rescue' : 'stop_rescue'
  begin(world, row, {
    action: word.replace('_', '-'),
    task: wanted ? 'StartRescueTask' : 'StopRescueTask',
    ms: world.knobs.actionMs,
    statuses: wanted ? ['stopping', word, 'running'] : ['stopping', word, 'starting', 'running'],
    effects: { 1: () => { row.rescue = wanted; row.power = 'off' }, [wanted ? 2 : 3]: () => powerOn(row) }
  })
  return undefined
}

/** Back to what was kept of a server as a whole; what runs is refused. */
const resetToSnapshot: Action = (world, row, input) => {
  const wanted = firstText(input, 'instance_snapshot', 'instance_snapshot_id')
  const snapshot = findRow(rowsOf(world, 'instance_snapshots'), wanted)
  if (snapshot === undefined || snapshot['guest_id'] !== row.id) throw notFound('instance_snapshot', wanted)
  if (row.status !== 'ready') throw wrongStatus(`Cannot reset instance snapshot in status ${row.status}`)
  const again = isTrue(input['auto_start'])
  begin(world, row, {
    action: 'instance-snapshot-reset',
    task: 'InstanceSnapshotResetTask',
    ms: world.knobs.actionMs,
    statuses: ['start_snapshot_reset', ...(again ? ['starting', 'running'] : ['ready'])],
    effects: again ? { 2: () => powerOn(row) } : {}
  })
  return undefined
}

/** Actions whose bodies are known only by name. */
export const rareActions: ReadonlyMap<string, Action> = new Map([
  ['attachdisk', attachDisk],
  ['detachdisk', detachDisk],
  ['createdisk', createDisk],
  ['insertiso', insertIso],
  ['ejectiso', ejectIso],
  ['add-secgroup', setGroups(false)],
  ['set-secgroup', setGroups(true)],
  ['save-image', saveImage],
  ['clone', clone],
  ['renew', renew],
  ['freeze', freeze(true)],
  ['unfreeze', freeze(false)],
  ['start-rescue', rescue(true)],
  ['stop-rescue', rescue(false)],
  ['instance-snapshot-reset', resetToSnapshot]
])
