import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { openDoor } from './access/authenticator.ts'
import { openAccounts, type OpeningParts } from './accounts.ts'
import { systemClock, type Clock } from './domain/clock.ts'
import type { Adapter } from './adapters/contract.ts'
import { buildApp } from './app.ts'
import type { Config } from './config/load.ts'
import { createCursors, type Cursors } from './reads/cursor.ts'
import { createFleet } from './reads/fleet.ts'
import { createGateway, type Rooms } from './services.ts'
import { createInFlight, type InFlight } from './execution/in-flight.ts'
import { createOperations } from './reads/operations.ts'
import { createServers } from './reads/servers.ts'
import { createExecutor } from './execution/executor.ts'
import { createEngine, type Engine } from './operations/engine.ts'
import { createKeys } from './operations/idempotency.ts'
import { createTurningStore } from './state/generation-store.ts'
import type { Stores } from './state/stores.ts'
import type { AuditSink } from './telemetry/audit.ts'
import { silentTracer, type Observer, type SentCall, type Tracer } from './telemetry/observer.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { keyFor } from './state/derive-key.ts'
import { version } from './version.ts'

export interface ComposeParts {
  readonly config: Config
  /** Every adapter there is, loaded when a caller asks for them. */
  readonly adapters: () => Promise<Iterable<Adapter<unknown>>>
  readonly stores: Stores
  /** Absent: the system's. */
  readonly clock?: Clock
  readonly isServing: () => boolean
  readonly isRedisThere: (() => boolean) | null
  /** The connection on which replicas count together what keys send; absent: each for itself. */
  readonly redis?: unknown
  /** Absent: no lines are written. */
  readonly audit?: AuditSink
  readonly tracer?: Tracer
  readonly logger?: FastifyBaseLogger
}

export interface Composed {
  readonly app: FastifyInstance
  readonly observer: Observer
  /** Begins to follow open operations at the providers; called when the process serves. */
  begin(): void
  /** Goes on with another configuration, for all that comes in from now on. What is being answered ends with the one it began with. */
  reload(config: Config): Promise<void>
  /** Ends the waits, lets what is in flight be answered, closes the app, then the connections to the providers. */
  close(): Promise<void>
}

/** Everything of one gateway put together from its configuration. No I/O but that of buildApp. */
export async function compose (parts: ComposeParts): Promise<Composed> {
  const { stores, logger, clock = systemClock, tracer = silentTracer } = parts
  const { turns } = stores
  const { observer, metrics, audit } = createTelemetry({
    sink: parts.audit ?? null,
    onFault: error => { logger?.error({ err: error }, 'an audit line could not be written') },
    isRedisThere: parts.isRedisThere,
    version,
    accounts: () => gateway.accounts.map(({ id }) => id),
    breakers: () => gateway.accounts.map(account => ({ account: account.id, state: account.breaker() })),
    pending: async account => await stores.operations.pending(account),
    requestsInFlight: () => requests.count()
  })
  let { config } = parts
  let door = openDoor(config.auth)
  const stopping = new AbortController()
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const opening: OpeningParts = {
    clock,
    tokens: stores.tokens,
    buckets: stores.buckets,
    observer,
    secret: secrets[0] ?? '',
    report: sent => {
      logger?.info(toLogLine(sent), 'upstream call')
      observer.upstreamCalled(sent)
    }
  }
  let opened = openAccounts(config.accounts, opening)
  const cursors = createCursors(secrets.map(secret => keyFor('cursors', secret)))
  const inFlight = createInFlight()
  const engine = createEngine({
    store: createTurningStore(stores.operations, turns),
    clock,
    onFault: error => { logger?.error({ err: error }, 'operations are not followed just now') },
    observer
  })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts: opened.map(({ account }) => account),
    rooms: createRooms({ clock, stores, secrets, cursors, engine, inFlight, observer, stopping: stopping.signal })
  })
  const { app, requests } = await buildApp({
    gateway,
    authenticate: () => door.authenticate,
    rateLimit: { perMinute: () => config.rate_limit?.per_minute ?? null, redis: parts.redis ?? null },
    overload: { requests: () => config.overload.requests, shed: observer.shed },
    metrics: { ...metrics, isPublic: config.metrics?.public === true },
    audit,
    tracer,
    readiness: { isServing: parts.isServing, isRedisThere: parts.isRedisThere },
    ...(logger === undefined ? {} : { logger })
  })
  // Where the store is lost just now, the first key notes it.
  for (const { id } of gateway.accounts) learn(stores, id)

  return {
    app,
    observer,
    begin: () => { engine.follow(opened.map(({ watched }) => watched)) },
    reload: async next => {
      if (stopping.signal.aborted) return
      const before = opened
      // What can fail comes first: then all of it is new, or nothing.
      const nextOpened = openAccounts(next.accounts, opening, before)
      const nextDoor = isDeepStrictEqual(next.auth, config.auth) ? door : openDoor(next.auth)
      const oldDoor = nextDoor === door ? null : door
      opened = nextOpened
      door = nextDoor
      config = next
      gateway.replace(opened.map(({ account }) => account))
      const left = before.filter(one => !opened.includes(one))
      const unfollowed = engine.follow(opened.map(({ watched }) => watched))
      closeWhenDone(oldDoor === null ? left : [...left, oldDoor], async () => {
        await requests.settled()
        await inFlight.settled()
        await unfollowed
      }).catch((error: unknown) => { logger?.error({ err: error }, 'connections of the old configuration could not be closed') })
      for (const { account: { id } } of opened.filter(one => !before.includes(one))) learn(stores, id)
      await Promise.allSettled(nextOpened.map(async one => { await one.forgive() }))
    },
    close: async () => {
      stopping.abort()
      // Who is connected may finish; nobody new comes in.
      app.server.close()
      await requests.drained()
      // What was begun for callers who have left meanwhile.
      await inFlight.idle()
      // Nothing is being answered: who is still connected has sent nothing.
      app.server.closeAllConnections()
      await app.close()
      await engine.stop()
      await tracer.close()
      await Promise.all([...opened, door].map(async one => { await one.close() }))
    }
  }
}

function learn ({ keys, turns }: Stores, account: string): void {
  keys.learn(account).catch(() => {})
  turns.current(account).catch(() => {})
}

async function closeWhenDone (old: ReadonlyArray<{ close(): Promise<void> }>, done: () => Promise<void>): Promise<void> {
  await done()
  await Promise.all(old.map(async one => { await one.close() }))
}

interface RoomParts {
  readonly clock: Clock
  readonly stores: Stores
  readonly secrets: readonly string[]
  readonly cursors: Cursors
  readonly engine: Engine
  readonly inFlight: InFlight
  readonly observer: Observer
  readonly stopping: AbortSignal
}

function createRooms ({ clock, stores: { operations, keys, deletes, turns }, secrets, cursors, engine, inFlight, observer, stopping }: RoomParts): Rooms {
  return {
    clock,
    servers: createServers({ cursors, turns, observer, clock }),
    fleet: createFleet({ cursors, turns, observer, clock }),
    executor: createExecutor({ engine, deletes, inFlight, turns }),
    operations: createOperations(engine, cursors, stopping),
    keys: createKeys({
      store: keys,
      engine,
      isAlive: async replica => await operations.isAlive(replica),
      secrets: [keyFor('idempotency', secrets[0] ?? ''), ...secrets.slice(1).map(secret => keyFor('idempotency', secret))],
      clock,
      stopping
    }),
    cursors
  }
}

const toLogLine = ({ account, operation, requestId, status, outcome, attempt, durationMs, connection }: SentCall) =>
  ({ reqId: requestId, account, operation, status, outcome, attempt, duration_ms: Math.round(durationMs), ...connection })
