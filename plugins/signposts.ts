import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

const documentation = 'the API documentation is at /docs, the OpenAPI document at /openapi.json'
const readiness = 'readiness is at /health/ready, liveness at /health/live'

/** Paths that are often tried by mistake, and hints to the right ones. `:name` matches one segment, which is inserted into the hint. */
const signposts: ReadonlyArray<readonly [path: string, detail: string]> = [
  ['/health', readiness],
  ['/healthz', readiness],
  ['/livez', readiness],
  ['/readyz', readiness],
  ['/status', readiness],
  ['/ping', readiness],
  ['/version', 'the version is `info.version` of /openapi.json'],
  ['/v1', 'start at /v1/accounts or /v1/servers; the API documentation is at /docs'],
  ['/api', 'the API is below /v1: start at /v1/accounts; its documentation is at /docs'],
  ['/api/v1', 'the API is below /v1: start at /v1/accounts; its documentation is at /docs'],
  ['/accounts', 'use /v1/accounts'],
  ['/providers', 'use /v1/providers'],
  ['/servers', 'use /v1/servers for all accounts, or /v1/{account}/servers for one'],
  ['/operations', 'use /v1/{account}/operations'],
  ['/api-docs', documentation],
  ['/swagger', documentation],
  ['/swagger-ui', documentation],
  ['/redoc', documentation],
  ['/documentation', documentation],
  ['/swagger.json', 'use /openapi.json'],
  ['/docs/json', 'use /openapi.json'],
  ['/openapi', 'use /openapi.json'],
  ['/openapi.yaml', 'use /openapi.json; the document is published in JSON only'],
  ['/docs/yaml', 'use /openapi.json; the document is published in JSON only'],
  ['/v1/:account/servers/:id/protect', 'use PATCH /v1/:account/servers/:id with {"protected": true}'],
  ['/v1/:account/servers/:id/unprotect', 'use PATCH /v1/:account/servers/:id with {"protected": false}'],
  ['/v1/:account/servers/:id/rename', 'use PATCH /v1/:account/servers/:id with {"name": "…"}'],
  ['/v1/:account/servers/:id/shutdown', 'use POST /v1/:account/servers/:id/stop'],
  ['/v1/:account/servers/:id/poweroff', 'use POST /v1/:account/servers/:id/stop with {"force": true}'],
  ['/v1/:account/servers/:id/restart', 'use POST /v1/:account/servers/:id/reboot'],
  ['/v1/:account/servers/:id/delete', 'use DELETE /v1/:account/servers/:id']
]

/** Answers unknown paths with a 404 problem; for common mistakes its detail names the right path. Must be installed before the routes. */
export function installSignposts (app: FastifyInstance): void {
  const rows = signposts.map(([path, detail]) => ({ pattern: toPattern(path), detail }))
  const routes = new Map<string, RegExp>()
  app.addHook('onRoute', ({ url }) => { if (!url.includes('*')) routes.set(url, toPattern(url)) })

  const detailOf = (path: string): string => {
    const bare = path.replace(/\/+$/, '')
    for (const { pattern, detail } of rows) {
      const { groups } = pattern.exec(bare) ?? {}
      if (!pattern.test(bare)) continue
      return `there is nothing at this path; ${detail.replaceAll(/:([a-z]+)\b/g, (word, name: string) => groups?.[name] ?? word)}`
    }
    const isRoute = bare !== path && [...routes.values()].some(pattern => pattern.test(bare))
    return isRoute ? `remove the trailing slash: ${bare}` : 'there is nothing at this path'
  }

  app.setNotFoundHandler(async ({ url }) => { throw new GatewayError('not-found', detailOf(pathOf(url))) })
  // The router would match an empty last segment as a parameter.
  app.addHook('onRequest', ({ url, matched: { url: route = '*' } }, _reply, done) => {
    const path = pathOf(url)
    if (path.endsWith('/') && !route.endsWith('/') && !route.includes('*')) throw new GatewayError('not-found', detailOf(path))
    done()
  })
}

const pathOf = (url: string): string => url.split('?')[0] ?? ''

const toPattern = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:([a-z]+)/gi, '(?<$1>[^/]+)')}$`)
