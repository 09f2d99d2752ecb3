import { LRUCache } from 'lru-cache'
import type { Clock } from '../domain/clock.ts'
import type { Generations } from '../state/generation.ts'

/** Something that was read before. */
export interface Cached<T> {
  readonly value: T
  /** Epoch milliseconds: when the provider was asked. */
  readonly at: number
}

interface Kept<T extends object> {
  value: T
  /** It says of itself that it is a copy. */
  isMarked: boolean
  readonly at: number
  readonly generation: string
}

/** What was read last by this process, within so many bytes: what nobody has taken for long goes first. */
export interface Cache<T extends object> {
  /** One that is young enough, and that no write of any replica has made old. */
  get(account: string, key: string, maxAgeMs: number): Promise<Cached<T> | null>
  /** `word`: that of the account when the reading began. */
  set(key: string, cached: Cached<T>, generation: string): void
}

export interface CacheParts<T extends object> {
  readonly generations: Generations
  readonly clock: Clock
  readonly maxBytes: number
  readonly bytesOf: (value: T) => number
  /** The same, saying of itself that it is a copy. */
  readonly toCached: (value: T) => T
}

const overheadBytes = 200

export function createCache<T extends object> ({ generations, clock, maxBytes, bytesOf, toCached }: CacheParts<T>): Cache<T> {
  const kept = new LRUCache<string, Kept<T>>({
    maxSize: maxBytes,
    // A larger one would drive out all others.
    maxEntrySize: maxBytes / 16,
    sizeCalculation: ({ value }, key) => bytesOf(value) + key.length + overheadBytes
  })
  return {
    get: async (account, key, maxAgeMs) => {
      const found = maxAgeMs > 0 ? kept.get(key) : undefined
      if (found === undefined || clock.now() - found.at > maxAgeMs || found.generation !== await generations.current(account)) return null
      if (!found.isMarked) {
        found.value = toCached(found.value)
        found.isMarked = true
      }
      return { value: found.value, at: found.at }
    },
    set: (key, { value, at }, generation) => { kept.set(key, { value, isMarked: false, at, generation }) }
  }
}
