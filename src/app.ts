import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { installAccess } from '../plugins/access.ts'
import { installAnswered } from '../plugins/answered.ts'
import { installAudit } from '../plugins/audit.ts'
import { installBodies } from '../plugins/bodies.ts'
import { installCompression } from '../plugins/compression.ts'
import { installContext, requestIdOf } from '../plugins/context.ts'
import { documentationRoutes } from '../routes/documentation.ts'
import { installIdempotency } from '../plugins/idempotency.ts'
import { installMetricsListener } from '../plugins/metrics-listener.ts'
import { installMethods } from '../plugins/methods.ts'
import { installOverload, type Overload } from '../plugins/overload.ts'
import { installOutcome } from '../plugins/outcome.ts'
import { answerFrameworkError, answerMalformedHttp, installProblems } from '../plugins/problems.ts'
import { installRateLimit, type RateLimit } from '../plugins/rate-limit.ts'
import { installRequestLog } from '../plugins/request-log.ts'
import { installSignposts } from '../plugins/signposts.ts'
import { installTracing } from '../plugins/tracing.ts'
import { aboutRoutes } from '../routes/about.ts'
import { accountRoutes } from '../routes/accounts.ts'
import { createPageFiles } from '../routes/assets.ts'
import { fleetRoutes } from '../routes/fleet.ts'
import { healthRoutes, type Readiness } from '../routes/health.ts'
import { metricsRoutes } from '../routes/metrics.ts'
import { operationRoutes } from '../routes/operations.ts'
import { problemPageRoutes } from '../routes/problem-pages.ts'
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
  /** Addresses and networks whose `X-Forwarded-For` is trusted. */
  readonly trustProxy: readonly string[]
  /** Null if authentication is off. */
  readonly authenticate: () => Authenticate | null
  readonly readiness: Readiness
  readonly rateLimit: RateLimit
  readonly overload: Overload
  readonly metrics: Metrics & { readonly isPublic: boolean, readonly listen: { readonly host: string, readonly port: number } | null }
  readonly audit: Audit
  readonly tracer: Tracer
  /** Whether responses are compressed for callers that accept it. */
  readonly compression: boolean
  readonly logger?: FastifyBaseLogger
  /** Called for every route; the generator of the OpenAPI document collects them. */
  readonly beforeRoutes?: (app: FastifyInstance) => Promise<void>
}

const largestBodyBytes = 256 * 1024
const longestArrivalMs = 60_000

export interface Built {
  readonly app: FastifyInstance
  readonly requests: ReturnType<typeof installContext>
}

function openFastify ({ logger, trustProxy }: AppParts): FastifyInstance {
  return fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    genReqId: requestIdOf,
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would be made before anyone logs; what logs names the request itself.
    childLoggerFactory: log => log,
    bodyLimit: largestBodyBytes,
    // Otherwise a caller that never ends its request would delay shutdown indefinitely.
    requestTimeout: longestArrivalMs,
    routerOptions: { maxParamLength: 255 },
    forceCloseConnections: 'idle',
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerMalformedHttp
  })
}

/** The HTTP side, ready to listen. Does no I/O. */
export async function buildApp (parts: AppParts): Promise<Built> {
  const { gateway, authenticate, readiness, rateLimit, overload, metrics, audit, tracer } = parts
  const app = openFastify(parts)
  // Responses are typed already; validating each again would cost more than the whole mapping.
  app.setSerializerCompiler(() => value => JSON.stringify(value))
  const methods = installMethods(app)
  const answered = installAnswered(app)
  const requests = installContext(app, answered, readiness.isServing)
  installOutcome(app)
  installTracing(app, answered, tracer)
  installBodies(app)
  installProblems(app)
  installRequestLog(answered, metrics.observer)
  installSignposts(app)
  installOverload(app, answered, overload)
  installAccess(app, { authenticate, gateway })
  await installRateLimit(app, rateLimit)
  installIdempotency(app, gateway)
  installAudit(app, { audit, gateway })
  if (parts.compression) installCompression(app)
  await parts.beforeRoutes?.(app)
  const files = createPageFiles()
  await app.register(aboutRoutes, { files })
  await app.register(documentationRoutes, { files })
  await app.register(problemPageRoutes, { files })
  await app.register(healthRoutes, readiness)
  await app.register(metricsRoutes, metrics)
  installMetricsListener(app, { metrics, listen: metrics.listen })
  await app.register(accountRoutes, { gateway })
  await app.register(fleetRoutes, { gateway })
  await app.register(serverRoutes, { gateway })
  await app.register(verbRoutes, { gateway })
  await app.register(rawRoutes, { gateway })
  await app.register(operationRoutes, { gateway })
  methods.finish()
  return { app, requests }
}
