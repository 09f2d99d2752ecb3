import type { FastifyBaseLogger } from 'fastify'
import { stringify } from 'yaml'
import { loadAdapters } from '../../src/adapters/registry.ts'
import type { Clock } from '../../src/domain/clock.ts'
import type { StateStatus } from '../../src/domain/state-status.ts'
import { compose, type Composed } from '../../src/compose.ts'
import { parseConfig } from '../../src/config/load.ts'
import { createMemoryStores, type Stores } from '../../src/state/stores.ts'
import type { AuditSink } from '../../src/telemetry/audit.ts'
import type { Tracer } from '../../src/telemetry/observer.ts'

const registry = await loadAdapters()

export interface TestGatewayOptions {
  /** As in the configuration file. */
  readonly accounts: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly auth?: unknown
  /** Other keys of the configuration. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly redis?: unknown
  readonly stores?: Stores
  /** Absent: the system's. */
  readonly clock?: Clock
  readonly random?: () => number
  readonly isServing?: () => boolean
  readonly state?: StateStatus
  readonly audit?: AuditSink
  readonly tracer?: Tracer
  readonly logger?: FastifyBaseLogger
}

/** A gateway put together from configuration text as the process does it, without listening. */
export async function composeGateway ({ accounts, auth, more, redis, clock, stores, isServing, ...rest }: TestGatewayOptions): Promise<Composed> {
  const text = stringify({ ...more, auth: auth ?? { mode: 'none' }, accounts }, { aliasDuplicateObjects: false })
  const composed = await compose({
    ...rest,
    ...(clock === undefined ? {} : { clock }),
    config: parseConfig(text, registry, {}),
    adapters: async () => registry.values(),
    stores: stores ?? createMemoryStores(clock),
    redis,
    isServing: isServing ?? (() => true)
  })
  composed.begin()
  return composed
}
