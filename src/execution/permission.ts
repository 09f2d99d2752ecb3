import { z } from 'zod'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Quota } from '../state/limits.ts'
import type { Account } from '../transport/account.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { Bound, Call, OwnParameters, Run } from '../verbs/verb.ts'

interface Asked<T> {
  readonly call: Call<T>
  readonly writes: boolean
  /** Refusals of the account's guards. */
  guard?(): void
}

/** A bound verb whose arguments are checked and parsed. */
export interface Ready<T> extends Omit<Bound<T>, 'ready'> {
  readonly run: Run<T>
}

/** The verb, bound to the call. Throws every refusal that needs no upstream call. */
export function bindPermitted<T> (account: Account, verbs: AdapterVerbs, { call, writes, guard }: Asked<T>): Ready<T> {
  if (writes && account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read-only (read_only: true)`)
  const bound = call.bind(verbs)
  const own = readParameters(account, call, bound?.verb.parameters)
  if (bound === undefined) throw new GatewayError('operation-not-supported', `${account.provider.title} does not offer ${call.action} for this account`)
  refuseUnaccepted(account, call, new Set(bound.verb.accepts))
  guard?.()
  return { ...bound, run: bound.ready(own) }
}

const noParameters = z.strictObject({})

/** The query parameters that only this provider has; an unknown one is refused even if the provider lacks the verb. */
function readParameters ({ provider }: Account, { action, parameters: value }: Call<unknown>, schema: z.ZodObject = noParameters): OwnParameters {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place: 'query', value, unknown: `is not supported by ${action} of ${provider.title}` })
}

/** An optional member that the provider does not support is refused, never ignored. False requests nothing. */
function refuseUnaccepted ({ provider }: Account, { action, given }: Call<unknown>, accepts: ReadonlySet<string>): void {
  const errors = Object.entries(given).flatMap(([path, value]) => {
    const name = path.slice(path.indexOf('.') + 1)
    return value === undefined || value === false || accepts.has(name) ? [] : [{ path, message: `is not supported by ${action} of ${provider.title}` }]
  })
  const [first] = errors
  if (first !== undefined) throw new GatewayError('invalid-request', `${first.path}: ${first.message}`, { errors })
}

/** One of the deletes that `guard.max_deletes_per_hour` allows; it counts whether it succeeds or not. */
export async function countDelete (deletes: Quota, account: Account): Promise<void> {
  await count(deletes, account, { most: account.options.guard.maxDeletesPerHour, guard: 'guard.max_deletes_per_hour', done: 'deleted' })
}

/** One of the creates that `guard.max_creates_per_hour` allows; it counts whether it succeeds or not. */
export async function countCreate (creates: Quota, account: Account): Promise<void> {
  await count(creates, account, { most: account.options.guard.maxCreatesPerHour, guard: 'guard.max_creates_per_hour', done: 'created' })
}

interface Counted {
  readonly most: number | null
  readonly guard: string
  readonly done: string
}

async function count (quota: Quota, { id }: Account, { most, guard, done }: Counted): Promise<void> {
  if (most === null) return
  const waitMs = await quota.take(id, most).catch((cause: unknown) => {
    throw new GatewayError('rate-limited', `the counter of ${guard} is unavailable; nothing was ${done}`, { cause })
  })
  if (waitMs > 0) throw new GatewayError('rate-limited', `${guard} of this account allows ${most}`, { retryAfterMs: waitMs })
}
