import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { installAccess } from '../plugins/access.js'
import { installAudit } from '../plugins/audit.js'
import { installBodies } from '../plugins/bodies.js'
import { installContext, requestIdOf, type Requests } from '../plugins/context.js'
import { installDocumentation } from '../plugins/documentation.js'
import { installIdempotency } from '../plugins/idempotency.js'
import { installMethods } from '../plugins/methods.js'
import { installOverload, type Overload } from '../plugins/overload.js'
import { installOutcome } from '../plugins/outcome.js'
import { answerFrameworkError, answerMalformedHttp, installProblems } from '../plugins/problems.js'
import { installRateLimit, type RateLimit } from '../plugins/rate-limit.js'
import { installRequestLog } from '../plugins/request-log.js'
import { installTracing } from '../plugins/tracing.js'
import { aboutRoutes } from '../routes/about.js'
import { accountRoutes } from '../routes/accounts.js'
import { actionRoutes } from '../routes/actions.js'
import { addressRoutes, snapshotRoutes } from '../routes/belongings.js'
import { catalogueRoutes } from '../routes/catalogues.js'
import { changeRoutes } from '../routes/changes.js'
import { fleetRoutes } from '../routes/fleet.js'
import { healthRoutes, type Readiness } from '../routes/health.js'
import { lifecycleRoutes } from '../routes/lifecycle.js'
import { metricsRoutes } from '../routes/metrics.js'
import { operationRoutes } from '../routes/operations.js'
import { ownerRoutes } from '../routes/owners.js'
import { rawRoutes } from '../routes/raw.js'
import { serverRoutes } from '../routes/servers.js'
import type { Authenticate } from './access/keys.js'
import type { Gateway } from './gateway/gateway.js'
import type { Audit } from './telemetry/audit.js'
import type { Metrics } from './telemetry/metrics.js'
import type { Tracer } from './telemetry/observer.js'

export interface AppParts {
  readonly gateway: Gateway
  /** Null where no keys are asked for. */
  readonly authenticate: () => Authenticate | null
  readonly readiness: Readiness
  readonly rateLimit: RateLimit
  readonly overload: Overload
  readonly metrics: Metrics & { readonly isPublic: boolean }
  readonly audit: Audit
  readonly tracer: Tracer
  readonly logger?: FastifyBaseLogger
}

const largestBodyBytes = 256 * 1024
const longestArrivalMs = 60_000

export interface Built {
  readonly app: FastifyInstance
  readonly requests: Requests
}

/** The HTTP side, ready to listen. Does no I/O but reading its own problem pages. */
export async function buildApp ({ gateway, authenticate, readiness, rateLimit, overload, metrics, audit, tracer, logger }: AppParts): Promise<Built> {
  const app: FastifyInstance = fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBodyBytes,
    // A caller who never ends his request would be waited for.
    requestTimeout: longestArrivalMs,
    routerOptions: { maxParamLength: 255 },
    forceCloseConnections: 'idle',
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerMalformedHttp
  })
  // The answers are made by our own types; a second validation of each would cost more than the whole mapping.
  app.setSerializerCompiler(() => value => JSON.stringify(value))
  const methods = installMethods(app)
  const requests = installContext(app, readiness.isServing)
  installOutcome(app)
  installTracing(app, tracer)
  installBodies(app)
  installProblems(app)
  installRequestLog(app, metrics.observer)
  installOverload(app, overload)
  installAccess(app, { authenticate, gateway })
  await installRateLimit(app, rateLimit)
  installIdempotency(app, gateway)
  installAudit(app, { audit, gateway })
  await installDocumentation(app)
  await app.register(aboutRoutes)
  await app.register(healthRoutes, readiness)
  await app.register(metricsRoutes, metrics)
  await app.register(accountRoutes, { gateway })
  await app.register(fleetRoutes, { gateway })
  await app.register(serverRoutes, { gateway })
  await app.register(actionRoutes, { gateway })
  await app.register(changeRoutes, { gateway })
  await app.register(lifecycleRoutes, { gateway })
  await app.register(snapshotRoutes, { gateway })
  await app.register(addressRoutes, { gateway })
  await app.register(catalogueRoutes, { gateway })
  await app.register(ownerRoutes, { gateway })
  await app.register(rawRoutes, { gateway })
  await app.register(operationRoutes, { gateway })
  methods.finish()
  return { app, requests }
}
