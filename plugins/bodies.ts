import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { badMember, GatewayError } from '../src/domain/failure.ts'
import { validatorCompiler } from './validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is passed on to the provider without validation. */
    takesAnyBody?: boolean
  }
}

/** Refuses the body of a route that defines none: a DELETE with `{"dry_run": true}` must not delete for real. */
function refuseMembers (body: unknown): void {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  const errors = isObject
    ? Object.keys(body).map(name => ({ path: `body.${name}`, message: 'is not supported' }))
    : [{ path: 'body', message: 'must be omitted' }]
  if (errors.length > 0) throw new GatewayError('invalid-request', 'this request takes no body', { errors })
}

/** Accepts JSON bodies only. An empty body counts as absent, regardless of its content type: most actions need none. */
export function installBodies (app: FastifyInstance): void {
  // The framework passes an absent body to the validator as null.
  app.setValidatorCompiler<z.ZodType>(route => {
    const validate = validatorCompiler(route)
    return route.httpPart === 'body' ? (value: unknown) => validate(value ?? undefined) : validate
  })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/json', 'application/*+json'], { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString()
    if (text.trim() === '') done(null, undefined)
    else if (text.trim() === 'null') done(badMember('body', 'must be an object, not null'), undefined)
    else parse(request, text, (error, value) => { done(error ?? (isTooDeep(value) ? tooDeep() : null), value) })
  })
  app.addHook('preHandler', ({ body, matched: { config, schema } }, _reply, done) => {
    const hasBody = body !== undefined && body !== null
    if (hasBody && config.permission !== undefined && config.takesAnyBody !== true && schema?.body === undefined) refuseMembers(body)
    done()
  })
}

const deepest = 50
const tooDeep = (): GatewayError => badMember('body', `must not be nested more than ${deepest} levels`)

/** Later code walks through bodies recursively, and must not exhaust the stack. */
function isTooDeep (value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  return level >= deepest || Object.values(value).some(member => isTooDeep(member, level + 1))
}
