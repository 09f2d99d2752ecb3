import { GatewayError } from '../../src/domain/failure.ts'
import type { Simulator } from '../../sandbox/kit/simulator.ts'
import { askOf, type Ask } from './api.ts'
import { createFastClock } from './clock.ts'
import { composeGateway } from './gateway.ts'
import type { DirectVerbs, Test } from './line.ts'

/** A verb that the adapter must have. */
export function verb<Name extends keyof DirectVerbs> (operations: DirectVerbs, name: Name): NonNullable<DirectVerbs[Name]> {
  const found = operations[name]
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

/** The members of the request that a check before any call refuses. */
export async function badMembers (work: Promise<unknown> | undefined): Promise<readonly string[]> {
  try {
    await work
  } catch (error) {
    if (error instanceof GatewayError && error.refusal === 'invalid-request') return error.options.errors?.map(({ path }) => path) ?? []
    throw error
  }
  throw new Error('nothing was refused')
}

interface Vendor extends Simulator {
  readonly settings: Readonly<Record<string, object>>
}

interface FastGateway<V extends Vendor> {
  readonly vendor: V
  readonly ask: (account: string) => Ask
}

/** A simulated vendor behind a whole gateway; time runs `factor` times as fast for both. */
export async function openFastGateway<V extends Vendor> (
  test: Test, provider: string, factor: number, start: (clock: () => number) => Promise<V>
): Promise<FastGateway<V>> {
  const clock = createFastClock(factor)
  const vendor = await start(clock.now)
  const accounts = Object.fromEntries(Object.entries(vendor.settings).map(([id, settings]) =>
    [id, { provider, timeout_ms: 600_000, request_deadline_ms: 600_000, ...settings }]))
  const { app, close } = await composeGateway({ clock, accounts })
  test.teardown(async () => {
    await close()
    await vendor.close()
  })
  return { vendor, ask: account => askOf(app, account) }
}
