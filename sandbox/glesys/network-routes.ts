import { changeRefusal, invalid, lockedRefusal, mustBeInteger, ok, reads, refuse, unknownServer, withUnlocked, writes, type Answer, type Call, type Routes, type Run } from './answers.ts'
import { textOf, wholeOf } from './arguments.ts'
import { nextNumber, nextUuid, type GlesysServer, type Network, type NetworkAdapter, type World } from './world.ts'

/** The two platforms describe an adapter with different fields. */
export function adapterBody (world: World, adapter: NetworkAdapter): Record<string, unknown> {
  const { networkadapterid, bandwidth, name, adaptertype, serverid, networkid, isprimary, macaddress } = adapter
  const state = world.clock() < adapter.lockedUntil ? 'locked' : 'ready'
  return serverid.startsWith('kvm')
    ? { bandwidth, name, isprimary, isconnected: true, networkid, networkadapterid, macaddress, serverid, state }
    : { networkadapterid, bandwidth, name, adaptertype, state, serverid, networkid }
}

export const internetOf = (datacenter: string): string => datacenter === 'Stockholm' ? 'internet-sth' : 'internet-fbg'

export function addPrimaryAdapter (world: World, server: GlesysServer): void {
  addAdapter(world, server, { name: 'Network adapter 1', networkid: internetOf(server.datacenter), adaptertype: 'VMXNET 3', bandwidth: server.bandwidth, isprimary: true })
}

type AdapterWish = Pick<NetworkAdapter, 'name' | 'networkid' | 'adaptertype' | 'bandwidth' | 'isprimary'>

function addAdapter (world: World, server: GlesysServer, wish: AdapterWish): NetworkAdapter {
  const networkadapterid = nextUuid(world)
  const serial = world.lastNumber.toString(16).padStart(6, '0')
  const macaddress = `00:53:00:${serial.slice(0, 2)}:${serial.slice(2, 4)}:${serial.slice(4, 6)}`
  const adapter = { ...wish, networkadapterid, serverid: server.serverid, macaddress, lockedUntil: 0 }
  world.adapters.set(networkadapterid, adapter)
  return adapter
}

const networkOf = ({ world, project }: Call, networkid: string): Network | undefined => {
  const network = world.networks.get(networkid)
  return network?.project === null || network?.project === project ? network : undefined
}

const adapterTypes = ['VMXNET 3', 'E1000']

function wishRefusal (call: Call): Answer | null {
  const { args } = call
  const networkid = textOf(args, 'networkid')
  if (networkid !== undefined && networkOf(call, networkid) === undefined) return invalid('networkid')
  if (Number.isNaN(wholeOf(args, 'bandwidth'))) return mustBeInteger('bandwidth')
  return args['adaptertype'] === undefined || adapterTypes.includes(textOf(args, 'adaptertype') ?? '') ? null : invalid('adaptertype')
}

function create (call: Call, server: GlesysServer): Answer {
  const { world, args } = call
  const refusal = wishRefusal(call)
  if (refusal !== null) return refusal
  const count = [...world.adapters.values()].filter(adapter => adapter.serverid === server.serverid).length
  const adapter = addAdapter(world, server, {
    name: textOf(args, 'name') ?? `Network adapter ${count + 1}`,
    networkid: textOf(args, 'networkid') ?? internetOf(server.datacenter),
    adaptertype: textOf(args, 'adaptertype') ?? 'VMXNET 3',
    bandwidth: wholeOf(args, 'bandwidth') ?? 100,
    isprimary: false
  })
  return lockAndAnswer(world, adapter)
}

function lockAndAnswer (world: World, adapter: NetworkAdapter): Answer {
  adapter.lockedUntil = world.clock() + world.knobs.actionMs
  return ok({ networkadapter: adapterBody(world, adapter) })
}

const withAdapter = (run: (call: Call, adapter: NetworkAdapter) => Answer): Run => call => {
  const adapter = call.world.adapters.get(textOf(call.args, 'networkadapterid') ?? '')
  const server = call.world.servers.get(adapter?.serverid ?? '')
  const mine = adapter !== undefined && server?.projectkey === call.project
  return mine ? run(call, adapter) : refuse(404, 'Could not find the network adapter.')
}

const withFreeAdapter = (run: (call: Call, adapter: NetworkAdapter) => Answer): Run => withAdapter((call, adapter) => {
  const server = call.world.servers.get(adapter.serverid)
  if (server === undefined) return unknownServer(call.world)
  if (call.world.clock() < adapter.lockedUntil) return lockedRefusal(call.world)
  return changeRefusal(call.world, server) ?? run(call, adapter)
})

const edit = withFreeAdapter((call, adapter) => {
  const refusal = wishRefusal(call)
  if (refusal !== null) return refusal
  adapter.name = textOf(call.args, 'name') ?? adapter.name
  adapter.networkid = textOf(call.args, 'networkid') ?? adapter.networkid
  adapter.bandwidth = wholeOf(call.args, 'bandwidth') ?? adapter.bandwidth
  return lockAndAnswer(call.world, adapter)
})

const removeAdapter = withFreeAdapter((call, adapter) => {
  call.world.adapters.delete(adapter.networkadapterid)
  return ok()
})

const networkBody = ({ datacenter, description, networkid, public: isPublic }: Network): Record<string, unknown> =>
  ({ datacenter, description, networkid, public: isPublic })

const withNetwork = (run: (call: Call, network: Network) => Answer): Run => call => {
  const network = networkOf(call, textOf(call.args, 'networkid') ?? '')
  return network === undefined ? refuse(404, 'Could not find the network.') : run(call, network)
}

const withOwnNetwork = (run: (call: Call, network: Network) => Answer): Run => withNetwork((call, network) =>
  network.project === null ? refuse(400, 'A public network can not be changed.') : run(call, network))

const networkDatacenters = ['Falkenberg', 'Stockholm', 'Amsterdam', 'London', 'Oslo']

function createNetwork ({ world, args, project }: Call): Answer {
  const datacenter = textOf(args, 'datacenter') ?? ''
  if (!networkDatacenters.includes(datacenter)) return invalid('datacenter')
  const network: Network = { networkid: `vl${nextNumber(world)}`, datacenter, description: textOf(args, 'description') ?? '', public: 'no', project }
  world.networks.set(network.networkid, network)
  return ok({ network: networkBody(network) })
}

function deleteNetwork ({ world }: Call, network: Network): Answer {
  const inUse = [...world.adapters.values()].some(adapter => adapter.networkid === network.networkid)
  if (inUse) return refuse(400, 'The network is in use.')
  world.networks.delete(network.networkid)
  return ok()
}

export const networkRoutes: Routes = {
  'networkadapter/create': writes(['serverid'], withUnlocked(create), ['adaptertype', 'bandwidth', 'name', 'networkid']),
  'networkadapter/details': reads(['networkadapterid'], withAdapter(({ world }, adapter) => ok({ networkadapter: adapterBody(world, adapter) }))),
  'networkadapter/edit': writes(['networkadapterid'], edit, ['bandwidth', 'name', 'networkid']),
  'networkadapter/delete': writes(['networkadapterid'], removeAdapter),
  'network/list': reads([], call => ok({ networks: [...call.world.networks.values()].filter(network => networkOf(call, network.networkid)).map(networkBody) })),
  'network/details': reads(['networkid'], withNetwork((_call, network) => ok({ network: networkBody(network) }))),
  'network/create': writes(['datacenter', 'description'], createNetwork),
  'network/edit': writes(['networkid', 'description'], withOwnNetwork((call, network) => {
    network.description = textOf(call.args, 'description') ?? network.description
    return ok({ network: networkBody(network) })
  })),
  'network/delete': writes(['networkid'], withOwnNetwork(deleteNetwork))
}
