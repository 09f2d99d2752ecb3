import type { z } from 'zod'
import { badMembers, type BadMember, type GatewayError } from './failure.ts'

/** A part of a request that does not match its schema. */
interface InvalidPart {
  readonly issues: readonly z.core.$ZodIssue[]
  /** `path`, `query`, `headers`, `body` or a member of it. */
  readonly place: string
  /** The value that was sent. */
  readonly value: unknown
  /** The message for an unknown member. */
  readonly unknown?: string
}

/** `invalid-request` that names every member at fault. */
export function invalidRequest ({ issues, place, value, unknown = 'is not supported' }: InvalidPart): GatewayError {
  // A repeated parameter arrives as an array.
  const parameters = new Map<string, unknown>(place === 'query' ? Object.entries(value ?? {}) : [])
  return badMembers(issues.flatMap((issue): BadMember[] => {
    const path = [place, ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => ({ path: [...path, key].join('.'), message: unknown }))
    const isRepeated = Array.isArray(parameters.get(String(issue.path[0])))
    return [{ path: path.join('.'), message: isRepeated ? 'may be given only once' : isMissing(issue) ? 'is required' : issue.message }]
  }))
}

/** zod distinguishes a missing member from one of a wrong type only by the end of its message. */
export const isMissing = ({ code, message }: z.core.$ZodIssue): boolean => code === 'invalid_type' && message.endsWith('received undefined')
