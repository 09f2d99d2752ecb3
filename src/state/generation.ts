import { randomUUID } from 'node:crypto'

/**
 * How often an account was written to, as a word that never comes again: what was read under one word may be shared as long as the
 * account still has it. For all replicas where it can be.
 */
export interface Generations {
  /** The word as this process last saw it. It may be an old one; then nobody shares what is read under it. */
  known(account: string): string
  /** The word of now; null while nobody can tell. */
  current(account: string): Promise<string | null>
  /** A write was answered, or what it began has ended. Resolves when every replica can know. */
  bump(account: string): Promise<void>
}

/** For this process alone. */
export function createMemoryGenerations (): Generations {
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
