import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import { powerOf, powers, type Address, type Power, type Reference, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { serverWire, type ServerWire } from './schema.ts'
import { actionsOf, busy, isFailureWord, sideFailures, statuses, updating } from './mapping-statuses.ts'

export const seenServer: z.ZodType<Seen> = seenWire(serverWire, toServer)

/** A server in the recycle bin is `deleted`, whatever its status; no other server is. Rescue has no status of its own. */
export function toStatus (wire: ServerWire): ServerStatus {
  if (wire.pending_deleted === true) return 'deleted'
  const status = statusOfWord(wire)
  return status === 'running' && wire.rescue_mode === true ? 'rescue' : status
}

function statusOfWord ({ status, power_states: power }: ServerWire): ServerStatus {
  const word = status ?? ''
  const byPower = power === 'on' ? 'running' : power === 'off' ? 'stopped' : null
  if (updating.has(word)) return byPower ?? 'unknown'
  if (sideFailures.has(word)) return byPower ?? 'error'
  return statuses.get(word) ?? (isFailureWord(word) ? 'error' : 'unknown')
}

function toServer (wire: ServerWire): ServerFacts {
  const status = toStatus(wire)
  const word = wire.status ?? ''
  const isAtWork = updating.has(word) || busy.has(status)
  const isLocked = isAtWork || wire.freezed === true
  return {
    id: wire.id,
    name: wire.name ?? '',
    status,
    power: toPower(wire, status),
    task: isAtWork || word === 'block_stream' ? word : null,
    provider_status: wire.status ?? null,
    cpus: wire.vcpu_count ?? null,
    memory_mib: wire.vmem_size ?? null,
    disk_gib: toDisk(wire),
    addresses: toAddresses(wire),
    image: toImage(wire),
    plan: toReference(wire.instance_type, wire.instance_type),
    region: toReference(wire.cloudregion_id ?? wire.region_id, wire.cloudregion ?? wire.region),
    owner: toReference(wire.tenant_id ?? wire.project_id, wire.tenant ?? wire.project),
    created_at: toUtc(wire.created_at),
    tags: toTags(wire),
    locked: isLocked,
    protected: wire.disable_delete ?? null,
    allowed_actions: isLocked ? [] : toActions(wire, status)
  }
}

/** The vendor's `unknown` is a value; older releases do not have the key. */
function toPower (wire: ServerWire, status: ServerStatus): Power {
  return powers.find(power => power === wire.power_states) ?? powerOf(status)
}

function toActions (wire: ServerWire, status: ServerStatus): ServerAction[] {
  const possible = actionsOf(status, wire.status ?? '', toPower(wire, status))
  const mayDelete = wire.disable_delete !== true && wire.can_delete !== false
  const mayUpdate = wire.can_update !== false
  return possible.filter(action => action === 'delete' ? mayDelete : action === 'rename' ? mayUpdate : true)
}

const toReference = (id: string | null | undefined, name: string | null | undefined): Reference | null =>
  id === null || id === undefined || id === '' ? null : { id, name: name === '' ? null : name ?? null }

/** In MiB. The vendor's sum is 0 until it is computed, even if the disks already exist. */
function toDisk (wire: ServerWire): number | null {
  if (typeof wire.disk === 'number' && wire.disk > 0) return wire.disk / 1024
  const sizes = (wire.disks_info ?? []).flatMap(({ size }) => size ?? [])
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0) / 1024
}

/** From the system disk, which has the lowest index; the disks come in any order. */
function toImage (wire: ServerWire): Reference | null {
  const order = (index: number | null | undefined): number => index ?? Number.MAX_SAFE_INTEGER
  const [system] = [...wire.disks_info ?? []].sort((a, b) => order(a.index) - order(b.index))
  return toReference(system?.image_id, system?.image)
}

/** The elastic address, which is in no other key, comes first. `ips` is used only if the network cards are missing. */
function toAddresses (wire: ServerWire): Address[] {
  const prefixes = toPrefixes(wire.networks ?? '')
  const plain = (text: string | null | undefined, facts: Partial<Pick<Address, 'scope'>> = {}): Address | null =>
    addressOf(text, { prefix_length: prefixes.get(text ?? '') ?? null, ...facts })
  const cards = (wire.nics ?? []).flatMap(({ ip_addr: v4, ip6_addr: v6, is_exit: isExit }) =>
    // `is_exit`: whether the IPv4 network is routed to the outside.
    [plain(v4, typeof isExit === 'boolean' ? { scope: isExit ? 'public' : 'private' } : {}), plain(v6)])
  const fixed = cards.some(address => address !== null) ? cards : (wire.ips ?? '').split(',').map(text => plain(text.trim()))
  const all = [addressOf(wire.eip, { scope: 'public' }), ...fixed].filter(address => address !== null)
  return all
    .filter(({ address }, index) => all.findIndex(other => other.address === address) === index)
    .map((address, index) => ({ ...address, primary: index === 0 }))
}

/** `eth0:10.77.0.193/24/<mac>/…`, one line for each card; only in a single record, not in lists. */
const toPrefixes = (networks: string): ReadonlyMap<string, number> =>
  new Map([...networks.matchAll(/^[^:\n]*:([^/\n]+)\/(\d{1,3})\//gm)].map(([, address = '', prefix]) => [address, Number(prefix)]))

/** Only the keys that a user has set; the others are the system's. */
const toTags = (wire: ServerWire): string[] =>
  Object.entries(wire.metadata ?? {}).flatMap(([key, value]) =>
    key.startsWith('user:') && typeof value === 'string' ? [`${key.slice('user:'.length)}=${value}`] : [])
