import type { z } from 'zod'
import type { Upstream } from '../contract.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { authorization } from './auth.ts'
import { callFailure, type About } from './failures.ts'
import type { FleioAccount } from './settings.ts'

export interface Endpoint<T> {
  readonly name: string
  readonly method: HttpRequest['method']
  /** Below the API's root. None of ours ends in a slash: that would be another route. */
  readonly path: string
  readonly body?: unknown
  /** Makes it a write: what a dry run takes for the answer. */
  readonly assumed?: T
  read(response: HttpResponse): T
}

export type Send = <T>(endpoint: Endpoint<T>) => Promise<T>

export const createSend = (account: FleioAccount, upstream: Upstream): Send =>
  async ({ name, method, path, body, assumed, read }) => await upstream.send({
    name,
    ...(assumed === undefined ? { intent: 'read' } : { intent: 'write', assumed }),
    build: () => ({
      method,
      url: `${account.url}${path}`,
      headers: {
        ...authorization(account),
        accept: 'application/json',
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }),
    read
  })

/** The API's own 404; an unknown route answers with a page instead. */
export const isMissing = (response: HttpResponse): boolean => response.status === 404 && parseJson(response.text) !== undefined

export function readAnswer<T> (schema: z.ZodType<T>, response: HttpResponse, about: About = {}): T {
  if (!isSuccess(response)) throw callFailure(response, about)
  return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
}

/** What was accepted stays accepted, however its answer looks: then null. */
export function readAccepted<T> (schema: z.ZodType<T>, response: HttpResponse, about: About = {}): T | null {
  if (!isSuccess(response)) throw callFailure(response, about)
  const parsed = schema.safeParse(parseJson(response.text))
  return parsed.success ? parsed.data : null
}
