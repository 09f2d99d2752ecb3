import { randomUUID } from 'node:crypto'
import type { Generations } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import { createCache, type CacheParts, type Cached } from './cache.ts'
import { createSingleFlight } from './single-flight.ts'

/** Reads that are asked for by several: one call serves those who ask at the same time, and later ones who take a copy. */
export interface Reads<T extends object> {
  /** Throws what the work throws; that is told to all who share it, and not kept. */
  read(asked: Asked, work: (signal: AbortSignal) => Promise<T>): Promise<Read<T>>
  /** What there is without asking the provider. */
  cached(asked: Asked): Promise<Read<T> | null>
}

export interface Asked {
  readonly account: Pick<Account, 'id' | 'instanceId'>
  /** Everything that shapes the answer, beside the account. */
  readonly key: string
  /** A copy may be so old; 0: none is taken. */
  readonly maxAgeMs: number
  readonly context: RequestContext
}

export interface Read<T> extends Cached<T> {
  readonly from: 'live' | 'cache'
  /** Keeps what has been made of it in its stead. */
  keep(value: T): void
}

export interface ReadsParts<T extends object> extends CacheParts<T> {
  readonly generations: Generations
  readonly observer: Observer
  /** What is not whole yet is kept only when it has been completed. */
  readonly isWhole?: (value: T) => boolean
}

export function createReads<T extends object> (parts: ReadsParts<T>): Reads<T> {
  const { generations, clock, observer, isWhole = () => true } = parts
  const cache = createCache(parts)
  const singleFlight = createSingleFlight<Cached<T>>()

  /** Under which a read may be shared: asked of the store only where there is something to share. */
  const generationFor = async (account: string, key: string): Promise<string> => {
    const known = generations.known(account)
    if (known !== '' && !singleFlight.has(`${known} ${key}`)) {
      // It may be an old one: then at least the next reading is kept under the new one.
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
    return { ...cached, from: 'cache', keep: () => {} }
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
      return { ...found, from: 'live', keep: value => { cache.set(key, { value, at: found.at }, generation) } }
    }
  }
}

const keyOf = ({ id, instanceId }: Asked['account'], key: string): string => `${id} ${instanceId} ${key}`
