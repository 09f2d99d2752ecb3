import { z } from 'zod'
import { providerCapabilities } from './adapters/capabilities.ts'
import type { Adapter } from './adapters/contract.ts'
import type { Capabilities } from './domain/capability.ts'
import type { Clock } from './domain/clock.ts'
import type { InFlight } from './domain/in-flight.ts'
import { createExecutor, type Executor } from './execution/executor.ts'
import type { Engine } from './operations/engine.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from './operations/idempotency.ts'
import { createCursors, type Cursors } from './reads/cursor.ts'
import { createFleet, type Fleet } from './reads/fleet.ts'
import { createOperations, type Operations } from './reads/operations.ts'
import { createServers, type Servers } from './reads/servers.ts'
import { keyFor } from './state/sealer.ts'
import type { Stores } from './state/stores.ts'
import type { Observer } from './telemetry/observer.ts'
import type { Account } from './transport/account.ts'

/** Everything that routes use: accounts, and the services that work on them. */
export interface Gateway {
  readonly clock: Clock
  readonly servers: Servers
  readonly fleet: Fleet
  readonly executor: Executor
  readonly operations: Operations
  readonly idempotency: IdempotencyKeys
  readonly cursors: Cursors
  /** All providers, including those without accounts. */
  providers(): Promise<readonly Provider[]>
  readonly accounts: readonly Account[]
  account(id: string): Account | undefined
  /** Replaces the accounts. */
  replace(accounts: readonly Account[]): void
}

export interface Provider {
  readonly id: string
  readonly title: string
  /** JSON Schema of the provider's own account settings. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly capabilities: Capabilities
}

export interface GatewayParts {
  readonly adapters: () => Promise<Iterable<Adapter<unknown>>>
  readonly accounts: readonly Account[]
  readonly clock: Clock
  readonly stores: Stores
  readonly secrets: readonly string[]
  readonly engine: Engine
  readonly inFlight: InFlight
  readonly observer: Observer
  readonly stopping: AbortSignal
}

export function createGateway (parts: GatewayParts): Gateway {
  const { clock, secrets, engine, inFlight, observer, stopping } = parts
  const { operations, idempotency, deletes, creates, generations } = parts.stores
  const cursors = createCursors(secrets.map(secret => keyFor('cursors', secret)))
  let accounts = new Map(parts.accounts.map(account => [account.id, account]))
  let providers: Promise<readonly Provider[]> | null = null
  return {
    clock,
    servers: createServers({ cursors, generations, observer, clock }),
    fleet: createFleet({ cursors, generations, observer, clock }),
    executor: createExecutor({ engine, pending: operations.pending, deletes, creates, inFlight, generations }),
    operations: createOperations(engine, cursors, stopping),
    idempotency: createIdempotencyKeys({
      store: idempotency,
      engine,
      isAlive: async replica => await operations.isAlive(replica),
      secrets: [keyFor('idempotency', secrets[0] ?? ''), ...secrets.slice(1).map(secret => keyFor('idempotency', secret))],
      clock,
      stopping
    }),
    cursors,
    providers: async () => await (providers ??= parts.adapters().then(all => [...all].map(toProvider))),
    get accounts () { return [...accounts.values()] },
    account: id => accounts.get(id),
    replace: next => { accounts = new Map(next.map(account => [account.id, account])) }
  }
}

const toProvider = (adapter: Adapter<unknown>): Provider => ({
  id: adapter.id,
  title: adapter.title,
  settings: { ...z.toJSONSchema(adapter.account, { io: 'input', unrepresentable: 'any' }) },
  capabilities: providerCapabilities(adapter)
})
