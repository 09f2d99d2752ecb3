import type { DiskRow, ServerRow, World } from './world.ts'
import { findRow, nextSerial, rowsOf } from './world.ts'
import { badInput, duplicateName, refuse } from './failures.ts'
import { begin, touch } from './lifecycle.ts'
import { checkStorable } from './update.ts'
import { macOf, objectOf, textOf, uuid, type Json } from './values.ts'
import { bindEip, eipNetworkId, eipRow } from './eips.ts'
import { hostnameOf, nameTaken } from './names.ts'
import type { CreateAsk } from './create-input.ts'

/** The last checks of all: the name. */
export const pickName = (world: World, { name }: CreateAsk): string => {
  if (name === '') throw refuse(400, 'MissingParameterError', 'Missing parameter name')
  if (hostnameOf(name).length < 2) throw badInput('the hostname length must be greater than or equal to 2')
  checkStorable(name)
  if (nameTaken(world, name)) throw duplicateName('server', name)
  return name
}

export const checkQuota = (world: World, projectId: string): void => {
  const quota = world.knobs.quotaServers
  const held = [...world.servers.values()].filter(row => row.tenantId === projectId).length
  if (quota > 0 && held >= quota) throw refuse(400, 'OutOfQuotaError', `Out of server quota: count ${held + 1} > ${quota}`)
}

export const blankServer = (world: World, id: string, name: string): ServerRow => ({
  id,
  name,
  hostname: hostnameOf(name),
  status: 'init',
  power: 'unknown',
  vcpu: 1,
  memoryMb: 1024,
  instanceType: '',
  disks: [],
  nics: [],
  keypairId: '',
  metadata: {},
  tenantId: '',
  createdAt: world.now(),
  updatedAt: world.now(),
  pendingDeletedAt: 0,
  disableDelete: true,
  placed: false,
  hypervisor: 'kvm',
  osType: 'Linux',
  prepaidUntil: 0,
  frozen: false,
  rescue: false,
  password: '',
  updateVersion: 0,
  steps: [],
  extra: {}
})

export const createServer = (world: World, ask: CreateAsk, owner: { projectId: string, name: string }): ServerRow => {
  const row: ServerRow = {
    ...blankServer(world, uuid(`server-${nextSerial(world)}-${world.now()}`), owner.name),
    vcpu: ask.vcpu,
    memoryMb: ask.memoryMb,
    instanceType: ask.instanceType,
    keypairId: ask.keypairId,
    metadata: ask.metadata,
    tenantId: owner.projectId,
    disableDelete: ask.disableDelete,
    osType: ask.osType,
    password: ask.password
  }
  world.servers.set(row.id, row)
  world.created += 1
  startBuilding(world, row, ask)
  return row
}

/** The capacity of the single node; a larger server is accepted and fails later. */
const node = { vcpu: 24, memoryMb: 131_072 }

const startBuilding = (world: World, row: ServerRow, ask: CreateAsk): void => {
  const shared = { action: 'create', ms: world.knobs.createMs }
  if (ask.vcpu > node.vcpu || ask.memoryMb > node.memoryMb) {
    // A server that never got a host loses its lock by itself.
    begin(world, row, { ...shared, statuses: ['init', 'schedule', 'sched_fail'], effects: { 2: () => { row.disableDelete = false } } })
    return
  }
  const ended = (): void => { ask.autoStart ? powerOn(row) : row.power = 'off' }
  const statuses = ['init', 'schedule', 'network', 'image_caching', 'disk', 'start_deploy', 'deploying', ...(ask.autoStart ? ['starting', 'running'] : ['sync_status', 'ready'])]
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
  const eip = eipRow(world, { name: `eip-for-${row.name}`, bandwidth: ask.eipBandwidth, tenantId: row.tenantId, networkId: eipNetworkId })
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, row)
}

/** Addresses are assigned from the end of the range downwards. */
const freeAddress = (world: World, network: Json): string => {
  const parts = textOf(network['guest_ip_end']).split('.')
  const base = parts.slice(0, 3).join('.')
  const used = new Set([...world.servers.values()].flatMap(row => row.nics.map(nic => nic.ip)))
  for (let last = Number(parts[3] ?? 200); last > 1; last -= 1) if (!used.has(`${base}.${last}`)) return `${base}.${last}`
  return `${base}.1`
}

const buildDisks = (row: ServerRow, ask: CreateAsk): void => {
  row.disks = ask.disks.map((disk, index): DiskRow => ({
    id: uuid(`${row.id}-disk-${index}`), name: `vdisk-${row.name}-${row.createdAt}${index}`, ...disk
  }))
}

const deployed = (world: World, row: ServerRow, ask: CreateAsk): void => {
  const image = findRow(rowsOf(world, 'images'), ask.disks[0]?.imageId ?? '')
  row.metadata = { ...row.metadata, ...osMetadata(row, image) }
  touch(row, world.now())
}

/** The encrypted login stays in the tags, as every ordinary caller can read. */
export const osMetadata = (row: ServerRow, image: Json | undefined): Record<string, string> => {
  const properties = objectOf(image?.['properties'])
  return {
    login_account: row.osType === 'Windows' ? 'Administrator' : 'root',
    ...(row.password === '' ? {} : { login_key: Buffer.from('SECRET-LOGIN-KEY').toString('base64') + '-SECRET' }),
    os_arch: 'x86_64',
    os_distribution: textOf(properties['os_distribution']) || 'Debian',
    os_name: row.osType,
    os_version: textOf(properties['os_version']) || '12'
  }
}
