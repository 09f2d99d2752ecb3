import { flagOf, isRecord, numbersOf, recordOf, recordsOf, textOf, type Json } from '../kit/json.ts'
import { bodyOf, created, invalid, locked, notFound, ok, page, refuse, withServer, type Handler } from './call.ts'
import { locations, networks, serverTypes, sshKeys, type Image, type Location, type ServerType } from './catalog.ts'
import { ipOf, newServer, type Ip, type Server } from './seed.ts'
import type { Action, World } from './world.ts'

const ipsOf = (ips: ReadonlyMap<number, Ip>, id: number): Ip[] => [...ips.values()].filter(ip => ip.server === id)

/** Primary addresses are shown, floating ones are bare ids. */
export function show (world: World, { hasKeys, private_net: net, ...server }: Server): Json {
  const own = ipsOf(world.primary, server.id)
  const floating = ipsOf(world.floating, server.id).map(({ id }) => id)
  const shown = (type: Ip['type']) => {
    const ip = own.find(row => row.type === type)
    if (ip === undefined) return null
    const name = ip.dns_ptr[0]?.dns_ptr ?? `static.${ip.ip}.clients.example.net`
    return { id: ip.id, ip: ip.ip, blocked: false, dns_ptr: type === 'ipv4' ? name : ip.dns_ptr }
  }
  return {
    ...server,
    public_net: { ipv4: shown('ipv4'), ipv6: shown('ipv6'), floating_ips: floating, firewalls: [] },
    private_net: net.map(part => ({ ...part, alias_ips: [], mac_address: '86:00:ff:2a:7d:e1' })),
    iso: null,
    backup_window: null,
    outgoing_traffic: 123456,
    ingoing_traffic: null,
    included_traffic: 21_990_232_555_520,
    volumes: [],
    load_balancers: [],
    placement_group: null
  }
}

export const onServer = ({ id }: Server): Action['resources'] => [{ id, type: 'server' }]

export const listServers: Handler = call => page(call, {
  name: 'servers', rows: [...call.world.servers.values()], sorts: ['id', 'name', 'created'], show: row => show(call.world, row)
})

export const getServer = withServer(({ world }, server) => ok({ server: show(world, server) }))

const isTaken = (world: World, name: string): boolean => [...world.servers.values()].some(server => server.name === name)
const taken = (): Error => refuse(409, 'uniqueness_error', 'server name is already used', {})
const hostName = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i

/** Labels that are given replace all. */
export const changeServer = withServer((call, server) => {
  const body = bodyOf(call, ['name', 'labels'])
  const name = textOf(body, 'name') ?? server.name
  if (!hostName.test(name)) throw invalid('name')
  if (name !== server.name && isTaken(call.world, name)) throw taken()
  Object.assign(server, { name, ...(isRecord(body['labels']) ? { labels: body['labels'] } : {}) })
  return ok({ server: show(call.world, server) })
})

export const deleteServer = withServer(({ world }, server) => {
  if (server.protection.delete) throw refuse(423, 'protected', 'server deletion is protected')
  if (server.locked) throw locked()
  const effect = (): void => {
    world.servers.delete(server.id)
    for (const ip of [...world.primary.values(), ...world.floating.values()]) if (ip.server === server.id) ip.server = null
    for (const ip of world.primary.values()) if (ip.server === null && ip.auto_delete) world.primary.delete(ip.id)
  }
  return ok({ action: world.begin({ command: 'delete_server', resources: onServer(server), locks: server, during: 'deleting', effect }) })
})

const members = [
  'name', 'server_type', 'image', 'location', 'ssh_keys', 'user_data', 'labels', 'networks', 'public_net', 'firewalls', 'volumes',
  'automount', 'placement_group', 'start_after_create'
]

const isCalled = (wanted: string | undefined) => ({ id, name }: { readonly id: number, readonly name: string | null }): boolean =>
  name === wanted || String(id) === wanted

/** An image by name has two ids: the one of the server type's architecture is taken. */
export const findImage = (world: World, wanted: string | undefined, architecture: string): Image | undefined =>
  [...world.images.values()].filter(isCalled(wanted)).find(image => image.status === 'available' && image.architecture === architecture)

export const findType = (wanted: string | undefined): ServerType | undefined => serverTypes.find(isCalled(wanted))

interface Order {
  readonly type: ServerType
  readonly image: Image
  readonly location: Location
}

function orderOf (world: World, body: Json): Order {
  const [name, place] = [textOf(body, 'name') ?? '', textOf(body, 'location') ?? 'fsn1']
  const type = findType(textOf(body, 'server_type'))
  const location = locations.find(isCalled(place))
  if (!hostName.test(name)) throw invalid('name')
  if (type === undefined) throw invalid('server_type')
  if (location === undefined) throw invalid('location')
  const isSold = type.prices.some(price => price.location === location.name)
  if (!isSold) throw refuse(422, 'invalid_input', 'unsupported location for server type')
  const image = findImage(world, textOf(body, 'image'), type.architecture)
  if (image === undefined) throw invalid('image')
  const keys = Array.isArray(body['ssh_keys']) ? body['ssh_keys'] : []
  if (!keys.every(key => sshKeys.some(({ id, name }) => name === key || String(id) === String(key)))) throw invalid('ssh_keys')
  if (!numbersOf(body, 'networks').every(id => networks.some(network => network.id === id))) throw invalid('networks')
  if (isTaken(world, name)) throw taken()
  if (world.behavior.soldOut.includes(type.name)) throw refuse(412, 'resource_unavailable', 'error during placement', {})
  return { type, image, location }
}

/** The answer has the id and the addresses at once; a part of the work that fails leaves the server there. */
export const createServer: Handler = call => {
  const { world } = call
  const body = bodyOf(call, members, ['name', 'server_type', 'image'])
  const order = orderOf(world, body)
  const id = ++world.last.server
  const [keys, starts, net] = [body['ssh_keys'], flagOf(body, 'start_after_create') !== false, recordOf(body, 'public_net') ?? {}]
  const hasKeys = Array.isArray(keys) && keys.length > 0
  const labels = Object.fromEntries(Object.entries(recordOf(body, 'labels') ?? {}).map(([key, value]) => [key, String(value)]))
  const server = newServer(id, textOf(body, 'name') ?? '', {
    status: 'initializing',
    created: world.iso(),
    server_type: order.type,
    location: order.location,
    image: order.image,
    labels,
    primary_disk_size: order.type.disk,
    hasKeys,
    private_net: numbersOf(body, 'networks').map((network, index) => ({ network, ip: `10.0.0.${20 + index + id % 200}` }))
  })
  world.servers.set(id, server)
  world.created += 1
  for (const family of [4, 6] as const) addIp(world, server, family, net)
  const resources = onServer(server)
  const begin = (command: string, ms: number, status: string) =>
    world.begin({ command, resources, ms, locks: server, effect: () => { server.status = status } })
  const action = begin('create_server', world.behavior.createMs / 2, 'off')
  const start = starts ? [begin('start_server', world.behavior.createMs, 'running')] : []
  const firewalls = recordsOf(body, 'firewalls').map(() => world.begin({ command: 'apply_firewall', resources }))
  const next = [...start, ...firewalls]
  return created({ server: show(world, server), action, next_actions: next, root_password: hasKeys ? null : world.password() })
}

function addIp (world: World, { id, location }: Server, family: 4 | 6, net: Json): void {
  if (flagOf(net, `enable_ipv${family}`) === false) return
  const chosen = world.primary.get(Number(net[`ipv${family}`]))
  if (chosen !== undefined) { chosen.server = id; return }
  const ip = ipOf(++world.last.ip, family, { server: id, location })
  world.primary.set(ip.id, ip)
}

export const deleteImage: Handler = ({ world, params }) => {
  const image = world.images.get(Number(params['id']))
  if (image === undefined) throw notFound('image')
  if (image.type === 'system') throw refuse(403, 'forbidden', 'system images cannot be deleted')
  world.images.delete(image.id)
  return { status: 204 }
}
