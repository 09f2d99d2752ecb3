import type { z } from 'zod'
import type { Compare } from '../domain/compare.js'
import type { Evidence } from '../domain/capability.js'
import type { Seen, ServerFilters } from '../domain/list.js'
import type { OperationStatus, Verdict } from '../domain/operation.js'
import type { ServerFacts } from '../domain/server.js'
import type { HttpRequest, HttpResponse } from '../upstream/http.js'

/** What a sign-in gave. `idleMs`: dies when unused for so long; every use renews it. Times in epoch milliseconds. */
export interface Token {
  readonly value: string
  readonly expiresAt: number | null
  readonly idleMs: number | null
  /** What else the sign-in told and later calls need, such as the endpoints of a catalogue. */
  readonly data: Readonly<Record<string, string>>
}

/**
 * One exchange with a provider. The gateway sends it, counts it, repeats it where section 9 of the contract lets it.
 * `name` is the vendor's function without ids, for logs. A `read` changes nothing, whatever its HTTP method.
 * `build` makes the request from the valid token (null where there is none). `read` turns the answer, of any status,
 * into a value or throws an UpstreamError: it runs once for each answer.
 */
export interface UpstreamCall<T> {
  readonly name: string
  readonly intent: 'read' | 'write'
  build(token: Token | null): HttpRequest
  read(response: HttpResponse): T
}

/** The way out, bound to one request of ours: its deadline, its id, its count of calls. */
export interface Upstream {
  send<T>(call: UpstreamCall<T>): Promise<T>
}

/** Signs in; `upstream.send` passes a null token here. Throws `authentication` when the provider refuses the credentials. */
export type SignIn = (upstream: Upstream) => Promise<Token>

/**
 * One provider's wire, told in our words. `Account` is what the operator configures for it.
 * Adapters are values; `connect` and `signIn` do no I/O of their own.
 */
export interface Adapter<Account> {
  readonly id: string
  readonly title: string
  /** The provider's own keys of an account in the configuration; strict. */
  readonly account: z.ZodType<Account>
  /** A complete, fictitious account: documentation and the list of capabilities are made of it. */
  readonly example: Account
  /** Names of members that hold secrets in this vendor's objects, beyond the usual ones. */
  readonly secretMembers: readonly string[]
  /** How to sign in with this account, or null where its credentials are sent as they are. */
  signIn(account: Account): SignIn | null
  connect(account: Account, upstream: Upstream): ServerOperations
}

/** What every verb tells beside its function; the published capabilities are made of it. */
export interface Verb {
  readonly evidence: Evidence
  readonly support?: 'native' | 'emulated'
  readonly accepts?: readonly string[]
  readonly note?: string
}

/** An operation that a provider does not have is absent; the gateway then refuses before any call is made. */
export interface ServerOperations {
  readonly list: List
  readonly get: Get
  readonly start?: Action
  readonly stop?: Action
  readonly reboot?: Action
  /** Reads the provider's jobs. Absent where it has none. */
  readonly jobs?: (jobs: readonly Job[]) => Promise<readonly JobState[]>
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
  complete?(seen: Seen): Promise<Seen>
}

export interface ActionOptions {
  /** Power off or reset instead of asking the guest. Only given where `accepts` has `force`. */
  readonly force?: boolean
}

/** How an accepted action is followed: by the vendor's jobs where there are any, else by looking at the server. */
export interface Accepted {
  readonly jobs?: readonly Job[]
  /** The vendor's own id for the work when it can not be read back (an event). */
  readonly upstream?: { readonly id: string, readonly status: string | null }
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

/**
 * One action on one server. `run` resolves when the vendor has accepted. A missing server is `not-found`, a wrong state
 * `conflict`; where the vendor accepts an action on a server that is already there, so do we.
 * `judge` replaces the common judgement of what is seen afterwards (null: the server is gone).
 */
export interface Action extends Verb {
  run(id: string, options: ActionOptions): Promise<Accepted>
  judge?(server: ServerFacts | null): Verdict
}
