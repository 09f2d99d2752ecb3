import { addressBody, defaultPtr, freeAddresses, hold, poolWithFree } from './address-pool.ts'
import { fieldRequired, inferred, invalid, ok, reads, refuse, serverOf, unknownServer, writes, type Answer, type Call, type Routes, type Run } from './answers.ts'
import { textOf, truthOf } from './arguments.ts'
import { addressPrice, datacenters, platforms } from './catalogue.ts'
import type { Address } from './world.ts'

const addressNamed = (call: Call): string => (textOf(call.args, 'ipaddress') ?? '').toLowerCase()

/** An address that this project does not hold is a 404, unlike a server. */
const addressNotFound = (): Answer => refuse(404, 'Could not find the ip address.')

const withAddress = (run: (call: Call, address: Address) => Answer): Run => call => {
  const address = call.world.addresses.get(addressNamed(call))
  return address?.project === call.project ? run(call, address) : addressNotFound()
}

const answerWith = (address: Address): Answer => ok({ details: addressBody(address) })

/** Here the list is one object with bare addresses inside. */
function listFree ({ world, args }: Call): Answer {
  const ipversion = versionOf(textOf(args, 'ipversion'))
  const datacenter = textOf(args, 'datacenter') ?? ''
  const platform = platforms.find(name => name === textOf(args, 'platform'))
  if (ipversion === undefined) return invalid('ipversion')
  if (!datacenters.includes(datacenter)) return invalid('datacenter')
  if (platform === undefined) return invalid('platform')
  const ipaddresses = freeAddresses(world, { ipversion, datacenter, platform }, 5)
  return ok({ iplist: { ipversion, datacenter, platform, ipaddresses } })
}

const versionOf = (text: string | undefined): 4 | 6 | undefined => text === '4' ? 4 : text === '6' ? 6 : undefined

function listOwn ({ world, args, project }: Call): Answer {
  const used = truthOf(args, 'used')
  const same = (name: string, value: string | null): boolean => {
    const wanted = textOf(args, name)
    return wanted === undefined || wanted === '' || wanted === value
  }
  const mine = [...world.addresses.values()].filter(address => address.project === project &&
    (used === undefined || used === (address.serverid !== null)) &&
    same('serverid', address.serverid) && same('ipversion', String(address.ipversion)) &&
    same('datacenter', address.datacenter) && same('platform', address.platform))
  return ok({ iplist: mine.map(addressBody) })
}

function take (call: Call): Answer {
  const ipaddress = addressNamed(call)
  const pool = poolWithFree(call.world, ipaddress)
  if (pool === undefined) return refuse(400, 'The ip address is not available.')
  return answerWith(hold(call.world, ipaddress, { ...pool, project: call.project, serverid: null }))
}

function release (call: Call, address: Address): Answer {
  if (address.serverid !== null) return refuse(400, 'The ip address is in use. Remove it from the server first.')
  call.world.addresses.delete(address.ipaddress)
  return answerWith(address)
}

function add (call: Call, address: Address): Answer {
  const serverid = textOf(call.args, 'serverid')
  if (serverid === undefined || serverid === '') {
    return textOf(call.args, 'loadbalancerid') === undefined ? fieldRequired('serverid') : refuse(400, 'Could not find loadbalancer with this id on this account.\n')
  }
  const server = serverOf(call, serverid)
  if (server === undefined) return unknownServer(call.world)
  if (address.serverid !== null) return refuse(400, 'The ip address is already in use.')
  if (server.datacenter !== address.datacenter || server.platform !== address.platform) return refuse(400, 'The ip address can not be used by this server.')
  address.serverid = server.serverid
  return answerWith(address)
}

function remove (call: Call, address: Address): Answer {
  if (address.serverid === null) return refuse(400, 'The ip address is not in use.')
  address.serverid = null
  if (truthOf(call.args, 'release') === true) call.world.addresses.delete(address.ipaddress)
  return answerWith(address)
}

function setPtr (call: Call, address: Address): Answer {
  const data = textOf(call.args, 'data') ?? ''
  if (!/^(?=.{3,254}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*\.?$/i.test(data)) return refuse(400, 'The data format is invalid.')
  address.ptr = data.endsWith('.') ? data : `${data}.`
  return answerWith(address)
}

function resetPtr (_call: Call, address: Address): Answer {
  address.ptr = defaultPtr(address.ipaddress)
  return answerWith(address)
}

function estimatedCost (call: Call): Answer {
  const price = addressPrice(addressNamed(call).includes(':') ? 6 : 4)
  return ok({ billing: { currency: 'SEK', price, discount: 0, total: price } })
}

export const addressRoutes: Routes = {
  'ip/listfree': reads(['ipversion', 'datacenter', 'platform'], listFree),
  'ip/listown': reads([], listOwn, ['used', 'serverid', 'ipversion', 'datacenter', 'platform']),
  'ip/details': reads(['ipaddress'], withAddress((_call, address) => answerWith(address))),
  'ip/take': writes(['ipaddress'], take),
  'ip/release': writes(['ipaddress'], withAddress(release)),
  'ip/add': writes(['ipaddress'], withAddress(add), ['serverid', 'loadbalancerid']),
  'ip/remove': writes(['ipaddress'], withAddress(remove), ['release']),
  'ip/setptr': writes(['ipaddress', 'data'], withAddress(setPtr)),
  'ip/resetptr': writes(['ipaddress'], withAddress(resetPtr)),
  'ip/estimatedcost': inferred(reads(['ipaddress'], estimatedCost))
}
