import { hash } from 'node:crypto'

/** A response body ready to be sent: serialized once for all callers. */
export interface Answer {
  /** As text: what most answers are sent as, once. */
  readonly text: string
  /** The same as bytes, made once: for answers that are sent more than once. */
  bytes(): Buffer
  /** Weak, over everything but the source and time of the read. */
  readonly etag: string
  /** The start of the next page; null at the end. */
  readonly nextCursor: string | null
  /** RFC 3339. The body contains it once per row, always as the same text. */
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

export const etagOf = (text: string, observedAt: string): string => `W/"${hash('sha1', text.replaceAll(observedAt, ''), 'base64url')}"`

/** The same answer, marked as cached: `source` and `observed_at` are adjacent members of every record. */
export function toCached (answer: Answer): Answer {
  const observed = `"observed_at":${JSON.stringify(answer.observedAt)},"source":`
  const text = answer.text.replaceAll(`${observed}"live"`, `${observed}"cache"`)
  return { ...answer, text, bytes: once(text) }
}

/** The same answer, read once more at `observedAt` without a change. */
export function readAgain (answer: Answer, observedAt: string): Answer {
  const text = answer.text.replaceAll(`"observed_at":"${answer.observedAt}"`, `"observed_at":"${observedAt}"`)
  return { ...answer, text, bytes: once(text), observedAt }
}

function once (text: string): () => Buffer {
  let made: Buffer | null = null
  return () => (made ??= Buffer.from(text))
}
