import { z } from 'zod'
import type { Adapter } from './adapters/contract.ts'
import type { Capabilities } from './domain/capability.ts'
import type { Clock } from './domain/clock.ts'
import type { Account } from './transport/account.ts'
import type { IdempotencyKeys } from './operations/idempotency.ts'
import { providerCapabilities } from './adapters/capabilities.ts'
import type { Cursors } from './reads/cursor.ts'
import type { Fleet } from './reads/fleet.ts'
import type { Operations } from './reads/operations.ts'
import type { Servers } from './reads/servers.ts'
import type { Executor } from './execution/executor.ts'

/** Everything that routes use: accounts, and the services that work on them. */
export interface Gateway extends Services {
  /** All providers, including those without accounts. */
  providers(): Promise<readonly Provider[]>
  readonly accounts: readonly Account[]
  account(id: string): Account | undefined
  /** Replaces the accounts. */
  replace(accounts: readonly Account[]): void
}

/** The services for accounts. */
export interface Services {
  readonly clock: Clock
  readonly servers: Servers
  readonly fleet: Fleet
  readonly executor: Executor
  readonly operations: Operations
  readonly idempotency: IdempotencyKeys
  readonly cursors: Cursors
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
  readonly services: Services
}

export function createGateway ({ adapters, accounts, services }: GatewayParts): Gateway {
  let present: readonly Account[] = []
  let byId: ReadonlyMap<string, Account> = new Map()
  const replace = (next: readonly Account[]): void => {
    present = next
    byId = new Map(next.map(account => [account.id, account]))
  }
  replace(accounts)
  let providers: Promise<readonly Provider[]> | null = null
  return { providers: async () => await (providers ??= adapters().then(all => [...all].map(toProvider))), get accounts () { return present }, account: id => byId.get(id), replace, ...services }
}

const toProvider = (adapter: Adapter<unknown>): Provider => ({
  id: adapter.id,
  title: adapter.title,
  settings: { ...z.toJSONSchema(adapter.account, { io: 'input', unrepresentable: 'any' }) },
  capabilities: providerCapabilities(adapter)
})
