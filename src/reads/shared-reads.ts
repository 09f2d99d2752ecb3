import { randomUUID } from 'node:crypto'
import type { Generations } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import { createCache, type CacheParts, type Cached } from './cache.ts'
import { createSingleFlight } from './single-flight.ts'

/** Shared reads: one call serves concurrent callers, and later ones from the cache. */
export interface Reads<T extends object> {
  /** Throws the error of `work` to all callers that share it; errors are not cached. */
  read(asked: Asked, work: (signal: AbortSignal) => Promise<T>): Promise<Read<T>>
  /** The cached read, without a call to the provider. */
  cached(asked: Asked): Promise<Read<T> | null>
}

export interface Asked {
  readonly account: Pick<Account, 'id' | 'instanceId'>
  /** Everything that shapes the answer, except the account. */
  readonly key: string
  /** The maximum age of a cached answer in milliseconds; 0: the cache is not used. */
  readonly maxAgeMs: number
  readonly context: RequestContext
}

export interface Read<T> extends Cached<T> {
  readonly from: 'live' | 'cache'
  /** Other callers have been given the same value, too. */
  readonly isShared: boolean
  /** Replaces the cached value. */
  keep(value: T): void
}

export interface ReadsParts<T extends object> extends CacheParts<T> {
  readonly generations: Generations
  readonly observer: Observer
  /** An incomplete value is cached only after `keep`. */
  readonly isWhole?: (value: T) => boolean
}

export function createReads<T extends object> (parts: ReadsParts<T>): Reads<T> {
  const { generations, clock, observer, isWhole = () => true } = parts
  const cache = createCache(parts)
  const singleFlight = createSingleFlight<Cached<T>>()

  /** The generation under which a read may be shared; the store is read only if there is something to share. */
  const generationFor = async (account: string, key: string): Promise<string> => {
    const known = generations.known(account)
    if (known !== '' && !singleFlight.has(`${known} ${key}`)) {
      // The known generation may be old: then the next read uses the new one.
      generations.current(account).catch(() => {})
      return known
    }
    return await generations.current(account) ?? randomUUID()
  }
  const take = async ({ account, key, maxAgeMs, context }: Asked): Promise<Read<T> | null> => {
    const began = clock.elapsed()
    const cached = await cache.get(account.id, keyOf(account, key), maxAgeMs)
    if (cached === null) return null
    context.counters.cacheMs += clock.elapsed() - began
    return { ...cached, from: 'cache', isShared: true, keep: () => {} }
  }

  return {
    cached: take,
    read: async (asked, work) => {
      const { account, context } = asked
      const key = keyOf(account, asked.key)
      const cached = await take(asked)
      if (cached !== null) {
        observer.cacheAsked(account.id, 'hit')
        return cached
      }
      const generation = await generationFor(account.id, key)
      const { value: found, isLeader } = await singleFlight.join(`${generation} ${key}`, context.signal, async signal => {
        const at = clock.now()
        return { value: await work(signal), at }
      })
      observer.cacheAsked(account.id, isLeader ? 'miss' : 'shared')
      if (isLeader && isWhole(found.value)) cache.set(key, found, generation)
      return { ...found, from: 'live', isShared: !isLeader, keep: value => { cache.set(key, { value, at: found.at }, generation) } }
    }
  }
}

const keyOf = ({ id, instanceId }: Asked['account'], key: string): string => `${id} ${instanceId} ${key}`
