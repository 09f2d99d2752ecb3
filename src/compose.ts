import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createAuthenticator } from './access/authenticator.ts'
import { createExpiryWatch, expiriesOf } from './access/key-expiry.ts'
import { openAccounts, type AccountOpening } from './accounts.ts'
import { systemClock, type Clock } from './domain/clock.ts'
import type { Adapter } from './adapters/contract.ts'
import { buildApp } from './app.ts'
import type { Config } from './config/load.ts'
import { createCursors, type Cursors } from './reads/cursor.ts'
import { createFleet } from './reads/fleet.ts'
import { createGateway, type Services } from './services.ts'
import { createInFlight, type InFlight } from './execution/in-flight.ts'
import { createOperations } from './reads/operations.ts'
import { createServers } from './reads/servers.ts'
import { createExecutor } from './execution/executor.ts'
import { createEngine, type Engine } from './operations/engine.ts'
import { createIdempotencyKeys } from './operations/idempotency.ts'
import { createFlushWatch } from './state/flush-watch.ts'
import { createGenerationStore } from './state/generation-store.ts'
import type { Stores } from './state/stores.ts'
import type { AuditSink } from './telemetry/audit.ts'
import { silentTracer, type Observer, type SentCall, type Tracer } from './telemetry/observer.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { keyFor } from './state/derive-key.ts'
import { version } from './version.ts'

export interface ComposeParts {
  readonly config: Config
  /** All adapters, loaded on the first call. */
  readonly adapters: () => Promise<Iterable<Adapter<unknown>>>
  readonly stores: Stores
  /** Absent: the system's clock. */
  readonly clock?: Clock
  readonly isServing: () => boolean
  readonly isRedisThere: (() => boolean) | null
  /** Absent or null: no state file. */
  readonly isFileThere?: (() => boolean) | null
  /** The connection for rate limits shared by all replicas; absent: each process counts for itself. */
  readonly redis?: unknown
  /** Absent: no lines are written. */
  readonly audit?: AuditSink
  readonly tracer?: Tracer
  readonly logger?: FastifyBaseLogger
  /** Called for every route before it is added. */
  readonly beforeRoutes?: (app: FastifyInstance) => Promise<void>
}

export interface Composed {
  readonly app: FastifyInstance
  readonly observer: Observer
  /** Starts to follow open operations at the providers; called when the process serves. */
  begin(): void
  /** Applies another configuration to all later requests. Requests in flight end with the one they began with. */
  reload(config: Config): Promise<void>
  /** Ends waits, lets requests in flight finish, then closes the app and the connections to the providers. */
  close(): Promise<void>
}

/** Assembles one gateway from its configuration. No I/O except that of buildApp. */
export async function compose (parts: ComposeParts): Promise<Composed> {
  const { stores, logger, clock = systemClock, tracer = silentTracer } = parts
  const { generations } = stores
  const flushWatch = createFlushWatch({ idempotency: stores.idempotency, accounts: () => gateway.accounts.map(({ id }) => id), clock, logger })
  const { observer, metrics, audit } = createTelemetry({
    sink: parts.audit ?? null,
    onFault: error => { logger?.error({ err: error }, 'an audit line could not be written') },
    isRedisThere: parts.isRedisThere,
    version,
    accounts: () => gateway.accounts.map(({ id }) => id),
    flushed: flushWatch.flushed,
    breakers: () => gateway.accounts.map(account => ({ account: account.id, state: account.breaker() })),
    pending: async account => await stores.operations.pending(account),
    requestsInFlight: () => requests.count(),
    keyExpiries: () => expiriesOf(config.auth.keys).map(({ key, expiresAt }) => ({ key, seconds: Math.floor((expiresAt - clock.now()) / 1000) }))
  })
  let { config } = parts
  let authenticator = createAuthenticator(config.auth, clock.now)
  const expiryWatch = createExpiryWatch({ keys: () => config.auth.keys, clock, log: logger })
  const stopping = new AbortController()
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const accountOpening: AccountOpening = {
    clock,
    tokens: stores.tokens,
    tokenBuckets: stores.tokenBuckets,
    observer,
    secret: secrets[0] ?? '',
    report: sent => {
      logger?.info(toLogLine(sent), 'upstream call')
      observer.upstreamCalled(sent)
    }
  }
  let opened = openAccounts(config.accounts, accountOpening)
  const cursors = createCursors(secrets.map(secret => keyFor('cursors', secret)))
  const inFlight = createInFlight()
  const engine = createEngine({
    store: createGenerationStore(stores.operations, generations),
    clock,
    onFault: error => { logger?.error({ err: error }, 'operations cannot be polled at the moment') },
    observer
  })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts: opened.map(({ account }) => account),
    services: createServices({ clock, stores: { ...stores, idempotency: flushWatch.idempotency }, secrets, cursors, engine, inFlight, observer, stopping: stopping.signal })
  })
  const { app, requests } = await buildApp({
    gateway,
    trustProxy: config.listen.trust_proxy ?? [],
    authenticate: () => authenticator.authenticate,
    rateLimit: { perMinute: () => config.rate_limit?.per_minute ?? null, redis: parts.redis ?? null },
    overload: { requests: () => config.overload.requests, shed: observer.shed },
    metrics: { ...metrics, isPublic: config.metrics?.public === true, listen: config.metrics?.listen ?? null },
    audit,
    tracer,
    compression: config.listen.compression,
    readiness: { isServing: parts.isServing, isRedisThere: parts.isRedisThere, isFileThere: parts.isFileThere ?? null, flushed: flushWatch.flushed },
    ...(logger === undefined ? {} : { logger }),
    ...(parts.beforeRoutes === undefined ? {} : { beforeRoutes: parts.beforeRoutes })
  })
  for (const { id } of gateway.accounts) learn(generations, id)

  return {
    app,
    observer,
    begin: () => {
      engine.follow(opened.map(({ pollTarget }) => pollTarget))
      flushWatch.start()
      expiryWatch.look()
    },
    reload: async next => {
      if (stopping.signal.aborted) return
      const before = opened
      // Everything that can fail comes first, so that a reload applies as a whole or not at all.
      const nextOpened = openAccounts(next.accounts, accountOpening, before)
      const nextAuthenticator = isDeepStrictEqual(next.auth, config.auth) ? authenticator : createAuthenticator(next.auth, clock.now)
      const oldAuthenticator = nextAuthenticator === authenticator ? null : authenticator
      opened = nextOpened
      authenticator = nextAuthenticator
      config = next
      gateway.replace(opened.map(({ account }) => account))
      const left = before.filter(one => !opened.includes(one))
      const unfollowed = engine.follow(opened.map(({ pollTarget }) => pollTarget))
      closeWhenDone(oldAuthenticator === null ? left : [...left, oldAuthenticator], async () => {
        await requests.settled()
        await inFlight.settled()
        await unfollowed
      }).catch((error: unknown) => { logger?.error({ err: error }, 'connections of the old configuration could not be closed') })
      for (const { account: { id } } of opened.filter(one => !before.includes(one))) learn(generations, id)
      flushWatch.look().catch(() => {})
      expiryWatch.look()
      await Promise.allSettled(nextOpened.map(async one => { await one.clearRejected() }))
    },
    close: async () => {
      stopping.abort()
      // Open connections may finish; new ones are refused.
      app.server.close()
      await requests.drained()
      // Work whose callers have disconnected.
      await inFlight.idle()
      // No request is in flight: the remaining connections are idle.
      app.server.closeAllConnections()
      await app.close()
      await engine.stop()
      flushWatch.stop()
      expiryWatch.stop()
      await tracer.close()
      await Promise.all([...opened, authenticator].map(async one => { await one.close() }))
    }
  }
}

function learn (generations: Stores['generations'], account: string): void {
  generations.current(account).catch(() => {})
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

function createServices ({ clock, stores: { operations, idempotency, deletes, creates, generations }, secrets, cursors, engine, inFlight, observer, stopping }: RoomParts): Services {
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
    cursors
  }
}

const toLogLine = ({ account, endpoint, requestId, status, outcome, attempt, durationMs, connection }: SentCall) =>
  ({ reqId: requestId, account, endpoint, status, outcome, attempt, duration_ms: Math.round(durationMs), ...connection })
