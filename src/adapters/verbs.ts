import type { z } from 'zod'
import type { Evidence } from '../domain/capability.ts'
import type {
  AddressRow, ConsoleLink, Image, LoginLink, Network, Owner, Plan, Ptr, Region, Snapshot, SshKey
} from '../domain/catalogue.ts'
import type { Compare } from '../domain/compare.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { Goal, OperationStatus } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'
import type { CreateSpec, OwnerSpec, RebuildSpec, ResizeSpec } from '../domain/spec.ts'

/**
 * What every verb tells beside its function; the published capabilities are made of it. `accepts` names the optional members
 * (or query parameters) that are honoured: the gateway refuses the others before anything is sent.
 */
export interface Verb {
  readonly evidence: Evidence
  readonly support?: 'native' | 'emulated'
  readonly accepts?: readonly string[]
  readonly note?: string
  /** How long an operation of it may take, where that is more than the usual ten minutes (30 for create and rebuild). */
  readonly deadlineMs?: number
}

/** A verb that is answered at once. A missing server is `not-found`, a wrong state `conflict`. */
export interface Ask<Input, Output> extends Verb {
  run(input: Input): Promise<Output>
}

/**
 * A verb whose work goes on after the vendor has accepted; `run` resolves with how to follow it. A missing server is `not-found`,
 * a wrong state `conflict`; where the vendor accepts an action on a server that is already there, so do we.
 * Nothing is sent before everything that can be checked here is checked: a bad member of the caller's request is `badMember('body.x', …)`.
 */
export type Act<Input> = Ask<Input, Accepted>

interface OnServer {
  readonly id: string
}

/** The gateway has just looked at the server: `seen.raw` is the vendor's object, as `get` gave it. */
interface OnSeenServer {
  readonly seen: Seen
}

/**
 * Everything that a provider may have, named as in the published capabilities. What it does not have is absent; the
 * gateway then refuses before any call is made.
 */
export interface AdapterVerbs {
  readonly list: List
  readonly get: Get
  readonly create?: Create
  readonly delete?: Act<OnSeenServer & { readonly recycle?: boolean | undefined, readonly keep_addresses?: boolean | undefined }>
  readonly start?: Act<OnServer>
  /** `force`: power off or reset instead of asking the guest. Only given where `accepts` has it. */
  readonly stop?: Act<OnServer & { readonly force?: boolean | undefined }>
  readonly reboot?: Act<OnServer & { readonly force?: boolean | undefined }>
  /** Either `plan` or sizes, never a disk that is smaller than the one there is. */
  readonly resize?: Act<OnSeenServer & ResizeSpec>
  readonly rename?: Act<OnServer & { readonly name: string }>
  readonly protect?: Act<OnServer & { readonly protected: boolean }>
  readonly rebuild?: Act<OnSeenServer & RebuildSpec>
  readonly rescue?: Act<OnServer>
  readonly unrescue?: Act<OnServer>
  /** Without a password, only where `accepts` lacks `password`, the vendor makes one and `Accepted.password` tells it. */
  readonly password?: Act<OnServer & { readonly password?: string | undefined }>
  readonly console?: Ask<OnServer, ConsoleLink>
  readonly 'snapshots.list'?: Ask<OnServer, readonly Snapshot[]>
  readonly 'snapshots.create'?: Act<OnServer & { readonly name: string }>
  readonly 'snapshots.restore'?: Act<OnServer & { readonly snapshot: string }>
  readonly 'snapshots.delete'?: Act<OnServer & { readonly snapshot: string }>
  readonly 'addresses.list'?: AddressList
  /** Each is an address or the vendor's id of one. */
  readonly 'addresses.attach'?: Act<OnServer & { readonly addresses: readonly string[] }>
  /** An address that the server does not have is `not-found`. */
  readonly 'addresses.detach'?: Act<OnServer & { readonly address: string }>
  readonly ptr?: Ask<Ptr, Ptr>
  readonly images?: Catalogue<Image>
  readonly plans?: Catalogue<Plan>
  readonly regions?: Catalogue<Region>
  readonly ssh_keys?: Catalogue<SshKey>
  readonly networks?: Catalogue<Network>
  readonly 'owners.list'?: OwnerList
  readonly 'owners.create'?: OwnerCreate
  readonly login_link?: Ask<{ readonly owner: string }, LoginLink>
  readonly raw?: Raw
  /** Reads the provider's jobs, all in as few calls as it takes. Absent where it has none. */
  readonly jobs?: (jobs: readonly Job[]) => Promise<readonly JobState[]>
  /** The later steps of verbs that take several, by the names that `Accepted.next` uses. */
  readonly steps?: Readonly<Record<string, Step>>
}

/**
 * Reads one server with everything that is known of it. Throws `not-found` when it is missing, and also when the
 * vendor only keeps a remembrance of it (a recycle bin).
 */
export interface Get extends Verb {
  run(id: string): Promise<Seen>
}

export interface VendorPage {
  readonly rows: readonly Seen[]
  /** The offset at which these rows begin; 0 for vendors that do not page by offset. */
  readonly start: number
  /** True when the vendor says, or the count shows, that nothing comes after. */
  readonly last: boolean
  /** The number of rows that match what was sent upstream, where the vendor tells it. */
  readonly total: number | null
  /** The vendor's pages lie edge to edge and can not overlap. Such a page may begin right behind the row at `offset`. */
  readonly aligned?: boolean
}

/** Where to begin: `offset` for offset paging, `after` (an id, exclusive) for key paging and as a hint for ordered lists. */
export interface PageRequest {
  readonly filters: ServerFilters
  readonly offset: number
  readonly after: string | null
  readonly limit: number
}

/**
 * Reads the vendor's list page by page; the gateway walks it. `paging`: `whole` gives all at once; `offset` may begin
 * earlier than asked (`start` says where), never later; `key` gives the rows after an id.
 * `filters` are a hint: rows that match must not be missing, others may be there.
 * `ordered`: rows come in ascending order of `compareIds`, and `after` is honoured or, at worst, ignored.
 * `complete` looks closer at one row, where the list lacks something (`lacks`); it throws `not-found` for a row that is gone.
 */
export interface List extends Verb {
  readonly paging: 'whole' | 'offset' | 'key'
  readonly pageSize: number
  readonly ordered: boolean
  readonly compareIds: Compare<string>
  run(page: PageRequest): Promise<VendorPage>
  hydrate?(seen: Seen): Promise<Seen>
}

/**
 * Buys a server. `requires` names members of `accepts` that must be there; `options` is strict, and its members are published too.
 * The gateway has checked members, sizes (either a plan, or cpus, memory_mib and disk_gib) and options against this, so `run` need not.
 * `isLike` tells whether a row of the list may be what this order made, by what such a row shows (default: the same name);
 * it finds the server after an answer without an id, or no answer at all.
 */
export interface Create extends Act<CreateSpec> {
  readonly accepts: readonly string[]
  readonly requires: readonly string[]
  readonly options: z.ZodType
  /** A body that the simulated provider would take; for the documentation. */
  readonly example: CreateSpec
  isLike?(spec: CreateSpec, server: ServerFacts): boolean
}

/** How an accepted action is followed: by the vendor's jobs where there are any, else by what the server shows. */
export interface Accepted {
  /** The new server's id, where the answer to a create tells it. */
  readonly serverId?: string
  readonly jobs?: readonly Job[]
  /** Instead of the verb's usual goal. */
  readonly goal?: Goal
  /** The vendor has finished before it answered: there is nothing to follow. */
  readonly done?: boolean
  /** What is still to be sent, once the server is ready for it. */
  readonly next?: NextStep
  /** The answer shows the vendor's lock or task on the server: the work has begun, and a reboot needs no other transition. */
  readonly begun?: boolean
  /** The vendor's own id for the work when it can not be read back (an event, an invoice). */
  readonly upstream?: { readonly id: string, readonly status: string | null }
  /** For the operation's reader. */
  readonly note?: string
  /** A password that the vendor made: in the first answer only, never kept. Of a create, rebuild or rescue it stands beside the operation. */
  readonly password?: string
}

/** `input` is all that the step will know beside the server's id: it must do after a restart. It is kept encrypted. */
export interface NextStep {
  readonly name: string
  readonly input: Readonly<Record<string, string | number | boolean | null>>
}

/** A step is sent at most once; a `conflict` counts as not sent, and is tried again at the next look. */
export interface Step {
  isDue(server: ServerFacts): boolean
  run(id: string, input: NextStep['input']): Promise<Accepted>
}

export interface Job {
  readonly id: string
  readonly name: string
}

export interface JobState extends Job {
  readonly status: OperationStatus
  /** The vendor's word for the state. */
  readonly vendorStatus: string | null
  /** Why it failed, where the vendor says. */
  readonly error: string | null
}

/** Everything of one kind, all vendor pages. `accepts` are query parameters of ours that narrow it, `requires` those that the vendor demands. */
export interface Catalogue<Row> extends Verb {
  readonly requires?: readonly string[]
  run(query: CatalogueQuery): Promise<readonly Row[]>
}

/** The parameters that a catalogue may take: `region`, `instance_type`. */
export type CatalogueQuery = Readonly<Record<string, string>>

export interface AddressList extends Verb {
  /** The addresses of one server. */
  run(id: string): Promise<readonly AddressRow[]>
  /** The addresses of the account, attached or not. */
  all(): Promise<readonly AddressRow[]>
}

export interface OwnerList extends Verb {
  run(): Promise<readonly Owner[]>
  /** A missing one is `not-found` with `member: 'path.owner'`. */
  get(id: string): Promise<Owner>
}

export interface OwnerCreate extends Ask<OwnerSpec, Owner> {
  readonly accepts: readonly string[]
  readonly requires: readonly string[]
  readonly options: z.ZodType
  readonly example: OwnerSpec
}

/** A call that the caller words himself, below the API's base. `path` begins with a slash and has no dot segments. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly body: unknown
}

/** The vendor's answer, whatever its status; XML as the same tree in JSON. */
export interface RawAnswer {
  readonly status: number
  readonly body: unknown
}

export interface Raw extends Ask<RawRequest, RawAnswer> {
  /** Paths that sign in or give out credentials: never passed on. */
  isForbidden(path: string): boolean
}
