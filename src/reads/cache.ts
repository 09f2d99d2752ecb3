import { LRUCache } from 'lru-cache'
import type { Clock } from '../domain/clock.ts'
import type { Turns } from '../state/generation.ts'

/** Something that was read before. */
export interface Copy<T> {
  readonly value: T
  /** Epoch milliseconds: when the provider was asked. */
  readonly at: number
}

interface Kept<T extends object> {
  value: T
  /** It says of itself that it is a copy. */
  isMarked: boolean
  readonly at: number
  readonly word: string
}

/** What was read last by this process, within so many bytes: what nobody has taken for long goes first. */
export interface Copies<T extends object> {
  /** One that is young enough, and that no write of any replica has made old. */
  take(account: string, key: string, maxAgeMs: number): Promise<Copy<T> | null>
  /** `word`: that of the account when the reading began. */
  keep(key: string, copy: Copy<T>, word: string): void
}

export interface CopiesParts<T extends object> {
  readonly turns: Turns
  readonly clock: Clock
  readonly maxBytes: number
  readonly bytesOf: (value: T) => number
  /** The same, saying of itself that it is a copy. */
  readonly mark: (value: T) => T
}

const overheadBytes = 200

export function createCopies<T extends object> ({ turns, clock, maxBytes, bytesOf, mark }: CopiesParts<T>): Copies<T> {
  const kept = new LRUCache<string, Kept<T>>({
    maxSize: maxBytes,
    // A larger one would drive out all others.
    maxEntrySize: maxBytes / 16,
    sizeCalculation: ({ value }, key) => bytesOf(value) + key.length + overheadBytes
  })
  return {
    take: async (account, key, maxAgeMs) => {
      const found = maxAgeMs > 0 ? kept.get(key) : undefined
      if (found === undefined || clock.now() - found.at > maxAgeMs || found.word !== await turns.current(account)) return null
      if (!found.isMarked) {
        found.value = mark(found.value)
        found.isMarked = true
      }
      return { value: found.value, at: found.at }
    },
    keep: (key, { value, at }, word) => { kept.set(key, { value, isMarked: false, at, word }) }
  }
}
