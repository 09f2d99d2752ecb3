import { crc32 } from 'node:zlib'

/** A response body that is ready to be sent, serialized once for all callers. */
export interface Answer {
  /** For an answer that is sent once, as most are. */
  readonly text: string
  /** The text as one shared buffer, for an answer that is sent more than once. */
  bytes(): Buffer
  /** Weak: over everything but the source and time of the read. */
  readonly etag: string
  /** The start of the next page; null at the end. */
  readonly nextCursor: string | null
  /** RFC 3339. The body contains it in each row, always as the same text. */
  readonly observedAt: string
}

export interface ReadServers {
  readonly value: unknown
  readonly nextCursor: string | null
  readonly observedAt: string
}

export function toAnswer ({ value, nextCursor, observedAt }: ReadServers): Answer {
  const text = JSON.stringify(value)
  return { text, bytes: once(text), etag: etagOf(text, observedAt), nextCursor, observedAt }
}

/**
 * Length and checksum of all but the time of reading: a cryptographic hash would take longer than all else that is done with the text. It
 * misses one change in four billion, and none that is confined to four bytes.
 */
export function etagOf (text: string, observedAt: string): string {
  const lasting = text.replaceAll(observedAt, '')
  return `W/"${lasting.length.toString(36)}-${crc32(lasting).toString(36)}"`
}

/** The same answer, marked as cached: `source` and `observed_at` are adjacent members of every record. */
export function toCached (answer: Answer): Answer {
  const observed = `"observed_at":${JSON.stringify(answer.observedAt)},"source":`
  const text = answer.text.replaceAll(`${observed}"live"`, `${observed}"cache"`)
  return { ...answer, text, bytes: once(text) }
}

/** The same answer after another read, at `observedAt`, that showed no change. */
export function readAgain (answer: Answer, observedAt: string): Answer {
  const text = answer.text.replaceAll(`"observed_at":"${answer.observedAt}"`, `"observed_at":"${observedAt}"`)
  return { ...answer, text, bytes: once(text), observedAt }
}

function once (text: string): () => Buffer {
  let buffer: Buffer | null = null
  return () => (buffer ??= Buffer.from(text))
}
