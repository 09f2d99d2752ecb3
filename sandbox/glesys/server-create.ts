import { freeAddresses, hold } from './address-pool.ts'
import { invalid, ok, refuse, refuseCode, withUnlocked, writes, type Answer, type Call, type Routes } from './answers.ts'
import { textOf, wholeOf } from './arguments.ts'
import { datacenters, featuresOf, platforms, templateOf, toInitialTemplate, type Template } from './catalogue.ts'
import { credentialsRefusal, parseSchedules, sizeRefusal } from './create-checks.ts'
import { provision } from './lifecycle.ts'
import { addPrimaryAdapter } from './network-routes.ts'
import { mutationBody } from './server-view.ts'
import { nextNumber, type BackupSchedule, type GlesysServer, type Platform, type World } from './world.ts'

interface Wanted {
  readonly platform: Platform
  readonly datacenter: string
  readonly template: Template
  readonly schedules: readonly BackupSchedule[]
  /** Addresses to hold for the new server. */
  readonly addresses: readonly string[]
}

function create (call: Call): Answer {
  const refusal = accountRefusal(call)
  if (refusal !== null) return refusal
  const wanted = read(call)
  if ('http' in wanted) return wanted
  const { datacenter, platform } = wanted
  const server = build(call, wanted)
  addServer(call.world, server)
  for (const ipaddress of wanted.addresses) {
    const ipversion = ipaddress.includes(':') ? 6 : 4
    const known = call.world.addresses.get(ipaddress)
    if (known === undefined) hold(call.world, ipaddress, { ipversion, datacenter, platform, project: call.project, serverid: server.serverid })
    else known.serverid = server.serverid
  }
  provision(call.world, server)
  call.world.created += 1
  return ok({ server: mutationBody(call.world, server) })
}

function accountRefusal ({ world, project }: Call): Answer | null {
  if (world.knobs.createRefusal !== null) return refuseCode(world, world.knobs.createRefusal, 'Could not create server.')
  const count = [...world.servers.values()].filter(server => server.projectkey === project).length
  return count < world.knobs.maximumServers ? null : refuseCode(world, 604, 'You are not allowed to create more servers.')
}

function read (call: Call): Wanted | Answer {
  const { args } = call
  const platform = platforms.find(name => name === textOf(args, 'platform'))
  if (platform === undefined) return invalid('platform')
  const datacenter = textOf(args, 'datacenter') ?? ''
  if (!datacenters.includes(datacenter)) return invalid('datacenter')
  const template = templateOf(platform, textOf(args, 'templatename') ?? '')
  if (template === undefined) return refuseCode(call.world, 609, 'Unknown template.')
  const refusal = sizeRefusal(call, template) ?? credentialsRefusal(call, platform)
  if (refusal !== null) return refusal
  const schedules = parseSchedules(args)
  if ('http' in schedules) return schedules
  const v4 = chooseAddress(call, { ipversion: 4, datacenter, platform })
  const v6 = chooseAddress(call, { ipversion: 6, datacenter, platform })
  if (!Array.isArray(v4)) return v4
  if (!Array.isArray(v6)) return v6
  return { platform, datacenter, template, schedules, addresses: [...v4, ...v6] }
}

/** `any`, `none`, or an address that the project holds, that is unused and lies where the server will. */
function chooseAddress (call: Call, pool: { ipversion: 4 | 6, datacenter: string, platform: Platform }): string[] | Answer {
  const name = pool.ipversion === 4 ? 'ip' : 'ipv6'
  const sent = (textOf(call.args, name) ?? 'any').toLowerCase()
  if (sent === 'none') return []
  if (sent === 'any' || sent === '') {
    const free = freeAddresses(call.world, pool, 1)
    return free.length > 0 ? free : refuse(400, `There are no free addresses for ${name}.`)
  }
  const held = call.world.addresses.get(sent)
  const fits = held?.project === call.project && held.serverid === null && held.ipversion === pool.ipversion &&
    held.datacenter === pool.datacenter && held.platform === pool.platform
  return fits ? [sent] : invalid(name)
}

function build (call: Call, { platform, datacenter, template, schedules }: Wanted): GlesysServer {
  const { args, project, world } = call
  const number = nextNumber(world)
  return {
    serverid: platform === 'KVM' ? `kvm${number}` : `wps${1_000_000 + number}`,
    projectkey: project,
    platform,
    datacenter,
    hostname: textOf(args, 'hostname') ?? '',
    description: textOf(args, 'description') ?? '',
    cpucores: wholeOf(args, 'cpucores') ?? 1,
    memorysize: wholeOf(args, 'memorysize') ?? 512,
    disksize: wholeOf(args, 'disksize') ?? 5,
    bandwidth: wholeOf(args, 'bandwidth') ?? 100,
    transfer: platform === 'KVM' ? 0 : 6400,
    templatename: template.name,
    initialtemplate: toInitialTemplate(template),
    shape: 'modern',
    additionaldisks: [],
    isofile: null,
    managedhosting: 'no',
    supportedfeatures: featuresOf(platform),
    backupEnabled: schedules.length > 0 ? 'yes' : 'no',
    backupSchedules: [...schedules],
    discount: 0,
    power: 'stopped',
    lockedUntil: 0,
    steps: []
  }
}

export function addServer (world: World, server: GlesysServer): void {
  world.servers.set(server.serverid, server)
  addPrimaryAdapter(world, server)
}

/** A clone is left powered off and without addresses. */
function clone (call: Call, source: GlesysServer): Answer {
  const { args, world } = call
  if (source.supportedfeatures['clone'] === 'no') return refuseCode(world, 612, 'Clone is not supported for this server.')
  const refusal = accountRefusal(call) ?? sizeRefusal(call, null)
  if (refusal !== null) return refusal
  const datacenter = textOf(args, 'datacenter') ?? source.datacenter
  if (!datacenters.includes(datacenter)) return invalid('datacenter')
  const server: GlesysServer = {
    ...source,
    serverid: `wps${1_000_000 + nextNumber(world)}`,
    datacenter,
    hostname: textOf(args, 'hostname') ?? '',
    description: textOf(args, 'description') ?? source.description,
    cpucores: wholeOf(args, 'cpucores') ?? source.cpucores,
    memorysize: wholeOf(args, 'memorysize') ?? source.memorysize,
    disksize: wholeOf(args, 'disksize') ?? source.disksize,
    bandwidth: wholeOf(args, 'bandwidth') ?? source.bandwidth,
    additionaldisks: source.additionaldisks.map(disk => ({ ...disk })),
    supportedfeatures: { ...source.supportedfeatures },
    power: 'stopped',
    lockedUntil: world.clock() + world.knobs.createMs,
    steps: []
  }
  addServer(world, server)
  world.created += 1
  return ok({ server: mutationBody(world, server) })
}

const createRequired = ['datacenter', 'platform', 'hostname', 'templatename', 'disksize', 'memorysize', 'cpucores']
const createOptional = [
  'description', 'ip', 'ipv6', 'bandwidth', 'campaigncode', 'sshkeyids', 'sshkey', 'rootpassword', 'users', 'cloudconfig',
  'cloudconfigparams', 'backupschedules', 'transfer'
]

export const serverCreateRoutes: Routes = {
  'server/create': writes(createRequired, create, createOptional),
  'server/clone': writes(['serverid', 'hostname'], withUnlocked(clone), ['cpucores', 'memorysize', 'disksize', 'bandwidth', 'description', 'datacenter'])
}
