import type { World } from './world.ts'
import { badInput, notConvertible } from './failures.ts'
import { firstText, isObject, isTrue, listOf, objectOf, textOf, type Json } from './values.ts'
import {
  checkPassword, checkPlaces, checkSize, checkUserData, goType, keypairOf, osOf, readDisks, readGroups, readNets,
  skuOf, wholeOf, type DiskAsk, type NetAsk
} from './create-parts.ts'

export interface CreateAsk {
  readonly name: string
  readonly generateName: string
  readonly instanceType: string
  readonly vcpu: number
  readonly memoryMb: number
  readonly disks: readonly DiskAsk[]
  readonly nets: readonly NetAsk[]
  readonly hypervisor: string
  readonly osType: string
  readonly keypairId: string
  readonly secgroups: readonly string[]
  readonly password: string
  readonly loginAccount: string
  readonly metadata: Record<string, string>
  readonly description: string
  readonly disableDelete: boolean
  readonly autoStart: boolean
  readonly eipBandwidth: number
  readonly prepaid: boolean
}

const checkTypes = (input: Json): void => {
  for (const key of ['vcpu_count', 'vmem_size', 'eip_bw', 'public_ip_bw']) wholeOf(input, key)
  for (const key of ['name', 'generate_name', 'instance_type', 'sku', 'password', 'user_data', 'hypervisor', 'keypair', 'keypair_id']) {
    const value = input[key]
    if (isObject(value) || Array.isArray(value)) throw notConvertible(input, goType, key, JSON.stringify(value))
  }
  for (const key of ['auto_start', 'disable_delete', 'reset_password', 'auto_renew']) {
    const value = input[key]
    if (value === undefined || value === null || ['true', 'false'].includes(textOf(value).toLowerCase())) continue
    throw notConvertible(input, goType, key, textOf(value) || JSON.stringify(value))
  }
  for (const key of ['disks', 'nets', 'secgroups']) {
    const value = input[key]
    if (value !== undefined && value !== null && !Array.isArray(value)) throw notConvertible(input, goType, key, JSON.stringify(value))
  }
  if (input['__meta__'] !== undefined && !isObject(input['__meta__'])) throw notConvertible(input, goType, '__meta__', textOf(input['__meta__']))
  for (const disk of listOf(input['disks'])) if (isObject(disk)) wholeOf(disk, 'size')
}

/** Reads and checks a create in the vendor's own order. */
export const readCreate = (world: World, input: Json, userId: string): CreateAsk => {
  checkTypes(input)
  const disks = readDisks(world, input)
  const sku = skuOf(world, firstText(input, 'instance_type', 'sku', 'flavor'))
  checkPlaces(world, input)
  const hypervisor = textOf(input['hypervisor']) || 'kvm'
  if (hypervisor !== 'kvm') throw badInput(`Hypervisor ${hypervisor} not supported`)
  const vcpu = sku === undefined ? wholeOf(input, 'vcpu_count') : Number(sku['cpu_core_count'])
  const memoryMb = sku === undefined ? wholeOf(input, 'vmem_size') : Number(sku['memory_size_mb'])
  checkSize(vcpu, memoryMb)
  const nets = readNets(world, input)
  const keypairId = keypairOf(world, firstText(input, 'keypair_id', 'keypair'), userId)
  const secgroups = readGroups(world, input)
  const password = textOf(input['password'])
  if (password !== '') checkPassword(password)
  checkUserData(world, textOf(input['user_data']))
  return {
    name: textOf(input['name']),
    generateName: textOf(input['generate_name']),
    instanceType: textOf(sku?.['name']),
    vcpu,
    memoryMb,
    disks,
    nets,
    hypervisor,
    osType: textOf(input['os_type']) || osOf(world, disks),
    keypairId,
    secgroups,
    password: password || (input['reset_password'] === false ? '' : 'SECRET-random-Passw0rd!'),
    loginAccount: textOf(input['login_account']),
    metadata: metadataOf(input),
    description: textOf(input['description']),
    // Locked against deletion unless the caller says otherwise.
    disableDelete: !(input['disable_delete'] === false || input['disable_delete'] === 'false'),
    autoStart: isTrue(input['auto_start']),
    eipBandwidth: wholeOf(input, 'eip_bw'),
    prepaid: input['billing_type'] === 'prepaid' || textOf(input['duration']) !== ''
  }
}

const metadataOf = (input: Json): Record<string, string> => {
  const tags = Object.entries(objectOf(input['__meta__'])).map(([key, value]): [string, string] => [key, textOf(value)])
  const data = textOf(input['user_data'])
  return { ...Object.fromEntries(tags), ...(data === '' ? {} : { user_data: Buffer.from(data).toString('base64') }) }
}
