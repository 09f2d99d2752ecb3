import type { z } from 'zod'
import { badMember, GatewayError } from '../domain/failure.ts'
import { invalidRequest } from '../domain/invalid.ts'
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

/** The provider's own members, as its strict schema returns them. */
export function parseOptions<T> (schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place: 'body.options', value: options, unknown: 'is not an option of this provider' })
}

/** A plan already determines the sizes. */
export function checkSizes ({ plan, cpus, memory_mib: memoryMib }: CreateSpec | ResizeSpec): void {
  if (plan !== undefined && cpus !== undefined) throw refuseBoth('body.cpus', 'plan')
  if (plan !== undefined && memoryMib !== undefined) throw refuseBoth('body.memory_mib', 'plan')
}
