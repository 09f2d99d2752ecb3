import type { SignIn, Token, Upstream, UpstreamCall } from '../adapters/contract.js'
import { UpstreamError, type SideEffect } from '../domain/failure.js'
import type { TokenSource } from '../tokens/token-source.js'
import type { HttpClient, HttpResponse } from '../upstream/http.js'
import { HttpFault } from '../upstream/http-fault.js'
import { remainingMs, type Call } from './call.js'
import { retryDelayMs, type RetryBudget, type Tries } from './retry.js'

/** What one account lends to every call. */
export interface Line {
  readonly account: string
  readonly http: HttpClient
  readonly timeoutMs: number
  readonly tokens: TokenSource
  readonly signIn: SignIn | null
  readonly budget: RetryBudget
  readonly random: () => number
  readonly report: (sent: SentCall) => void
}

/** One attempt, for the log. */
export interface SentCall {
  readonly account: string
  readonly operation: string
  readonly requestId: string
  readonly status: number | null
  readonly outcome: string
  readonly attempt: number
  readonly durationMs: number
}

/** The way out for one request of ours. All repeating happens here. */
export function createUpstream (line: Line, call: Call): Upstream {
  const anonymous: Upstream = { send: async request => await sendWithRetry({ line, call, request, token: async () => null }) }
  const { signIn } = line
  if (signIn === null) return anonymous
  const token = async (): Promise<Token> => {
    const began = performance.now()
    try {
      return await line.tokens.get(async () => await signIn(anonymous))
    } finally {
      call.tally.tokenMs += performance.now() - began
    }
  }
  return { send: async request => await sendWithRetry({ line, call, request, token }) }
}

interface Sending<T> {
  readonly line: Line
  readonly call: Call
  readonly request: UpstreamCall<T>
  readonly token: () => Promise<Token | null>
}

async function sendWithRetry<T> (sending: Sending<T>): Promise<T> {
  const { line, call, request } = sending
  const tries: Tries = { attempts: 0, wakes: 0, renewed: false }
  for (;;) {
    const token = await sending.token()
    tries.attempts += 1
    const outcome = await attempt(sending, token, tries.attempts)
    if (!(outcome instanceof UpstreamError)) {
      if (token !== null) line.tokens.used(token)
      if (request.intent === 'write') call.tally.writes = 'certain'
      return outcome.value
    }
    if (outcome.failure === 'authentication' && token !== null && !tries.renewed) {
      tries.renewed = true
      await line.tokens.drop(token)
      continue
    }
    const { intent } = request
    const delay = retryDelayMs({ error: outcome, intent, tries, random: line.random, withdraw: line.budget.withdraw })
    if (delay === null || delay >= remainingMs(call)) throw final(sending, outcome, tries)
    await pause(delay, call.signal)
  }
}

async function attempt<T> ({ line, call, request }: Sending<T>, token: Token | null, number: number): Promise<{ value: T } | UpstreamError> {
  const began = performance.now()
  let response: HttpResponse | null = null
  let outcome: { value: T } | UpstreamError
  try {
    const timeoutMs = Math.min(line.timeoutMs, remainingMs(call))
    if (timeoutMs <= 0) throw new HttpFault('timeout', { sent: false })
    const built = request.build(token)
    call.tally.upstreamCalls += 1
    response = await line.http.send({ ...built, headers: { ...built.headers, 'x-request-id': call.requestId } }, { timeoutMs, signal: call.signal })
    outcome = { value: request.read(response) }
  } catch (error) {
    outcome = toUpstreamError(error)
  }
  const durationMs = performance.now() - began
  call.tally.upstreamMs += durationMs
  line.report({
    account: line.account,
    operation: request.name,
    requestId: call.requestId,
    status: response?.status ?? null,
    outcome: outcome instanceof UpstreamError ? outcome.failure : 'ok',
    attempt: number,
    durationMs
  })
  return outcome
}

function toUpstreamError (error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error
  if (!(error instanceof HttpFault)) throw error
  const cause = { cause: error }
  switch (error.kind) {
    case 'refused': return new UpstreamError('unreachable', error.message, { ...cause, notAttempted: true })
    case 'tls': return new UpstreamError('unreachable', error.message, { ...cause, notAttempted: true, passing: false })
    case 'reset': return new UpstreamError('unreachable', error.message, cause)
    case 'too-large': return new UpstreamError('malformed', error.message, cause)
    case 'timeout': case 'aborted': return new UpstreamError('timeout', error.message, { ...cause, notAttempted: !error.sent })
  }
}

/** The error as the caller shall see it: how often it was tried, and what it may have left behind. */
function final<T> ({ call, request }: Sending<T>, error: UpstreamError, tries: Tries): UpstreamError {
  const { afterFreshLogin } = error.options
  const told = tries.renewed && afterFreshLogin !== undefined ? new UpstreamError(afterFreshLogin, error.message, error.options) : error
  const left = request.intent === 'write' ? sideEffectOf(error) : 'none'
  if (call.tally.writes === 'none' || left === 'certain') call.tally.writes = left
  told.attempts = tries.attempts
  told.sideEffect = call.tally.writes
  return told
}

function sideEffectOf (error: UpstreamError): SideEffect {
  if (error.options.notAttempted === true) return 'none'
  if (error.failure === 'malformed') {
    const status = error.options.status ?? 200
    return status >= 200 && status < 300 ? 'certain' : 'possible'
  }
  return error.failure === 'timeout' || error.failure === 'unreachable' || error.failure === 'unavailable' ? 'possible' : 'none'
}

async function pause (ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new UpstreamError('timeout', 'the call was given up')
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => { clearTimeout(timer); reject(new UpstreamError('timeout', 'the call was given up')) }
    const timer = setTimeout(() => { signal.removeEventListener('abort', onAbort); resolve() }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
