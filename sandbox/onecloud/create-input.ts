import { isRecord } from '../kit/json.ts'
import { findRow, rowsOf, type DiskRow, type World } from './world.ts'
import { badInput, notConvertible, notFound, quoted, refuse } from './failures.ts'
import { firstText, isTrue, listOf, objectOf, textOf, type Json } from './values.ts'

export type DiskAsk = Omit<DiskRow, 'id' | 'name'>

export type CreateAsk = ReturnType<typeof readCreate>

const goType = 'ServerCreateInput'

/** The Go struct takes a number or a text of digits; anything else fails the whole conversion. */
const wholeOf = (input: Json, key: string): number => {
  const value = input[key] ?? 0
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return Number(value)
  throw notConvertible(input, goType, key, textOf(value) || JSON.stringify(value))
}

const isText = (value: unknown): boolean => !isRecord(value) && !Array.isArray(value)
const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean'
const isList = (value: unknown): boolean => value === undefined || Array.isArray(value)

const types: ReadonlyArray<readonly [(value: unknown) => boolean, readonly string[]]> = [
  [isText, ['name', 'instance_type', 'password', 'user_data', 'hypervisor', 'keypair_id']],
  [isFlag, ['auto_start', 'disable_delete']],
  [isList, ['disks', 'nets']]
]

const checkTypes = (input: Json): void => {
  for (const key of ['vcpu_count', 'vmem_size', 'eip_bw']) wholeOf(input, key)
  for (const [isRight, keys] of types) {
    const wrong = keys.find(key => !isRight(input[key]))
    if (wrong !== undefined) throw notConvertible(input, goType, wrong, JSON.stringify(input[wrong]))
  }
  for (const disk of listOf(input['disks'])) if (isRecord(disk)) wholeOf(disk, 'size')
}

/** Reads and checks a create in the vendor's own order. */
export const readCreate = (world: World, input: Json, userId: string) => {
  checkTypes(input)
  const disks = readDisks(world, input)
  const sku = skuOf(world, textOf(input['instance_type']))
  const region = textOf(input['prefer_region_id'])
  if (region !== '' && findRow(rowsOf(world, 'cloudregions'), region) === undefined) throw notFound('Region', region)
  const hypervisor = textOf(input['hypervisor']) || 'kvm'
  if (hypervisor !== 'kvm') throw badInput(`Hypervisor ${hypervisor} not supported`)
  const vcpu = sku === undefined ? wholeOf(input, 'vcpu_count') : Number(sku['cpu_core_count'])
  const memoryMb = sku === undefined ? wholeOf(input, 'vmem_size') : Number(sku['memory_size_mb'])
  checkSize(vcpu, memoryMb)
  const nets = readNets(world, input)
  const keypairId = keypairOf(world, textOf(input['keypair_id']), userId)
  const password = textOf(input['password'])
  if (password !== '') checkPassword(password)
  const image = findRow(rowsOf(world, 'images'), disks[0]?.imageId ?? '')
  return {
    ...{ name: textOf(input['name']), instanceType: textOf(sku?.['name']), vcpu, memoryMb, disks, nets, keypairId },
    osType: textOf(objectOf(image?.['properties'])['os_type']) || 'Linux',
    password: password || 'SECRET-random-Passw0rd!',
    metadata: metadataOf(input),
    // Locked against deletion unless the caller says otherwise.
    disableDelete: input['disable_delete'] !== false,
    ...{ autoStart: isTrue(input['auto_start']), eipBandwidth: wholeOf(input, 'eip_bw') }
  }
}

const metadataOf = (input: Json): Record<string, string> => {
  const tags = Object.entries(objectOf(input['__meta__'])).map(([key, value]): [string, string] => [key, textOf(value)])
  const data = textOf(input['user_data'])
  return { ...Object.fromEntries(tags), ...(data === '' ? {} : { user_data: Buffer.from(data).toString('base64') }) }
}

const readDisks = (world: World, input: Json): DiskAsk[] => {
  const asked = listOf(input['disks'])
  if (asked.length === 0) throw badInput('No bootable disk information provided')
  return asked.map((value, index) => {
    const disk = objectOf(value)
    const wanted = firstText(disk, 'image_id', 'image')
    const image = wanted === '' ? undefined : findRow(rowsOf(world, 'images'), wanted)
    if (wanted !== '' && image?.['status'] !== 'active') throw badInput(imageFailure(world, wanted))
    const smallest = index === 0 ? Math.max(10_240, Number(image?.['min_disk'] ?? 0)) : 1024
    return {
      ...{ sizeMb: Math.max(wholeOf(disk, 'size'), smallest), imageId: textOf(image?.['id']), image: textOf(image?.['name']) },
      type: disk['disk_type'] === 'sys' || image !== undefined ? 'sys' : 'data',
      storageType: textOf(disk['backend']) || 'local'
    }
  })
}

const imageFailure = (world: World, wanted: string): string => {
  const headers = { 'User-Agent': 'yunioncloud-go/201708', 'X-Auth-Token': '*', 'X-Yunion-Peer-Service-Name': 'region' }
  const request = { headers, method: 'HEAD', url: `${world.origin}/image/v1/images/${wanted}` }
  const error = { error: { code: 404, details: '404 Not Found', request } }
  return `Invalid root image: fillDiskConfigByImage: modules.Images.GetByName: ${JSON.stringify(error)}`
}

/** A size is chosen by name alone; its id is not found. */
export const skuOf = (world: World, name: string): Json | undefined => {
  if (name === '') return undefined
  const sku = rowsOf(world, 'serverskus').find(row => row['name'] === name && row['provider'] === 'OneCloud' && row['enabled'] === true)
  if (sku === undefined) throw notFound('serversku', name)
  if (sku['postpaid_status'] === 'soldout') throw badInput(`sku ${name} is soldout`)
  return sku
}

export const checkSize = (vcpu: number, memoryMb: number): void => {
  if (vcpu < 1 || vcpu > 128) throw badInput('CPU core count must be 1 ~ 128')
  if (memoryMb < 8 || memoryMb > 512 * 1024) throw badInput('Memory size must be 8MB ~ 512 GB')
}

const readNets = (world: World, input: Json): string[] => {
  const asked = listOf(input['nets']).map(net => textOf(objectOf(net)['network']))
  return (asked.length === 0 ? ['vnet0'] : asked).map(wanted => {
    const network = findRow(rowsOf(world, 'networks'), wanted)
    if (network !== undefined) return textOf(network['id'])
    const inner = quoted(404, 'ResourceNotFoundError', ['network', wanted], '%s %s not found', `network ${wanted} not found`)
    throw badInput(`parse network description error ${inner}`)
  })
}

export const keypairOf = (world: World, wanted: string, userId: string): string => {
  if (wanted === '') return ''
  const keypair = findRow(rowsOf(world, 'keypairs').filter(row => row['owner_id'] === userId), wanted)
  if (keypair === undefined) throw notFound('Keypair', wanted)
  return textOf(keypair['id'])
}

export const checkPassword = (password: string): void => {
  const isStrong = password.length >= 12 && [/\d/, /[a-z]/, /[A-Z]/, /[^A-Za-z0-9]/].every(kind => kind.test(password))
  if (isStrong) return
  throw refuse(400, 'WeakPasswordError', 'password must be 12 chars of at least one digit, letter, uppercase letter and punctuate')
}
