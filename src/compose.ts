import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createExpiryWatch, expiriesOf } from './access/key-expiry.ts'
import type { AccountOpening } from './accounts.ts'
import type { Adapter } from './adapters/contract.ts'
import { buildApp, type AppParts, type Built } from './app.ts'
import type { Config } from './config/load.ts'
import { systemClock, type Clock } from './domain/clock.ts'
import { createInFlight } from './domain/in-flight.ts'
import { createEngine } from './operations/engine.ts'
import { createPresent } from './present.ts'
import { createGateway, createServices } from './services.ts'
import { createFlushWatch } from './state/flush-watch.ts'
import { createGenerationStore } from './state/generation-store.ts'
import type { Stores } from './state/stores.ts'
import type { AuditSink } from './telemetry/audit.ts'
import { silentTracer, type Observer, type SentCall, type Tracer } from './telemetry/observer.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import type { Account } from './transport/account.ts'
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
  const core = createCore(parts, () => built.requests.count())
  const built = await buildApp(toAppParts(parts, core))
  for (const { id } of core.gateway.accounts) learn(core, id)
  return {
    app: built.app,
    observer: core.telemetry.observer,
    begin: () => {
      core.engine.follow(core.present.opened().map(({ pollTarget }) => pollTarget))
      core.flushWatch.start()
      core.expiryWatch.look()
    },
    reload: async next => { if (!core.stopping.signal.aborted) await reload(core, built, next) },
    close: async () => { await close(core, built) }
  }
}

type Core = ReturnType<typeof createCore>

/** Everything of a gateway but HTTP. */
function createCore (parts: ComposeParts, requestsInFlight: () => number) {
  const { config, stores, logger, clock = systemClock, tracer = silentTracer } = parts
  const accounts = (): readonly Account[] => gateway.accounts
  const ids = (): readonly string[] => accounts().map(({ id }) => id)
  const flushWatch = createFlushWatch({ idempotency: stores.idempotency, accounts: ids, clock, logger })
  const telemetry = createTelemetry({
    sink: parts.audit ?? null,
    onFault: error => { logger?.error({ err: error }, 'an audit line could not be written') },
    isRedisThere: parts.isRedisThere,
    isFileThere: parts.isFileThere ?? null,
    version,
    accounts: ids,
    flushed: flushWatch.flushed,
    breakers: () => accounts().map(account => ({ account: account.id, state: account.breaker() })),
    pending: async account => await stores.operations.pending(account),
    requestsInFlight,
    keyExpiries: () => expiriesOf(present.config().auth.keys).map(({ key, expiresAt }) => ({ key, seconds: Math.floor((expiresAt - clock.now()) / 1000) }))
  })
  const { observer } = telemetry
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const present = createPresent(config, toAccountOpening(parts, { clock, secrets, observer }))
  const stopping = new AbortController()
  const inFlight = createInFlight()
  const engine = createEngine({
    store: createGenerationStore(stores.operations, stores.generations),
    clock,
    onFault: error => { logger?.error({ err: error }, 'operations cannot be polled at the moment') },
    observer
  })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts: present.opened().map(({ account }) => account),
    services: createServices({ clock, stores: { ...stores, idempotency: flushWatch.idempotency }, secrets, engine, inFlight, observer, stopping: stopping.signal })
  })
  const expiryWatch = createExpiryWatch({ keys: () => present.config().auth.keys, clock, log: logger })
  return { present, telemetry, flushWatch, expiryWatch, engine, gateway, inFlight, stopping, tracer, logger, generations: stores.generations }
}

interface Opening {
  readonly clock: Clock
  readonly secrets: readonly string[]
  readonly observer: Observer
}

const toAccountOpening = ({ stores: { tokens, tokenBuckets }, logger }: ComposeParts, { clock, secrets, observer }: Opening): AccountOpening => ({
  clock,
  tokens,
  tokenBuckets,
  observer,
  secret: secrets[0] ?? '',
  report: sent => {
    logger?.info(toLogLine(sent), 'upstream call')
    observer.upstreamCalled(sent)
  }
})

function toAppParts (parts: ComposeParts, { present, gateway, telemetry: { observer, metrics, audit }, flushWatch, tracer }: Core): AppParts {
  const { logger, beforeRoutes, isServing, isRedisThere, isFileThere = null, config } = parts
  return {
    gateway,
    trustProxy: config.listen.trust_proxy ?? [],
    authenticate: () => present.authenticator().authenticate,
    rateLimit: { perMinute: () => present.config().rate_limit?.per_minute ?? null, redis: parts.redis ?? null },
    overload: { requests: () => present.config().overload.requests, shed: observer.shed },
    metrics: { ...metrics, isPublic: config.metrics?.public === true, listen: config.metrics?.listen ?? null },
    audit,
    tracer,
    compression: config.listen.compression,
    readiness: { isServing, isRedisThere, isFileThere, flushed: flushWatch.flushed },
    ...(logger === undefined ? {} : { logger }),
    ...(beforeRoutes === undefined ? {} : { beforeRoutes })
  }
}

async function reload (core: Core, { requests }: Built, next: Config): Promise<void> {
  const { present, gateway, engine, inFlight, flushWatch, expiryWatch, logger } = core
  const { fresh, left } = present.change(next)
  const opened = present.opened()
  gateway.replace(opened.map(({ account }) => account))
  const unfollowed = engine.follow(opened.map(({ pollTarget }) => pollTarget))
  closeWhenDone(left, async () => {
    await requests.settled()
    await inFlight.settled()
    await unfollowed
  }).catch((error: unknown) => { logger?.error({ err: error }, 'connections of the old configuration could not be closed') })
  for (const { account: { id } } of fresh) learn(core, id)
  flushWatch.look().catch(() => {})
  expiryWatch.look()
  await Promise.allSettled(opened.map(async one => { await one.clearRejected() }))
}

async function close ({ stopping, inFlight, engine, flushWatch, expiryWatch, tracer, present }: Core, { app, requests }: Built): Promise<void> {
  stopping.abort()
  // Open connections may finish; new ones are refused.
  app.server.close()
  await requests.idle()
  // Work whose callers have disconnected.
  await inFlight.idle()
  // No request is in flight: the remaining connections are idle.
  app.server.closeAllConnections()
  await app.close()
  await engine.stop()
  flushWatch.stop()
  expiryWatch.stop()
  await tracer.close()
  await present.close()
}

function learn ({ generations }: Core, account: string): void {
  generations.current(account).catch(() => {})
}

async function closeWhenDone (old: ReadonlyArray<{ close(): Promise<void> }>, done: () => Promise<void>): Promise<void> {
  await done()
  await Promise.all(old.map(async one => { await one.close() }))
}

const toLogLine = ({ account, endpoint, requestId, status, outcome, attempt, durationMs, connection }: SentCall) =>
  ({ reqId: requestId, account, endpoint, status, outcome, attempt, duration_ms: Math.round(durationMs), ...connection })
