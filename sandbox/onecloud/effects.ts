import { findRow, nextSerial, rowsOf, type ServerRow, type World } from './world.ts'
import { badInput, badRequest, duplicateName, notFound, refuse, wrongStatus } from './failures.ts'
import { firstText, textOf, type Json } from './values.ts'
import { osMetadata } from './create.ts'
import { checkPassword, checkSize, keypairOf, skuOf } from './create-input.ts'
import { bindEip, boundEip } from './eips.ts'
import { addSnapshot } from './snapshots.ts'

export interface Ask {
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

export const resized = ({ world, row, input }: Ask): (() => void) | undefined => {
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

export const rebuilt = ({ world, row, input, userId }: Ask): () => void => {
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

export const grown = ({ row, input }: Ask): () => void => {
  const disk = row.disks.find(({ id }) => id === textOf(input['disk_id']))
  if (disk === undefined) throw notFound('disk', textOf(input['disk_id']))
  const size = Number(textOf(input['size']) || Number.NaN)
  if (size < disk.sizeMb) throw refuse(406, 'UnsupportOperationError', 'Disk cannot be thrink')
  return () => { row.disks = row.disks.map(other => other.id === disk.id ? { ...other, sizeMb: size } : other) }
}

/** There is no status for it: the server runs, and its record says `rescue_mode`. */
export const rescued = (wanted: boolean) => ({ row }: Ask): () => void => {
  if (row.rescue === wanted) throw wrongStatus(`guest is ${wanted ? '' : 'not '}in rescue mode`)
  if (wanted && row.memoryMb < 2048) throw refuse(409, 'ConflictError', 'rescue mode requires at least 2048 MB of memory')
  return () => { row.rescue = wanted }
}

export const kept = ({ world, row, input }: Ask): (at: number) => void => {
  const name = textOf(input['name']) || `snap-${nextSerial(world)}`
  if (rowsOf(world, 'instance_snapshots').some(snapshot => snapshot['name'] === name)) throw duplicateName('instance_snapshot', name)
  return at => { addSnapshot(world, row, name, at) }
}

export const bound = ({ world, row, input }: Ask): () => void => {
  const wanted = firstText(input, 'eip_id', 'eip')
  const eip = findRow(rowsOf(world, 'eips'), wanted)
  if (eip === undefined) throw notFound('eip', wanted)
  if (boundEip(world, row) !== undefined) throw wrongStatus('already associate with eip')
  if (textOf(eip['associate_id']) !== '') throw wrongStatus('eip has been associated with instance')
  return () => { if (isInVpc(world, row)) bindEip(eip, row) }
}

export const isInVpc = (world: World, row: ServerRow): boolean =>
  row.nics.some(nic => findRow(rowsOf(world, 'networks'), nic.networkId)?.['vpc_id'] !== 'default')
