import type { World } from './world.ts'
import { badInput, notConvertible } from './failures.ts'
import { isObject, isTrue, listOf, objectOf, textOf, type Json } from './values.ts'
import { checkPassword, checkPlace, checkSize, goType, keypairOf, osOf, readDisks, readNets, skuOf, wholeOf, type DiskAsk } from './create-parts.ts'

export interface CreateAsk {
  readonly name: string
  readonly instanceType: string
  readonly vcpu: number
  readonly memoryMb: number
  readonly disks: readonly DiskAsk[]
  /** Ids of networks. */
  readonly nets: readonly string[]
  readonly osType: string
  readonly keypairId: string
  readonly password: string
  readonly metadata: Record<string, string>
  readonly disableDelete: boolean
  readonly autoStart: boolean
  readonly eipBandwidth: number
}

const checkTypes = (input: Json): void => {
  for (const key of ['vcpu_count', 'vmem_size', 'eip_bw']) wholeOf(input, key)
  for (const key of ['name', 'instance_type', 'password', 'user_data', 'hypervisor', 'keypair_id']) {
    const value = input[key]
    if (isObject(value) || Array.isArray(value)) throw notConvertible(input, goType, key, JSON.stringify(value))
  }
  for (const key of ['auto_start', 'disable_delete']) {
    const value = input[key]
    if (value !== undefined && typeof value !== 'boolean') throw notConvertible(input, goType, key, JSON.stringify(value))
  }
  for (const key of ['disks', 'nets']) {
    const value = input[key]
    if (value !== undefined && !Array.isArray(value)) throw notConvertible(input, goType, key, JSON.stringify(value))
  }
  for (const disk of listOf(input['disks'])) if (isObject(disk)) wholeOf(disk, 'size')
}

/** Reads and checks a create in the vendor's own order. */
export const readCreate = (world: World, input: Json, userId: string): CreateAsk => {
  checkTypes(input)
  const disks = readDisks(world, input)
  const sku = skuOf(world, textOf(input['instance_type']))
  checkPlace(world, textOf(input['prefer_region_id']))
  const hypervisor = textOf(input['hypervisor']) || 'kvm'
  if (hypervisor !== 'kvm') throw badInput(`Hypervisor ${hypervisor} not supported`)
  const vcpu = sku === undefined ? wholeOf(input, 'vcpu_count') : Number(sku['cpu_core_count'])
  const memoryMb = sku === undefined ? wholeOf(input, 'vmem_size') : Number(sku['memory_size_mb'])
  checkSize(vcpu, memoryMb)
  const nets = readNets(world, input)
  const keypairId = keypairOf(world, textOf(input['keypair_id']), userId)
  const password = textOf(input['password'])
  if (password !== '') checkPassword(password)
  return {
    name: textOf(input['name']),
    instanceType: textOf(sku?.['name']),
    vcpu,
    memoryMb,
    disks,
    nets,
    osType: osOf(world, disks),
    keypairId,
    password: password || 'SECRET-random-Passw0rd!',
    metadata: metadataOf(input),
    // Locked against deletion unless the caller says otherwise.
    disableDelete: input['disable_delete'] !== false,
    autoStart: isTrue(input['auto_start']),
    eipBandwidth: wholeOf(input, 'eip_bw')
  }
}

const metadataOf = (input: Json): Record<string, string> => {
  const tags = Object.entries(objectOf(input['__meta__'])).map(([key, value]): [string, string] => [key, textOf(value)])
  const data = textOf(input['user_data'])
  return { ...Object.fromEntries(tags), ...(data === '' ? {} : { user_data: Buffer.from(data).toString('base64') }) }
}
