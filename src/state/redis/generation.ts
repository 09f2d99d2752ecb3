import { randomUUID } from 'node:crypto'
import type { Generations } from '../generation.ts'
import { accountKey, type Connection } from './commands.ts'

const keptMs = 7 * 24 * 3600_000

/** Shared by all replicas. After a loss of data the generation is a new one, so that no earlier read is shared. */
export function createRedisGenerations (redis: Connection): Generations {
  const latest = new Map<string, string>()
  const keyOf = (account: string): string => accountKey(account, 'generation')
  const remember = (account: string, generation: string): string => {
    latest.set(account, generation)
    return generation
  }
  return {
    known: account => latest.get(account) ?? '',
    current: async account => {
      try {
        const generation = await redis.get(keyOf(account))
        if (generation !== null) return remember(account, generation)
        const first = randomUUID()
        if (await redis.set(keyOf(account), first, 'PX', keptMs, 'NX') !== null) return remember(account, first)
        return await redis.get(keyOf(account))
      } catch {
        return null
      }
    },
    bump: async account => {
      const generation = remember(account, randomUUID())
      await redis.set(keyOf(account), generation, 'PX', keptMs).catch(() => {})
    }
  }
}
