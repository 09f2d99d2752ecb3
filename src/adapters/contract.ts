import type { z } from 'zod'
import type { HttpRequest, HttpResponse } from '../upstream/http.ts'
import type { AdapterVerbs } from './verbs.ts'

/** The result of a sign-in. `idleMs`: the token expires after this time without use; each use renews it. Times in epoch milliseconds. */
export interface Token {
  readonly value: string
  readonly expiresAt: number | null
  readonly idleMs: number | null
  /** Other facts of the sign-in that later calls need, such as the endpoints of a catalog. */
  readonly data: Readonly<Record<string, string>>
}

/**
 * One exchange with a provider. The transport sends and counts it, and retries it where that is safe.
 * `name` is the vendor's endpoint without ids, for logs. A `read` changes nothing, whatever its HTTP method.
 * `build` makes the request from the valid token (null if there is none). `read` turns the answer, of any status,
 * into a value or throws an UpstreamError; it runs once for each answer. A promise is for answers that are too long to be read at once.
 */
interface Exchange<T> {
  readonly name: string
  build(token: Token | null): HttpRequest
  read(response: HttpResponse): T | Promise<T>
}

/** What makes the value of an answer: the same object wherever it makes the same of it. */
export type Reader<T> = z.ZodType<T> | ((payload: unknown, response: HttpResponse) => Promise<T>)

export interface ReadCall<T> extends Exchange<T> {
  readonly intent: 'read'
  /** Present if the value depends on this and the answer's body alone: an answer that repeats the last one is not read again. */
  readonly reader?: Reader<T>
}

/** `assumed` replaces the answer in a dry run, which builds writes but does not send them. Unknown values are placeholders like `{id}`. */
export interface WriteCall<T> extends Exchange<T> {
  readonly intent: 'write'
  readonly assumed: T
}

export type UpstreamCall<T> = ReadCall<T> | WriteCall<T>

/** Sends calls on behalf of one gateway request, with its deadline, request id and call count. */
export interface Upstream {
  send<T>(call: UpstreamCall<T>): Promise<T>
  /** The gateway's clock, in epoch milliseconds. */
  readonly now: () => number
}

/** Signs in; `upstream.send` passes a null token here. Throws `authentication` when the provider refuses the credentials. */
export type SignIn = (upstream: Upstream) => Promise<Token>

/** What an answer says is left of the provider's own rate limit. */
export interface Allowed {
  readonly remaining: number
  /** Milliseconds until one is allowed again, where none remains. */
  readonly nextMs: number
}

/**
 * Translates one provider's API into the domain. `Account` is the configuration of one credential.
 * Adapters are values; `connect` and `signIn` do no I/O of their own.
 */
export interface Adapter<Account> {
  readonly id: string
  readonly title: string
  /** The provider's own keys of an account in the configuration; strict. */
  readonly account: z.ZodType<Account>
  /** A complete, fictitious account, used by the documentation and the list of capabilities. */
  readonly example: Account
  /** Names of members that hold secrets in this vendor's objects, beyond the usual ones. */
  readonly secretMembers: readonly string[]
  /** The most calls of one sign-in; absent: one. */
  readonly signInCalls?: number
  /** How to sign in with this account; null if its credentials are sent as they are. */
  signIn(account: Account): SignIn | null
  connect(account: Account, upstream: Upstream): AdapterVerbs
  /** Reads the headers of an answer of any status; `now` in epoch milliseconds. Absent if the vendor sends no such headers. */
  readAllowed?(headers: HttpResponse['headers'], now: number): Allowed | null
  /** Creates a token that is valid until the given time, used or not. Absent if the vendor has no such tokens. */
  createToken?(account: Account, upstream: Upstream, expiresAt: Date): Promise<string>
}
