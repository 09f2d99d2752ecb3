import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Sends a body with a weak ETag over everything but the time of the reading, or 304 when the caller has it.
 * The time of the reading stands in the body once for each row, always the same text.
 */
export async function sendTagged (request: FastifyRequest, reply: FastifyReply, body: unknown, observedAt: string): Promise<FastifyReply> {
  const text = JSON.stringify(body)
  const etag = `W/"${createHash('sha1').update(text.replaceAll(observedAt, '')).digest('base64url')}"`
  reply.header('etag', etag)
  if (matches(request.headers['if-none-match'], etag)) return await reply.status(304).send()
  return await reply.type('application/json; charset=utf-8').send(text)
}

function matches (header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some(given => given.trim().replace(/^W\//, '') === etag.slice(2))
}
