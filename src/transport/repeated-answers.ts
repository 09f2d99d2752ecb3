import { crc32 } from 'node:zlib'
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

interface Kept<T> {
  readonly reader: Reader<T>
  readonly bytes: Buffer
  readonly value: T
}

/** Shorter answers are read faster than they are found. */
const leastBytes = 4096
/** The parsed objects of a list take about this much memory for each byte of its text. */
const weightOfByte = 5
const overheadBytes = 300
const defaultMaxBytes = 32 * 1024 * 1024

export function createRepeatedAnswers (maxBytes = defaultMaxBytes): RepeatedAnswers {
  /**
   * An answer is kept when it comes twice in a row; until then there is only its checksum. Objects that outlive their request are copied
   * and traced by the garbage collector, for nothing if every answer differs.
   */
  const entries = new LRUCache<string, Kept<unknown> | number>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes / 4),
    sizeCalculation: (entry, key) => overheadBytes + key.length + (typeof entry === 'number' ? 0 : entry.bytes.length * weightOfByte)
  })

  return <T>({ key, reader, bytes, read, onRepeated }: Reading<T>): T | Promise<T> => {
    if (bytes.length < leastBytes) return read()
    const last = entries.get(key)
    if (typeof last === 'object' && isReadBy(last, reader) && last.bytes.equals(bytes)) {
      onRepeated()
      return last.value
    }
    const checksum = crc32(bytes)
    const value = read()
    if (checksum !== last) {
      entries.set(key, checksum)
      return value
    }
    if (!(value instanceof Promise)) {
      entries.set(key, { reader, bytes, value })
      return value
    }
    return value.then(settled => {
      entries.set(key, { reader, bytes, value: settled })
      return settled
    })
  }
}

/** A reader makes values of one type, so the entry's value has that type. */
const isReadBy = <T>(entry: Kept<unknown>, reader: Reader<T>): entry is Kept<T> => entry.reader === reader
