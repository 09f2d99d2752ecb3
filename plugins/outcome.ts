import type { FastifyInstance, FastifyReply } from 'fastify'
import type { SideEffect } from '../src/domain/failure.ts'
import type { OperationStatus } from '../src/domain/operation.ts'

/** The outcome of a request, for the audit, the log and the metrics. */
export interface Outcome {
  /** The slug of the problem document; null for any other response. */
  problem: string | null
  sideEffect: SideEffect
  operationId: string | null
  /** The server of that operation, if known. */
  serverId: string | null
  operationStatus: OperationStatus | null
}

declare module 'fastify' {
  interface FastifyRequest {
    outcome: Outcome
  }
}

export const noOutcome = (): Outcome => ({ problem: null, sideEffect: 'none', operationId: null, serverId: null, operationStatus: null })

export function installOutcome (app: FastifyInstance): void {
  app.decorateRequest('outcome')
  app.addHook('onRequest', (request, _reply, done) => {
    request.outcome = noOutcome()
    done()
  })
}

export interface OperationLocation {
  readonly id: string
  readonly account: string
  readonly server_id?: string | null
  readonly status?: OperationStatus
}

/** Sets `Location` to an operation, and records the operation in the outcome. */
export function setOperationLocation (reply: FastifyReply, { id, account, server_id: serverId = null, status }: OperationLocation): void {
  Object.assign(reply.request.outcome, { operationId: id, serverId, operationStatus: status ?? null })
  reply.header('location', `/v1/${account}/operations/${id}`)
}

/** Records the operation of a replayed response, of which only the `Location` is known. */
export function recordReplayed (reply: FastifyReply, location: string | undefined): void {
  const id = operationIdIn(location)
  if (id !== null) reply.request.outcome.operationId = id
}

/** The id of the operation that a `Location` set by the gateway names. */
export const operationIdIn = (location: string | undefined): string | null =>
  /^\/v1\/[^/]+\/operations\/(op_[a-z0-9]+)$/.exec(location ?? '')?.[1] ?? null
