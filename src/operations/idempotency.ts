import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Engine } from './engine.ts'
import { isEnded } from './follow.ts'
import type { KeyRecord, KeyStore } from '../state/idempotency-store.ts'
import type { StoredOperation } from '../state/operation-store.ts'

/** A request that came with an Idempotency-Key. */
export interface KeyedRequest {
  /** Whose key it is: the caller's name. */
  readonly principal: string
  readonly account: string
  readonly key: string
  /** Everything that makes it this request: method, path, query and body. */
  readonly request: unknown
  /** It buys something: after lost keys it is refused. */
  readonly isCreate: boolean
  readonly deadlineMs: number
}

/** An answer as it is kept and given again. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The right to do the work of one key. */
export interface Held {
  /** Names the operation that is begun. Until this is kept nothing may be sent. */
  begin(operationId: string): Promise<void>
  /** The answer stands for a day. */
  keep(answer: KeptAnswer): Promise<void>
  /** Nothing was done: the key is as if it had never been used. */
  release(): Promise<void>
}

export type KeyVerdict =
  | { readonly kind: 'held', readonly held: Held }
  /** Give this answer again. */
  | { readonly kind: 'answer', readonly answer: KeptAnswer }
  /** The answer was lost, the work was not: tell how it stands. */
  | { readonly kind: 'operation', readonly stored: StoredOperation }

export interface Keys {
  /** Throws where the key is in use, was used for something else, or can not be kept. */
  take(request: KeyedRequest, signal: AbortSignal): Promise<KeyVerdict>
}

export interface KeysParts {
  readonly store: KeyStore
  readonly engine: Engine
  readonly isAlive: (replica: string) => Promise<boolean>
  /** The first makes the names of new keys; those that the others have made are still known. */
  readonly secrets: readonly [Buffer, ...Buffer[]]
  readonly clock: Clock
  /** Aborted when the process is to stop: who waits for what is doubtful is answered. */
  readonly stopping?: AbortSignal
}

/** Begun under a key, for work that leaves no operation to look at. */
export const untracked = 'untracked'

/** As long as a Prefer: wait may hold the first answer. */
const longestWaitMs = 300_000
const mostTries = 5

interface Named {
  readonly key: string
  readonly fingerprint: string
}

export function createKeys (parts: KeysParts): Keys {
  const { store, clock: { now } } = parts
  const working = new Set<string>()

  const namedBy = (secret: Buffer, { principal, account, key, request }: KeyedRequest): Named => {
    const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
    return { key: hmac(JSON.stringify(['key', principal, account, key])), fingerprint: hmac(canonical(request)) }
  }
  /** As the key is kept: by an older secret where it was used before the secrets were changed. */
  const nameOf = async (request: KeyedRequest): Promise<Named> => {
    const [secret, ...older] = parts.secrets
    for (const old of older) {
      const named = namedBy(old, request)
      if (await reachable(async () => await store.find(request.account, named.key)) !== null) return named
    }
    return namedBy(secret, request)
  }

  const hold = (account: string, key: string, first: KeyRecord): Held => {
    let record = first
    working.add(`${account} ${key}`)
    const change = async (next: KeyRecord): Promise<void> => {
      if (!await reachable(async () => await store.replace(account, key, record, next))) throw unavailable('the key was lost meanwhile')
      record = next
    }
    return {
      begin: async operationId => { await change({ ...record, operationId }) },
      keep: async answer => {
        working.delete(`${account} ${key}`)
        await change({ ...record, answer: JSON.stringify(answer) })
      },
      release: async () => {
        working.delete(`${account} ${key}`)
        await reachable(async () => { await store.forget(account, key, record) })
      }
    }
  }

  const isWorkedOn = async (account: string, key: string, { owner, openUntil }: KeyRecord): Promise<boolean> => {
    if (owner === parts.engine.me) return working.has(`${account} ${key}`)
    return now() < openUntil && await parts.isAlive(owner)
  }

  return {
    take: async (request, signal) => {
      const { account, deadlineMs } = request
      const { key, fingerprint } = await nameOf(request)
      const fresh: KeyRecord = { fingerprint, owner: parts.engine.me, openUntil: now() + deadlineMs + longestWaitMs, operationId: null, answer: null }
      for (let tries = 0; tries < mostTries; tries += 1) {
        const reserved = await reachable(async () => await store.reserve(account, { key, record: fresh, isCreate: request.isCreate }))
        if (reserved.kind === 'flushed') {
          throw unavailable('keys that were kept are lost: creates with a key are refused until an operator has looked (see the README)')
        }
        if (reserved.kind === 'new') return { kind: 'held', held: hold(account, key, fresh) }
        const { record } = reserved
        if (record.fingerprint !== fingerprint) throw new GatewayError('idempotency-mismatch', 'this Idempotency-Key was used for another request; a new request takes a new key')
        if (record.answer === null && await isWorkedOn(account, key, record)) throw inProgress()
        const settled = await settle(parts, { request, record, signal: parts.stopping === undefined ? signal : AbortSignal.any([signal, parts.stopping]) })
        if (settled !== 'again') return settled
        if (await reachable(async () => await store.replace(account, key, record, fresh))) return { kind: 'held', held: hold(account, key, fresh) }
      }
      throw inProgress()
    }
  }
}

interface Unsettled {
  readonly request: KeyedRequest
  readonly record: KeyRecord
  readonly signal: AbortSignal
}

/**
 * What a used key stands for now. Only a create that was certainly not made may be sent again, and one whose process ended before
 * anything was sent; whatever is doubtful is waited for.
 */
async function settle ({ engine, clock }: KeysParts, { request, record, signal }: Unsettled): Promise<KeyVerdict | 'again'> {
  const { operationId } = record
  const answer = record.answer === null ? null : readAnswer(record.answer)
  if (operationId === null) return answer === null ? 'again' : { kind: 'answer', answer }
  if (answer !== null && (answer.status < 400 || operationId === untracked)) return { kind: 'answer', answer }
  if (operationId === untracked) {
    throw new GatewayError('conflict', 'the gateway ended during the first request with this key; whether it was done must be looked up at the provider')
  }
  const stored = await reachable(async () => await engine.getForCertain(request.account, operationId))
  // Refused operations leave no trace; one that is a day old has taken its key with it.
  if (stored === null) return answer === null ? 'again' : { kind: 'answer', answer }
  if (stored.notMade && answer === null) return 'again'
  if (!request.isCreate) return answer === null ? { kind: 'operation', stored } : { kind: 'answer', answer }
  const known = await untilCertain(engine, stored, { waitMs: request.deadlineMs, signal, clock })
  if (known.notMade) return 'again'
  if (known.operation.server_id !== null || known.phase === 'following') return { kind: 'operation', stored: known }
  if (answer !== null) return { kind: 'answer', answer }
  if (isEnded(known)) return { kind: 'operation', stored: known }
  throw inProgress()
}

interface Patience {
  readonly waitMs: number
  readonly signal: AbortSignal
  readonly clock: Clock
}

async function untilCertain (engine: Engine, stored: StoredOperation, { waitMs, signal, clock }: Patience): Promise<StoredOperation> {
  if (isCertain(stored)) return stored
  const over = new AbortController()
  const cancel = clock.timer(() => { over.abort() }, waitMs)
  let last = stored
  try {
    for await (const current of engine.changes(stored, 0, AbortSignal.any([signal, over.signal]))) {
      last = current
      if (isCertain(current)) break
    }
  } finally {
    cancel()
  }
  return last
}

const isCertain = ({ phase, notMade, operation }: StoredOperation): boolean => notMade || operation.server_id !== null || phase === 'following'

const keptAnswerSchema: z.ZodType<KeptAnswer> = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() })

const readAnswer = (text: string): KeptAnswer => keptAnswerSchema.parse(JSON.parse(text))

const inProgress = (): GatewayError =>
  new GatewayError('idempotency-in-progress', 'the first request with this Idempotency-Key is not answered yet', { retryAfterMs: 1000 })

const unavailable = (message: string, cause?: unknown): GatewayError =>
  new GatewayError('idempotency-unavailable', message, cause === undefined ? {} : { cause })

/** A key that can not be kept must not be used. */
async function reachable<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable('the store of keys can not be reached just now; without a key the request would be taken', error)
  }
}

/** The same text for the same value, whatever the order of its members. */
function canonical (value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
