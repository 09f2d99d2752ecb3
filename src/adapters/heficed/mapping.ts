import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import { powerOf, type Address, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf, prefixOfNetmask } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import type { Accepted } from '../verbs.ts'
import { instanceWire, type EventWire, type InstanceWire, type InvoiceWire } from './schema.ts'

/** Vendor status, in lower case, to ours. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['running', 'running'],
  ['pending', 'provisioning'],
  ['stopped', 'stopped'],
  ['starting', 'starting'],
  ['stopping', 'stopping'],
  ['rebooting', 'rebooting'],
  ['installing', 'rebuilding'],
  ['suspended', 'suspended'],
  ['cancelled', 'deleting'],
  ['terminated', 'deleting'],
  ['error', 'error'],
  ['failed', 'error']
])

/** The actions allowed in each state; a state that is not listed allows none. */
const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete']],
  ['rescue', ['stop', 'reboot', 'rename', 'rebuild', 'unrescue', 'console', 'delete']],
  ['provisioning', ['delete']],
  ['suspended', ['delete']],
  ['error', ['start', 'stop', 'reboot', 'rename', 'rebuild', 'delete']],
  ['unknown', ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete']]
])

/** The states in which the vendor is working on the server. */
const busy: ReadonlySet<ServerStatus> = new Set<ServerStatus>([
  'provisioning', 'starting', 'stopping', 'rebooting', 'rebuilding', 'deleting'
])

function toStatus (wire: InstanceWire): ServerStatus {
  const cancelled = wire.billing?.cancellationRequest?.type?.toLowerCase() === 'immediate'
  if (cancelled) return 'deleting'
  if (wire.billing?.status?.toLowerCase() === 'suspended') return 'suspended'
  const status = statuses.get((wire.status ?? '').toLowerCase()) ?? 'unknown'
  return status === 'running' && wire.inRescueMode === true ? 'rescue' : status
}

/** A row of a list, or the single instance, which is the same object without the envelope. */
export const seenInstance: z.ZodType<Seen> = seenWire(instanceWire, toServer)

/** The organization owns all servers, and the rows do not name it. */
export const ownedBy = (organizationId: string, seen: Seen): Seen =>
  ({ ...seen, server: { ...seen.server, owner: { id: organizationId, name: null } } })

function toServer (wire: InstanceWire): ServerFacts {
  const status = toStatus(wire)
  return {
    id: wire.id,
    name: wire.hostname ?? '',
    status,
    power: powerOf(status),
    task: null,
    provider_status: wire.status ?? null,
    cpus: wire.vcpu ?? null,
    memory_mib: wire.memory ?? null,
    disk_gib: toDisk(wire),
    addresses: toAddresses(wire),
    image: toReference(wire.template),
    plan: null,
    region: toReference(wire.location),
    owner: null,
    created_at: toUtc(wire.billing?.startDate),
    tags: [],
    locked: busy.has(status),
    protected: null,
    allowed_actions: toActions(status, wire)
  }
}

/** A server in rescue mode may also be off. */
function toActions (status: ServerStatus, { inRescueMode: rescued }: InstanceWire): ServerAction[] {
  const allowed = actions.get(status) ?? []
  if (typeof rescued !== 'boolean') return [...allowed]
  const [out, into] = rescued ? ['rescue', 'unrescue'] as const : ['unrescue', 'rescue'] as const
  return [...new Set(allowed.map(action => action === out ? into : action))]
}

const toReference = (wire: InstanceWire['location']) =>
  wire === null || wire === undefined ? null : { id: wire.id, name: wire.name ?? null }

/** The main disk and up to eight additional ones, in GB as the vendor counts them. */
function toDisk (wire: InstanceWire): number | null {
  if (typeof wire.disk !== 'number') return null
  const extra = [
    wire.additionalDisk1, wire.additionalDisk2, wire.additionalDisk3, wire.additionalDisk4,
    wire.additionalDisk5, wire.additionalDisk6, wire.additionalDisk7, wire.additionalDisk8
  ]
  return extra.reduce<number>((sum, size) => sum + (size ?? 0), wire.disk)
}

/** The size of the main disk alone, from the vendor's object. */
export const mainDiskOf = (raw: unknown): number | null => instanceWire.safeParse(raw).data?.disk ?? null

/** An IPv6 address is the start of a routed prefix, and its netmask is already a prefix length. */
function toAddresses (wire: InstanceWire): Address[] {
  const v4 = wire.network?.v4
  const v6 = wire.network?.v6
  return [
    addressOf(v4?.ipaddress, { prefix_length: prefixOfNetmask(v4?.netmask), gateway: v4?.gateway || null, primary: true }),
    ...(v4?.additionalIps ?? []).map(ip => addressOf(ip)),
    addressOf(v6?.ipaddress, { prefix_length: v6?.netmask ?? null, gateway: v6?.gateway || null }),
    ...(v6?.additionalIps ?? []).map(ip => addressOf(ip))
  ].filter(address => address !== null)
}

/**
 * No public source shows how to read an event again. The server is polled instead, and the event's first state is not
 * published, since it would never change.
 */
export const toAccepted = ({ id }: EventWire): Accepted => typeof id === 'string' ? { upstream: { id, status: null } } : {}

/** The invoice cannot be read again here; until it is paid, the order may not be carried out. */
export function toBilled ({ id, status, leftToPay, currency }: InvoiceWire): Pick<Accepted, 'upstream' | 'note'> {
  const due = leftToPay ?? 0
  const isUnpaid = due > 0 || (typeof status === 'string' && status.toLowerCase() !== 'paid')
  const rest = due > 0 ? ` (${due}${currency ? ` ${currency}` : ''} left)` : ''
  const note = `Invoice ${id ?? 'of an unknown number'} is not paid${rest}: the provider may do nothing until it is.`
  return {
    ...(typeof id === 'string' ? { upstream: { id, status: status ?? null } } : {}),
    ...(isUnpaid ? { note } : {})
  }
}
