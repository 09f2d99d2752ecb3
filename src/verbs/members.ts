import type { z } from 'zod'
import { badMember, GatewayError } from '../domain/failure.ts'
import type { CreateSpec, ResizeSpec } from '../domain/spec.ts'

/** The given members of a body by their path, as in `Call.given`. */
export const givenMembers = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`body.${name}`, value]))

/** Refuses all missing members in one problem. */
export function refuseMissing (paths: readonly string[]): void {
  if (paths.length === 0) return
  const errors = paths.map(path => ({ path, message: 'is required by this provider' }))
  throw new GatewayError('invalid-request', `required by this provider, but missing: ${paths.join(', ')}`, { errors })
}

/** For members that exclude each other. */
export const refuseBoth = (path: string, other: string): GatewayError => badMember(path, `cannot be combined with ${other}`)

/** The provider's own members, validated by its strict schema. */
export function parseOptions (schema: z.ZodType, options: unknown): Record<string, unknown> {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return { ...Object(parsed.data) }
  const errors = parsed.error.issues.flatMap(issue => issue.code === 'unrecognized_keys'
    ? issue.keys.map(key => ({ path: ['body.options', ...issue.path, key].join('.'), message: 'is not an option of this provider' }))
    : [{ path: ['body.options', ...issue.path].join('.'), message: issue.message }])
  const [first] = errors
  throw new GatewayError('invalid-request', first === undefined ? 'body.options is not valid' : `${first.path}: ${first.message}`, { errors })
}

/** A plan already determines the sizes. */
export function checkSizes ({ plan, cpus, memory_mib: memoryMib }: CreateSpec | ResizeSpec): void {
  if (plan !== undefined && cpus !== undefined) throw refuseBoth('body.cpus', 'plan')
  if (plan !== undefined && memoryMib !== undefined) throw refuseBoth('body.memory_mib', 'plan')
}
