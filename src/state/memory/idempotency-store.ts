import { isDeepStrictEqual } from 'node:util'
import type { IdempotencyRecord, IdempotencyStore } from '../idempotency-store.ts'
import { keptForMs } from '../operation-store.ts'

const mostKept = 20_000

/** Keys of this process alone; lost when it ends. */
export function createMemoryIdempotencyStore (now: () => number = Date.now): IdempotencyStore {
  const kept = new Map<string, { readonly record: IdempotencyRecord, readonly until: number }>()
  const nameOf = (account: string, key: string): string => `${account} ${key}`
  const forgetOld = (): void => {
    for (const [name, { until }] of kept) {
      if (kept.size <= mostKept && until > now()) return
      kept.delete(name)
    }
  }

  return {
    isFlushed: async () => false,
    reserve: async (account, { key, record }) => {
      forgetOld()
      const found = kept.get(nameOf(account, key))
      if (found !== undefined) return { kind: 'known', record: found.record }
      kept.set(nameOf(account, key), { record, until: now() + keptForMs })
      return { kind: 'new' }
    },
    replace: async (account, key, known, next) => {
      const found = kept.get(nameOf(account, key))
      if (found === undefined || !isDeepStrictEqual(found.record, known)) return false
      kept.set(nameOf(account, key), { ...found, record: next })
      return true
    },
    find: async (account, key) => kept.get(nameOf(account, key))?.record ?? null,
    forget: async (account, key, known) => {
      if (isDeepStrictEqual(kept.get(nameOf(account, key))?.record, known)) kept.delete(nameOf(account, key))
    }
  }
}
