import type { DiskRow, World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { badInput, notConvertible, notFound, refuse } from './failures.ts'
import { firstText, listOf, objectOf, textOf, type Json } from './values.ts'

export interface DiskAsk {
  readonly sizeMb: number
  readonly imageId: string
  readonly image: string
  readonly type: DiskRow['type']
  readonly storageType: string
}

export const goType = 'ServerCreateInput'

/** The Go struct takes a number or a text of digits; anything else fails the whole conversion. */
export const wholeOf = (input: Json, key: string): number => {
  const value = input[key]
  if (value === undefined || value === null) return 0
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return Number(value)
  throw notConvertible(input, goType, key, textOf(value) || JSON.stringify(value))
}

export const readDisks = (world: World, input: Json): DiskAsk[] => {
  const asked = listOf(input['disks'])
  if (asked.length === 0) throw badInput('No bootable disk information provided')
  return asked.map((value, index) => {
    const disk = objectOf(value)
    const wanted = firstText(disk, 'image_id', 'image')
    const image = wanted === '' ? undefined : findRow(rowsOf(world, 'images'), wanted)
    if (wanted !== '' && image?.['status'] !== 'active') throw badInput(imageFailure(world, wanted))
    const smallest = index === 0 ? Math.max(10_240, Number(image?.['min_disk'] ?? 0)) : 1024
    return {
      sizeMb: Math.max(wholeOf(disk, 'size'), smallest),
      imageId: textOf(image?.['id']),
      image: textOf(image?.['name']),
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

export const osOf = (world: World, disks: readonly DiskAsk[]): string => {
  const image = findRow(rowsOf(world, 'images'), disks[0]?.imageId ?? '')
  return textOf(objectOf(image?.['properties'])['os_type']) || 'Linux'
}

/** A size is chosen by name alone; its id is not found. */
export const skuOf = (world: World, name: string): Json | undefined => {
  if (name === '') return undefined
  const sku = rowsOf(world, 'serverskus').find(row => row['name'] === name && row['provider'] === 'OneCloud' && row['enabled'] === true)
  if (sku === undefined) throw notFound('serversku', name)
  if (sku['postpaid_status'] === 'soldout') throw badInput(`sku ${name} is soldout`)
  return sku
}

export const checkPlace = (world: World, region: string): void => {
  if (region !== '' && findRow(rowsOf(world, 'cloudregions'), region) === undefined) throw notFound('Region', region)
}

export const checkSize = (vcpu: number, memoryMb: number): void => {
  if (vcpu < 1 || vcpu > 128) throw badInput('CPU core count must be 1 ~ 128')
  if (memoryMb < 8 || memoryMb > 512 * 1024) throw badInput('Memory size must be 8MB ~ 512 GB')
}

export const readNets = (world: World, input: Json): string[] => {
  const asked = listOf(input['nets']).map(net => textOf(objectOf(net)['network']))
  return (asked.length === 0 ? ['vnet0'] : asked).map(wanted => {
    const network = findRow(rowsOf(world, 'networks'), wanted)
    if (network !== undefined) return textOf(network['id'])
    const error = { class: 'ResourceNotFoundError', code: 404, data: { fields: ['network', wanted], id: '%s %s not found' }, details: `network ${wanted} not found` }
    throw badInput(`parse network description error ${JSON.stringify({ error })}`)
  })
}

export const keypairOf = (world: World, wanted: string, userId: string): string => {
  if (wanted === '') return ''
  const mine = rowsOf(world, 'keypairs').filter(row => row['owner_id'] === userId)
  const keypair = findRow(mine, wanted)
  if (keypair === undefined) throw notFound('Keypair', wanted)
  return textOf(keypair['id'])
}

export const checkPassword = (password: string): void => {
  const strong = password.length >= 12 && /\d/.test(password) && /[a-z]/.test(password) && /[A-Z]/.test(password) && /[^A-Za-z0-9]/.test(password)
  if (!strong) throw refuse(400, 'WeakPasswordError', 'password must be 12 chars of at least one digit, letter, uppercase letter and punctuate')
}
