import { powerOf, type Address, type Reference, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc as zonedToUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenInPlace } from '../kit/seen.ts'
import { toHostWire, type HostWire } from './schema.ts'

/** Vendor state to ours. The states of deletion, migration and reinstallation are not documented. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['creating', 'provisioning'],
  ['active', 'running'],
  ['stopped', 'stopped'],
  ['crashed', 'error']
])

/** The actions allowed in each state; a state that is not listed allows none. */
const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete']],
  ['rescue', ['stop', 'reboot', 'rename', 'unrescue', 'console', 'delete']],
  ['error', ['start', 'stop', 'reboot', 'rename', 'rebuild', 'rescue', 'console', 'delete']],
  ['unknown', ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete']]
])

function toStatus (wire: HostWire): ServerStatus {
  const status = statuses.get(wire.state ?? '') ?? 'unknown'
  return status === 'running' && wire.rescue_mode === true ? 'rescue' : status
}

function toServer (wire: HostWire): ServerFacts {
  const status = toStatus(wire)
  return {
    id: String(wire.id),
    name: wire.name ?? '',
    status,
    power: powerOf(status),
    task: null,
    provider_status: wire.state ?? null,
    cpus: wire.cpu_number ?? null,
    memory_mib: wire.ram_mib ?? null,
    disk_gib: typeof wire.disk?.disk_mib === 'number' ? wire.disk.disk_mib / 1024 : null,
    addresses: toAddresses(wire),
    image: toImage(wire),
    plan: null,
    region: toReference(wire.cluster, wire.cluster?.name),
    owner: toReference(wire.account, wire.account?.email),
    created_at: toUtc(wire.create_date),
    tags: wire.tags ?? [],
    // `disabled` is an administrator's lock; the row does not show work under way.
    locked: wire.disabled === true,
    protected: wire.is_protected ?? null,
    allowed_actions: toActions(wire, status)
  }
}

/** A row of the list is the server with all linked objects. */
export const seenHost = seenInPlace(toHostWire, toServer)

const toActions = (wire: HostWire, status: ServerStatus): ServerAction[] =>
  (actions.get(status) ?? []).filter(action => action !== 'delete' || wire.is_protected !== true)

const toReference = (wire: { id: number | string } | null | undefined, name: string | null | undefined): Reference | null =>
  wire === null || wire === undefined ? null : { id: String(wire.id), name: name ?? null }

/** Older rows have only a name. */
function toImage ({ os, os_name: name }: HostWire): Reference | null {
  if (os !== null && os !== undefined) return { id: String(os.id), name: name ?? os.name ?? null }
  return (name ?? '') === '' ? null : { id: null, name: name ?? null }
}

const primary = { primary: true }

/** The first IPv4 address is primary. */
function toAddresses ({ ip4, ip6 }: HostWire): Address[] {
  const found: Address[] = []
  for (const row of ip4 ?? []) {
    const address = addressOf(row?.ip, row === ip4?.[0] ? primary : undefined)
    if (address !== null) found.push(address)
  }
  for (const row of ip6 ?? []) {
    const address = addressOf(row?.ip)
    if (address !== null) found.push(address)
  }
  return found
}

/** Times are `2026-01-15 10:20:30` without a zone and are read as UTC, never in the gateway's zone. */
export function toUtc (text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  if (dayAndTime.test(text)) return zonedToUtc(`${text.slice(0, 10)}T${text.slice(11)}Z`)
  return zonedToUtc(day.test(text) ? `${text}T00:00:00Z` : text)
}

const dayAndTime = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/
const day = /^\d{4}-\d\d-\d\d$/
