import type { SimulatedReply } from '../simulator.ts'
import { accepted, changeHost, order } from './actions.ts'
import { addressesIn, assign, findFree, isIp4, maskOf, prefixOf, usedIps } from './allocation.ts'
import { anything, flag, flagOf, listOf, natural, numberOf, numbersOf, recordOf, text, textOf, whole } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, ok, onHost, owns, post, remove } from './call.ts'
import { fixedAddress, vxlanLinks } from './create-body.ts'
import { invalidValue, notFound, refuse } from './errors.ts'
import { list } from './lists.ts'
import type { AddressRecord, HostRecord, Platform } from './model.ts'
import { addressesOf, take } from './model.ts'

const addressRow = (platform: Platform, address: AddressRecord, withNames: 'host' | 'all') => {
  const network = platform.networks.get(address.networkId)
  const host = platform.hosts.get(address.hostId)
  const link = { id: address.hostId, name: host?.name, interface: 0 }
  return {
    id: address.id,
    ip_addr: address.ip,
    domain: address.domain,
    gateway: network?.gateway,
    mask: maskOf(network === undefined ? 32 : prefixOf(network)),
    state: 'used',
    family: 4,
    ippool: address.poolId,
    network: address.networkId,
    ...(withNames === 'all' ? { ipnet_name: network?.name, host: link } : { host: { ...link, interface_name: 'eth0' } }),
    cluster_interface: 0,
    ...(withNames === 'host' ? { vxlan: null } : {})
  }
}

const hostIp4 = onHost((call, host) => list(call, host.state === 'creating'
  ? []
  : addressesOf(call.platform, host.id).map(address => addressRow(call.platform, address, 'host'))))

/** An object, not a list: the addresses themselves are only in the host list. */
const hostIp6 = onHost(({ platform }, host) => ok({
  last_notify: take(platform, 'notify'),
  ipv6_enabled: host.ipv6Enabled,
  ipv6_prefix: host.ipv6Prefix,
  ipv6_ptr_enabled: false
}))

const mayUse = (call: Call, address: AddressRecord): boolean =>
  owns(call, call.platform.hosts.get(address.hostId)?.accountId ?? -1)

const listAddresses = (call: Call): SimulatedReply => list(call, [...call.platform.addresses.values()]
  .filter(address => mayUse(call, address))
  .map(address => addressRow(call.platform, address, 'all')))

const isInPool = (platform: Platform, ip: string): boolean =>
  isIp4(ip) && [...platform.pools.keys()].some(poolId => addressesIn(platform, poolId).includes(ip))

/** `ipv4_number` is how many to add. What a negative one does is not on record: refused here. */
const changeAddresses = changeHost((call, host) => {
  const { platform, body } = call
  const count = numberOf(body, 'ipv4_number') ?? 0
  const fixed = textOf(recordOf(body, 'ip_addr') ?? {}, 'name')
  if (host.snapshotCount > 0) return refuse(400, 5045, 'Host has snapshots')
  if (count < 0) return invalidValue('ipv4_number')
  if (fixed !== undefined && (!isInPool(platform, fixed) || usedIps(platform).has(fixed))) return invalidValue('ip_addr')
  const free = findFree(platform, { count, pools: numbersOf(body, 'ipv4_pool'), clusterId: host.clusterId })
  if (free === null) return refuse(400, 5040, 'No free IP addresses')
  const poolId = numberOf(recordOf(body, 'ip_addr') ?? {}, 'ip_pool') ?? [...platform.pools.keys()][0] ?? 0
  const wanted = fixed === undefined ? free : [...free, { ip: fixed, poolId }]
  const apply = (): void => {
    for (const entry of wanted.filter(({ ip }) => !usedIps(platform).has(ip))) assign(platform, host, entry.ip, entry.poolId)
    setIp6(call, host)
  }
  return accepted(host.id, order(call, host, { name: 'ip_change', apply }))
})

function setIp6 ({ body }: Call, host: HostRecord): void {
  const enabled = flagOf(body, 'ipv6_enabled')
  if (enabled === undefined) return
  host.ipv6Enabled = enabled
  host.ipv6Prefix = enabled ? numberOf(body, 'ipv6_prefix') ?? 64 : null
  host.ip6 = enabled ? [`2001:db8:1::${host.id.toString(16)}`] : []
}

function removeAddress (call: Call): SimulatedReply {
  const { platform } = call
  const address = platform.addresses.get(idOf(call))
  const host = platform.hosts.get(address?.hostId ?? -1)
  if (address === undefined || host === undefined || !mayUse(call, address)) return notFound('ip')
  return accepted(address.id, order(call, host, { name: 'ip_delete', apply: () => { platform.addresses.delete(address.id) } }))
}

const isDomain = (domain: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(domain)

function setPointer (call: Call, address: AddressRecord | undefined): SimulatedReply {
  const domain = textOf(call.body, 'domain') ?? ''
  if (address === undefined || !mayUse(call, address)) return notFound('ip')
  if (!isDomain(domain)) return invalidValue('domain')
  address.domain = domain
  return ok({ id: address.id })
}

const onHostAddress = (call: Call, host: HostRecord, ip: string | undefined): AddressRecord | undefined =>
  addressesOf(call.platform, host.id).find(address => address.ip === ip)

const hostPointers = onHost((call, host) => ok({
  last_notify: take(call.platform, 'notify'),
  list: addressesOf(call.platform, host.id).map(({ id, ip, domain, networkId }) => ({ id, name: ip, domain, network: networkId }))
}))

const clearPointer = changeHost((call, host) => {
  const address = onHostAddress(call, host, call.params['name'])
  if (address === undefined) return notFound('ip')
  address.domain = ''
  return ok({ id: address.id })
})

const ipBody = {
  ip_addr: fixedAddress,
  ipv6_pool: listOf(natural),
  ipv6_prefix: natural,
  ipv6_enabled: flag,
  ipv4_pool: listOf(natural),
  ipv4_number: whole,
  interfaces: listOf(anything),
  vxlan: vxlanLinks
}
const host = '/vm/v3/host/:id'
const pointer = { domain: text }

export const addressRoutes: readonly Route[] = [
  get(`${host}/ipv4`, hostIp4),
  get(`${host}/ipv6`, hostIp6),
  post(`${host}/ip`, changeAddresses, { body: ipBody }),
  get('/vm/v3/ip', listAddresses),
  remove('/vm/v3/ip/:id', removeAddress),
  post('/vm/v3/ip/:id/ptr', call => setPointer(call, call.platform.addresses.get(idOf(call))), { body: pointer, required: ['domain'] }),
  get(`${host}/ptr`, hostPointers, { inferred: true }),
  post(`${host}/ptr`, changeHost((call, record) => setPointer(call, onHostAddress(call, record, textOf(call.body, 'name')))), {
    body: { name: text, ...pointer },
    required: ['name', 'domain'],
    inferred: true
  }),
  post(`${host}/ptr/:name`, changeHost((call, record) => setPointer(call, onHostAddress(call, record, call.params['name']))), {
    body: pointer,
    required: ['domain'],
    inferred: true
  }),
  remove(`${host}/ptr/:name`, clearPointer, { inferred: true })
]
