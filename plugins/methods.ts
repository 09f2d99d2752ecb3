import type { FastifyInstance, HTTPMethods } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Answers the other methods of known paths with 405 and `Allow`. Must be installed before the routes; `finish` is called after them. */
export function installMethods (app: FastifyInstance): { finish: () => void } {
  const methods = new Map<string, Set<string>>()
  let finished = false
  app.addHook('onRoute', ({ url, method }) => {
    if (finished) return
    const allowed = methods.get(url) ?? new Set()
    for (const name of [method].flat()) allowed.add(name)
    methods.set(url, allowed)
  })
  return {
    finish: () => {
      finished = true
      for (const [url, allowed] of methods) {
        const others = allMethods.filter(method => !allowed.has(method))
        const names = [...allowed].sort().join(', ')
        if (url.includes('*') || others.length === 0) continue
        app.route({
          method: [...others],
          url,
          schema: { hide: true },
          handler: async (_request, reply) => {
            reply.header('allow', names)
            throw new GatewayError('method-not-allowed', `this path takes ${names}`)
          }
        })
      }
    }
  }
}
