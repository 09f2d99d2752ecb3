import { addAddress, freeAddress } from './addresses.ts'
import { blankServer, type GlesysServer, type Identity, type World } from './world.ts'

/** The members of a server that differ from the defaults. */
export interface Row extends Identity, Partial<Omit<GlesysServer, keyof Identity | 'supportedfeatures'>> {
  readonly features?: GlesysServer['supportedfeatures']
  /** Absent: one free address of each version. */
  readonly addresses?: readonly string[]
}

/** Addresses that the project already has become the server's; others are created for it. */
export function addServer (world: World, { features, addresses, ...row }: Row): GlesysServer {
  const blank = blankServer(row)
  const server = { ...blank, ...row, supportedfeatures: { ...blank.supportedfeatures, ...features } }
  world.servers.set(server.serverid, server)
  const { serverid, projectkey: project, datacenter, platform } = server
  for (const ipversion of [4, 6] as const) {
    const pool = { ipversion, datacenter, platform }
    const chosen = addresses?.filter(address => address.includes(':') === (ipversion === 6))
    for (const ipaddress of chosen ?? freeAddress(world, pool)) {
      const existing = world.addresses.get(ipaddress)
      if (existing === undefined) addAddress(world, ipaddress, { ...pool, project, serverid })
      else existing.serverid = serverid
    }
  }
  return server
}

/** Removes a server, and releases its addresses or keeps them reserved and billed. */
export function destroyServer (world: World, server: GlesysServer, addresses: 'kept' | 'released'): void {
  for (const address of [...world.addresses.values()]) {
    if (address.serverid !== server.serverid) continue
    if (addresses === 'kept') address.serverid = null
    else world.addresses.delete(address.ipaddress)
  }
  world.servers.delete(server.serverid)
  world.cancel(server.serverid)
}
