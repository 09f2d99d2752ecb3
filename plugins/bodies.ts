import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type { z } from 'zod'

/** JSON bodies only. An empty one counts as none, whatever its type says: the actions need no body. */
export function installBodies (app: FastifyInstance): void {
  // The framework shows an absent body to its validator as null.
  app.setValidatorCompiler<z.ZodType>(route => {
    const validate = validatorCompiler(route)
    return route.httpPart === 'body' ? (value: unknown) => validate(value ?? undefined) : validate
  })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/json', 'application/*+json'], { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString()
    if (text.trim() === '') done(null, undefined)
    else parse(request, text, done)
  })
}
