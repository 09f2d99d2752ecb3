import { z } from 'zod'
import type { Adapter } from '../adapters/contract.js'
import type { Capabilities } from '../domain/capability.js'
import type { Account } from './account.js'
import type { Actions } from './actions.js'
import { providerCapabilities } from './capabilities.js'
import type { Servers } from './servers.js'

/** All that routes know of: accounts, their servers, and what is done to them. */
export interface Gateway {
  readonly providers: readonly Provider[]
  readonly accounts: readonly Account[]
  account(id: string): Account | undefined
  readonly servers: Servers
  readonly actions: Actions
}

export interface Provider {
  readonly id: string
  readonly title: string
  /** JSON Schema of the provider's own keys of an account. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly capabilities: Capabilities
}

export interface GatewayParts {
  readonly adapters: Iterable<Adapter<unknown>>
  readonly accounts: readonly Account[]
  readonly servers: Servers
  readonly actions: Actions
}

export function createGateway ({ adapters, accounts, servers, actions }: GatewayParts): Gateway {
  const byId = new Map(accounts.map(account => [account.id, account]))
  return { providers: [...adapters].map(toProvider), accounts, account: id => byId.get(id), servers, actions }
}

const toProvider = (adapter: Adapter<unknown>): Provider => ({
  id: adapter.id,
  title: adapter.title,
  settings: { ...z.toJSONSchema(adapter.account, { io: 'input', unrepresentable: 'any' }) },
  capabilities: providerCapabilities(adapter)
})
