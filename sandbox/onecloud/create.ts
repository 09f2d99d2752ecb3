import { isRecord } from '../kit/json.ts'
import { badInput, duplicateName, notConvertible, notFound, quoted, refuse } from './failures.ts'
import { begin, checkStorable, touch } from './lifecycle.ts'
import { firstText, hostnameOf, isTrue, listOf, macOf, objectOf, textOf, uuid, type Json } from './values.ts'
import {
  bindEip, blankServer, diskRow, eipRow, findRow, nameTaken, nextSerial, rowsOf, type DiskRow, type ServerRow, type World
} from './world.ts'

/** The last checks of all: the quota and the name. */
export const checkLast = (world: World, projectId: string, { name }: CreateAsk): void => {
  const quota = world.behavior.quotaServers
  const held = [...world.servers.values()].filter(row => row.tenantId === projectId).length
  if (quota > 0 && held >= quota) throw refuse(400, 'OutOfQuotaError', `Out of server quota: count ${held + 1} > ${quota}`)
  if (name === '') throw refuse(400, 'MissingParameterError', 'Missing parameter name')
  if (hostnameOf(name).length < 2) throw badInput('the hostname length must be greater than or equal to 2')
  checkStorable(name)
  if (nameTaken(world, name)) throw duplicateName('server', name)
}

export const createServer = (world: World, ask: CreateAsk, tenantId: string): ServerRow => {
  const { vcpu, memoryMb, instanceType, keypairId, metadata, disableDelete, osType, password } = ask
  const now = world.now()
  const row: ServerRow = {
    ...blankServer(uuid(`server-${nextSerial(world)}-${now}`), ask.name, now),
    ...{ vcpu, memoryMb, instanceType, keypairId, metadata, disableDelete, osType, password, tenantId }
  }
  world.servers.set(row.id, row)
  world.created += 1
  startBuilding(world, row, ask)
  return row
}

/** The capacity of the single node; a larger server is accepted and fails later. */
const node = { vcpu: 24, memoryMb: 131_072 }

const building = ['init', 'schedule', 'network', 'image_caching', 'disk', 'start_deploy', 'deploying']

const startBuilding = (world: World, row: ServerRow, ask: CreateAsk): void => {
  const shared = { action: 'create', ms: world.behavior.createMs }
  if (ask.vcpu > node.vcpu || ask.memoryMb > node.memoryMb) {
    // A server that never got a host loses its lock by itself.
    begin(world, row, { ...shared, statuses: ['init', 'schedule', 'sched_fail'], effects: { 2: () => { row.disableDelete = false } } })
    return
  }
  const ended = (): void => { ask.autoStart ? powerOn(row) : row.power = 'off' }
  const statuses = [...building, ...(ask.autoStart ? ['starting', 'running'] : ['sync_status', 'ready'])]
  const effects = { 2: () => attachCards(world, row, ask), 4: () => buildDisks(row, ask), 7: () => deployed(world, row, ask), 8: ended }
  begin(world, row, { ...shared, failed: 'deploy_fail', statuses, effects })
}

export const powerOn = (row: ServerRow): void => {
  row.power = 'on'
  row.metadata = { ...row.metadata, start_vcpu_count: String(row.vcpu), start_vmem_mb: String(row.memoryMb) }
}

const attachCards = (world: World, row: ServerRow, ask: CreateAsk): void => {
  row.placed = true
  row.nics = ask.nets.map((networkId, index) => {
    const network = findRow(rowsOf(world, 'networks'), networkId) ?? {}
    return { ip: freeAddress(world, network), ip6: '', mac: macOf(`${row.id}-${index}`), networkId, exit: network['exit'] === true }
  })
  if (ask.eipBandwidth <= 0) return
  // A record of the project's own: it outlives the server.
  const eip = eipRow(world, `eip-for-${row.name}`, ask.eipBandwidth, row.tenantId)
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, row)
}

/** Addresses are assigned from the end of the range downwards. */
const freeAddress = (world: World, network: Json): string => {
  const parts = textOf(network['guest_ip_end']).split('.')
  const base = parts.slice(0, 3).join('.')
  const used = new Set([...world.servers.values()].flatMap(row => row.nics.map(nic => nic.ip)))
  let last = Number(parts[3] ?? 200)
  while (last > 1 && used.has(`${base}.${last}`)) last -= 1
  return `${base}.${last}`
}

const buildDisks = (row: ServerRow, ask: CreateAsk): void => {
  row.disks = ask.disks.map((disk, index) =>
    diskRow({ id: uuid(`${row.id}-disk-${index}`), name: `vdisk-${row.name}-${row.createdAt}${index}`, ...disk }))
}

const deployed = (world: World, row: ServerRow, ask: CreateAsk): void => {
  row.metadata = { ...row.metadata, ...osMetadata(row, findRow(rowsOf(world, 'images'), ask.disks[0]?.imageId ?? '')) }
  touch(row, world.now())
}

/** The encrypted login stays in the tags, as every ordinary caller can read. */
export const osMetadata = (row: ServerRow, image: Json | undefined): Record<string, string> => {
  const properties = objectOf(image?.['properties'])
  return {
    login_account: row.osType === 'Windows' ? 'Administrator' : 'root',
    ...(row.password === '' ? {} : { login_key: Buffer.from('SECRET-LOGIN-KEY').toString('base64') + '-SECRET' }),
    ...{ os_arch: 'x86_64', os_name: row.osType },
    os_distribution: textOf(properties['os_distribution']) || 'Debian',
    os_version: textOf(properties['os_version']) || '12'
  }
}

type DiskAsk = Omit<DiskRow, 'id' | 'name'>

type CreateAsk = ReturnType<typeof readCreate>

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
