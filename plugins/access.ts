import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticate, ExpiredKey } from '../src/access/api-key.ts'
import { anonymous, maySee, requirePermission, type Permission, type Principal } from '../src/access/principal.ts'
import { GatewayError } from '../src/domain/failure.ts'
import type { Gateway } from '../src/services.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key needs for this route. Absent: the route is open to all callers. */
    permission?: Permission
  }
}

export interface AccessOptions {
  /** Null if authentication is off. */
  readonly authenticate: () => Authenticate | null
  readonly gateway: Gateway
}

/** Authenticates the caller, finds the account of the path and checks the permission, before the body is validated. */
export function installAccess (app: FastifyInstance, { authenticate, gateway }: AccessOptions): void {
  const accept = (principal: Principal | ExpiredKey | null, request: FastifyRequest, reply: FastifyReply): void => {
    if (principal === null || 'expiredAt' in principal) {
      reply.header('www-authenticate', 'Bearer realm="hawser"')
      throw new GatewayError('unauthenticated', principal === null
        ? 'send a valid key as Authorization: Bearer <key> or as X-API-Key: <key>'
        : `this key expired at ${principal.expiredAt}; send a valid one`)
    }
    request.context.principal = principal
  }
  // Keys are checked synchronously; only a token may have to wait for the issuer.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.matched.config.permission === undefined) { done(); return }
    const authenticateCaller = authenticate()
    const principal = authenticateCaller === null ? anonymous : identify(request, authenticateCaller)
    if (principal instanceof Promise) {
      principal.then(found => { accept(found, request, reply) }).then(() => { done() }, done)
      return
    }
    accept(principal, request, reply)
    done()
  })

  app.addHook('preValidation', (request, _reply, done) => {
    const { permission } = request.matched.config
    if (permission === undefined) { done(); return }
    const { principal } = request.context
    const id = accountOf(request)
    if (id !== null) {
      const account = gateway.account(id)
      if (account === undefined || !maySee(principal, id)) throw new GatewayError('account-not-found', 'there is no such account')
      request.account = account
    }
    requirePermission(principal, permission)
    done()
  })
}

function identify (request: FastifyRequest, authenticate: Authenticate): ReturnType<Authenticate> {
  const { authorization, 'x-api-key': apiKey } = request.headers
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? null
  const key = typeof apiKey === 'string' ? apiKey : undefined
  const first = bearer === undefined ? key : bearer
  // Two different keys do not identify one caller.
  if (first === undefined || first === null || (key !== undefined && key !== first)) return null
  return authenticate({
    text: first,
    mayBeToken: apiKey === undefined,
    onRefusal: reason => { request.log.warn({ reqId: request.id, reason }, 'a token was rejected') }
  })
}

function accountOf (request: FastifyRequest): string | null {
  const { params } = request
  return typeof params === 'object' && params !== null && 'account' in params && typeof params.account === 'string' ? params.account : null
}
