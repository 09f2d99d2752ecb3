import type { FastifyReply, FastifyRequest } from 'fastify'
import { placeOperation } from '../plugins/outcome.ts'
import { isFinal, type Operation } from '../src/domain/operation.ts'
import type { Gateway } from '../src/services.ts'
import { preferredWaitS } from './prefer.ts'
import { accountOf } from './servers.ts'

/** The operation as it stands when the caller's Prefer: wait is over; at once without one. */
export async function waited (gateway: Gateway, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<Operation> {
  const waitS = preferredWaitS(request)
  if (waitS === null) return operation
  reply.header('preference-applied', `wait=${waitS}`)
  if (isFinal(operation.status) || waitS === 0) return operation
  return await gateway.operations.wait(accountOf(request), operation.id, { waitMs: waitS * 1000, signal: request.context.signal })
}

/** 200 only for who waited and saw the end. */
export async function answerOperation (reply: FastifyReply, operation: Operation): Promise<FastifyReply> {
  const isOver = isFinal(operation.status)
  placeOperation(reply, operation)
  reply.header('retry-after', '1')
  const status = isOver && reply.hasHeader('preference-applied') ? 200 : 202
  if (status === 200) reply.removeHeader('retry-after')
  return await reply.status(status).send(operation)
}
