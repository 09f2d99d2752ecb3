import type { Token } from '../adapters/contract.ts'
import { systemClock, type Clock } from '../domain/clock.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { StoredToken, TokenStore } from '../state/token-store.ts'

export interface TokenSource {
  /** The token that this process holds, when it is still good: no waiting, no store. */
  current(): Token | null
  /** The last token values of this process: texts of the provider may repeat them. */
  recent(): readonly string[]
  /** A token that is believed valid; `signIn` runs only if no other call or replica has one or is getting one. */
  get(signIn: () => Promise<Token>): Promise<Token>
  /** The provider refused this token: it must not be used again. */
  drop(token: Token): Promise<void>
  /** A token was refused though it was fresh: signing in again would not help, for a while. */
  markRejected(token: Token): void
  isRejected(token: Token): boolean
  /** The token was just accepted: a sliding lifetime slides. */
  used(token: Token): void
  /** Bad credentials are forgotten, so that the next call tries again. */
  clearRejected(): Promise<void>
}

export interface TokenSourceOptions {
  readonly key: string
  readonly store: TokenStore
  readonly clock?: Clock
}

const refusedForMs = 30_000
/** Extended while the sign-in goes on: short, because its holder may die. */
const lockMs = 10_000
const waitForOthersMs = 60_000
const lifetimeWithoutEndMs = 24 * 3600_000

/** One login for one lifetime, for one account: in this process by a shared promise, among replicas by the store's lock. */
export function createTokenSource ({ key, store, clock: { now, sleep } = systemClock }: TokenSourceOptions): TokenSource {
  let held: { token: StoredToken, lastUsed: number, lastTouched: number } | null = null
  let pending: Promise<StoredToken> | null = null
  let rejected: { value: string, until: number } | null = null
  let refusal: { error: UpstreamError, until: number } | null = null

  const recent: string[] = []
  const hold = (token: StoredToken): StoredToken => {
    if (!recent.includes(token.value)) recent.push(token.value)
    if (recent.length > 5) recent.shift()
    held = { token, lastUsed: now(), lastTouched: now() }
    return token
  }
  const isFresh = (): boolean => held !== null && remainingMs(held.token, held.lastUsed, now()) > 0

  const fromStore = async (): Promise<StoredToken | null> => {
    const token = await store.get(key)
    return token !== null && remainingMs(token, now(), now()) > 0 ? token : null
  }

  const login = async (signIn: () => Promise<Token>): Promise<StoredToken> => {
    try {
      const token = toStored(await signIn(), now())
      await store.put(key, token, remainingMs(token, now(), now()))
      return token
    } catch (error) {
      if (error instanceof UpstreamError && error.failure === 'authentication') {
        refusal = { error, until: now() + refusedForMs }
        await store.refuse(key, refusedForMs)
      }
      throw error
    }
  }

  const obtain = async (signIn: () => Promise<Token>): Promise<StoredToken> => {
    const waitUntil = now() + waitForOthersMs
    for (;;) {
      const known = await fromStore()
      if (known !== null) return hold(known)
      if (await store.isRefused(key)) throw refusal?.error ?? rememberedRefusal()
      const lock = await store.lock(key, lockMs)
      if (lock !== null) {
        const extending = setInterval(() => { lock.extend(lockMs).catch(() => {}) }, lockMs / 3)
        try {
          // Another replica may have signed in, or been refused, between our look and our lock.
          const found = await fromStore()
          if (found !== null) return hold(found)
          if (await store.isRefused(key)) throw refusal?.error ?? rememberedRefusal()
          return hold(await login(signIn))
        } finally {
          clearInterval(extending)
          await lock.release()
        }
      }
      if (now() > waitUntil) throw new UpstreamError('timeout', 'timed out waiting for another replica to sign in')
      await sleep(50)
    }
  }

  return {
    recent: () => recent,
    current: () => held !== null && isFresh() ? held.token : null,
    get: async signIn => {
      if (held !== null && isFresh()) return held.token
      if (refusal !== null && refusal.until > now()) throw refusal.error
      if (pending === null) {
        held = null
        pending = obtain(signIn).finally(() => { pending = null })
      }
      return await pending
    },
    drop: async token => {
      if (held?.token.value === token.value) held = null
      await store.drop(key, token.value)
    },
    markRejected: token => { if (rejected?.value !== token.value) rejected = { value: token.value, until: now() + refusedForMs } },
    isRejected: token => rejected !== null && rejected.value === token.value && rejected.until > now(),
    used: token => {
      if (held === null || held.token.value !== token.value) return
      held.lastUsed = now()
      const { idleMs } = held.token
      // The store is updated from time to time, not at every call.
      if (idleMs === null || held.lastUsed - held.lastTouched < idleMs / 20) return
      const leftMs = remainingMs(held.token, held.lastUsed, held.lastUsed)
      // Past its renewal another replica's token may stand there.
      if (leftMs <= 0) return
      held.lastTouched = held.lastUsed
      store.touch(key, leftMs).catch(() => {})
    },
    clearRejected: async () => {
      refusal = null
      await store.clearRejected(key)
    }
  }
}

const rememberedRefusal = (): UpstreamError =>
  new UpstreamError('authentication', 'the provider rejected the credentials within the last 30 seconds')

/** Renewed a minute before its end, or a tenth of its life before for short ones. */
const toStored = (token: Token, at: number): StoredToken =>
  ({ ...token, renewAt: token.expiresAt === null ? null : token.expiresAt - marginMs(token.expiresAt - at) })

/** How long the token may still be used without being asked for again. */
function remainingMs (token: StoredToken, lastUsed: number, at: number): number {
  const untilEnd = token.renewAt === null ? lifetimeWithoutEndMs : token.renewAt - at
  const untilIdle = token.idleMs === null ? lifetimeWithoutEndMs : lastUsed + token.idleMs - marginMs(token.idleMs) - at
  return Math.min(untilEnd, untilIdle)
}

const marginMs = (lifetimeMs: number): number => Math.min(60_000, Math.max(0, lifetimeMs) / 10)
