/** What can go wrong with a provider. Closed: the problem table in plugins/problems.ts does not compile without a row for each. */
export type Failure =
  | 'authentication' | 'forbidden' | 'not-found' | 'conflict' | 'rejected' | 'quota' | 'rate-limited'
  | 'suspended' | 'unavailable' | 'unreachable' | 'timeout' | 'malformed' | 'unsupported'
  // We held the call back ourselves, to spare the provider or us.
  | 'circuit-open' | 'overloaded'

/** What we refuse ourselves. */
export type Refusal =
  | 'invalid-request' | 'unauthenticated' | 'forbidden' | 'account-not-found' | 'server-not-found' | 'operation-not-found'
  | 'not-found' | 'method-not-allowed' | 'conflict' | 'idempotency-in-progress' | 'idempotency-mismatch' | 'idempotency-unavailable' | 'payload-too-large' | 'unsupported-media-type' | 'rate-limited'
  | 'operation-not-supported' | 'overloaded' | 'internal'

/** `none`: nothing was done. `possible`: a write was sent and its fate is unknown. `certain`: the provider accepted, we could not read or finish. */
export type SideEffect = 'none' | 'possible' | 'certain'

export interface UpstreamErrorOptions {
  /** HTTP status, the vendor's own code and words; never a body, header or credential. */
  readonly status?: number
  readonly code?: string | number | null
  readonly vendorMessage?: string | null
  readonly requestId?: string | null
  readonly details?: unknown
  readonly retryAfterMs?: number
  /** The provider certainly did nothing: a write may be sent again. */
  readonly notAttempted?: boolean
  /** False: the cause will not pass by itself (a licence, a certificate), so nothing is repeated. */
  readonly passing?: boolean
  /** The member of our caller's request that the vendor complains of: `body.image`. */
  readonly member?: string
  /** What it is when it stays after a fresh sign-in (VMmanager 3001 and OneCloud's 403 are then a lack of rights). */
  readonly afterFreshLogin?: Failure
  readonly cause?: unknown
}

/** What a failure means, where nothing more exact is known. None names a status: the provider's is beside it, and ours may differ. */
const sentences: Readonly<Record<Failure, string>> = {
  authentication: 'the provider refused the configured credentials',
  forbidden: 'the provider does not allow this for the configured credentials',
  'not-found': 'the provider has no such object, or does not show it to this account',
  conflict: 'the provider refused this in the present state',
  rejected: 'the provider rejected the request',
  quota: 'a limit or the balance of the account at the provider is used up',
  'rate-limited': 'the provider asks for fewer requests',
  suspended: 'the platform of the provider is suspended',
  unavailable: 'the provider is not working right now',
  unreachable: 'the provider could not be reached',
  timeout: 'the provider did not answer in time',
  malformed: 'the provider gave an answer that does not belong to this request',
  unsupported: 'the provider does not have this function',
  'circuit-open': 'calls to this account are paused',
  overloaded: 'too many calls to this account are waiting'
}

/** What an adapter throws when the vendor refuses or can not be asked; for what the caller must change first it throws `badMember`. The gateway fills in what it alone knows: attempts, side effect, operation. */
export class UpstreamError extends Error {
  readonly failure: Failure
  readonly options: UpstreamErrorOptions
  attempts = 1
  sideEffect: SideEffect = 'none'
  /** The operation that tells what became of the write. */
  operationId: string | null = null

  readonly #words: string | null

  /** `words`: null where the failure itself says all that is known. */
  constructor (failure: Failure, words: string | null, options: UpstreamErrorOptions = {}) {
    super(words ?? sentences[failure], options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UpstreamError'
    this.failure = failure
    this.options = options
    this.#words = words
  }

  /** The same refusal, known to mean something else. */
  meaning (failure: Failure, more: UpstreamErrorOptions = {}): UpstreamError {
    const same = new UpstreamError(failure, this.#words, { ...this.options, ...more })
    return Object.assign(same, { attempts: this.attempts, sideEffect: this.sideEffect })
  }
}

export interface BadMember {
  /** Where the fault is: `query.limit`, `body.name`. */
  readonly path: string
  readonly message: string
}

export interface GatewayErrorOptions {
  readonly errors?: readonly BadMember[]
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** Our own refusal. */
export class GatewayError extends Error {
  readonly refusal: Refusal
  readonly options: GatewayErrorOptions

  constructor (refusal: Refusal, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatewayError'
    this.refusal = refusal
    this.options = options
  }
}

/** `invalid-request` for one member of the request. */
export const badMember = (path: string, message: string): GatewayError =>
  new GatewayError('invalid-request', `${path}: ${message}`, { errors: [{ path, message }] })
