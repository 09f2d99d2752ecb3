import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerOperation, waited } from '../plugins/operation-answer.ts'
import type { Verb } from '../src/adapters/verbs.ts'
import type { Gateway } from '../src/services.ts'
import type { WriteRequest } from '../src/execution/writes.ts'
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
  if (password !== null) return await reply.header('cache-control', 'no-store').send({ password })
  return await answerOperation(reply, await waited(gateway, operation, request, reply))
}
