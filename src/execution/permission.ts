import type { ServerOperations } from '../adapters/verbs.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Quota } from '../state/quota.ts'
import type { Account } from '../transport/account.ts'
import type { Bound, Call } from '../verbs/verb.ts'

interface Asked<T> {
  readonly call: Call<T>
  readonly writes: boolean
  /** Refusals of the account's guards. */
  guard?(): void
}

/** The verb, bound to the call; every refusal that needs no upstream call is thrown here. */
export function bindPermitted<T> (account: Account, verbs: ServerOperations, { call, writes, guard }: Asked<T>): Bound<T> {
  if (writes && account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read_only`)
  const bound = call.bind(verbs)
  if (bound === undefined) throw new GatewayError('operation-not-supported', `${account.provider.title} has no ${call.action} for this account`)
  refuseUnaccepted(account, call, new Set(bound.verb.accepts))
  guard?.()
  bound.check?.()
  return bound
}

/** An optional member that the provider cannot honour is refused, never ignored. False asks for nothing. */
function refuseUnaccepted ({ provider }: Account, { action, given }: Call<unknown>, accepts: ReadonlySet<string>): void {
  const errors = Object.entries(given).flatMap(([path, value]) => {
    const name = path.slice(path.indexOf('.') + 1)
    return value === undefined || value === false || accepts.has(name) ? [] : [{ path, message: `${action} of ${provider.title} knows no ${name}` }]
  })
  const [first] = errors
  if (first !== undefined) throw new GatewayError('invalid-request', `${first.path}: ${first.message}`, { errors })
}

/** One of the deletes that `guard.max_deletes_per_hour` allows; it counts whether it succeeds or not. */
export async function countDelete (deletes: Quota, account: Account): Promise<void> {
  const { maxDeletesPerHour: most } = account.options.guard
  if (most === null) return
  const waitMs = await deletes.take(account.id, most).catch((cause: unknown) => {
    throw new GatewayError('rate-limited', 'the state that counts guard.max_deletes_per_hour is unavailable, so nothing is deleted', { cause })
  })
  if (waitMs > 0) throw new GatewayError('rate-limited', `guard.max_deletes_per_hour of this account allows ${most}`, { retryAfterMs: waitMs })
}
