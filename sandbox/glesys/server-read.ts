import { pick, type Json } from '../kit/json.ts'
import { ok, reads, refuseCode, textOf, truthOf, unknownServer, withServer, type Answer, type Call, type Routes } from './call.ts'
import {
  addressPrice, datacenters, monthly, platforms, prices, priceOf, round, templateNamed, templates, type Platform, type Template
} from './catalog.ts'
import { isLocked, type GlesysServer, type World } from './world.ts'

/** Without includestate `state` says nothing about power: null, or `locked`. */
function plainBody (world: World, server: GlesysServer): Json {
  const isShown = world.behavior.plainState === 'locked-shown' && isLocked(world, server)
  return bodyWith(world, server, isShown ? 'locked' : null)
}

function stateBody (world: World, server: GlesysServer): Json {
  const islocked = isLocked(world, server)
  const body = bodyWith(world, server, islocked ? 'locked' : server.power)
  if (world.behavior.detailsFields === 'old') return body
  const isrunning = server.power === 'running'
  return { ...body, isrunning, islocked, status: islocked ? 'updating' : isrunning ? 'running' : 'ready' }
}

function bodyWith (world: World, server: GlesysServer, state: string | null): Json {
  const { additionaldisks, shape, backupSchedules, discount, power, lockedUntil, ...shown } = server
  const template = templateNamed(server.platform, server.templatename)
  const initialtemplate = template === undefined ? null : { id: template.id, name: template.name, currenttags: template.tags }
  const price = priceOf(server.platform, server)
  return {
    ...shown,
    // On KVM the value that is returned is not the one that was set.
    bandwidth: server.platform === 'KVM' ? 100 : server.bandwidth,
    gleraenabled: 'no',
    ...(shape === '2020' ? {} : { initialtemplate, additionaldisks }),
    cost: monthly(price),
    backup: server.platform === 'KVM'
      ? { enabled: backupSchedules.length > 0 ? 'yes' : 'no', schedules: backupSchedules }
      : { type: null, enabled: 'no', size: null },
    iplist: addressItems(world, server),
    state,
    billing: { currency: 'SEK', price, discount, total: round(price - discount) }
  }
}

/** The third shape of an address list: `version`, a bare number as cost, a boolean. */
const addressItems = (world: World, server: GlesysServer): Json[] => [...world.addresses.values()]
  .filter(address => address.serverid === server.serverid)
  .map(({ ipaddress, ipversion }) => ({
    ipaddress, version: ipversion, lockedtoaccount: false, cost: addressPrice(ipversion), currency: 'SEK'
  }))

/** The server in the answers to create, edit, start, stop and reboot. */
export function mutationBody (world: World, server: GlesysServer): Json {
  if (world.behavior.mutationAnswers === 'minimal') return { serverid: server.serverid }
  return world.behavior.mutationAnswers === 'with-state' ? stateBody(world, server) : plainBody(world, server)
}

const listItem = (world: World, server: GlesysServer): Json => world.behavior.listItems === 'rich'
  ? plainBody(world, server)
  : pick(server, 'serverid', 'hostname', 'datacenter', 'platform')

const list = ({ world, project }: Call): Answer => ok({
  servers: [...world.servers.values()].filter(server => server.projectkey === project).map(server => listItem(world, server))
})

function templateBody ({ tags, instancecost, licensecost, bootstrapmethod, ...template }: Template): Json {
  return { ...template, instancecost: monthly(instancecost), licensecost: monthly(licensecost), bootstrapmethod }
}

const onPlatforms = (view: (platform: Platform) => unknown): Json =>
  Object.fromEntries(platforms.map(platform => [platform, view(platform)]))

const templatesOf = (platform: Platform): readonly Template[] => templates.filter(template => template.platform === platform)

function argumentsFor (platform: Platform): Json {
  const { core, memoryGib, diskGb } = prices[platform]
  return {
    disksize: { costperunit: monthly(diskGb), units: [5, 10, 20, 30, 40, 50, 80, 100, 150, 200, 300, 500, 1000, 2000] },
    memorysize: { costperunit: monthly(round(memoryGib / 1024)), units: [512, 1024, 2048, 3072, 4096, 8192, 16384, 32768, 65536] },
    cpucores: { costperunit: monthly(core), units: [1, 2, 3, 4, 5, 6, 7, 8, 12, 16] },
    bandwidth: { costperunit: monthly(0), units: [10, 100, 200, 500, 1000] },
    template: templatesOf(platform).map(template => template.name),
    datacenter: datacenters
  }
}

function console ({ world }: Call, server: GlesysServer): Answer {
  if (server.power !== 'running') return refuseCode(world, 620, 'Server is not started.')
  const url = `https://console.example.com/view/SECRET-console-${server.serverid}`
  return ok({ console: { host: 'None', password: '', protocol: '', url } })
}

export const serverReadRoutes: Routes = {
  'server/list': reads([], list),
  'server/details': reads(['serverid'], withServer(({ world, args }, server) =>
    ok({ server: truthOf(args, 'includestate') === true ? stateBody(world, server) : plainBody(world, server) }))),
  'server/templates': reads([], () => ok({ templates: onPlatforms(platform => templatesOf(platform).map(templateBody)) })),
  'server/allowedarguments': reads([], ({ world, args }) =>
    textOf(args, 'serverid') === undefined ? ok({ argumentslist: onPlatforms(argumentsFor) }) : unknownServer(world)),
  'server/console': reads(['serverid'], withServer(console))
}
