import { diskRow, blankServer, findRow, nameTaken, nextSerial, rowsOf, type ServerRow, type World } from './world.ts'
import { badInput, duplicateName, refuse } from './failures.ts'
import { begin, touch } from './lifecycle.ts'
import { checkStorable } from './update.ts'
import { hostnameOf, macOf, objectOf, textOf, uuid, type Json } from './values.ts'
import { bindEip, eipRow } from './eips.ts'
import type { CreateAsk } from './create-input.ts'

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
