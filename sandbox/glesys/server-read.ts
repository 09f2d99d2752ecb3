import { fieldRequired, invalid, notSupported, ok, reads, refuse, refuseCode, serverOf, unknownServer, withServer, type Answer, type Call, type Routes } from './answers.ts'
import { isRecord, textOf, truthOf } from './arguments.ts'
import { datacenters, isoFiles, monthly, platforms, prices, priceOf, round, templates, type Template } from './catalogue.ts'
import { swedishTime } from './envelope.ts'
import { adapterBody } from './network-routes.ts'
import { listItem, plainBody, stateBody, stateOf } from './server-view.ts'
import type { GlesysServer, Platform, World } from './world.ts'

function list ({ world, project }: Call): Answer {
  const mine = [...world.servers.values()].filter(server => server.projectkey === project)
  return ok({ servers: mine.map(server => listItem(world, server)) })
}

function details (call: Call): Answer {
  const { world, args } = call
  const serverid = textOf(args, 'serverid') ?? ''
  world.detailsCalls.set(serverid, (world.detailsCalls.get(serverid) ?? 0) + 1)
  const server = serverOf(call, serverid)
  if (server === undefined) return unknownServer(world)
  return ok({ server: truthOf(args, 'includestate') === true ? stateBody(world, server) : plainBody(world, server) })
}

const statusParts = ['state', 'cpu', 'memory', 'disk', 'bandwidth', 'uptime']

/** Not a details object although it is called `server`; what it says may be a minute old. */
function status ({ world, args }: Call, server: GlesysServer): Answer {
  const wanted = (textOf(args, 'statustype') ?? '').split(',').map(part => part.trim()).filter(part => part !== '')
  if (wanted.some(part => !statusParts.includes(part))) return invalid('statustype')
  const now = world.clock()
  const kept = world.statusCache.get(server.serverid)
  const fresh = kept !== undefined && now - kept.at < world.knobs.statusCacheMs ? kept : { at: now, body: measure(world, server) }
  world.statusCache.set(server.serverid, fresh)
  if (wanted.length === 0) return ok({ server: fresh.body })
  const keys = wanted.map(part => part === 'bandwidth' ? 'transfer' : part)
  return ok({ server: Object.fromEntries(Object.entries(fresh.body).filter(([key]) => keys.includes(key))) })
}

function measure (world: World, server: GlesysServer): Record<string, unknown> {
  const on = server.power === 'running'
  const isVmware = server.platform === 'VMware'
  return {
    state: stateOf(world, server),
    cpu: { usage: on ? 0.07 : null, max: server.cpucores, unit: 'cores' },
    memory: { usage: on ? Math.round(server.memorysize / 5) : null, max: server.memorysize, unit: 'MB' },
    disk: isVmware
      ? { usage: 2048, max: server.disksize * 1024, unit: 'MB' }
      : { usage: null, max: server.disksize, unit: 'GB' },
    transfer: { usage: 0, max: isVmware ? server.transfer : null, unit: 'GB last 30 days' },
    uptime: { current: on && isVmware ? 86_421 : null, unit: 'seconds' },
    ...(isVmware ? {} : { warnings: [] })
  }
}

function networkAdapters ({ world }: Call, server: GlesysServer): Answer {
  const mine = [...world.adapters.values()].filter(adapter => adapter.serverid === server.serverid)
  return ok({ networkadapters: mine.map(adapter => adapterBody(world, adapter)) })
}

function listTemplates (): Answer {
  const byPlatform = platforms.map(platform => [platform, templates.filter(entry => entry.platform === platform).map(templateBody)])
  return ok({ templates: Object.fromEntries(byPlatform) })
}

function templateBody ({ tags, instancecost, licensecost, bootstrapmethod, ...template }: Template): Record<string, unknown> {
  const { id, name, minimumdisksize, minimummemorysize, operatingsystem, platform } = template
  return {
    id,
    name,
    minimumdisksize,
    minimummemorysize,
    operatingsystem,
    platform,
    instancecost: monthly(instancecost),
    licensecost: monthly(licensecost),
    bootstrapmethod
  }
}

function allowedArguments (call: Call): Answer {
  const serverid = textOf(call.args, 'serverid')
  if (serverid === undefined || serverid === '') {
    return ok({ argumentslist: Object.fromEntries(platforms.map(platform => [platform, argumentsFor(platform)])) })
  }
  const server = serverOf(call, serverid)
  return server === undefined ? unknownServer(call.world) : ok({ argumentslist: { [server.platform]: argumentsFor(server.platform) } })
}

function argumentsFor (platform: Platform): Record<string, unknown> {
  const { core, memoryGib, diskGb } = prices[platform]
  return {
    disksize: { costperunit: monthly(diskGb), units: [5, 10, 20, 30, 40, 50, 80, 100, 150, 200, 300, 500, 1000, 2000] },
    memorysize: { costperunit: monthly(round(memoryGib / 1024)), units: [512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 12288, 16384, 32768, 65536] },
    cpucores: { costperunit: monthly(core), units: [1, 2, 3, 4, 5, 6, 7, 8, 12, 16] },
    bandwidth: { costperunit: monthly(0), units: [10, 100, 200, 500, 1000] },
    template: templates.filter(template => template.platform === platform).map(template => template.name),
    datacenter: datacenters
  }
}

function resourceUsage ({ world, args }: Call, server: GlesysServer): Answer {
  if (server.supportedfeatures['resourceusage'] === 'no') return notSupported()
  const resolution = textOf(args, 'resolution') ?? ''
  const stepMs = new Map([['minute', 60_000], ['hour', 3_600_000], ['day', 86_400_000]]).get(resolution)
  if (stepMs === undefined) return invalid('resolution')
  const values = [0, 5.1, 0, 10].map((value, index) => ({ timestamp: swedishTime(world.clock() - (4 - index) * stepMs), value }))
  return ok({ usage: { info: { type: textOf(args, 'resource') ?? '', resolution, unit: 'KB' }, values } })
}

function costs (_call: Call, server: GlesysServer): Answer {
  const net = priceOf(server.platform, server) - server.discount
  const total = { withtax: round(net * 1.25), withouttax: round(net) }
  const none = { items: [], total: { withtax: 0, withouttax: 0 } }
  return ok({ costs: { currency: 'SEK', server: { items: [], total }, license: none, extra: none, total } })
}

function console ({ world }: Call, server: GlesysServer): Answer {
  if (server.power !== 'running') return refuseCode(world, 620, 'Server is not started.')
  const url = `https://console.example.com/view/SECRET-console-${server.serverid}`
  return ok({ console: { host: 'None', password: '', protocol: '', url } })
}

function listIso (_call: Call, server: GlesysServer): Answer {
  return server.supportedfeatures['iso'] === 'no' ? notSupported() : ok({ isofiles: isoFiles })
}

function previewCloudConfig ({ args }: Call): Answer {
  const text = textOf(args, 'cloudconfig')
  if (text === undefined) return fieldRequired('cloudconfig')
  const sent: unknown = args['users']
  const users = (Array.isArray(sent) ? sent : []).filter(isRecord)
    .map(user => ({ username: user['username'], password: user['password'] ?? null, sshKeys: user['sshkeys'] ?? [] }))
  const block = users.map(user => `    -\n        name: ${String(user.username)}\n`).join('')
  // Only this first line turns the template language on.
  const preview = text.startsWith('## template: glesys') ? text.replace(/\{\{> *users *\}\}/g, `users:\n${block}`) : text
  return ok({ cloudconfig: { preview, context: { params: args['cloudconfigparams'] ?? {}, users } } })
}

export const serverReadRoutes: Routes = {
  'server/list': reads([], list),
  'server/details': reads(['serverid'], details, ['includestate']),
  'server/status': reads(['serverid'], withServer(status), ['statustype']),
  'server/networkadapters': reads(['serverid'], withServer(networkAdapters)),
  'server/templates': reads([], listTemplates),
  'server/allowedarguments': reads([], allowedArguments, ['serverid']),
  'server/resourceusage': reads(['serverid', 'resource', 'resolution'], withServer(resourceUsage)),
  'server/costs': reads(['serverid'], withServer(costs)),
  'server/console': reads(['serverid'], withServer(console)),
  'server/listiso': reads(['serverid'], withServer(listIso)),
  'server/limits': reads(['serverid'], withServer(() => refuse(400, 'Limits are not supported on this platform.', 614))),
  'server/previewcloudconfig': reads(['cloudconfig'], previewCloudConfig, ['cloudconfigparams', 'users'])
}
