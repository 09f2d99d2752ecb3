import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { Permission } from '../src/access/principal.js'
import { GatewayError } from '../src/domain/failure.js'

const server = '/v1/:account/servers/:id'

/** The contract's verbs that no adapter has yet. When one gets the first of a kind, its row moves to a route of its own. */
const absent: ReadonlyArray<readonly [HTTPMethods, string, Permission]> = [
  ['POST', '/v1/:account/servers', 'write'],
  ['PATCH', server, 'write'],
  ['DELETE', server, 'delete'],
  ...(['resize', 'rebuild', 'rescue', 'unrescue', 'password'] as const).map(verb => ['POST', `${server}/${verb}`, 'write'] as const),
  ['POST', `${server}/console`, 'operate'],
  ['GET', `${server}/snapshots`, 'read'],
  ['POST', `${server}/snapshots`, 'write'],
  ['DELETE', `${server}/snapshots/:snapshot`, 'write'],
  ['POST', `${server}/snapshots/:snapshot/restore`, 'write'],
  ['GET', `${server}/addresses`, 'read'],
  ['POST', `${server}/addresses`, 'write'],
  ['DELETE', `${server}/addresses/:address`, 'write'],
  ...(['addresses', 'images', 'plans', 'regions', 'ssh-keys', 'networks', 'owners'] as const).map(name => ['GET', `/v1/:account/${name}`, 'read'] as const),
  ['PUT', '/v1/:account/addresses/:address/ptr', 'write'],
  ['POST', '/v1/:account/owners', 'write'],
  ['GET', '/v1/:account/owners/:owner', 'read'],
  ['POST', '/v1/:account/owners/:owner/login-link', 'admin']
]

/** An absent verb is refused without an upstream call, and says so instead of looking like a wrong path. */
export async function absentRoutes (app: FastifyInstance): Promise<void> {
  for (const [method, url, permission] of absent) {
    app.route({
      method,
      url,
      config: { permission },
      schema: { hide: true },
      handler: async () => { throw new GatewayError('operation-not-supported', 'this gateway has no such operation for this provider') }
    })
  }
}
