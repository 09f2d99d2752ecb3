import { featuresOf, templateNamed } from './catalogue.ts'
import { freeAddress, hold } from './pools.ts'
import type { GlesysServer, World } from './world.ts'

type Identity = Pick<GlesysServer, 'serverid' | 'hostname' | 'platform' | 'projectkey'>

/** The members of a server that differ from the defaults. */
export interface Row extends Identity, Partial<Omit<GlesysServer, keyof Identity | 'initialtemplate' | 'transfer' | 'supportedfeatures'>> {
  readonly features?: GlesysServer['supportedfeatures']
  /** Absent: one free address of each version. */
  readonly addresses?: readonly string[]
}

/** Addresses that the project holds already become the server's, others are taken for it. */
export function addServer (world: World, row: Row): GlesysServer {
  const server = toServer(row)
  world.servers.set(server.serverid, server)
  const { serverid, projectkey: project, datacenter, platform } = server
  for (const ipversion of [4, 6] as const) {
    const pool = { ipversion, datacenter, platform }
    const given = row.addresses?.filter(address => address.includes(':') === (ipversion === 6))
    for (const ipaddress of given ?? freeAddress(world, pool)) {
      const held = world.addresses.get(ipaddress)
      if (held === undefined) hold(world, ipaddress, { ...pool, project, serverid })
      else held.serverid = serverid
    }
  }
  return server
}

function toServer ({ serverid, hostname, features, addresses, ...row }: Row): GlesysServer {
  const isKvm = row.platform === 'KVM'
  const templatename = row.templatename ?? (isKvm ? 'Debian 12 (Bookworm)' : 'Debian 12 64-bit')
  const template = templateNamed(row.platform, templatename)
  return {
    // The order of the members is the vendor's.
    serverid,
    hostname,
    description: '',
    datacenter: 'Falkenberg',
    cpucores: 2,
    memorysize: 2048,
    disksize: 50,
    bandwidth: 100,
    transfer: isKvm ? 0 : 6400,
    templatename,
    initialtemplate: template === undefined ? null : { id: template.id, name: template.name, currenttags: template.tags },
    shape: 'modern',
    additionaldisks: [],
    isofile: null,
    managedhosting: 'no',
    supportedfeatures: { ...featuresOf(row.platform), ...features },
    backupSchedules: [],
    discount: 0,
    power: 'running',
    lockedUntil: 0,
    ...row
  }
}

/** Removes a server and gives its addresses back, or keeps them reserved and billed. */
export function destroyServer (world: World, server: GlesysServer, addresses: 'kept' | 'given-back'): void {
  for (const address of [...world.addresses.values()]) {
    if (address.serverid !== server.serverid) continue
    if (addresses === 'kept') address.serverid = null
    else world.addresses.delete(address.ipaddress)
  }
  world.servers.delete(server.serverid)
  world.cancel(server.serverid)
}
