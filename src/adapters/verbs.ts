import type { z } from 'zod'
import type { AddressRow, ConsoleLink, Image, LoginLink, Network, Owner, Plan, Ptr, Region, Snapshot, SshKey } from '../domain/catalog.ts'
import type { Compare } from '../domain/compare.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { Goal, OperationStatus } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'
import type { CreateSpec, OwnerSpec, RebuildSpec, ResizeSpec } from '../domain/spec.ts'
import type { Verb } from './verb-facts.ts'

/** A verb with its function. A missing server is `not-found`, a wrong state `conflict`. */
export interface AdapterVerb<Input, Output> extends Verb {
  run(input: Input): Promise<Output>
}

/**
 * A write whose work continues after the vendor has accepted it; `run` resolves with how to follow it. If the vendor accepts an action on
 * a server that is already in the target state, so do we.
 * All local checks run before the first call: a bad member of the caller's request is `badMember('body.x', …)`.
 */
export type Command<Input> = AdapterVerb<Input, Accepted>

interface OnServer {
  readonly id: string
}

/** Needs a preflight: the gateway has read the server, and `seen.raw` is the vendor's object as `get` returned it. */
export interface OnSeenServer {
  readonly seen: Seen
}

/** All verbs, named as in the published capabilities. One that the provider lacks is absent, and refused before any call is made. */
export interface AdapterVerbs {
  readonly list: List
  readonly get: Get
  readonly create?: Create
  readonly delete?: Command<OnSeenServer>
  readonly start?: Command<OnServer>
  /** `force`: power off or reset instead of asking the guest. Only given if `accepts` has it. */
  readonly stop?: Command<OnServer & { readonly force?: boolean | undefined }>
  readonly reboot?: Command<OnServer & { readonly force?: boolean | undefined }>
  /** Either `plan` or sizes, never a disk smaller than the present one. */
  readonly resize?: Command<OnSeenServer & ResizeSpec>
  readonly rename?: Command<OnServer & { readonly name: string }>
  readonly protect?: Command<OnServer & { readonly protected: boolean }>
  readonly rebuild?: Command<OnSeenServer & RebuildSpec>
  readonly rescue?: Command<OnServer>
  readonly unrescue?: Command<OnServer>
  /** If `accepts` lacks `password`, the vendor generates one, which `Accepted.password` returns. */
  readonly password?: Command<OnServer & { readonly password?: string | undefined }>
  readonly console?: AdapterVerb<OnServer, ConsoleLink>
  readonly 'snapshots.list'?: AdapterVerb<OnServer, readonly Snapshot[]>
  readonly 'snapshots.create'?: Command<OnServer & { readonly name: string }>
  readonly 'snapshots.restore'?: Command<OnServer & { readonly snapshot: string }>
  readonly 'snapshots.delete'?: Command<OnServer & { readonly snapshot: string }>
  readonly 'addresses.list'?: AddressList
  /** Each entry is an address or the vendor's id of one. */
  readonly 'addresses.attach'?: Command<OnServer & { readonly addresses: readonly string[] }>
  /** An address that the server does not have is `not-found`. */
  readonly 'addresses.detach'?: Command<OnServer & { readonly address: string }>
  readonly ptr?: AdapterVerb<Ptr, Ptr>
  readonly images?: Catalog<Image>
  readonly plans?: Catalog<Plan>
  readonly regions?: Catalog<Region>
  readonly ssh_keys?: Catalog<SshKey>
  readonly networks?: Catalog<Network>
  readonly 'owners.list'?: OwnerList
  readonly 'owners.create'?: OwnerCreate
  readonly login_link?: AdapterVerb<{ readonly owner: string }, LoginLink>
  readonly raw?: Raw
  /** Reads the given provider jobs in as few calls as possible. Absent if the provider has no jobs. */
  readonly jobs?: (jobs: readonly Job[]) => Promise<readonly JobState[]>
  /**
   * Instead of `jobs`, where a log alone is no success: the server is polled, and the log is read while it shows no work under way. A
   * failed entry fails the operation; if all have succeeded, a former state counts as reached anew. What cannot be read is `running`.
   */
  readonly actionLog?: (jobs: readonly Job[]) => Promise<readonly JobState[]>
  /** The later steps of multi-step verbs, by the names that `Accepted.next` uses. */
  readonly steps?: Readonly<Record<string, Step>>
}

/** The verbs without `undefined`, for the parts of an adapter. */
export type AllVerbs = Required<AdapterVerbs>

/** Reads one server in full. Throws `not-found` when it is missing, and also when it only remains in the vendor's recycle bin. */
export type Get = AdapterVerb<string, Seen>

export interface VendorPage {
  readonly rows: readonly Seen[]
  /** The offset at which these rows begin; 0 for vendors that do not page by offset. */
  readonly start: number
  /** True when the vendor says, or the count shows, that no rows follow. */
  readonly last: boolean
  /** The number of rows that match the filters sent upstream; null if the vendor does not return it. */
  readonly total: number | null
  /** The vendor's pages are adjacent and cannot overlap. Such a page may begin right after the row at `offset`. */
  readonly aligned?: boolean
}

/** Where to begin: `offset` for offset paging, `after` (an id, exclusive) for key paging and as a hint for ordered lists. */
export interface PageRequest {
  readonly filters: ServerFilters
  readonly offset: number
  readonly after: string | null
  /** The rows before `after`, nearest first, for a vendor that no longer knows `after`: rows may come again. */
  readonly earlier?: readonly string[]
  readonly limit: number
}

/**
 * Reads the vendor's list page by page; the gateway walks it. `paging`: `whole` returns all rows at once; `offset` may begin
 * earlier than requested (`start` says where), never later; `key` returns the rows after an id, in any order.
 * `filters` are a hint: rows that match must not be missing, other rows may be present.
 * `ordered`: rows come in ascending order of `compareIds`, and `after` is respected or, at worst, ignored.
 * `hydrate` reads the facts of one row that the list does not have (`missing`); it throws `not-found` for a row that is gone.
 */
export interface List extends AdapterVerb<PageRequest, VendorPage> {
  readonly paging: 'whole' | 'offset' | 'key'
  readonly pageSize: number
  readonly ordered: boolean
  readonly compareIds: Compare<string>
  hydrate?(seen: Seen): Promise<Seen>
}

/** A request whose `options` are what the verb's schema returned for them. */
export type WithOptions<Spec, Options> = Omit<Spec, 'options'> & { readonly options: Options }

/**
 * Buys a server. `requires` names the mandatory members of `accepts`; `options` is strict, and its members are published too.
 * The gateway has checked members, sizes (either a plan, or cpus, memory_mib and disk_gib) and options against this, so `run` need not:
 * it gets the parsed options. `isLike` returns whether a row of the list may be the created server (default: it has the same name); it
 * finds the server after an answer without an id, or after no answer at all.
 */
export interface Create<Options = Readonly<Record<string, unknown>>> extends Verb {
  readonly accepts: readonly string[]
  readonly requires: readonly string[]
  readonly options: z.ZodType<Options>
  /** A body that the simulated provider accepts; for the documentation. */
  readonly example: CreateSpec
  /** Names are unique at the vendor and kept as ordered: the list is searched by the name. */
  readonly isNameUnique?: true
  /** `mark`: a name for this one order, of letters, digits and `_`; for vendors that keep it with the server. */
  run(spec: WithOptions<CreateSpec, Options>, mark: string): Promise<Accepted>
  isLike?(spec: CreateSpec, server: ServerFacts): boolean
  /** Whether a row carries the mark; nothing else about it counts then. */
  isMarked?(seen: Seen, mark: string): boolean
}

/** How an accepted action is followed: by the vendor's jobs if there are any, else by the server's state; with `goal.shown` by both. */
export interface Accepted {
  /** The new server's id, if the answer to a create has it. */
  readonly serverId?: string
  readonly jobs?: readonly Job[]
  /** Replaces the verb's default goal. */
  readonly goal?: Goal
  /** The vendor finished the work before it answered; there is nothing to follow. */
  readonly done?: boolean
  /** The step to send once the server is ready for it. */
  readonly next?: NextStep
  /** The answer shows the vendor's lock or task on the server: the work has begun, and a reboot needs no other transition. */
  readonly begun?: boolean
  /** The vendor's own id of the work, if it cannot be read back (an event, an invoice). */
  readonly upstream?: { readonly id: string, readonly status: string | null }
  /** Published in the operation. */
  readonly note?: string
  /** A generated password: in the first answer only, never stored. Create, rebuild and rescue return it beside the operation. */
  readonly password?: string
}

/** `input` is all that the step gets beside the server's id; it must suffice after a restart. It is stored encrypted. */
export interface NextStep {
  readonly name: string
  readonly input: Readonly<Record<string, string | number | boolean | null>>
}

/** A step is sent at most once; a `conflict` counts as not sent and is tried again at the next poll. */
export interface Step {
  isDue(server: ServerFacts, input: NextStep['input']): boolean
  run(id: string, input: NextStep['input']): Promise<Accepted>
}

export interface Job {
  readonly id: string
  readonly name: string
}

/** `unknown`: the vendor no longer has the job, so the server decides. */
export interface JobState extends Job {
  readonly status: OperationStatus
  /** The vendor's word for the state. */
  readonly vendorStatus: string | null
  /** Why it failed; null if the vendor gives no reason. */
  readonly error: string | null
}

/** All rows of one kind, from all vendor pages. `Parameters`: the values of its `parameters`, which narrow it. */
export type Catalog<Row, Parameters = unknown> = AdapterVerb<Parameters, readonly Row[]>

/** The addresses of one server. `cost` is that of the more expensive of the two. */
interface AddressList extends AdapterVerb<string, readonly AddressRow[]> {
  /** The addresses of the account, attached or not. */
  all(): Promise<readonly AddressRow[]>
}

interface OwnerList extends AdapterVerb<void, readonly Owner[]> {
  /** A missing owner is `not-found` with `member: 'path.owner'`. */
  get(id: string): Promise<Owner>
}

export interface OwnerCreate<Options = Readonly<Record<string, unknown>>> extends Verb {
  readonly accepts: readonly string[]
  readonly requires: readonly string[]
  readonly options: z.ZodType<Options>
  readonly example: OwnerSpec
  run(spec: WithOptions<OwnerSpec, Options>): Promise<Owner>
}

/** A provider call that the caller composes, relative to the API's base. `path` begins with a slash and has no dot segments. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly body: unknown
}

/** The vendor's answer of any status; XML is converted to the same tree in JSON. */
export interface RawAnswer {
  readonly status: number
  readonly body: unknown
}

export interface Raw extends AdapterVerb<RawRequest, RawAnswer> {
  /** Whether the path signs in or returns credentials; such calls are never forwarded. */
  isForbidden(path: string): boolean
}
