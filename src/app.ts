import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { installAccess } from '../plugins/access.ts'
import { installAudit } from '../plugins/audit.ts'
import { installBodies } from '../plugins/bodies.ts'
import { installContext, requestIdOf, type Requests } from '../plugins/context.ts'
import { installDocumentation } from '../routes/documentation.ts'
import { installIdempotency } from '../plugins/idempotency.ts'
import { installMethods } from '../plugins/methods.ts'
import { installOverload, type Overload } from '../plugins/overload.ts'
import { installOutcome } from '../plugins/outcome.ts'
import { answerFrameworkError, answerMalformedHttp, installProblems } from '../plugins/problems.ts'
import { installRateLimit, type RateLimit } from '../plugins/rate-limit.ts'
import { installRequestLog } from '../plugins/request-log.ts'
import { installTracing } from '../plugins/tracing.ts'
import { aboutRoutes } from '../routes/about.ts'
import { accountRoutes } from '../routes/accounts.ts'
import { fleetRoutes } from '../routes/fleet.ts'
import { healthRoutes, type Readiness } from '../routes/health.ts'
import { metricsRoutes } from '../routes/metrics.ts'
import { operationRoutes } from '../routes/operations.ts'
import { rawRoutes } from '../routes/raw.ts'
import { serverRoutes } from '../routes/servers.ts'
import { verbRoutes } from '../routes/verbs.ts'
import type { Authenticate } from './access/api-key.ts'
import type { Gateway } from './services.ts'
import type { Audit } from './telemetry/audit.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { Tracer } from './telemetry/observer.ts'

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
  await app.register(verbRoutes, { gateway })
  await app.register(rawRoutes, { gateway })
  await app.register(operationRoutes, { gateway })
  methods.finish()
  return { app, requests }
}
