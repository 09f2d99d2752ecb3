import type { FastifyInstance, HTTPMethods } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Answers the other methods of known paths with 405 and `Allow`. Must be installed before the routes; `finish` is called after them. */
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
        const others = allMethods.filter(method => !known.has(method))
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
