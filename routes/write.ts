import type { FastifyReply, FastifyRequest } from 'fastify'
import { placeOperation } from '../plugins/outcome.ts'
import type { Verb } from '../src/adapters/verbs.ts'
import { isFinal, type Operation } from '../src/domain/operation.ts'
import type { Gateway } from '../src/services.ts'
import type { WriteRequest } from '../src/execution/writes.ts'
import { preferredWaitS } from './prefer.ts'
import { accountOf } from './servers.ts'

export interface Writing<V extends Verb> {
  readonly order: WriteRequest<V>
  readonly isDryRun: boolean | undefined
}

/** Does what is ordered, or shows the calls that would do it, and answers as section 7 of the contract says. */
export async function answerWrite<V extends Verb> (gateway: Gateway, { order, isDryRun }: Writing<V>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const account = accountOf(request)
  if (isDryRun === true) return await reply.send({ calls: await gateway.writes.rehearse(account, order, request.context) })
  const { operation, password } = await gateway.writes.perform(account, order, request.context)
  if (password !== null) reply.header('cache-control', 'no-store')
  // Where a password was all that was asked for, it is the answer.
  if (password !== null && order.action === 'password') return await reply.send({ password })
  const answer = await waited(gateway, operation, request, reply)
  return await answerOperation(reply, password === null ? answer : { ...answer, generated_password: password })
}

/** The operation as it stands when the caller's Prefer: wait is over; at once without one. */
export async function waited (gateway: Gateway, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<Operation> {
  const waitS = preferredWaitS(request)
  if (waitS === null) return operation
  reply.header('preference-applied', `wait=${waitS}`)
  if (isFinal(operation.status) || waitS === 0) return operation
  return await gateway.operations.wait(accountOf(request), operation.id, { waitMs: waitS * 1000, signal: request.context.signal })
}

type Answered = Operation & { readonly generated_password?: string }

/** 200 only for callers that waited and saw the end. */
export async function answerOperation (reply: FastifyReply, operation: Answered): Promise<FastifyReply> {
  const isOver = isFinal(operation.status)
  placeOperation(reply, operation)
  reply.header('retry-after', '1')
  const status = isOver && reply.hasHeader('preference-applied') ? 200 : 202
  if (status === 200) reply.removeHeader('retry-after')
  return await reply.status(status).send(operation)
}
