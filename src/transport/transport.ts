import type { SignIn, Token, Upstream, UpstreamCall, WriteCall } from '../adapters/contract.ts'
import type { Clock } from '../domain/clock.ts'
import { failures, UpstreamError, type SideEffect } from '../domain/failure.ts'
import type { TokenSource } from './token-source.ts'
import { toResponse, type HttpClient, type HttpRequest, type ReceivedResponse } from '../upstream/http.ts'
import { isSuccess } from '../upstream/read.ts'
import { HttpFault } from '../upstream/http-fault.ts'
import { silentTrace, toTracedCall, type SentCall } from '../telemetry/observer.ts'
import type { Breaker, CallOutcome } from './breaker.ts'
import { connectionOf, isKnown, isOurDoing, outcomeOf, toUpstreamError } from './attempt-result.ts'
import { createCall, remainingMs, untilEnd, type Call } from './call.ts'
import type { Allowance } from './allowance.ts'
import type { Bulkhead } from './bulkhead.ts'
import type { RepeatedAnswers } from './repeated-answers.ts'
import { retryDelayMs, type RetryBudget, type Tries } from './retry.ts'

/** The parts of one account that every call uses. */
export interface Transport {
  readonly account: string
  readonly clock: Clock
  readonly http: HttpClient
  readonly timeoutMs: number
  readonly tokens: TokenSource
  readonly signIn: SignIn | null
  readonly budget: RetryBudget
  readonly breaker: Breaker
  readonly bulkhead: Bulkhead
  /** Null if the provider's answers do not say what is left of its rate limit. */
  readonly allowance: Allowance | null
  readonly repeatedAnswers: RepeatedAnswers
  readonly random: () => number
  readonly report: (sent: SentCall) => void
}

/** Records a write of a dry run instead of sending it; returns the answer that the write assumes. */
export type RecordWrite = <T>(request: WriteCall<T>, token: Token | null) => T

/** The upstream of one request. All retries happen here. In a dry run reads are sent, writes are recorded. */
export function createUpstream (transport: Transport, call: Call, record: RecordWrite | null = null): Upstream {
  const { signIn } = transport
  if (signIn === null) return createTokenless(transport, call, record)
  // A sign-in is shared by all requests that wait for it: it outlives the request that started it.
  const login = async (): Promise<Token> => {
    const { clock, requestId, counters, trace } = call
    const own = createCall({ clock, requestId, signal: new AbortController().signal, deadlineMs: signInMs, counters, trace })
    return await signIn(createSender(transport, own, { token: () => null, record: null, isSignIn: true }))
  }
  const newToken = async (): Promise<Token> => {
    const began = performance.now()
    try {
      const late = (): Error => new UpstreamError('timeout', 'no sign-in in time', { notAttempted: true })
      return await untilEnd(call, transport.tokens.get(login), late)
    } catch (error) {
      // The error of a shared sign-in, for one of the requests that waited.
      throw error instanceof UpstreamError ? error.withFacts({ sideEffect: call.counters.writes }) : error
    } finally {
      call.counters.tokenMs += performance.now() - began
    }
  }
  const token = (): Token | Promise<Token> => transport.tokens.current() ?? newToken()
  return createSender(transport, call, { token, record, isSignIn: false })
}

/** For static credentials. */
const createTokenless = (transport: Transport, call: Call, record: RecordWrite | null): Upstream =>
  createSender(transport, call, { token: () => null, record, isSignIn: false })

interface SenderOptions {
  /** At once, if there is no need to sign in. */
  readonly token: () => Token | null | Promise<Token>
  readonly record: RecordWrite | null
  readonly isSignIn: boolean
}

const createSender = (transport: Transport, call: Call, { token, record, isSignIn }: SenderOptions): Upstream => ({
  now: transport.clock.now,
  send: async request => record !== null && request.intent === 'write'
    ? record(request, await token())
    : await sendWithRetry({ transport, call, request, token, isSignIn })
})

/** Equal to how long other processes wait for a sign-in. */
const signInMs = 60_000

interface Sending<T> {
  readonly isSignIn: boolean
  readonly transport: Transport
  readonly call: Call
  readonly request: UpstreamCall<T>
  readonly token: SenderOptions['token']
}

async function sendWithRetry<T> (sending: Sending<T>): Promise<T> {
  const { transport, call, request } = sending
  const tries: Tries = { attempts: 0, wakes: 0, renewed: false }
  let before: UpstreamError | null = null
  for (;;) {
    const held = sending.token()
    const token = held instanceof Promise ? await held : held
    const outcome = await attempt(sending, token, tries)
    if (!(outcome instanceof UpstreamError)) {
      if (token !== null) transport.tokens.used(token)
      if (request.intent === 'write') call.counters.writes = 'certain'
      return outcome.value
    }
    // The provider's own failure says more than that its retry was held back.
    if (failures[outcome.failure].call.heldBack) throw final(sending, before ?? outcome, tries)
    before = outcome
    if (outcome.failure === 'authentication' && token !== null) {
      const mayRenew = !tries.renewed && !transport.tokens.isRejected(token)
      if (mayRenew) await transport.tokens.drop(token)
      else transport.tokens.markRejected(token)
      tries.renewed = true
      if (mayRenew) continue
    }
    const { intent } = request
    const delay = await retryDelayMs({ error: outcome, intent, tries, random: transport.random, withdraw: transport.budget.withdraw })
    if (delay === null || delay >= remainingMs(call) || !await call.clock.sleep(delay, call.signal)) throw final(sending, outcome, tries)
  }
}

/** With less time left than this no attempt is started. */
const leastMs = 5

interface Attempt<T> extends CallOutcome {
  readonly result: { value: T } | UpstreamError
}

/** One attempt, if the account's breaker and limits let it through. */
async function attempt<T> (sending: Sending<T>, token: Token | null, tries: Tries): Promise<{ value: T } | UpstreamError> {
  const { transport: { breaker, bulkhead }, call, isSignIn } = sending
  let leave: (() => void) | null = null
  try {
    breaker.check()
    leave = await bulkhead.enter(call, isSignIn)
    const report = breaker.enter()
    let sent: Attempt<T> | null = null
    try {
      sent = await send(sending, token, tries)
      return sent.result
    } finally {
      report(sent)
    }
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  } finally {
    leave?.()
  }
}

async function send<T> ({ transport, call, request, isSignIn }: Sending<T>, token: Token | null, tries: Tries): Promise<Attempt<T>> {
  const leave = transport.allowance === null ? null : await transport.allowance.enter(call)
  tries.attempts += 1
  const began = performance.now()
  let built: HttpRequest | null = null
  let response: ReceivedResponse | null = null
  let result: { value: T } | UpstreamError
  const timeoutMs = Math.min(transport.timeoutMs, remainingMs(call))
  try {
    if (timeoutMs < leastMs) throw new HttpFault('timeout', { sent: false })
    built = request.build(token)
    call.counters.upstreamCalls += 1
    const headers = { ...built.headers, 'x-request-id': call.requestId }
    response = await transport.http.send({ ...built, headers }, { timeoutMs, signal: call.signal })
    const read = readAnswer({ transport, call, request, built }, response)
    result = { value: read instanceof Promise ? await read : read }
  } catch (error) {
    // A fault of the gateway in reading the answer does not undo the write.
    if (built !== null && request.intent === 'write' && !isKnown(error)) call.counters.writes = 'possible'
    result = toUpstreamError(error)
  } finally {
    leave?.(response?.headers ?? null)
  }
  const durationMs = performance.now() - began
  call.counters.upstreamMs += durationMs
  const outcome = result instanceof UpstreamError ? outcomeOf(result) : 'ok'
  const sent: SentCall = {
    account: transport.account,
    endpoint: request.name,
    requestId: call.requestId,
    status: response?.status ?? null,
    outcome,
    attempt: tries.attempts,
    durationMs,
    isSignIn,
    connection: connectionOf(result)
  }
  transport.report(sent)
  if (call.trace !== silentTrace) call.trace.call(toTracedCall(sent, built, Date.now() - durationMs))
  return { result, outcome, durationMs, isOurs: isOurDoing(result, timeoutMs, transport.timeoutMs) }
}

interface Answered<T> {
  readonly transport: Transport
  readonly call: Call
  readonly request: UpstreamCall<T>
  readonly built: HttpRequest
}

function readAnswer<T> ({ transport, call, request, built }: Answered<T>, received: ReceivedResponse): T | Promise<T> {
  if (request.intent === 'write' || request.reader === undefined || !isSuccess(received)) return request.read(toResponse(received))
  return transport.repeatedAnswers({
    key: `${transport.account} ${request.name} ${built.url} ${built.body ?? ''}`,
    reader: request.reader,
    bytes: received.bytes,
    read: () => request.read(toResponse(received)),
    onRepeated: () => { call.counters.repeatedAnswers += 1 }
  })
}

/** The error as the caller sees it: with the number of attempts, and what the writes may have left behind. */
function final<T> ({ call, request }: Sending<T>, error: UpstreamError, tries: Tries): UpstreamError {
  const { afterFreshLogin } = error.options
  const shown = tries.renewed && afterFreshLogin !== undefined ? error.meaning(afterFreshLogin) : error
  const left = request.intent === 'write' ? sideEffectOf(error) : 'none'
  if (call.counters.writes === 'none' || left === 'certain') call.counters.writes = left
  return shown.withFacts({ attempts: tries.attempts, sideEffect: call.counters.writes })
}

function sideEffectOf (error: UpstreamError): SideEffect {
  const { notAttempted, status } = error.options
  if (notAttempted === true || !failures[error.failure].call.ambiguous) return 'none'
  // A 2xx arrived, so the provider has accepted; only its body is lost.
  return status !== undefined && status >= 200 && status < 300 ? 'certain' : 'possible'
}
