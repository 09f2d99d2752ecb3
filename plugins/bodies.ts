import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type { z } from 'zod'
import { badMember } from '../src/domain/failure.js'

/** JSON bodies only. An empty one counts as none, whatever its type says: the actions need no body. */
export function installBodies (app: FastifyInstance): void {
  // The framework shows an absent body to its validator as null.
  app.setValidatorCompiler<z.ZodType>(route => {
    const validate = validatorCompiler(route)
    return route.httpPart === 'body' ? (value: unknown) => validate(value ?? undefined) : validate
  })
  // A promise that is not kept yet must not look kept: two requests with one key would be done twice.
  app.addHook('preValidation', async request => {
    if (request.headers['idempotency-key'] === undefined || request.method === 'GET' || request.method === 'HEAD') return
    throw badMember('headers.idempotency-key', 'is not supported in this version')
  })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/json', 'application/*+json'], { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString()
    if (text.trim() === '') done(null, undefined)
    else if (text.trim() === 'null') done(badMember('body', 'must be an object, not null'), undefined)
    else parse(request, text, done)
  })
}
