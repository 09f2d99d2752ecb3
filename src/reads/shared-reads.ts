import { randomUUID } from 'node:crypto'
import type { Generations } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import { createCache, type CacheParts, type Cached } from './cache.ts'
import { createSingleFlight } from './single-flight.ts'

/** Shared reads: one call to the provider serves all concurrent callers, and through the cache later ones. */
export interface Reads<T extends object> {
  /** Throws the error of `work` to all callers that share it; errors are not cached. */
  read(request: ReadRequest, work: (signal: AbortSignal) => Promise<T>): Promise<Read<T>>
  /** The cached read, without a call to the provider; null if there is none. */
  cached(request: ReadRequest): Promise<Read<T> | null>
}

export interface ReadRequest {
  readonly account: Pick<Account, 'id' | 'instanceId'>
  /** Everything that shapes the answer, except the account. */
  readonly key: string
  /** The maximum age of a cached answer in milliseconds; 0: the cache is not used. */
  readonly maxAgeMs: number
  readonly context: RequestContext
}

export interface Read<T> extends Cached<T> {
  readonly from: 'live' | 'cache'
  /** Other callers have the same value. */
  readonly isShared: boolean
  /** Replaces the cached value. */
  keep(value: T): void
}

export interface ReadsParts<T extends object> extends CacheParts<T> {
  readonly generations: Generations
  readonly observer: Observer
  /** A value for which this is false is not cached unless `keep` replaces it. */
  readonly isWhole?: (value: T) => boolean
}

export function createReads<T extends object> (parts: ReadsParts<T>): Reads<T> {
  const { generations, clock, observer, isWhole = () => true } = parts
  const cache = createCache(parts)
  const singleFlight = createSingleFlight<Cached<T>>()

  /** The generation under which a read may be shared. The store is read first only if a read could be joined. */
  const generationFor = async (account: string, key: string): Promise<string> => {
    const known = generations.known(account)
    if (known !== '' && !singleFlight.has(key, known)) {
      // The known generation may be outdated; this makes the next read use the current one.
      generations.current(account).catch(() => {})
      return known
    }
    return await generations.current(account) ?? randomUUID()
  }
  const readCache = async ({ account, key, maxAgeMs, context }: ReadRequest): Promise<Read<T> | null> => {
    const beganAt = clock.elapsed()
    const cached = await cache.get(account.id, keyOf(account, key), maxAgeMs)
    if (cached === null) return null
    context.counters.cacheMs += clock.elapsed() - beganAt
    return { ...cached, from: 'cache', isShared: true, keep: () => {} }
  }

  return {
    cached: readCache,
    read: async (request, work) => {
      const { account, context } = request
      const key = keyOf(account, request.key)
      const cached = await readCache(request)
      if (cached !== null) {
        observer.cacheAsked(account.id, 'hit')
        return cached
      }
      const generation = await generationFor(account.id, key)
      const { value: found, isLeader } = await singleFlight.join({ key, generation, signal: context.signal }, async signal => {
        const at = clock.now()
        return { value: await work(signal), at }
      })
      observer.cacheAsked(account.id, isLeader ? 'miss' : 'shared')
      if (isLeader && isWhole(found.value)) cache.set(key, found, generation)
      return { ...found, from: 'live', isShared: !isLeader, keep: value => { cache.set(key, { value, at: found.at }, generation) } }
    }
  }
}

const keyOf = ({ id, instanceId }: ReadRequest['account'], key: string): string => `${id} ${instanceId} ${key}`
