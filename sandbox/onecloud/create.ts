import type { DiskRow, ServerRow, World } from './world.ts'
import { findRow, nextSerial, rowsOf } from './world.ts'
import { badInput, databaseError, duplicateName, refuse } from './failures.ts'
import { begin, logEvent, reportFailure, touch } from './lifecycle.ts'
import { macOf, objectOf, textOf, uuid, type Json } from './values.ts'
import { bindEip, eipNetworkId, eipRow } from './eips.ts'
import type { CreateAsk } from './create-input.ts'

/** The last checks of all: the name. Answers the name that the record will bear. */
export const pickName = (world: World, ask: CreateAsk, count = 1): string => {
  const generated = ask.generateName !== '' || count > 1
  const base = ask.generateName || ask.name
  if (base === '') throw refuse(400, 'MissingParameterError', 'Missing parameter name')
  if (hostnameOf(base).length < 2) throw badInput('the hostname length must be greater than or equal to 2')
  if (base.length > 128) throw databaseError("TxExec: Error 1406: Data too long for column 'name' at row 1")
  if (!generated) {
    if (nameTaken(world, base)) throw duplicateName('server', base)
    return base
  }
  let name = base
  for (let number = 2; nameTaken(world, name); number += 1) name = `${base}-${number}`
  return name
}

/** Names are unique across projects; a server in the recycle bin gives its name free. */
export const nameTaken = (world: World, name: string, except = ''): boolean =>
  [...world.servers.values()].some(row => row.name === name && row.id !== except && row.pendingDeletedAt === 0)

const transliterations = new Map([['服', 'fu'], ['务', 'wu'], ['器', 'qi']])

export const hostnameOf = (name: string): string =>
  [...name].map(character => transliterations.get(character) ?? (/\p{Script=Han}/u.test(character) ? 'zi' : character)).join('').replaceAll(/[^A-Za-z0-9.-]/g, '')

export const checkQuota = (world: World, projectId: string, count: number): void => {
  const quota = world.knobs.quotaServers
  const held = [...world.servers.values()].filter(row => row.tenantId === projectId).length
  if (quota > 0 && held + count > quota) throw refuse(400, 'OutOfQuotaError', `Out of server quota: count ${held + count} > ${quota}`)
}

export const blankServer = (world: World, id: string, name: string): ServerRow => ({
  id,
  name,
  hostname: hostnameOf(name),
  description: '',
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
  autoDeleteAt: 0,
  disableDelete: true,
  placed: false,
  hypervisor: 'kvm',
  osType: 'Linux',
  prepaidUntil: 0,
  frozen: false,
  rescue: false,
  iso: '',
  password: '',
  loginAccount: '',
  secgroups: ['default'],
  updateVersion: 0,
  progress: 100,
  steps: [],
  extra: {}
})

export const createServer = (world: World, ask: CreateAsk, owner: { projectId: string, name: string }): ServerRow => {
  const row: ServerRow = {
    ...blankServer(world, uuid(`server-${nextSerial(world)}-${world.now()}`), owner.name),
    description: ask.description,
    vcpu: ask.vcpu,
    memoryMb: ask.memoryMb,
    instanceType: ask.instanceType,
    keypairId: ask.keypairId,
    metadata: { ...(ask.generateName === '' ? {} : { generate_name: ask.generateName }), ...ask.metadata },
    tenantId: owner.projectId,
    disableDelete: ask.disableDelete,
    hypervisor: ask.hypervisor,
    osType: ask.osType,
    prepaidUntil: ask.prepaid ? world.now() + 30 * 86_400_000 : 0,
    password: ask.password,
    loginAccount: ask.loginAccount,
    secgroups: [...ask.secgroups]
  }
  world.servers.set(row.id, row)
  world.created += 1
  logEvent(world, row, 'create', 'created', world.now())
  startBuilding(world, row, ask)
  return row
}

const startBuilding = (world: World, row: ServerRow, ask: CreateAsk): void => {
  const shared = { action: 'create', task: 'GuestCreateTask', ms: world.knobs.createMs }
  const { nodeCpu, nodeMemoryMb, nodeOnline } = world.knobs
  if (ask.vcpu > nodeCpu || ask.memoryMb > nodeMemoryMb || !nodeOnline) {
    begin(world, row, { ...shared, statuses: ['init', 'schedule', 'sched_fail'], effects: { 2: at => refusePlacement(world, row, at) } })
    return
  }
  const effects = { 2: () => attachCards(world, row, ask), 4: () => buildDisks(row, ask) }
  if (row.name.startsWith('fail-deploy')) {
    const statuses = ['init', 'schedule', 'network', 'image_caching', 'disk', 'deploying', 'deploy_fail']
    begin(world, row, { ...shared, statuses, effects: { ...effects, 6: at => reportFailure(world, row, 'deploy_fail', at) } })
  } else if (ask.autoStart) {
    const refused = row.name.startsWith('fail-start')
    const last = refused ? 'start_fail' : 'running'
    const statuses = ['init', 'schedule', 'network', 'image_caching', 'disk', 'start_deploy', 'deploying', 'starting', last]
    const ended = (at: number): void => refused ? reportFailure(world, row, 'start_fail', at) : powerOn(row)
    begin(world, row, { ...shared, statuses, effects: { ...effects, 7: () => deployed(world, row, ask), 8: ended } })
  } else {
    const statuses = ['init', 'schedule', 'network', 'image_caching', 'disk', 'start_deploy', 'deploying', 'sync_status', 'ready']
    begin(world, row, { ...shared, statuses, effects: { ...effects, 7: () => deployed(world, row, ask), 8: () => { row.power = 'off' } } })
  }
}

export const powerOn = (row: ServerRow): void => {
  row.power = 'on'
  row.metadata = { ...row.metadata, start_vcpu_count: String(row.vcpu), start_vmem_mb: String(row.memoryMb) }
}

/** A server that never got a host loses its lock by itself. */
const refusePlacement = (world: World, row: ServerRow, at: number): void => {
  row.disableDelete = false
  row.progress = 0
  reportFailure(world, row, 'sched_fail', at)
}

const attachCards = (world: World, row: ServerRow, ask: CreateAsk): void => {
  row.placed = true
  row.nics = ask.nets.map((net, index) => {
    const network = findRow(rowsOf(world, 'networks'), net.networkId) ?? {}
    const ip = net.address || freeAddress(world, network)
    return { ip, ip6: '', mac: macOf(`${row.id}-${index}`), networkId: net.networkId, exit: network['exit'] === true }
  })
  if (ask.eipBandwidth <= 0) return
  // A record of the project's own: it outlives the server.
  const eip = eipRow(world, { name: `eip-for-${row.name}`, bandwidth: ask.eipBandwidth, tenantId: row.tenantId, networkId: eipNetworkId })
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, row)
}

/** Addresses are given out from the end of the range downwards. */
export const freeAddress = (world: World, network: Json): string => {
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
  row.progress = 0
  row.metadata = { ...row.metadata, ...osMetadata(row, image) }
  touch(row, world.now())
}

/** The encrypted login stays in the tags, as every ordinary caller can read. */
export const osMetadata = (row: ServerRow, image: Json | undefined): Record<string, string> => {
  const properties = objectOf(image?.['properties'])
  return {
    login_account: row.loginAccount || (row.osType === 'Windows' ? 'Administrator' : 'root'),
    ...(row.password === '' ? {} : { login_key: Buffer.from('SECRET-LOGIN-KEY').toString('base64') + '-SECRET' }),
    os_arch: 'x86_64',
    os_distribution: textOf(properties['os_distribution']) || 'Debian',
    os_name: row.osType,
    os_version: textOf(properties['os_version']) || '12'
  }
}
