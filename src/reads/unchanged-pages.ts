import { LRUCache } from 'lru-cache'
import { readAgain, type Answer } from './answer.ts'
import type { PageRead } from './read-page.ts'

/**
 * Pages that were serialized before. Where the provider's answers repeat earlier ones, a page has the same row objects: only the time of
 * the read is new, and nothing is serialized again.
 */
export interface UnchangedPages {
  /** The answer for this page, read at `observedAt`; null if the page has changed. `key`: everything that shapes the page. */
  find(key: string, page: PageRead, observedAt: string): Answer | null
  keep(key: string, page: PageRead, answer: Answer): void
}

interface Entry {
  readonly page: PageRead
  readonly answer: Answer
}

const maxBytes = 32 * 1024 * 1024
/** An entry keeps the objects of its rows alive, which take several times the memory of their text. */
const weightOfCharacter = 8

export function createUnchangedPages (): UnchangedPages {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: maxBytes / 4,
    sizeCalculation: ({ answer }, key) => key.length + answer.text.length * weightOfCharacter
  })
  return {
    find: (key, page, observedAt) => {
      const last = entries.get(key)
      return last !== undefined && isSame(last.page, page) ? readAgain(last.answer, observedAt) : null
    },
    keep: (key, page, answer) => { entries.set(key, { page, answer }) }
  }
}

const isSame = (a: PageRead, b: PageRead): boolean =>
  a.total === b.total && a.next?.id === b.next?.id && a.next?.value === b.next?.value &&
  a.rows.length === b.rows.length && a.rows.every((row, index) => row === b.rows[index])
