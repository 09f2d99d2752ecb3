import { randomUUID } from 'node:crypto'

/**
 * The generation of an account: a random stamp that each write replaces. A read may be shared while the account still has the generation
 * under which the read began. Shared by all replicas if possible.
 */
export interface Generations {
  /** The generation as this process last saw it. If it is outdated, reads under it are shared with no caller. */
  known(account: string): string
  /** The current generation; null while it is unknown. */
  current(account: string): Promise<string | null>
  /** A write was answered, or an operation has ended. Resolves when every replica can see the new generation. */
  bump(account: string): Promise<void>
}

/**
 * For a process that shares its state with no other. Cached reads and flights end with the process, so their generation is not stored: the
 * next process begins with a new one, and shares no earlier read.
 */
export function createOwnGenerations (): Generations {
  const latest = new Map<string, string>()
  const known = (account: string): string => {
    const generation = latest.get(account) ?? randomUUID()
    latest.set(account, generation)
    return generation
  }
  return {
    known,
    current: async account => known(account),
    bump: async account => { latest.set(account, randomUUID()) }
  }
}
