import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Turns } from '../generation.ts'

const keptMs = 7 * 24 * 3600_000

/** Shared by all replicas. After a loss the word is another one, so that nothing from before is shared. */
export function createRedisTurns (redis: Redis | Cluster): Turns {
  const words = new Map<string, string>()
  const keyOf = (account: string): string => `hawser:{${account}}:word`
  const see = (account: string, word: string): string => {
    words.set(account, word)
    return word
  }
  return {
    known: account => words.get(account) ?? '',
    current: async account => {
      try {
        const word = await redis.get(keyOf(account))
        if (word !== null) return see(account, word)
        const first = randomUUID()
        if (await redis.set(keyOf(account), first, 'PX', keptMs, 'NX') !== null) return see(account, first)
        return await redis.get(keyOf(account))
      } catch {
        return null
      }
    },
    turn: async account => {
      const word = see(account, randomUUID())
      await redis.set(keyOf(account), word, 'PX', keptMs).catch(() => {})
    }
  }
}
