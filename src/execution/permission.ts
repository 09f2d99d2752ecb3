import { z } from 'zod'
import { guardBefore } from '../access/guards.ts'
import type { Verb } from '../adapters/verb-facts.ts'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import { badMembers, GatewayError } from '../domain/failure.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { Quota } from '../state/limits.ts'
import type { Account } from '../transport/account.ts'
import type { BoundVerb, VerbCall } from '../verbs/call.ts'

const noParameters = z.strictObject({})

/** Binds the verb to the arguments of the call. Throws every refusal that can be decided without an upstream call. */
export function bindPermitted<T> ({ id, options, provider }: Account, verbs: AdapterVerbs, call: VerbCall<T>): BoundVerb<T> {
  const { action, parameters, optionalMembers, destroys } = call
  const unsupported = `is not supported by ${action} of ${provider.title}`
  if (call.writes && options.readOnly) throw new GatewayError('forbidden', `the account ${id} is read-only (read_only: true)`)
  const permitted = new Set<Verb>()
  const bound = call.bind(verbs, verb => {
    // An unknown parameter is refused even if the provider lacks the verb.
    const parsed = (verb?.parameters ?? noParameters).safeParse(parameters)
    if (!parsed.success) throw invalidRequest({ issues: parsed.error.issues, place: 'query', value: parameters, unknown: unsupported })
    if (verb === undefined) throw new GatewayError('operation-not-supported', `${provider.title} does not offer ${action} for this account`)
    // A member that the provider does not support is refused, never ignored. False requests nothing.
    const errors = Object.entries(optionalMembers)
      .filter(([path, value]) => value !== undefined && value !== false && verb.accepts?.includes(path.replace('body.', '')) !== true)
      .map(([path]) => ({ path, message: unsupported }))
    if (errors.length > 0) throw badMembers(errors)
    if (destroys !== undefined) guardBefore(options.guard, destroys)
    permitted.add(verb)
    return { verb, parameters: parsed.data }
  })
  if (!permitted.has(bound.verb)) throw new Error(`${action} was bound without its guards`)
  return bound
}

/** The hourly quotas, one for each counted action. */
export interface Quotas {
  readonly deletes: Quota
  readonly creates: Quota
}

/** Counts a delete or create against the account's hourly guards, whether it succeeds or not. */
export async function countWrite ({ deletes, creates }: Quotas, { id, options }: Account, call: VerbCall<unknown>): Promise<void> {
  const { maxDeletesPerHour, maxCreatesPerHour } = options.guard
  const { countsAs = call.action } = call
  if (countsAs === 'delete') await count(deletes, id, { most: maxDeletesPerHour, guard: 'guard.max_deletes_per_hour', refused: 'deleted' })
  if (countsAs === 'create') await count(creates, id, { most: maxCreatesPerHour, guard: 'guard.max_creates_per_hour', refused: 'created' })
}

interface Limit {
  readonly most: number | null
  readonly guard: string
  readonly refused: 'deleted' | 'created'
}

async function count (quota: Quota, account: string, { most, guard, refused }: Limit): Promise<void> {
  if (most === null) return
  const waitMs = await quota.take(account, most).catch((cause: unknown) => {
    throw new GatewayError('rate-limited', `the counter of ${guard} is unavailable; nothing was ${refused}`, { cause })
  })
  if (waitMs > 0) throw new GatewayError('rate-limited', `${guard} of this account allows ${most}`, { retryAfterMs: waitMs })
}
