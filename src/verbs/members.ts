import type { z } from 'zod'
import { badMember, GatewayError } from '../domain/failure.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { ResizeSpec } from '../domain/spec.ts'

/** Refuses all required members of a body that are missing, in one problem. */
export function refuseMissing (required: readonly string[], body: object): void {
  const given = new Map<string, unknown>(Object.entries(body))
  const paths = [...new Set(required)].filter(name => given.get(name) === undefined).map(name => `body.${name}`)
  if (paths.length === 0) return
  const errors = paths.map(path => ({ path, message: 'is required by this provider' }))
  throw new GatewayError('invalid-request', `required by this provider, but missing: ${paths.join(', ')}`, { errors })
}

/** The provider's own members, as its strict schema returns them. */
export function parseOptions<T> (schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place: 'body.options', value: options, unknown: 'is not an option of this provider' })
}

/** A plan already determines the sizes. */
export function checkSizes (body: Pick<ResizeSpec, 'plan' | 'cpus' | 'memory_mib'>): void {
  if (body.plan === undefined) return
  for (const name of ['cpus', 'memory_mib'] as const) {
    if (body[name] !== undefined) throw badMember(`body.${name}`, 'cannot be combined with plan')
  }
}
