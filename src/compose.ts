import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createExpiryWatch, expiriesOf } from './access/key-expiry.ts'
import { createActiveConfig } from './active-config.ts'
import type { Adapter } from './adapters/contract.ts'
import { buildApp, type AppParts, type Built } from './app.ts'
import type { Config } from './config/load.ts'
import { systemClock, type Clock } from './domain/clock.ts'
import { createInFlight } from './domain/in-flight.ts'
import type { StateStatus } from './domain/state-status.ts'
import { createEngine } from './operations/engine.ts'
import { createGateway } from './services.ts'
import { createFlushWatch } from './state/flush-watch.ts'
import { createGenerationStore } from './state/generation.ts'
import type { Stores } from './state/stores.ts'
import type { AuditSink } from './telemetry/audit.ts'
import { silentTracer, type Observer, type SentCall, type Tracer } from './telemetry/observer.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import type { Account } from './transport/account.ts'
import { createRepeatedAnswers } from './transport/repeated-answers.ts'
import { version } from './version.ts'

export interface ComposeParts {
  readonly config: Config
  /** All adapters, loaded on the first call. */
  readonly adapters: () => Promise<Iterable<Adapter<unknown>>>
  readonly stores: Stores
  /** Absent: the system's clock. */
  readonly clock?: Clock
  /** From 0 to 1; absent: the system's. */
  readonly random?: () => number
  readonly isServing: () => boolean
  /** Absent or null: state is kept in memory only. */
  readonly state?: StateStatus | null
  /** The connection for rate limits that all replicas share; absent: each process counts alone. */
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
  /** Starts to poll the providers for open operations; called when the process serves. */
  begin(): void
  /** Applies another configuration to all later requests. Requests in flight keep the one that they began with. */
  reload(config: Config): Promise<void>
  /** Answers waiting requests, lets requests in flight finish, then closes the app and the connections to the providers. */
  close(): Promise<void>
}

/** Assembles one gateway from its configuration. No I/O except that of buildApp. */
export async function compose (parts: ComposeParts): Promise<Composed> {
  const core = createCore(parts, () => built.requests.count())
  const built = await buildApp(toAppParts(parts, core))
  for (const { id } of core.gateway.accounts) learnGeneration(core, id)
  return {
    app: built.app,
    observer: core.telemetry.observer,
    begin: () => {
      core.engine.follow(core.active.accounts().map(({ pollTarget }) => pollTarget))
      core.flushWatch.start()
      core.expiryWatch.look()
    },
    reload: async next => { if (!core.stopping.signal.aborted) await reload(core, built, next) },
    close: async () => { await close(core, built) }
  }
}

type Core = ReturnType<typeof createCore>

/** The gateway without its HTTP server. */
function createCore (parts: ComposeParts, requestsInFlight: () => number) {
  const { config, stores, logger, clock = systemClock, random = Math.random, tracer = silentTracer } = parts
  const accounts = (): readonly Account[] => gateway.accounts
  const ids = (): readonly string[] => accounts().map(({ id }) => id)
  const keys = (): Config['auth']['keys'] => active.config().auth.keys
  const flushWatch = createFlushWatch({ idempotency: stores.idempotency, accounts: ids, clock, logger })
  const telemetry = createTelemetry({
    sink: parts.audit ?? null,
    onFault: error => { logger?.error({ err: error }, 'an audit line could not be written') },
    state: parts.state ?? null,
    version,
    accounts: ids,
    flushed: flushWatch.flushed,
    breakers: () => accounts().map(account => ({ account: account.id, state: account.breaker() })),
    pending: async account => await stores.operations.pending(account),
    requestsInFlight,
    keyExpiries: () => expiriesOf(keys()).map(({ key, expiresAt }) => ({ key, seconds: Math.floor((expiresAt - clock.now()) / 1000) }))
  })
  const { observer } = telemetry
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const report = (sent: SentCall): void => {
    // A call that succeeded at the first attempt is logged at debug only, because the log line of its request counts it.
    const isPlain = sent.outcome === 'ok' && sent.attempt === 1 && !sent.isSignIn
    logger?.[isPlain ? 'debug' : 'info'](toLogLine(sent), 'upstream call')
    observer.upstreamCalled(sent)
  }
  const active = createActiveConfig(config, {
    ...{ clock, random, observer, report, tokens: stores.tokens, tokenBuckets: stores.tokenBuckets, secret: secrets[0] ?? '' },
    repeatedAnswers: createRepeatedAnswers()
  })
  const stopping = new AbortController()
  const inFlight = createInFlight()
  const store = createGenerationStore(stores.operations, stores.generations)
  const onFault = (error: unknown): void => { logger?.error({ err: error }, 'operations cannot be polled at the moment') }
  const engine = createEngine({ store, clock, observer, onFault })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts: active.accounts().map(({ account }) => account),
    ...{ clock, stores: { ...stores, idempotency: flushWatch.idempotency }, secrets, engine, inFlight, observer, stopping: stopping.signal }
  })
  const expiryWatch = createExpiryWatch({ keys, clock, log: logger })
  const { generations } = stores
  return { active, telemetry, flushWatch, expiryWatch, engine, gateway, inFlight, stopping, tracer, logger, generations }
}

function toAppParts (parts: ComposeParts, { active, gateway, telemetry, flushWatch, tracer }: Core): AppParts {
  const { observer, metrics, audit } = telemetry
  const { logger, beforeRoutes, isServing, state = null, config } = parts
  return {
    gateway,
    trustProxy: config.listen.trust_proxy ?? [],
    authenticate: active.authenticate,
    rateLimit: { perMinute: () => active.config().rate_limit?.per_minute ?? null, redis: parts.redis ?? null },
    overload: { requests: () => active.config().overload.requests, shed: observer.shed },
    metrics: { ...metrics, isPublic: config.metrics?.public === true, listen: config.metrics?.listen ?? null },
    audit,
    tracer,
    compression: config.listen.compression,
    readiness: { isServing, state, flushed: flushWatch.flushed },
    ...(logger === undefined ? {} : { logger }),
    ...(beforeRoutes === undefined ? {} : { beforeRoutes })
  }
}

async function reload (core: Core, { requests }: Built, next: Config): Promise<void> {
  const { active, gateway, engine, inFlight, flushWatch, expiryWatch, logger } = core
  const { added, closeUnused } = active.replace(next)
  const accounts = active.accounts()
  gateway.replace(accounts.map(({ account }) => account))
  const unfollowed = engine.follow(accounts.map(({ pollTarget }) => pollTarget))
  // In this order, because a request that began before the reload may start work that outlives the request.
  requests.settled().then(inFlight.settled).then(async () => await unfollowed).then(closeUnused)
    .catch((error: unknown) => { logger?.error({ err: error }, 'connections of the old configuration could not be closed') })
  for (const { account: { id } } of added) learnGeneration(core, id)
  flushWatch.check().catch(() => {})
  expiryWatch.look()
  await Promise.allSettled(accounts.map(async one => { await one.clearRejected() }))
}

async function close (core: Core, { app, requests }: Built): Promise<void> {
  const { stopping, inFlight, engine, flushWatch, expiryWatch, tracer, active } = core
  stopping.abort()
  // Open connections may finish; new ones are refused.
  app.server.close()
  await requests.idle()
  // The work of callers that have disconnected.
  await inFlight.idle()
  // No request is in flight: the remaining connections are idle.
  app.server.closeAllConnections()
  await app.close()
  await engine.stop()
  flushWatch.stop()
  expiryWatch.stop()
  await tracer.close()
  await active.close()
}

/** Reads the account's generation ahead of the first request. */
function learnGeneration ({ generations }: Core, account: string): void {
  generations.current(account).catch(() => {})
}

const toLogLine = ({ account, endpoint, requestId, status, outcome, attempt, durationMs, connection }: SentCall) =>
  ({ reqId: requestId, account, endpoint, status, outcome, attempt, duration_ms: Math.round(durationMs), ...connection })
