import type { Token } from '../adapters/contract.ts'
import { systemClock, type Clock } from '../domain/clock.ts'
import type { StoredToken, TokenStore } from '../state/token-store.ts'
import { createSharedSignIn, refusedForMs } from './shared-sign-in.ts'
import { remainingMs } from './token-lifetime.ts'

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
  /** The provider accepted the token: a lifetime that use renews begins again. */
  used(token: Token): void
  /** Bad credentials are forgotten, so that the next call tries again. */
  clearRejected(): Promise<void>
}

export interface TokenSourceOptions {
  readonly key: string
  readonly store: TokenStore
  readonly clock?: Clock
}

/** One login for one lifetime, for one account: in this process by a shared promise, among replicas by the store's lock. */
export function createTokenSource ({ key, store, clock: { now, sleep } = systemClock }: TokenSourceOptions): TokenSource {
  let held: { token: StoredToken, lastUsed: number, lastTouched: number } | null = null
  let pending: Promise<StoredToken> | null = null
  let rejected: { value: string, until: number } | null = null
  const sharedSignIn = createSharedSignIn({ key, store, now, sleep })

  const recent: string[] = []
  const hold = (token: StoredToken): StoredToken => {
    if (!recent.includes(token.value)) recent.push(token.value)
    if (recent.length > 5) recent.shift()
    held = { token, lastUsed: now(), lastTouched: now() }
    return token
  }
  const isFresh = (): boolean => held !== null && remainingMs(held.token, held.lastUsed, now()) > 0

  return {
    recent: () => recent,
    current: () => held !== null && isFresh() ? held.token : null,
    get: async signIn => {
      if (held !== null && isFresh()) return held.token
      sharedSignIn.checkRefusal()
      if (pending === null) {
        held = null
        pending = sharedSignIn.obtain(signIn).then(hold).finally(() => { pending = null })
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
      // After its renewal the store may hold another replica's token.
      if (leftMs <= 0) return
      held.lastTouched = held.lastUsed
      store.touch(key, leftMs).catch(() => {})
    },
    clearRejected: sharedSignIn.clearRejected
  }
}
