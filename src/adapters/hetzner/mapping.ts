import { BlockList, isIPv6 } from 'node:net'
import { powerOf, serverActions, type Address, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import type { Accepted, Job } from '../verbs.ts'
import { serverWire, type AcceptedWire, type ActionWire, type ImageWire, type IpWire, type ServerWire } from './schema.ts'

/** No status means rescue: `rescue_enabled` means armed, and a server in the rescue system is `running`. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['initializing', 'provisioning'],
  ['starting', 'starting'],
  ['running', 'running'],
  ['stopping', 'stopping'],
  ['off', 'stopped'],
  ['deleting', 'deleting'],
  ['rebuilding', 'rebuilding'],
  ['migrating', 'migrating'],
  ['unknown', 'unknown']
])

/** The vendor's statuses for ours; null if rows of a status that the vendor adds one day match, too. */
export const vendorStatusesOf = (wanted: ReadonlySet<ServerStatus>): readonly string[] | null =>
  wanted.has('unknown') ? null : [...statuses].flatMap(([vendorStatus, status]) => wanted.has(status) ? [vendorStatus] : [])

const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['starting', ['stop']],
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete']],
  ['stopping', ['stop']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'delete']],
  ['unknown', serverActions]
])

const destructive: ReadonlySet<ServerAction> = new Set<ServerAction>(['delete', 'rebuild'])

function actionsOf (status: ServerStatus, { locked, protection }: ServerWire): ServerAction[] {
  if (locked === true) return []
  return (actions.get(status) ?? []).filter(action => protection?.delete !== true || !destructive.has(action))
}

export function toServer (wire: ServerWire): ServerFacts {
  const status = statuses.get(wire.status ?? '') ?? 'unknown'
  const { server_type: type, image } = wire
  const location = wire.location ?? wire.datacenter?.location ?? null
  return {
    id: wire.id,
    name: wire.name ?? '',
    status,
    // `stopping` and `starting` say nothing about the power.
    power: powerOf(status),
    task: null,
    provider_status: wire.status ?? null,
    cpus: type?.cores ?? null,
    memory_mib: typeof type?.memory === 'number' ? Math.round(type.memory * 1024) : null,
    // A resize may keep the disk smaller than that of the type. Volumes are ids without sizes.
    disk_gib: wire.primary_disk_size ?? null,
    addresses: toAddresses(wire),
    image: image === null || image === undefined ? null : { id: image.id, name: image.name ?? image.description ?? null },
    plan: type === null || type === undefined ? null : { id: type.name, name: type.description ?? null },
    region: location === null ? null : { id: location.name, name: location.city ?? location.description ?? null },
    owner: null,
    created_at: toUtc(wire.created),
    tags: Object.entries(wire.labels ?? {}).map(([key, value]) => value === '' ? key : `${key}=${value}`),
    locked: wire.locked ?? null,
    protected: wire.protection?.delete ?? null,
    allowed_actions: actionsOf(status, wire)
  }
}

export const seenServer = seenWire(serverWire, toServer)

/** The vendor gives an IPv6 network, of which the server has the first address. */
export function firstAddress (ip: string | null | undefined, facts: Partial<Omit<Address, 'address' | 'family'>> = {}): Address | null {
  const [network = '', prefix] = (ip ?? '').split('/')
  if (network === '' || network === '0.0.0.0' || network === '::') return null
  return addressOf(`${network}${network.endsWith('::') ? '1' : ''}${prefix === undefined ? '' : `/${prefix}`}`, facts)
}

/** A server has its whole /64 network, not only the first address. */
export function isInNetwork ({ address, prefix_length: prefix }: Pick<Address, 'address' | 'prefix_length'>, text: string): boolean {
  if (prefix !== 64 || !isIPv6(address) || !isIPv6(text) || text.includes('%')) return false
  const network = new BlockList()
  network.addSubnet(address, prefix, 'ipv6')
  return network.check(text, 'ipv6')
}

function toAddresses ({ public_net: net, private_net: nets }: ServerWire): Address[] {
  return [
    firstAddress(net?.ipv4?.ip, { scope: 'public', primary: true }),
    firstAddress(net?.ipv6?.ip, { scope: 'public', primary: true }),
    ...(nets ?? []).flatMap(({ ip, alias_ips: aliases, aliases: older }) => [ip, ...(aliases ?? older ?? [])])
      .map(ip => addressOf(ip, { scope: 'private' }))
  ].filter(address => address !== null)
}

export const toFloating = ({ ip }: IpWire): Address | null => firstAddress(ip, { scope: 'public' })

/** Images for different architectures can have the same name. */
export const imageName = ({ id, name, description, architecture }: ImageWire): string =>
  `${name ?? description ?? id}${architecture === null || architecture === undefined ? '' : ` (${architecture})`}`

export const toJob = ({ id, command }: Pick<ActionWire, 'id' | 'command'>): Job => ({ id, name: command ?? 'action' })

/** Work that its action shows to the end, with the password that the vendor has generated, if any. */
export const toFollowed = ({ action, root_password: password }: Pick<AcceptedWire, 'action'> & Partial<AcceptedWire>): Accepted =>
  ({ jobs: [toJob(action)], ...(typeof password === 'string' && password !== '' ? { password } : {}) })

/** A signal. Its action ends as soon as it is sent, so only the server shows the result. */
export const toSignalled = ({ action }: AcceptedWire): Accepted => ({ upstream: { id: action.id, status: null } })
