import { toIp } from '../kit/addresses.ts'
import { flagOf, textOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, changeHost } from './actions.ts'
import { assign, prefixOf, usedIps, wishedAddresses, type Free } from './allocation.ts'
import {
  count, flag, get, idOf, invalidValue, listOf, natural, notFound, object, ok, onHost, owns, post, refuse, remove, text, type Call,
  type Route, type Run, type Shape
} from './call.ts'
import { list } from './lists.ts'
import { addressesOf, type AddressRecord, type HostRecord, type Platform } from './model.ts'
import { refuseSnapshots } from './resize.ts'
import { submit } from './tasks.ts'

/** The list below a host names the interface, the list of all addresses the host. */
function addressRow (platform: Platform, address: AddressRecord, within: 'host' | 'all') {
  const network = platform.networks.find(({ id }) => id === address.networkId)
  const link = { id: address.hostId, name: platform.hosts.get(address.hostId)?.name, interface: 0 }
  return {
    ...{ id: address.id, ip_addr: address.ip, domain: address.domain, gateway: network?.gateway },
    mask: toIp(2 ** 32 - 2 ** (32 - (network === undefined ? 32 : prefixOf(network)))),
    ...{ state: 'used', family: 4, ippool: address.poolId, network: address.networkId, cluster_interface: 0 },
    ...(within === 'all' ? { ipnet_name: network?.name, host: link } : { host: { ...link, interface_name: 'eth0' }, vxlan: null })
  }
}

const hostAddresses = onHost((call, { id, state }) => list(call, addressesOf(call.platform, id)
  .filter(() => state !== 'creating')
  .map(address => addressRow(call.platform, address, 'host'))))

const isOwn = (call: Call, address: AddressRecord): boolean => owns(call, call.platform.hosts.get(address.hostId)?.accountId)

const listAddresses = (call: Call): SimulatedReply => list(call, [...call.platform.addresses.values()]
  .filter(address => isOwn(call, address))
  .map(address => addressRow(call.platform, address, 'all')))

export function wishesOf ({ platform, body }: Call, clusterId: number): Free[] {
  const wanted = wishedAddresses(platform, body, clusterId)
  if (wanted === null) throw body['ip_addr'] === undefined ? refuse(400, 5040, 'No free IP addresses') : invalidValue('ip_addr')
  return wanted
}

/** `ipv4_number` is how many to add. What a negative one does is not on record: refused here. */
const changeAddresses = changeHost((call, host) => {
  const { platform, body } = call
  refuseSnapshots(host)
  const wanted = wishesOf(call, host.clusterId)
  const apply = (): void => {
    for (const free of wanted.filter(({ ip }) => !usedIps(platform).has(ip))) assign(platform, host, free)
    if (flagOf(body, 'ipv6_enabled') === true) host.ip6 = [`2001:db8:1::${host.id.toString(16)}`]
  }
  return accepted(host.id, submit(platform, host, { name: 'ip_change', apply }))
})

const onAddress = (run: (call: Call, address: AddressRecord, host: HostRecord) => SimulatedReply): Run => call => {
  const address = call.platform.addresses.get(idOf(call))
  const host = call.platform.hosts.get(address?.hostId ?? -1)
  if (address === undefined || host === undefined || !isOwn(call, address)) throw notFound('ip')
  return run(call, address, host)
}

const removeAddress = onAddress(({ platform }, { id }, host) =>
  accepted(id, submit(platform, host, { name: 'ip_delete', apply: () => { platform.addresses.delete(id) } })))

const setPointer = onAddress((call, address) => {
  const domain = textOf(call.body, 'domain') ?? ''
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(domain)) throw invalidValue('domain')
  address.domain = domain
  return ok({ id: address.id })
})

const clearPointer = changeHost((call, host) => {
  const address = addressesOf(call.platform, host.id).find(({ ip }) => ip === call.params['name'])
  if (address === undefined) throw notFound('ip')
  address.domain = ''
  return ok({ id: address.id })
})

/** What a create and a change of a host's addresses take alike. */
export const addressShape: Shape = {
  ip_addr: object({ name: text }),
  ...{ ipv4_number: count, ipv4_pool: listOf(natural), ipv6_enabled: flag, ipv6_prefix: natural },
  vxlan: listOf(object({ id: natural, ipv4_number: count, ipnet: natural }))
}

const host = '/vm/v3/host/:id'

export const addressRoutes: readonly Route[] = [
  get(`${host}/ipv4`, hostAddresses),
  post(`${host}/ip`, changeAddresses, { body: addressShape }),
  get('/vm/v3/ip', listAddresses),
  remove('/vm/v3/ip/:id', removeAddress),
  post('/vm/v3/ip/:id/ptr', setPointer, { body: { domain: text }, required: ['domain'] }),
  remove(`${host}/ptr/:name`, clearPointer, { inferred: true })
]
