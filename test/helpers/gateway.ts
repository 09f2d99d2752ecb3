import { stringify } from 'yaml'
import { registry } from '../../src/adapters/registry.js'
import { compose, type Composed, type Stores } from '../../src/compose.js'
import { parseConfig } from '../../src/config/load.js'
import { createMemoryOperationStore } from '../../src/operations/memory-store.js'
import { createMemoryTokenStore } from '../../src/tokens/memory-store.js'

export interface TestGatewayOptions {
  /** As in the configuration file. */
  readonly accounts: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly auth?: unknown
  readonly stores?: Stores
  readonly isServing?: () => boolean
  readonly isRedisThere?: () => boolean
}

/** A gateway put together from configuration text as the process does it, without listening. */
export async function composeGateway ({ accounts, auth, stores, isServing, isRedisThere }: TestGatewayOptions): Promise<Composed> {
  const text = stringify({ auth: auth ?? { mode: 'none' }, accounts }, { aliasDuplicateObjects: false })
  return await compose({
    config: parseConfig(text, registry, {}),
    adapters: registry.values(),
    stores: stores ?? { tokens: createMemoryTokenStore(), operations: createMemoryOperationStore() },
    isServing: isServing ?? (() => true),
    isRedisThere: isRedisThere ?? null
  })
}
