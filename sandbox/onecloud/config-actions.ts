import type { ServerRow, World } from './world.ts'
import { findRow, nextSerial, rowsOf } from './world.ts'
import { badInput, badRequest, duplicateName, notFound, refuse, wrongStatus } from './failures.ts'
import { begin, touch } from './lifecycle.ts'
import { firstText, isObject, isTrue, listOf, textOf, uuid, type Json } from './values.ts'
import { osMetadata, powerOn } from './create.ts'
import { checkPassword, checkSize, keypairOf, skuOf } from './create-parts.ts'
import type { Action } from './power-actions.ts'
import { addSnapshots } from './snapshots.ts'

/** `8192M`, `8g` or a bare number of MiB; the create wants a number, this action a text. */
const memoryOf = (world: World, row: ServerRow, value: unknown): number => {
  const text = textOf(value)
  if (text === '' && world.knobs.release === 'master') return row.memoryMb
  const match = /^(\d+)\s*([kKmMgG]?)[iI]?[bB]?$/.exec(text)
  if (match === null) throw badRequest(`Memory size "${text}" must be number[+unit], like 256M, 1G or 256`)
  const unit = match[2]?.toLowerCase()
  return Number(match[1]) * (unit === 'g' ? 1024 : 1)
}

const diskSizes = (row: ServerRow, input: Json): number[] => listOf(input['disks']).map((value, index) => {
  const size = isObject(value) ? Number(value['size'] ?? 0) : 0
  const present = row.disks[index]
  if (present !== undefined && size < present.sizeMb) throw badInput('Cannot reduce disk size')
  return size
})

const namedSize = (world: World, vcpu: number, memoryMb: number): Json | undefined => rowsOf(world, 'serverskus')
  .find(row => row['provider'] === 'OneCloud' && row['cpu_core_count'] === vcpu && row['memory_size_mb'] === memoryMb)

const changeConfig: Action = (world, row, input) => {
  const sku = skuOf(world, firstText(input, 'instance_type', 'sku', 'flavor'))
  // A plan whose name the record already bears is passed over, sizes and all, however stale that name is.
  const isPassedOver = sku !== undefined && sku['name'] === row.instanceType
  const vcpu = isPassedOver ? row.vcpu : sku === undefined ? Number(textOf(input['vcpu_count']) || row.vcpu) : Number(sku['cpu_core_count'])
  const memoryMb = isPassedOver ? row.memoryMb : sku === undefined ? memoryOf(world, row, input['vmem_size']) : Number(sku['memory_size_mb'])
  if (!Number.isInteger(vcpu)) throw refuse(500, 'UnclassifiedError', `strconv.ParseInt: parsing "${textOf(input['vcpu_count'])}": invalid syntax SECRET`)
  checkSize(vcpu, memoryMb)
  const isBoth = vcpu !== row.vcpu && memoryMb !== row.memoryMb
  const sizes = diskSizes(row, input)
  const wasRunning = row.status === 'running'
  if (wasRunning && !(world.knobs.release === 'master' && isTrue(input['force_stop']))) {
    throw wrongStatus('cannot change CPU/Memory spec in status running')
  }
  if (!wasRunning && row.status !== 'ready') throw wrongStatus(`Cannot change config in status ${row.status}`)
  const change = (at: number): void => {
    row.vcpu = vcpu
    row.memoryMb = memoryMb
    // With explicit numbers the record keeps the name of its former size, unless both change and a size has exactly these.
    row.instanceType = textOf((sku ?? (isBoth ? namedSize(world, vcpu, memoryMb) : undefined))?.['name']) || row.instanceType
    resizeAll(row, sizes)
    touch(row, at)
  }
  const again = isTrue(input['auto_start']) || wasRunning
  const rest = again ? ['starting', 'running'] : ['ready']
  begin(world, row, {
    action: 'change-config',
    task: 'GuestChangeConfigTask',
    ms: world.knobs.actionMs,
    statuses: ['change_flavor', 'sync_status', ...rest],
    effects: again ? { 1: change, 3: () => powerOn(row) } : { 1: change }
  })
  return undefined
}

const resizeAll = (row: ServerRow, sizes: readonly number[]): void => {
  sizes.forEach((size, index) => {
    const disk = row.disks[index]
    if (disk !== undefined) disk.sizeMb = size
    else row.disks.push({ id: uuid(`${row.id}-grown-${index}`), name: `vdisk-${row.name}-${index}`, sizeMb: size, type: 'data', imageId: '', image: '', storageType: 'local' })
  })
}

const rebuildRoot: Action = (world, row, input, caller) => {
  const wanted = firstText(input, 'image_id', 'image')
  const root = row.disks[0]
  if (wanted === '' && (root === undefined || root.imageId === '')) throw badRequest('No template for root disk, cannot rebuild root')
  const image = findRow(rowsOf(world, 'images'), wanted || textOf(root?.imageId))
  if (image === undefined) throw refuse(404, 'NotFoundError', `failed to find ${wanted}`)
  const password = textOf(input['password'])
  if (password !== '') checkPassword(password)
  const keypairId = keypairOf(world, firstText(input, 'keypair_id', 'keypair'), caller.person?.id ?? '')
  if (image['status'] !== 'active') throw badInput(`image ${wanted} is not active: status ${textOf(image['status'])}`)
  if (root !== undefined && Number(image['min_disk'] ?? 0) > root.sizeMb) throw badInput('image size exceeds root disk size')
  if (row.status !== 'ready') throw wrongStatus(`Cannot reset root in status ${row.status}`)
  const written = (at: number): void => {
    if (root !== undefined) Object.assign(root, { imageId: textOf(image['id']), image: textOf(image['name']) })
    row.password = password || 'SECRET-rebuilt-Passw0rd!'
    row.metadata = { ...row.metadata, ...osMetadata(row, image) }
    touch(row, at)
  }
  row.keypairId = keypairId
  const rest = isTrue(input['auto_start']) ? ['starting', 'running'] : ['ready']
  begin(world, row, {
    action: 'rebuild-root',
    task: 'GuestRebuildRootTask',
    ms: world.knobs.actionMs,
    statuses: ['rebuild_root', 'image_caching', 'rebuild_root', 'start_deploy', 'deploying', 'sync_status', ...rest],
    effects: isTrue(input['auto_start']) ? { 5: written, 7: () => powerOn(row) } : { 5: written }
  })
  return undefined
}

const redeploy = (world: World, row: ServerRow, input: Json, action: string): void => {
  const rest = isTrue(input['auto_start']) ? ['starting', 'running'] : ['ready']
  begin(world, row, {
    action,
    task: 'GuestDeployTask',
    ms: world.knobs.actionMs,
    statuses: ['start_deploy', 'deploying', 'sync_status', ...rest],
    effects: isTrue(input['auto_start']) ? { 4: () => powerOn(row) } : {}
  })
}

const newPassword = (input: Json): string => {
  const password = textOf(input['password'])
  if (password !== '') checkPassword(password)
  return password || 'SECRET-reset-Passw0rd!'
}

/** Running: the helper inside the guest is told; stopped: the disk is written anew. */
const setPassword: Action = (world, row, input) => {
  const password = newPassword(input)
  if (row.status !== 'running' && row.status !== 'ready') throw wrongStatus(`Cannot set password in status ${row.status}`)
  row.password = password
  if (row.status === 'ready') redeploy(world, row, input, 'set-password')
  else begin(world, row, { action: 'qga-set-password', task: 'GuestQgaSetPasswordTask', ms: world.knobs.actionMs, statuses: ['qga_set_password', 'running'] })
  return undefined
}

const deploy: Action = (world, row, input, caller) => {
  const password = newPassword(input)
  const keypairId = keypairOf(world, firstText(input, 'keypair_id', 'keypair'), caller.person?.id ?? '')
  if (row.status !== 'ready' && row.status !== 'admin') throw wrongStatus(`Cannot deploy in status ${row.status}`)
  row.password = password
  if (keypairId !== '') row.keypairId = keypairId
  redeploy(world, row, input, 'deploy')
  return undefined
}

const loginInfo: Action = (world, row) => {
  const keypair = findRow(rowsOf(world, 'keypairs'), row.keypairId)
  const username = row.metadata['login_account'] ?? 'root'
  if (row.password === '') return { username }
  return {
    ...(keypair === undefined ? {} : { keypair: keypair['name'] }),
    login_key: 'SECRET-LOGIN-KEY',
    password: row.password,
    updated: '2026-11-21T02:34:45.126298Z',
    username
  }
}

const resizeDisk: Action = (world, row, input) => {
  const wanted = firstText(input, 'disk_id', 'disk')
  const disk = row.disks.find(candidate => candidate.id === wanted || candidate.name === wanted)
  if (disk === undefined) throw notFound('disk', wanted)
  const size = Number(textOf(input['size']) || Number.NaN)
  if (!Number.isInteger(size)) throw badInput(`invalid size ${textOf(input['size'])}`)
  if (size < disk.sizeMb) throw refuse(406, 'UnsupportOperationError', 'Disk cannot be thrink')
  const allowed = row.status === 'ready' || (row.status === 'running' && disk.type === 'data')
  if (!allowed) throw wrongStatus(`Cannot resize disk in status ${row.status}`)
  begin(world, row, {
    action: 'resize-disk',
    task: 'GuestResizeDiskTask',
    ms: world.knobs.actionMs,
    statuses: ['start_resize_disk', 'resize_disk', 'sync_config', 'sync_status', row.status],
    effects: { 2: () => { disk.sizeMb = size } }
  })
  return undefined
}

const instanceSnapshot: Action = (world, row, input) => {
  const name = textOf(input['name']) || `snap-${nextSerial(world)}`
  if (rowsOf(world, 'instance_snapshots').some(snapshot => snapshot['name'] === name)) throw duplicateName('instance_snapshot', name)
  if (row.status !== 'ready' && row.status !== 'running') throw wrongStatus(`Cannot create instance snapshot in status ${row.status}`)
  begin(world, row, {
    action: 'instance-snapshot',
    task: 'GuestCreateInstanceSnapshotTask',
    ms: world.knobs.actionMs,
    statuses: ['start_instance_snapshot', row.status],
    effects: { 1: at => addSnapshots(world, row, name, at) }
  })
  return undefined
}

const setMetadata = (replace: boolean): Action => (world, row, input) => {
  const kept = Object.entries(row.metadata).filter(([key]) => !replace || !key.startsWith('user:'))
  const tags = Object.entries(input).map(([key, value]) => [`user:${key}`, textOf(value)])
  row.metadata = Object.fromEntries([...kept, ...tags])
  touch(row, world.now())
  return undefined
}

export const configActions: ReadonlyMap<string, Action> = new Map([
  ['change-config', changeConfig],
  ['rebuild-root', rebuildRoot],
  ['set-password', setPassword],
  ['deploy', deploy],
  ['login-info', loginInfo],
  ['resize-disk', resizeDisk],
  ['instance-snapshot', instanceSnapshot],
  ['user-metadata', setMetadata(false)],
  ['set-user-metadata', setMetadata(true)]
])
