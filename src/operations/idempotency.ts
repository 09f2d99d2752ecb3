import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Engine } from './engine.ts'
import { isEnded } from './transitions.ts'
import type { IdempotencyRecord, IdempotencyStore } from '../state/idempotency-store.ts'
import type { StoredOperation } from '../state/operation-store.ts'

/** A request with an Idempotency-Key. */
export interface KeyedRequest {
  /** The name of the caller that the key belongs to. */
  readonly principal: string
  readonly account: string
  readonly key: string
  /** Everything that identifies the request: method, path, query and body. */
  readonly request: unknown
  /** The request may cost money: it is refused after a loss of keys. */
  readonly isCreate: boolean
  readonly deadlineMs: number
}

const keptAnswerSchema = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() })
/** A stored answer, as it is replayed. */
export type KeptAnswer = z.infer<typeof keptAnswerSchema>

/** The exclusive right to do the work of one key. */
export interface IdempotencyLease {
  /** Binds the operation to the key. Nothing may be sent until this has been stored. */
  begin(operationId: string): Promise<void>
  /** Stores the answer for a day. */
  keep(answer: KeptAnswer): Promise<void>
  /** Nothing was done: the key counts as unused. */
  release(): Promise<void>
}

export type KeyVerdict =
  | { readonly kind: 'held', readonly idempotencyLease: IdempotencyLease }
  /** Replay this answer. */
  | { readonly kind: 'answer', readonly answer: KeptAnswer }
  /** The answer was lost, the work was not: answer with the operation. */
  | { readonly kind: 'operation', readonly stored: StoredOperation }

export interface IdempotencyKeys {
  /** Throws if the key is in use, was used for another request, or cannot be stored. */
  take(request: KeyedRequest, signal: AbortSignal): Promise<KeyVerdict>
}

export interface IdempotencyKeysParts {
  readonly store: IdempotencyStore
  readonly engine: Engine
  readonly isAlive: (replica: string) => Promise<boolean>
  /** The first secret derives the names of new keys; keys derived from the others are still found. */
  readonly secrets: readonly [Buffer, ...Buffer[]]
  readonly clock: Clock
  /** Aborted on shutdown: requests that wait for an ambiguous create are answered then. */
  readonly stopping?: AbortSignal
}

/** Stands for an operation id in records of work that no operation tracks. */
export const untracked = 'untracked'

/** The longest time for which `Prefer: wait` may delay the first answer. */
const longestWaitMs = 300_000
const mostTries = 5

export function createIdempotencyKeys (parts: IdempotencyKeysParts): IdempotencyKeys {
  const { store, engine, clock: { now } } = parts
  const leases = createLeases(store)
  const isInProgress = async (account: string, key: string, { owner, openUntil }: IdempotencyRecord): Promise<boolean> => {
    if (owner === engine.me) return leases.isWorking(account, key)
    return now() < openUntil && await parts.isAlive(owner)
  }

  return {
    take: async (request, signal) => {
      const { account, deadlineMs, isCreate } = request
      const { key, fingerprint } = await namesOf(parts, request)
      const openUntil = now() + deadlineMs + longestWaitMs
      const own: IdempotencyRecord = { fingerprint, owner: engine.me, openUntil, operationId: null, answer: null }
      const begin = (): KeyVerdict => ({ kind: 'held', idempotencyLease: leases.begin(account, key, own) })
      for (let tries = 0; tries < mostTries; tries += 1) {
        const reserved = await reachable(async () => await store.reserve(account, { key, record: own, isCreate }))
        if (reserved.kind === 'flushed') throw flushed(store.acknowledgement(account))
        if (reserved.kind === 'unreadable') throw unreadable()
        if (reserved.kind === 'new') return begin()
        const { record } = reserved
        if (record.fingerprint !== fingerprint) throw mismatch()
        if (record.answer === null && await isInProgress(account, key, record)) throw inProgress()
        const result = await resultOf(parts, request, record, signal)
        if (result !== 'none') return result
        if (await reachable(async () => await store.replace(account, key, record, own))) return begin()
      }
      throw inProgress()
    }
  }
}

/** The name under which the key is stored, derived from an older secret if the key was first used before a rotation. */
async function namesOf ({ store, secrets: [secret, ...older] }: IdempotencyKeysParts, request: KeyedRequest) {
  for (const old of older) {
    const names = namesUnder(old, request)
    if (await reachable(async () => await store.find(request.account, names.key)) !== null) return names
  }
  return namesUnder(secret, request)
}

function namesUnder (secret: Buffer, { principal, account, key, request }: KeyedRequest) {
  const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
  return { key: hmac(JSON.stringify(['key', principal, account, key])), fingerprint: hmac(canonical(request)) }
}

/** The leases that requests of this process hold. */
function createLeases (store: IdempotencyStore) {
  const working = new Set<string>()
  return {
    isWorking: (account: string, key: string): boolean => working.has(`${account} ${key}`),
    begin: (account: string, key: string, first: IdempotencyRecord): IdempotencyLease => {
      let record = first
      working.add(`${account} ${key}`)
      const change = async (next: IdempotencyRecord): Promise<void> => {
        const isReplaced = await reachable(async () => await store.replace(account, key, record, next))
        if (!isReplaced) throw unavailable('the record of this Idempotency-Key was lost during the request')
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
  }
}

/**
 * The result of a key that was used before. `none`, which lets the request be sent again, only if certainly nothing was done: the server
 * was not created, or the process ended before it sent anything. An ambiguous create is waited for.
 */
async function resultOf (
  parts: IdempotencyKeysParts, request: KeyedRequest, record: IdempotencyRecord, signal: AbortSignal
): Promise<KeyVerdict | 'none'> {
  const { engine } = parts
  const { operationId } = record
  const answer = record.answer === null ? null : keptAnswerSchema.parse(JSON.parse(record.answer))
  if (operationId === null) return answer === null ? 'none' : { kind: 'answer', answer }
  if (answer !== null && (answer.status < 400 || operationId === untracked)) return { kind: 'answer', answer }
  if (operationId === untracked) {
    const message = 'the gateway stopped during the first request with this key; check at the provider whether it was done'
    throw new GatewayError('conflict', message)
  }
  const stored = await reachable(async () => await engine.getForCertain(request.account, operationId))
  // A refused request has no operation. An operation expires after a day, and its key no later.
  if (stored === null) return answer === null ? 'none' : { kind: 'answer', answer }
  if (stored.notMade && answer === null) return 'none'
  if (!request.isCreate) return answer === null ? { kind: 'operation', stored } : { kind: 'answer', answer }
  const latest = await untilCertain(parts, stored, request.deadlineMs, signal)
  if (latest.notMade) return 'none'
  if (latest.operation.server_id !== null || latest.phase === 'following') return { kind: 'operation', stored: latest }
  if (answer !== null) return { kind: 'answer', answer }
  if (isEnded(latest)) return { kind: 'operation', stored: latest }
  throw inProgress()
}

async function untilCertain (
  { engine, clock, stopping }: IdempotencyKeysParts, stored: StoredOperation, waitMs: number, signal: AbortSignal
): Promise<StoredOperation> {
  if (isCertain(stored)) return stored
  const over = new AbortController()
  const cancel = clock.timer(() => { over.abort() }, waitMs)
  let last = stored
  try {
    const signals = [signal, over.signal, ...stopping === undefined ? [] : [stopping]]
    for await (const current of engine.changes(stored, 0, AbortSignal.any(signals))) {
      last = current
      if (isCertain(current)) break
    }
  } finally {
    cancel()
  }
  return last
}

const isCertain = ({ phase, notMade, operation }: StoredOperation): boolean =>
  notMade || operation.server_id !== null || phase === 'following'

const mismatch = (): GatewayError =>
  new GatewayError('idempotency-mismatch', 'this Idempotency-Key was used for another request; use a new key for a new request')

const inProgress = (): GatewayError =>
  new GatewayError('idempotency-in-progress', 'the first request with this Idempotency-Key is still in progress', { retryAfterMs: 1000 })

const unavailable = (message: string, cause?: unknown): GatewayError =>
  new GatewayError('idempotency-unavailable', message, { cause })

/** Only an operator can resolve this and the next one, so they carry no Retry-After. */
const flushed = (acknowledgement: string): GatewayError => new GatewayError(
  'idempotency-unavailable',
  'Idempotency keys of this account were lost, so creates with an Idempotency-Key are refused. An operator must compare the provider\'s ' +
    `servers with the creates of the last 24 hours, then acknowledge the loss: ${acknowledgement}`,
  { passing: false }
)

const unreadable = (): GatewayError => new GatewayError(
  'idempotency-unavailable',
  'This Idempotency-Key was used, but its record is sealed under a secret that is no longer configured. Check at the provider what the ' +
    'request has done, then use a new key.',
  { passing: false }
)

/** Turns every failure of the store into a refusal: without a stored key nothing may be sent. */
async function reachable<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable('the idempotency store is unavailable; nothing was sent. Retry, or send without a key', error)
  }
}

/** The same text for equal values, regardless of the order of members. */
function canonical (value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
