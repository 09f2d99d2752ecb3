import type { z } from 'zod'
import { GatewayError, type BadMember } from './failure.ts'

/** `invalid-request` for a part of the request that its schema refuses. `place` is `path`, `query`, `body` or `headers`. */
export function invalidRequest (issues: readonly z.core.$ZodIssue[], place: string): GatewayError {
  const errors = issues.flatMap(issue => toBadMembers(issue, place))
  const [first] = errors
  return new GatewayError('invalid-request', first === undefined ? 'the request is not valid' : `${first.path}: ${first.message}`, { errors })
}

/** The validator tells a missing member from one of a wrong type only by what it received. */
const isMissing = (issue: z.core.$ZodIssue): boolean => issue.code === 'invalid_type' && issue.message.endsWith('received undefined')

export function toBadMembers (issue: z.core.$ZodIssue, place: string): BadMember[] {
  const path = [place, ...issue.path.map(String)]
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: isMissing(issue) ? 'is required' : issue.message }]
  return issue.keys.map(key => ({ path: [...path, key].join('.'), message: 'is not known here' }))
}
