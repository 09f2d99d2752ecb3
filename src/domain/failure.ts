import type { ProblemSlug } from './problem.ts'

/** What a failure means for the call that failed. */
interface CallRow {
  /**
   * What the transport sends again: `reads`; `gateway-status`, reads that failed with 502, 503 or 504; `unsent`, reads, and writes that
   * never reached the provider; `wake`, everything, in fixed steps, until a suspended platform answers.
   */
  readonly retry: 'never' | 'reads' | 'gateway-status' | 'unsent' | 'wake'
  /** How the circuit breaker counts it. `awake`: not at all, because only calls wake a suspended platform. */
  readonly circuit: 'good' | 'bad' | 'awake'
  /** If a write failed with it, it is unknown what the provider did. */
  readonly ambiguous: boolean
  /** A step of an operation that failed with it is sent again later. */
  readonly deferrable: boolean
  /** The gateway held the call back itself, to spare the provider or the process. */
  readonly heldBack: boolean
}

/** What a failure means for the whole account. */
interface AccountRow {
  /** The account's health is `failing`: the cause is the provider or the credentials, not the one request. */
  readonly failing: boolean
  /** The account did not answer. If no account of a fleet answers, the request fails with the first of these failures. */
  readonly unheard: boolean
  /** An earlier answer may still be right, so the fleet may show that instead. */
  readonly staleAllowed: boolean
}

/** Everything that depends on the kind of a failure. All columns are required, so a new failure compiles only when each is decided. */
export interface FailureRow {
  /** The detail if nothing more exact is known. It names no status: the provider's is in `upstream`, and the gateway's may differ. */
  readonly sentence: string
  readonly problem: ProblemSlug
  readonly call: CallRow
  readonly account: AccountRow
}

const failureTable = {
  authentication: {
    sentence: 'the provider rejected the configured credentials',
    problem: 'upstream-authentication',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: true, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: false }
  },
  forbidden: {
    sentence: 'the provider does not allow this for the configured credentials',
    problem: 'upstream-forbidden',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: true, staleAllowed: false }
  },
  'not-found': {
    sentence: 'the provider has no such object, or does not show it to this account',
    problem: 'server-not-found',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  conflict: {
    sentence: 'the provider rejected this in the current state',
    problem: 'conflict',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: true, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  rejected: {
    sentence: 'the provider rejected the request',
    problem: 'upstream-rejected',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  quota: {
    sentence: 'a quota or the balance of the account at the provider is exhausted',
    problem: 'quota-exceeded',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  capacity: {
    sentence: 'the provider has no capacity left for this plan or region',
    problem: 'capacity-exhausted',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  'rate-limited': {
    sentence: 'the provider limits the rate of requests',
    problem: 'upstream-rate-limited',
    call: { retry: 'reads', circuit: 'good', ambiguous: false, deferrable: true, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: true }
  },
  suspended: {
    sentence: 'the platform of the provider is suspended',
    problem: 'upstream-suspended',
    call: { retry: 'wake', circuit: 'awake', ambiguous: false, deferrable: true, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: true }
  },
  unavailable: {
    sentence: 'the provider is temporarily unavailable',
    problem: 'upstream-unavailable',
    call: { retry: 'gateway-status', circuit: 'bad', ambiguous: true, deferrable: true, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: true }
  },
  unreachable: {
    sentence: 'the provider could not be reached',
    problem: 'upstream-unreachable',
    call: { retry: 'unsent', circuit: 'bad', ambiguous: true, deferrable: true, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: true }
  },
  timeout: {
    sentence: 'the provider did not respond in time',
    problem: 'upstream-timeout',
    call: { retry: 'never', circuit: 'bad', ambiguous: true, deferrable: true, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: true }
  },
  malformed: {
    sentence: 'the provider returned an unexpected response',
    problem: 'upstream-malformed',
    call: { retry: 'never', circuit: 'good', ambiguous: true, deferrable: false, heldBack: false },
    account: { failing: true, unheard: true, staleAllowed: true }
  },
  unsupported: {
    sentence: 'the provider does not have this function',
    problem: 'operation-not-supported',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: false, heldBack: false },
    account: { failing: false, unheard: false, staleAllowed: false }
  },
  'circuit-open': {
    sentence: 'calls to this account are paused',
    problem: 'circuit-open',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: true, heldBack: true },
    account: { failing: false, unheard: true, staleAllowed: true }
  },
  overloaded: {
    sentence: 'too many calls to this account are waiting',
    problem: 'overloaded',
    call: { retry: 'never', circuit: 'good', ambiguous: false, deferrable: true, heldBack: true },
    account: { failing: false, unheard: true, staleAllowed: true }
  }
} as const satisfies Readonly<Record<string, FailureRow>>

/** What can go wrong with a provider. */
export type Failure = keyof typeof failureTable
export const failures: Readonly<Record<Failure, FailureRow>> = failureTable

/** How one attempt at a provider ended; `aborted` by the gateway. */
export type AttemptOutcome = 'ok' | 'aborted' | Failure

/**
 * `none`: nothing was done. `possible`: a write was sent and its outcome is unknown. `certain`: the provider accepted it, and the gateway
 * could not read the response or finish.
 */
export type SideEffect = 'none' | 'possible' | 'certain'

export interface UpstreamErrorOptions {
  /** HTTP status, the vendor's code and message; never a body, header or credential. */
  readonly status?: number
  readonly code?: string | number | null
  readonly vendorMessage?: string | null
  readonly requestId?: string | null
  readonly details?: unknown
  readonly retryAfterMs?: number
  /** The provider certainly did nothing: a write may be sent again. */
  readonly notAttempted?: boolean
  /** False: the cause will not pass by itself (a license, a certificate), so nothing is repeated. */
  readonly passing?: boolean
  /** The member of the caller's request that the vendor refuses, such as `body.image`. */
  readonly member?: string
  /** The failure that it counts as if a fresh sign-in does not help: some vendors answer missing permissions in the same way. */
  readonly afterFreshLogin?: Failure
  readonly cause?: unknown
}

/** Facts of a failed call that only the gateway knows. */
export interface CallFacts {
  readonly attempts: number
  readonly sideEffect: SideEffect
  /** The operation that follows a write whose outcome is unknown. */
  readonly operationId: string | null
}

/**
 * Thrown by an adapter when the vendor refuses or cannot be reached; if the caller must change the request first, it throws `badMember`
 * instead. Immutable: the gateway adds facts in a copy.
 */
export class UpstreamError extends Error {
  readonly failure: Failure
  readonly options: UpstreamErrorOptions
  readonly attempts: number
  readonly sideEffect: SideEffect
  readonly operationId: string | null

  readonly #words: string | null

  /** `words`: null if nothing is known beyond the kind of the failure. */
  constructor (failure: Failure, words: string | null, options: UpstreamErrorOptions = {}, facts: Partial<CallFacts> = {}) {
    super(words ?? failures[failure].sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UpstreamError'
    this.failure = failure
    this.options = options
    this.attempts = facts.attempts ?? 1
    this.sideEffect = facts.sideEffect ?? 'none'
    this.operationId = facts.operationId ?? null
    this.#words = words
  }

  /** A copy with another kind of failure. */
  meaning (failure: Failure, more: UpstreamErrorOptions = {}): UpstreamError {
    return new UpstreamError(failure, this.#words, { ...this.options, ...more }, this)
  }

  /** A copy with these facts. */
  withFacts (facts: Partial<CallFacts>): UpstreamError {
    const { attempts, sideEffect, operationId } = this
    return new UpstreamError(this.failure, this.#words, this.options, { attempts, sideEffect, operationId, ...facts })
  }
}

export interface BadMember {
  /** The member at fault, such as `query.limit` or `body.name`. */
  readonly path: string
  readonly message: string
}

export interface GatewayErrorOptions {
  readonly errors?: readonly BadMember[]
  readonly retryAfterMs?: number
  /** False: the cause will not pass by itself, so no time to retry is given. */
  readonly passing?: boolean
  readonly cause?: unknown
}

/** A refusal by the gateway itself. */
export class GatewayError extends Error {
  readonly refusal: ProblemSlug
  readonly options: GatewayErrorOptions

  constructor (refusal: ProblemSlug, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatewayError'
    this.refusal = refusal
    this.options = options
  }
}

/** `invalid-request` for members of the request; the first one is the detail. */
export function badMembers (errors: readonly BadMember[]): GatewayError {
  const [first] = errors
  const detail = first === undefined ? 'the request is not valid' : `${first.path}: ${first.message}`
  return new GatewayError('invalid-request', detail, { errors })
}

export const badMember = (path: string, message: string): GatewayError => badMembers([{ path, message }])
