import type { z } from 'zod'
import type { HttpRequest, HttpResponse } from '../upstream/http.ts'
import type { AdapterVerbs } from './verbs.ts'

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
interface Exchange<T> {
  readonly name: string
  build(token: Token | null): HttpRequest
  read(response: HttpResponse): T
}

export interface ReadCall<T> extends Exchange<T> {
  readonly intent: 'read'
}

/** `assumed` stands for the answer in a dry run, where writes are built and not sent: what later calls need of it, in words like `{id}`. */
export interface WriteCall<T> extends Exchange<T> {
  readonly intent: 'write'
  readonly assumed: T
}

export type UpstreamCall<T> = ReadCall<T> | WriteCall<T>

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
  connect(account: Account, upstream: Upstream): AdapterVerbs
  /** Makes a token that lives until then, whether it is used or not. Absent where the vendor has none. */
  createToken?(account: Account, upstream: Upstream, expiresAt: Date): Promise<string>
}
