import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFinal, type Operation } from '../src/domain/operation.ts'
import type { Gateway } from '../src/services.ts'
import { setOperationLocation } from './outcome.ts'

const longestWaitS = 300

/** The seconds of `Prefer: wait` (RFC 7240), at most 300; null if it is absent or invalid. */
export function preferredWaitS (request: FastifyRequest): number | null {
  const { prefer } = request.headers
  if (typeof prefer !== 'string') return null
  for (const part of prefer.split(/[,;]/)) {
    const seconds = /^\s*wait\s*=\s*"?(\d+)"?\s*$/i.exec(part)?.[1]
    if (seconds !== undefined) return Math.min(Number(seconds), longestWaitS)
  }
  return null
}

/** The operation after the caller's `Prefer: wait`, or as it is if there is none. */
export async function waited (gateway: Gateway, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<Operation> {
  const waitS = preferredWaitS(request)
  if (waitS === null || request.account === null) return operation
  reply.header('preference-applied', `wait=${waitS}`)
  if (isFinal(operation.status) || waitS === 0) return operation
  return await gateway.operations.wait(request.account, operation.id, { waitMs: waitS * 1000, signal: request.context.signal })
}

/** Sends the operation, with 200 if the caller waited and it has ended, otherwise with 202. */
export async function answerOperation (reply: FastifyReply, operation: Operation): Promise<FastifyReply> {
  const hasEnded = isFinal(operation.status)
  setOperationLocation(reply, operation)
  reply.header('retry-after', '1')
  const status = hasEnded && reply.hasHeader('preference-applied') ? 200 : 202
  if (status === 200) reply.removeHeader('retry-after')
  return await reply.status(status).send(operation)
}
