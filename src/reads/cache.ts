import { LRUCache } from 'lru-cache'
import type { Clock } from '../domain/clock.ts'
import type { Generations } from '../state/generation.ts'

/** The result of an earlier read. */
export interface Cached<T> {
  readonly value: T
  /** Epoch milliseconds of the read from the provider. */
  readonly at: number
}

interface Entry<T extends object> {
  value: T
  /** The value has been marked as cached. */
  isMarked: boolean
  readonly at: number
  readonly generation: string
}

/** The most recently used reads of this process, bounded in bytes; the least recently used is evicted first. */
export interface Cache<T extends object> {
  /** Null unless there is an entry that is younger than `maxAgeMs` and of the account's current generation. */
  get(account: string, key: string, maxAgeMs: number): Promise<Cached<T> | null>
  /** `generation`: the account's, at the start of the read. */
  set(key: string, cached: Cached<T>, generation: string): void
}

export interface CacheParts<T extends object> {
  readonly generations: Generations
  readonly clock: Clock
  readonly maxBytes: number
  readonly bytesOf: (value: T) => number
  /** Marks a value as cached. */
  readonly toCached: (value: T) => T
}

const overheadBytes = 200

export function createCache<T extends object> ({ generations, clock, maxBytes, bytesOf, toCached }: CacheParts<T>): Cache<T> {
  const entries = new LRUCache<string, Entry<T>>({
    maxSize: maxBytes,
    // A larger entry would evict all others.
    maxEntrySize: maxBytes / 16,
    sizeCalculation: ({ value }, key) => bytesOf(value) + key.length + overheadBytes
  })
  return {
    get: async (account, key, maxAgeMs) => {
      const found = maxAgeMs > 0 ? entries.get(key) : undefined
      if (found === undefined || clock.now() - found.at > maxAgeMs || found.generation !== await generations.current(account)) return null
      if (!found.isMarked) {
        found.value = toCached(found.value)
        found.isMarked = true
      }
      return { value: found.value, at: found.at }
    },
    set: (key, { value, at }, generation) => { entries.set(key, { value, isMarked: false, at, generation }) }
  }
}
