import { checkPassword, checkSize, keypairOf, osMetadata, powerOn, skuOf } from './create.ts'
import { badInput, badRequest, duplicateName, notFound, refuse, wrongStatus } from './failures.ts'
import { begin, touch } from './lifecycle.ts'
import { addSnapshot } from './resources.ts'
import { firstText, isTrue, textOf, type Json } from './values.ts'
import { bindEip, boundEip, findRow, nextSerial, releaseEip, rowsOf, type ServerRow, type World } from './world.ts'

interface Ask {
  readonly world: World
  readonly row: ServerRow
  readonly input: Json
  readonly userId: string
}

const memoryOf = (value: unknown): number => {
  const text = textOf(value)
  const match = /^(\d+)\s*([mMgG]?)$/.exec(text)
  if (match === null) throw badRequest(`Memory size "${text}" must be number[+unit], like 256M, 1G or 256`)
  return Number(match[1]) * (match[2]?.toLowerCase() === 'g' ? 1024 : 1)
}

const namedSize = (world: World, vcpu: number, memoryMb: number): Json | undefined => rowsOf(world, 'serverskus')
  .find(row => row['provider'] === 'OneCloud' && row['cpu_core_count'] === vcpu && row['memory_size_mb'] === memoryMb)

const resized = ({ world, row, input }: Ask): (() => void) | undefined => {
  const sku = skuOf(world, firstText(input, 'instance_type', 'sku', 'flavor'))
  // A plan whose name the record already has is ignored, including its sizes, even if that name is stale.
  if (sku !== undefined && sku['name'] === row.instanceType) return undefined
  const vcpu = Number(sku === undefined ? textOf(input['vcpu_count']) || row.vcpu : sku['cpu_core_count'])
  const memoryMb = sku === undefined ? memoryOf(input['vmem_size']) : Number(sku['memory_size_mb'])
  checkSize(vcpu, memoryMb)
  // With numbers the record keeps the name of its former size, unless both change and a size has exactly these.
  const isBoth = vcpu !== row.vcpu && memoryMb !== row.memoryMb
  const named = sku ?? (isBoth ? namedSize(world, vcpu, memoryMb) : undefined)
  return () => { Object.assign(row, { vcpu, memoryMb, instanceType: textOf(named?.['name']) || row.instanceType }) }
}

const rebuilt = ({ world, row, input, userId }: Ask): () => void => {
  const wanted = firstText(input, 'image_id', 'image')
  const root = row.disks[0]
  if (wanted === '' && (root === undefined || root.imageId === '')) throw badRequest('No template for root disk, cannot rebuild root')
  const image = findRow(rowsOf(world, 'images'), wanted || textOf(root?.imageId))
  if (image === undefined) throw refuse(404, 'NotFoundError', `failed to find ${wanted}`)
  if (textOf(input['password']) !== '') checkPassword(textOf(input['password']))
  const keypairId = keypairOf(world, firstText(input, 'keypair_id', 'keypair'), userId)
  if (root !== undefined && Number(image['min_disk'] ?? 0) > root.sizeMb) throw badInput('image size exceeds root disk size')
  return () => {
    const shown = { imageId: textOf(image['id']), image: textOf(image['name']) }
    row.disks = row.disks.map((disk, index) => index === 0 ? { ...disk, ...shown } : disk)
    // The key is removed unless it is given again.
    row.keypairId = keypairId
    row.metadata = { ...row.metadata, ...osMetadata(row, image) }
  }
}

const grown = ({ row, input }: Ask): () => void => {
  const disk = row.disks.find(({ id }) => id === textOf(input['disk_id']))
  if (disk === undefined) throw notFound('disk', textOf(input['disk_id']))
  const size = Number(textOf(input['size']) || Number.NaN)
  if (size < disk.sizeMb) throw refuse(406, 'UnsupportOperationError', 'Disk cannot be thrink')
  return () => { row.disks = row.disks.map(other => other.id === disk.id ? { ...other, sizeMb: size } : other) }
}

/** There is no status for it: the server runs, and its record says `rescue_mode`. */
const rescued = (wanted: boolean) => ({ row }: Ask): () => void => {
  if (row.rescue === wanted) throw wrongStatus(`guest is ${wanted ? '' : 'not '}in rescue mode`)
  if (wanted && row.memoryMb < 2048) throw refuse(409, 'ConflictError', 'rescue mode requires at least 2048 MB of memory')
  return () => { row.rescue = wanted }
}

const kept = ({ world, row, input }: Ask): (at: number) => void => {
  const name = textOf(input['name']) || `snap-${nextSerial(world)}`
  if (rowsOf(world, 'instance_snapshots').some(snapshot => snapshot['name'] === name)) throw duplicateName('instance_snapshot', name)
  return at => { addSnapshot(world, row, name, at) }
}

const bound = ({ world, row, input }: Ask): () => void => {
  const wanted = firstText(input, 'eip_id', 'eip')
  const eip = findRow(rowsOf(world, 'eips'), wanted)
  if (eip === undefined) throw notFound('eip', wanted)
  if (boundEip(world, row) !== undefined) throw wrongStatus('already associate with eip')
  if (textOf(eip['associate_id']) !== '') throw wrongStatus('eip has been associated with instance')
  return () => { if (isInVpc(world, row)) bindEip(eip, row) }
}

const isInVpc = (world: World, row: ServerRow): boolean =>
  row.nics.some(nic => findRow(rowsOf(world, 'networks'), nic.networkId)?.['vpc_id'] !== 'default')

interface Rule {
  /** The statuses in which the action is accepted; `any` if it is not checked. */
  readonly from: readonly string[] | 'any'
  readonly refusal: string
  /** The transitional statuses, and the last one; `same` is the former status. */
  readonly via: readonly string[]
  readonly end: 'running' | 'ready' | 'same' | 'by power'
  /** The last status if the node refuses. */
  readonly failed: string
  /** Checks the input before the status, and returns the effect that shows with the last status. */
  readonly prepare?: (ask: Ask) => ((at: number) => void) | undefined
  /** Other statuses that the input or the server selects. */
  readonly otherwise?: (ask: Ask) => Partial<Pick<Rule, 'from' | 'via' | 'end' | 'failed'>>
}

const rule = (from: Rule['from'], refusal: string, via: readonly string[], end: Rule['end'], failed: string,
  more: Pick<Rule, 'prepare' | 'otherwise'> = {}): Rule => ({ from, refusal, via, end, failed, ...more })

const up = ['ready', 'running']
const stoppable = ['running', 'stop_fail']
const startable = ['ready', 'start_fail', 'save_disk_failed', 'suspend']
const resizing = ['change_flavor', 'sync_status']
const growing = ['start_resize_disk', 'resize_disk', 'sync_config', 'sync_status']
const deployed = ['start_deploy', 'deploying', 'sync_status']
const rebuilding = ['rebuild_root', 'image_caching', 'rebuild_root', ...deployed]

const isForced = ({ input }: Ask) => isTrue(input['is_force']) ? { from: 'any' as const } : {}
/** The action starts the server again on request. */
const isStarted = (via: readonly string[]) => ({ input }: Ask) =>
  isTrue(input['auto_start']) ? { via: [...via, 'starting'], end: 'running' as const } : {}

const rules: Readonly<Record<string, Rule>> = {
  start: rule(startable, 'Cannot do start server', ['start_start', 'starting'], 'running', 'start_fail', {
    otherwise: ({ row }) => row.status === 'suspend' ? { via: ['resuming'], failed: 'resume_failed' } : {}
  }),
  stop: rule(stoppable, 'Cannot stop server', ['start_stop', 'stopping'], 'ready', 'stop_fail', { otherwise: isForced }),
  restart: rule(stoppable, 'Cannot do restart server', ['stopping', 'ready', 'start_start', 'starting'], 'running', 'stop_fail'),
  syncstatus: rule('any', '', ['sync_status'], 'by power', 'sync_fail', { prepare: refuseBusy }),
  'change-config': rule(['ready'], 'cannot change CPU/Memory spec', resizing, 'ready', 'change_flavor_fail', {
    prepare: resized, otherwise: isStarted(resizing)
  }),
  'resize-disk': rule(['ready'], 'Cannot resize disk', growing, 'ready', 'resize_disk_fail', { prepare: grown }),
  'rebuild-root': rule(['ready'], 'Cannot reset root', rebuilding, 'ready', 'rebuild_root_fail', {
    prepare: rebuilt, otherwise: isStarted(rebuilding)
  }),
  // Running: through the guest agent; stopped: the disk is rewritten.
  'set-password': rule(up, 'Cannot set password', deployed, 'ready', 'deploy_fail', {
    prepare: refuseWeak,
    otherwise: ({ row }) => row.status === 'running' ? { via: ['qga_set_password'], end: 'running', failed: 'qga_exec_command_failed' } : {}
  }),
  'start-rescue': rule(up, 'Cannot start rescue', ['stopping', 'start_rescue'], 'running', 'start_rescue_failed', {
    prepare: rescued(true)
  }),
  'stop-rescue': rule(up, 'Cannot stop rescue', ['stopping', 'stop_rescue', 'starting'], 'running', 'stop_rescue_failed', {
    prepare: rescued(false)
  }),
  'instance-snapshot': rule(up, 'Cannot create instance snapshot', ['start_instance_snapshot'], 'same', 'instance_snapshot_failed', {
    prepare: kept
  }),
  'instance-snapshot-reset': rule(['ready'], 'Cannot reset instance snapshot', ['start_snapshot_reset'], 'ready', 'snapshot_reset_failed', {
    prepare: refuseForeignSnapshot
  }),
  'associate-eip': rule(up, 'Unable to associate eip for guest', ['associate_eip', 'sync_status'], 'same', 'associate_eip_failed', {
    prepare: bound,
    // On a classic network the request is accepted and fails afterwards.
    otherwise: ({ world, row }) => isInVpc(world, row) ? {} : { via: ['associate_eip', 'associate_eip_failed'] }
  }),
  'dissociate-eip': rule(up, 'Unable to dissociate eip for guest', ['dissociate_eip', 'sync_status'], 'same', 'dissociate_eip_failed', {
    prepare: released
  }),
  'user-metadata': rule('any', '', [], 'same', '', { prepare: tagged })
}

function refuseBusy ({ world, row }: Ask): undefined {
  if (world.has(row.id)) throw badRequest("Guest has 1 task active, can't sync status")
}

function refuseWeak ({ input }: Ask): undefined {
  checkPassword(textOf(input['password']))
}

function refuseForeignSnapshot ({ world, row, input }: Ask): undefined {
  const wanted = textOf(input['instance_snapshot'])
  if (findRow(rowsOf(world, 'instance_snapshots'), wanted)?.['guest_id'] !== row.id) throw notFound('instance_snapshot', wanted)
}

function released ({ world, row }: Ask): () => void {
  const eip = boundEip(world, row)
  if (eip === undefined) throw wrongStatus('No eip to dissociate')
  return () => { releaseEip(eip) }
}

function tagged ({ row, input }: Ask): undefined {
  row.metadata = { ...row.metadata, ...Object.fromEntries(Object.entries(input).map(([key, value]) => [`user:${key}`, textOf(value)])) }
}

export const act = (world: World, row: ServerRow, verb: string, { input, userId }: Pick<Ask, 'input' | 'userId'>): void => {
  const found = rules[verb]
  if (found === undefined) {
    throw refuse(404, 'ActionNotFoundError', `Action ${verb} not found, please check service version, current version: v3.10-local`)
  }
  const ask = { world, row, input, userId }
  const { from, refusal, via, end, failed } = { ...found, ...found.otherwise?.(ask) }
  const effect = found.prepare?.(ask)
  if (from !== 'any' && !from.includes(row.status)) throw wrongStatus(`${refusal} in status ${row.status}`)
  const last = end === 'same' ? row.status : end === 'by power' ? row.power === 'on' ? 'running' : 'ready' : end
  const statuses = via.at(-1)?.endsWith('_failed') === true ? via : [...via, last]
  const finish = (at: number): void => {
    effect?.(at)
    if (end === 'running') powerOn(row)
    else if (end === 'ready') row.power = 'off'
    touch(row, at)
  }
  begin(world, row, { action: verb, ms: world.behavior.actionMs, statuses, failed, effects: { [statuses.length - 1]: finish } })
}
