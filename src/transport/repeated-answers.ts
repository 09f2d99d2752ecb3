import { LRUCache } from 'lru-cache'
import type { Reader } from '../adapters/contract.ts'

export interface Reading<T> {
  /** The account, the endpoint and everything that was requested of it. */
  readonly key: string
  readonly reader: Reader<T>
  readonly bytes: Buffer
  /** Reads the answer; the value depends on its bytes and the reader alone. */
  read(): T | Promise<T>
  /** Called if the answer repeats an earlier one. */
  onRepeated(): void
}

/**
 * Reads answers, except those that repeat an earlier one byte for byte: their value is the same object as before. Lists are polled and
 * mostly unchanged; parsing, checking and mapping is the larger part of what a list costs. The provider is asked every time.
 */
export type RepeatedAnswers = <T>(reading: Reading<T>) => T | Promise<T>

/** In place of a first answer: what is requested once, such as the pages of a long walk, is not worth its memory. */
const once = 'once'

interface Entry {
  readonly bytes: Buffer
  /** Null until the answer was repeated. */
  readonly kept: Kept<unknown> | null
}

interface Kept<T> {
  readonly reader: Reader<T>
  readonly value: T
}

/** Shorter answers are read faster than they are found. */
const leastBytes = 4096
/** The most that one answer may take of all memory. */
const largestShare = 1 / 4
/** The parsed objects of a list take about this much memory for each byte of its text. */
const weightOfByte = 4
const overheadBytes = 300
const defaultMaxBytes = 32 * 1024 * 1024
/** While there is no room, one answer of so many displaces another. If each did, answers in turn would be gone before they repeat. */
const displacing = 16

export function createRepeatedAnswers (maxBytes = defaultMaxBytes): RepeatedAnswers {
  /**
   * The bytes are kept from the second answer on, and the value when its answer comes twice in a row. Objects that outlive their request
   * are copied and traced by the garbage collector, for nothing if every answer differs.
   */
  const entries = new LRUCache<string, Entry | typeof once>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes * largestShare),
    sizeCalculation: (entry, key) => overheadBytes + key.length + (entry === once ? 0 : sizeOf(entry))
  })

  let refused = 0
  const keep = (key: string, entry: Entry, last: Entry | typeof once): void => {
    const growth = sizeOf(entry) - (last === once ? 0 : sizeOf(last))
    if (entries.calculatedSize + growth <= maxBytes || ++refused % displacing === 0) entries.set(key, entry)
  }

  const mostBytes = maxBytes * largestShare / (weightOfByte + 1) - overheadBytes
  return <T>({ key, reader, bytes, read, onRepeated }: Reading<T>): T | Promise<T> => {
    if (bytes.length < leastBytes || bytes.length > mostBytes) return read()
    const last = entries.get(key)
    const isRepeated = typeof last === 'object' && last.bytes.equals(bytes)
    if (isRepeated && isReadBy(last.kept, reader)) {
      onRepeated()
      return last.kept.value
    }
    const value = read()
    if (last === undefined) {
      entries.set(key, once)
      return value
    }
    if (!isRepeated) {
      keep(key, { bytes, kept: null }, last)
      return value
    }
    const keepValue = (settled: T): T => {
      keep(key, { bytes, kept: { reader, value: settled } }, last)
      return settled
    }
    return value instanceof Promise ? value.then(keepValue) : keepValue(value)
  }
}

const sizeOf = ({ bytes, kept }: Entry): number => bytes.buffer.byteLength + (kept === null ? 0 : bytes.length * weightOfByte)

/** A reader makes values of one type, so the entry's value has that type. */
const isReadBy = <T>(kept: Kept<unknown> | null, reader: Reader<T>): kept is Kept<T> => kept?.reader === reader
