import type { Token } from '../adapters/contract.ts'
import type { Clock } from '../domain/clock.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Lock, StoredToken, TokenStore } from '../state/token-store.ts'
import { remainingMs, toStored } from './token-lifetime.ts'

/** How long bad credentials are remembered. */
export const refusedForMs = 30_000
/** Extended while the sign-in goes on: short, because its holder may die. */
const lockMs = 10_000
const waitForOthersMs = 60_000
const pauseMs = 50

interface SharedSignInParts extends Pick<Clock, 'now' | 'sleep'> {
  readonly key: string
  readonly store: TokenStore
}

/** One sign-in among the replicas: by the store's lock. */
export interface SharedSignIn {
  /** The store's token, or that of a sign-in, while no other replica signs in. */
  obtain(signIn: () => Promise<Token>): Promise<StoredToken>
  /** Throws the refusal of credentials that this process remembers. */
  checkRefusal(): void
  clearRejected(): Promise<void>
}

export function createSharedSignIn ({ key, store, now, sleep }: SharedSignInParts): SharedSignIn {
  let refusal: { readonly error: UpstreamError, readonly until: number } | null = null

  const known = async (): Promise<StoredToken | null> => {
    const token = await store.get(key)
    if (token !== null && remainingMs(token, now(), now()) > 0) return token
    if (await store.isRefused(key)) throw refusal?.error ?? rememberedRefusal()
    return null
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
  const underLock = async (signIn: () => Promise<Token>): Promise<StoredToken | null> => {
    const lock = await store.lock(key, lockMs)
    if (lock === null) return null
    // Another replica may have signed in, or been refused, before this one got the lock.
    return await whileHeld(lock, async () => await known() ?? await login(signIn))
  }
  return {
    obtain: async signIn => {
      const waitUntil = now() + waitForOthersMs
      for (;;) {
        const token = await known() ?? await underLock(signIn)
        if (token !== null) return token
        if (now() > waitUntil) throw new UpstreamError('timeout', 'timed out waiting for another replica to sign in')
        await sleep(pauseMs)
      }
    },
    checkRefusal: () => { if (refusal !== null && refusal.until > now()) throw refusal.error },
    clearRejected: async () => {
      refusal = null
      await store.clearRejected(key)
    }
  }
}

async function whileHeld<T> (lock: Lock, work: () => Promise<T>): Promise<T> {
  const extending = setInterval(() => { lock.extend(lockMs).catch(() => {}) }, lockMs / 3)
  try {
    return await work()
  } finally {
    clearInterval(extending)
    await lock.release()
  }
}

const rememberedRefusal = (): UpstreamError =>
  new UpstreamError('authentication', 'the provider rejected the credentials within the last 30 seconds')
