import { createHash } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { operationSchema, type Operation } from '../../src/domain/operation.ts'
import { problemSchema, type Problem } from '../../src/domain/problem.ts'
import type { SimulatedCall } from '../../sandbox/kit/simulator.ts'

/** The digest of an API key, as in the configuration. */
export const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex')

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Sending {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Ask = (method: Method, url: string, sending?: Sending) => Promise<LightMyRequestResponse>

/** Asks an application without a listener, below one account. */
export const askOf = (app: FastifyInstance, account: string): Ask => async (method, url, { body, headers = {} } = {}) => await app.inject({
  method,
  url: `/v1/${account}${url}`,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { payload: JSON.stringify(body) })
})

/** The answer is this problem and names these members, in any order. */
export function isProblem (t: Test, answer: LightMyRequestResponse, status: number, slug: string, ...places: readonly string[]): Problem {
  t.equal(answer.statusCode, status, `${slug}: ${answer.body.slice(0, 300)}`)
  t.match(answer.headers['content-type'], /^application\/problem\+json/)
  const problem = problemSchema.parse(answer.json())
  t.match(problem, { type: `/problems/${slug}`, status, request_id: answer.headers['x-request-id'] })
  if (places.length > 0) t.same(problem.errors.map(({ path }) => path).sort(), [...places].sort())
  return problem
}

/** The answer is an operation, accepted or ended, with the headers of its kind. */
export function isOperation (t: Test, answer: LightMyRequestResponse, status: 200 | 202, action: string): Operation {
  t.equal(answer.statusCode, status, `${action}: ${answer.body.slice(0, 300)}`)
  const operation = operationSchema.parse(answer.json())
  t.equal(operation.action, action)
  t.equal(answer.headers.location, `/v1/${operation.account}/operations/${operation.id}`)
  if (status === 202) t.match(answer.headers['retry-after'], /^\d+$/)
  else t.equal(answer.headers['retry-after'], undefined)
  return operation
}

/** Operations are followed behind the requests' backs, under ids of its own. */
export const isFollowing = ({ headers }: SimulatedCall): boolean => headers['x-request-id']?.startsWith('follow-') === true

/** Everything that went to the provider for requests in the meantime, without the sign-ins. */
export async function sentDuring (calls: readonly SimulatedCall[], work: () => Promise<unknown>): Promise<readonly SimulatedCall[]> {
  const before = calls.length
  await work()
  return calls.slice(before).filter(call => !isFollowing(call) && !call.path.startsWith('/oauth2/') && call.path !== '/user/login')
}
