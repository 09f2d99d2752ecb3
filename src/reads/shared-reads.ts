import { randomUUID } from 'node:crypto'
import type { Turns } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import { createCopies, type CopiesParts, type Copy } from './cache.ts'
import { createFlights } from './single-flight.ts'

/** Reads that are asked for by several: one call serves those who ask at the same time, and later ones who take a copy. */
export interface Reads<T extends object> {
  /** Throws what the work throws; that is told to all who share it, and not kept. */
  read(asked: Asked, work: (signal: AbortSignal) => Promise<T>): Promise<Read<T>>
  /** What there is without asking the provider. */
  copy(asked: Asked): Promise<Read<T> | null>
}

export interface Asked {
  readonly account: Pick<Account, 'id' | 'opening'>
  /** Everything that shapes the answer, beside the account. */
  readonly key: string
  /** A copy may be so old; 0: none is taken. */
  readonly maxAgeMs: number
  readonly context: RequestContext
}

export interface Read<T> extends Copy<T> {
  readonly from: 'live' | 'cache'
  /** Keeps what has been made of it in its stead. */
  keep(value: T): void
}

export interface ReadsParts<T extends object> extends CopiesParts<T> {
  readonly turns: Turns
  readonly observer: Observer
  /** What is not whole yet is kept only when it has been completed. */
  readonly isWhole?: (value: T) => boolean
}

export function createReads<T extends object> (parts: ReadsParts<T>): Reads<T> {
  const { turns, clock, observer, isWhole = () => true } = parts
  const copies = createCopies(parts)
  const flights = createFlights<Copy<T>>()

  /** Under which a read may be shared: asked of the store only where there is something to share. */
  const wordFor = async (account: string, key: string): Promise<string> => {
    const known = turns.known(account)
    if (known !== '' && !flights.has(`${known} ${key}`)) {
      // It may be an old one: then at least the next reading is kept under the new one.
      turns.current(account).catch(() => {})
      return known
    }
    return await turns.current(account) ?? randomUUID()
  }
  const take = async ({ account, key, maxAgeMs, context }: Asked): Promise<Read<T> | null> => {
    const began = clock.elapsed()
    const copy = await copies.take(account.id, keyOf(account, key), maxAgeMs)
    if (copy === null) return null
    context.tally.cacheMs += clock.elapsed() - began
    return { ...copy, from: 'cache', keep: () => {} }
  }

  return {
    copy: take,
    read: async (asked, work) => {
      const { account, context } = asked
      const key = keyOf(account, asked.key)
      const copy = await take(asked)
      if (copy !== null) {
        observer.cacheAsked(account.id, 'hit')
        return copy
      }
      const word = await wordFor(account.id, key)
      const { value: found, led } = await flights.join(`${word} ${key}`, context.signal, async signal => {
        const at = clock.now()
        return { value: await work(signal), at }
      })
      observer.cacheAsked(account.id, led ? 'miss' : 'shared')
      if (led && isWhole(found.value)) copies.keep(key, found, word)
      return { ...found, from: 'live', keep: value => { copies.keep(key, { value, at: found.at }, word) } }
    }
  }
}

const keyOf = ({ id, opening }: Asked['account'], key: string): string => `${id} ${opening} ${key}`
