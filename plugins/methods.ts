import type { FastifyInstance, HTTPMethods } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

const answered: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** A known path asked with another method is 405 with `Allow`. To be called before any route is added; `finish` after all are. */
export function installMethods (app: FastifyInstance): { finish: () => void } {
  const methods = new Map<string, Set<string>>()
  let finished = false
  app.addHook('onRoute', ({ url, method }) => {
    if (finished) return
    const known = methods.get(url) ?? new Set()
    for (const name of [method].flat()) known.add(name)
    methods.set(url, known)
  })
  return {
    finish: () => {
      finished = true
      for (const [url, known] of methods) {
        const others = answered.filter(method => !known.has(method))
        if (url.includes('*') || others.length === 0) continue
        app.route({
          method: [...others],
          url,
          schema: { hide: true },
          handler: async (_request, reply) => {
            reply.header('allow', [...known].sort().join(', '))
            throw new GatewayError('method-not-allowed', `this path takes ${[...known].sort().join(', ')}`)
          }
        })
      }
    }
  }
}
