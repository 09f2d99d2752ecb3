import type { z } from 'zod'
import { GatewayError, type BadMember } from './failure.ts'

/** A part of a request that its schema refuses. */
export interface Refused {
  readonly issues: readonly z.core.$ZodIssue[]
  /** `path`, `query`, `headers`, `body` or a member of it. */
  readonly place: string
  /** What was given. */
  readonly value: unknown
  /** The message for an unknown member. */
  readonly unknown?: string
}

/** `invalid-request` that names every member at fault. */
export function invalidRequest ({ issues, place, value, unknown = 'is not supported' }: Refused): GatewayError {
  const repeated = place === 'query' ? repeatedIn(value) : noNames
  const errors = issues.flatMap(issue => toBadMembers(issue, { place, repeated, unknown }))
  const [first] = errors
  return new GatewayError('invalid-request', first === undefined ? 'the request is not valid' : `${first.path}: ${first.message}`, { errors })
}

/** The validator distinguishes a missing member from one of a wrong type only by what it received. */
const isMissing = (issue: z.core.$ZodIssue): boolean => issue.code === 'invalid_type' && issue.message.endsWith('received undefined')

const noNames: ReadonlySet<string> = new Set()

/** The parameters that were given more than once. */
function repeatedIn (query: unknown): ReadonlySet<string> {
  if (typeof query !== 'object' || query === null) return noNames
  return new Set(Object.entries(query).filter(([, value]) => Array.isArray(value)).map(([name]) => name))
}

interface Place {
  readonly place: string
  readonly repeated: ReadonlySet<string>
  readonly unknown: string
}

function toBadMembers (issue: z.core.$ZodIssue, { place, repeated, unknown }: Place): BadMember[] {
  const path = [place, ...issue.path.map(String)]
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => ({ path: [...path, key].join('.'), message: unknown }))
  const isRepeated = repeated.has(String(issue.path[0]))
  return [{ path: path.join('.'), message: isRepeated ? 'may be given only once' : isMissing(issue) ? 'is required' : issue.message }]
}
