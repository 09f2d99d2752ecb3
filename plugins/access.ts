import type { FastifyInstance, FastifyRequest } from 'fastify'
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
  /** Null where no keys are asked for. */
  readonly authenticate: () => Authenticate | null
  readonly gateway: Gateway
}

/** Who is calling, which account is meant, and whether the one may do this to the other: before the body is looked at. */
export function installAccess (app: FastifyInstance, { authenticate, gateway }: AccessOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.permission === undefined) return
    const known = authenticate()
    const principal = known === null ? anonymous : await identify(request, known)
    if (principal === null || 'expiredAt' in principal) {
      reply.header('www-authenticate', 'Bearer realm="hawser"')
      throw new GatewayError('unauthenticated', principal === null
        ? 'send a valid key as Authorization: Bearer <key> or as X-API-Key: <key>'
        : `this key expired at ${principal.expiredAt}; send a valid one`)
    }
    request.context = { ...request.context, principal }
  })

  app.addHook('preValidation', async request => {
    const { permission } = request.routeOptions.config
    if (permission === undefined) return
    const { principal } = request.context
    const id = accountOf(request)
    if (id !== null) {
      const account = gateway.account(id)
      if (account === undefined || !maySee(principal, id)) throw new GatewayError('account-not-found', 'there is no such account')
      request.account = account
    }
    requirePermission(principal, permission)
  })
}

async function identify (request: FastifyRequest, authenticate: Authenticate): Promise<Principal | ExpiredKey | null> {
  const { authorization, 'x-api-key': apiKey } = request.headers
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? null
  const given = [bearer, typeof apiKey === 'string' ? apiKey : undefined].filter(key => key !== undefined)
  const [first, second] = given
  // Two different keys: whose request is it?
  if (first === undefined || first === null || (second !== undefined && second !== first)) return null
  return await authenticate({
    text: first,
    mayBeToken: apiKey === undefined,
    onRefusal: reason => { request.log.warn({ reason }, 'a token was rejected') }
  })
}

function accountOf (request: FastifyRequest): string | null {
  const { params } = request
  return typeof params === 'object' && params !== null && 'account' in params && typeof params.account === 'string' ? params.account : null
}
