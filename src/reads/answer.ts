import { createHash } from 'node:crypto'

/** What a caller gets, ready to be sent: made once, however many get it. */
export interface Answer {
  readonly body: Buffer
  /** Weak, over everything but when and where it was read. */
  readonly etag: string
  /** Where the next page begins. */
  readonly nextCursor: string | null
  /** RFC 3339; it stands in the body once for each row, always the same text. */
  readonly observedAt: string
}

export interface ReadServers {
  readonly value: unknown
  readonly nextCursor: string | null
  readonly observedAt: string
}

export function toAnswer ({ value, nextCursor, observedAt }: ReadServers): Answer {
  const text = JSON.stringify(value)
  return { body: Buffer.from(text), etag: etagOf(text, observedAt), nextCursor, observedAt }
}

export const etagOf = (text: string, observedAt: string): string =>
  `W/"${createHash('sha1').update(text.replaceAll(observedAt, '')).digest('base64url')}"`

/** The same answer as a copy: its records say so. The two members stand side by side in every record. */
export function toCached (answer: Answer): Answer {
  const observed = `"observed_at":${JSON.stringify(answer.observedAt)},"source":`
  return { ...answer, body: Buffer.from(answer.body.toString('utf8').replaceAll(`${observed}"live"`, `${observed}"cache"`)) }
}
