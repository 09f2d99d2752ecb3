import { z } from 'zod'
import type { Accepted } from '../verbs.ts'
import type { FilterName, Seen } from '../../domain/list.ts'
import { powerOf, type Reference, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { addressOf } from '../kit/addresses.ts'
import { refusal } from '../kit/ids.ts'
import { seenWire } from '../kit/seen.ts'
import { maybe } from '../kit/wire.ts'
import { serverWire, type ServerWire } from './schema.ts'

/** The values of `status` and of the older `state` that show the power; see also `busyWords`. */
export const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['running', 'running'],
  ['ready', 'stopped'],
  ['stopped', 'stopped']
])

/** The values that hide the power during a change. */
const busyWords: ReadonlySet<string> = new Set(['updating', 'locked'])

/** The actions allowed in each state; a state that is not listed allows none. */
export const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'delete']],
  ['unknown', ['start', 'stop', 'reboot', 'resize', 'rename', 'console', 'delete']]
])

/** The vendor's feature flags; an action needs one of those listed. */
const features: ReadonlyMap<ServerAction, readonly string[]> = new Map<ServerAction, readonly string[]>([
  ['start', ['start']],
  ['stop', ['stopsoft', 'stophard']],
  ['reboot', ['reboot']],
  ['resize', ['editcpucores', 'editmemorysize', 'editdisksize']],
  ['console', ['consolehtml', 'consolevnc']],
  ['delete', ['destroy']]
])

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true], ['1', true], ['yes', true], ['false', false], ['0', false], ['no', false]
])

const toFlag = (value: ServerWire['isrunning']): boolean | null => flags.get(String(value).trim().toLowerCase()) ?? null

/** XML writes null, and perhaps false, as an empty element: it counts as false only if a status is present. */
const toShownFlag = (wire: ServerWire, value: ServerWire['isrunning']): boolean | null =>
  value === '' && (wire.status ?? wire.state) !== null ? false : toFlag(value)

const isBusy = (word: string | null): boolean => word !== null && busyWords.has(word.toLowerCase())

/** The flags decide; without them `status`, then the older `state`. */
function toStatus (wire: ServerWire): ServerStatus {
  const isRunning = toShownFlag(wire, wire.isrunning)
  if (isRunning !== null) return isRunning ? 'running' : 'stopped'
  const word = [wire.status, wire.state].find(word => word !== null && !isBusy(word))
  return statuses.get(word?.toLowerCase() ?? '') ?? 'unknown'
}

/** The vendor's word for the work under way; `locked` if the lock has no word of its own. */
function toTask (wire: ServerWire): string | null {
  const isLocked = toShownFlag(wire, wire.islocked)
  if (isBusy(wire.status)) return wire.status
  if (isLocked === true) return 'locked'
  return isLocked === null && wire.status === null && isBusy(wire.state) ? wire.state : null
}

function toLocked (wire: ServerWire): boolean | null {
  if (toTask(wire) !== null) return true
  return toShownFlag(wire, wire.islocked) ?? ((wire.status ?? wire.state) === null ? null : false)
}

function toServer (wire: ServerWire): ServerFacts {
  const status = toStatus(wire)
  return {
    id: wire.serverid,
    name: wire.hostname ?? '',
    status,
    power: powerOf(status),
    task: toTask(wire),
    provider_status: wire.status ?? wire.state,
    cpus: wire.cpucores ?? null,
    memory_mib: wire.memorysize ?? null,
    disk_gib: toDisk(wire),
    // Has neither netmask nor gateway, nor which address is primary.
    addresses: (wire.iplist ?? []).map(ip => addressOf(ip?.ipaddress)).filter(address => address !== null),
    image: toImage(wire),
    plan: null,
    region: wire.datacenter === null ? null : { id: wire.datacenter, name: wire.datacenter },
    owner: typeof wire.projectkey === 'string' ? { id: wire.projectkey, name: null } : null,
    created_at: null,
    tags: [],
    locked: toLocked(wire),
    protected: null,
    allowed_actions: toActions(wire, status)
  }
}

/** A feature that is not listed counts as supported. */
const isUnsupported = ({ supportedfeatures }: ServerWire, feature: string): boolean => toFlag(supportedfeatures?.[feature]) === false

/** Throws, before any call, if the vendor says that this server does not support a feature. */
export function requireFeature ({ raw }: Seen, feature: string, member?: string): void {
  const wire = serverWire.safeParse(raw)
  if (!wire.success || !isUnsupported(wire.data, feature)) return
  throw refusal('unsupported', 'the provider says that this server does not support it', member)
}

/** A locked server, or one under managed hosting, refuses all changes. */
function toActions (wire: ServerWire, status: ServerStatus): ServerAction[] {
  if (toFlag(wire.managedhosting) === true) return []
  const isLocked = toLocked(wire) === true
  const isOffered = (action: ServerAction): boolean => features.get(action)?.every(feature => isUnsupported(wire, feature)) !== true
  return (actions.get(status) ?? []).filter(action => isOffered(action) && (!isLocked || action === 'console'))
}

/** The main and the additional disks, in GB, taken as GiB because the additional ones are counted in GiB. */
function toDisk ({ disksize, additionaldisks }: ServerWire): number | null {
  if (disksize === null || disksize === undefined) return null
  return (additionaldisks ?? []).reduce((sum, disk) => sum + (disk?.sizeingib ?? 0), disksize)
}

/** A create accepts the template's name as well as its id. */
function toImage ({ initialtemplate, templatename }: ServerWire): Reference | null {
  const id = initialtemplate?.id ?? null
  if (id !== null) return { id, name: initialtemplate?.name ?? templatename }
  return templatename === null ? null : { id: templatename, name: templatename }
}

/** There are no tasks, and the power in an action's answer is not reliable, but its lock is: the server is working on that action. */
export const acceptedPayload = z.object({ server: maybe(serverWire) })
  .transform(({ server }): Accepted => server !== null && server !== undefined && toTask(server) !== null ? { begun: true } : {})

export const seenServer: z.ZodType<Seen> = seenWire(serverWire, toServer)

export const detailsPayload = z.object({ server: seenServer })

/** The project of the credentials, if the server does not name its own. */
export const ownedBy = (project: string, seen: Seen): Seen =>
  seen.server.owner === null ? { ...seen, server: { ...seen.server, owner: { id: project, name: null } } } : seen

/** A row of a list: without power, and with as few as four fields. */
export const seenRow: z.ZodType<Seen> = seenServer.transform((seen): Seen => ({ ...seen, missing: missingOf(seen) }))

const addressesWire = z.object({ iplist: z.union([z.literal(''), z.array(z.unknown())]) })

function missingOf ({ server, raw }: Seen): FilterName[] {
  const hasName = server.name !== ''
  const hasAddresses = addressesWire.safeParse(raw).success
  return [
    'status',
    ...(hasName ? [] : ['name'] as const),
    ...(hasName && hasAddresses ? [] : ['q'] as const),
    ...(hasAddresses ? [] : ['ip'] as const),
    ...(server.region === null ? ['region'] as const : [])
  ]
}
