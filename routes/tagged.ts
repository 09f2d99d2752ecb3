import type { FastifyReply, FastifyRequest } from 'fastify'
import { etagOf, type Answer } from '../src/reads/answer.ts'
import type { Read } from '../src/reads/shared-reads.ts'

/**
 * Sends a body with a weak ETag over everything but `observedAt`, or 304 if the caller has it. The body contains `observedAt` once per
 * row, always as the same text.
 */
export function sendTagged (request: FastifyRequest, reply: FastifyReply, body: unknown, observedAt: string): Sendable {
  const text = JSON.stringify(body)
  return sendText(request, reply, text, etagOf(text, observedAt))
}

/** What a handler returns: the body, or the reply if there is no body. Awaiting a reply would make the framework wait for its last byte. */
export type Sendable = string | Buffer | FastifyReply

/**
 * Sends an answer that is already serialized, with `Age` if it is cached. An answer for one caller is sent as text, which needs no buffer;
 * callers that share an answer get the same buffer.
 */
export function sendRead (request: FastifyRequest, reply: FastifyReply, { value, at, from, isShared }: Read<Answer>): Sendable {
  if (from === 'cache') reply.header('age', String(Math.max(0, Math.floor((Date.now() - at) / 1000))))
  return sendText(request, reply, isShared ? value.bytes() : value.text, value.etag)
}

export function sendText (request: FastifyRequest, reply: FastifyReply, text: string | Buffer, etag: string): Sendable {
  reply.header('etag', etag)
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send()
  reply.header('content-type', 'application/json; charset=utf-8')
  return text
}

/** Larger values of `max-age` count as this one: RFC 9111, 1.2.2. */
const longestS = 2 ** 31

export function matches (header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag.slice(2))
}

/** The maximum age of a cached answer that the caller accepts, from `Cache-Control`, in milliseconds; null if absent. */
export function maxAgeMs ({ headers }: FastifyRequest): number | null {
  if (headers['cache-control'] === undefined) return null
  const words = headers['cache-control'].toLowerCase().split(',').map(word => word.trim())
  if (words.includes('no-cache') || words.includes('no-store')) return 0
  const ages = words.flatMap(word => /^max-age=(\d+|"\d+")$/.exec(word)?.[1]?.replaceAll('"', '') ?? []).map(Number)
  return ages.length === 0 ? null : Math.min(...ages, longestS) * 1000
}
