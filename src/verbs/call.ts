import type { Destruction } from '../access/guards.ts'
import type { Verb } from '../adapters/verb-facts.ts'
import type { Accepted, AdapterVerbs } from '../adapters/verbs.ts'
import type { Seen } from '../domain/list.ts'
import type { Goal } from '../domain/operation.ts'
import type { Server } from '../domain/server.ts'
import type { CreateSpec } from '../domain/spec.ts'

/** The call that a request results in. */
export type Prepared = Command | ValueCall | PageCall

/** One call of a verb, independent of the account's provider. */
export interface VerbCall<T> {
  /** The name in operations, capabilities and problems. */
  readonly action: string
  /** The server of the path, if there is one. */
  readonly serverId: string | null
  readonly writes: boolean
  /** The optional members of the body, by path: a provider that does not accept one of them refuses the call. */
  readonly optionalMembers: Readonly<Record<string, unknown>>
  /** Query parameters that not every provider has, unparsed: a provider that does not declare one of them refuses the call. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly destroys?: Destruction | undefined
  /** The action that `guard.max_deletes_per_hour` and `guard.max_creates_per_hour` take it for; absent: its own. */
  readonly countsAs?: string
  /** The adapter's verb with the arguments of this call. Throws what `permit` refuses, and members that this provider cannot take. */
  bind(verbs: AdapterVerbs, permit: Permit): BoundVerb<T>
}

/** Refuses what the account or the provider does not allow; returns the verb with the query parameters that it declares, parsed. */
export type Permit = <V extends Verb>(verb: V | undefined) => { readonly verb: V, readonly parameters: Readonly<Record<string, unknown>> }

export interface BoundVerb<T> {
  readonly verb: Verb
  /** The server as it will be shown when the work is done, if that depends on the request, the provider or the server's state. */
  goal?(seen: Seen | null): Goal | null
  /** Throws if the preflight rules the call out. */
  inspect?(seen: Seen): void
  /** For a create: how its server is found if the answer has no id. */
  readonly spec?: CreateSpec
  /** What the account will cost: `guard.max_monthly_price` applies. */
  readonly buys?: Purchase
  /** `mark` is unique to the call: the id of its operation. */
  run(seen: Seen | null, mark: string): Promise<T>
}

/** A plan for a new server, or for one that is resized; without a plan its price is not known. */
export interface Purchase {
  readonly plan?: string | undefined
  readonly region?: string | undefined
}

/** A write that is followed as an operation. */
export interface Command extends VerbCall<Accepted> {
  readonly answers: 'operation'
  /** The server is read first and passed to `run`. */
  readonly preflight: boolean
  /** The server as it will be shown when the work is done, unless the bound verb has a goal; null: done when the provider accepts. */
  readonly goal: Goal | null
  /** The response is the server, as soon as it shows the change. */
  readonly isShown: ((server: Server) => boolean) | null
}

/** A call that ends with its answer: a query, or a write that the provider completes before it answers. */
export interface DirectCall<T> extends VerbCall<T> {
  /** A write that may safely be repeated. */
  readonly isIdempotent?: true | undefined
}

export interface ValueCall<T = unknown> extends DirectCall<T> {
  readonly answers: 'value'
}

export interface PageCall extends DirectCall<readonly KeyedRow[]> {
  readonly answers: 'page'
  readonly page: { readonly limit: number, readonly cursor: string | null }
}

/** A row of a list with its unique key. */
export interface KeyedRow {
  readonly key: string
  readonly row: unknown
}
