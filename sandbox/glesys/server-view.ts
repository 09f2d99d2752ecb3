import { addressPrice, monthly, priceOf, round } from './catalogue.ts'
import { isLocked } from './lifecycle.ts'
import type { GlesysServer, World } from './world.ts'

type Body = Record<string, unknown>

export function listItem (world: World, server: GlesysServer): Body {
  if (world.knobs.listItems === 'rich') return plainBody(world, server)
  const { serverid, hostname, datacenter, platform } = server
  return { serverid, hostname, datacenter, platform }
}

/** Without includestate `state` says nothing about power: null, or `locked`. */
export function plainBody (world: World, server: GlesysServer): Body {
  const shown = world.knobs.plainState === 'locked-shown' && isLocked(world, server)
  return bodyWith(world, server, shown ? 'locked' : null)
}

export function stateBody (world: World, server: GlesysServer): Body {
  const locked = isLocked(world, server)
  const body = bodyWith(world, server, stateOf(world, server))
  if (world.knobs.detailsFields === 'old') return body
  const idle = server.power === 'running' ? 'running' : 'ready'
  return { ...body, isrunning: server.power === 'running', islocked: locked, status: locked ? 'updating' : idle }
}

export const stateOf = (world: World, server: GlesysServer): 'running' | 'stopped' | 'locked' =>
  isLocked(world, server) ? 'locked' : server.power

/** What create, edit, start, stop and their like answer with. */
export function mutationBody (world: World, server: GlesysServer): Body {
  if (world.knobs.mutationAnswers === 'minimal') return { serverid: server.serverid }
  return world.knobs.mutationAnswers === 'with-state' ? stateBody(world, server) : plainBody(world, server)
}

function bodyWith (world: World, server: GlesysServer, state: string | null): Body {
  const price = priceOf(server.platform, server)
  return {
    serverid: server.serverid,
    hostname: server.hostname,
    description: server.description,
    cpucores: server.cpucores,
    memorysize: server.memorysize,
    disksize: server.disksize,
    // On KVM the reading has nothing to do with what was set.
    bandwidth: server.platform === 'KVM' ? 100 : server.bandwidth,
    templatename: server.templatename,
    datacenter: server.datacenter,
    managedhosting: server.managedhosting,
    projectkey: server.projectkey,
    transfer: server.transfer,
    supportedfeatures: server.supportedfeatures,
    gleraenabled: 'no',
    platform: server.platform,
    isofile: server.isofile,
    ...(server.shape === '2020' ? {} : { initialtemplate: server.initialtemplate, additionaldisks: server.additionaldisks }),
    cost: monthly(price),
    backup: backupBody(server),
    iplist: addressItems(world, server),
    state,
    billing: { currency: 'SEK', price, discount: server.discount, total: round(price - server.discount) }
  }
}

function backupBody (server: GlesysServer): Body {
  if (server.platform === 'KVM') return { enabled: server.backupEnabled, schedules: server.backupSchedules }
  return server.backupEnabled === 'yes'
    ? { type: 'standard', enabled: 'yes', size: server.disksize }
    : { type: null, enabled: 'no', size: null }
}

/** The third shape of an address list: `version`, a bare number as cost, a boolean. */
const addressItems = (world: World, server: GlesysServer): Body[] => [...world.addresses.values()]
  .filter(address => address.serverid === server.serverid)
  .map(({ ipaddress, ipversion }) => ({
    ipaddress,
    version: ipversion,
    lockedtoaccount: false,
    cost: addressPrice(ipversion),
    currency: 'SEK'
  }))
