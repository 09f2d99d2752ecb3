import { setImmediate } from 'node:timers/promises'
import type { z } from 'zod'
import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../domain/failure.ts'
import type { HttpResponse } from './http.ts'

/** A vendor's JSON text as an unknown value; undefined when it is not JSON. */
export function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Parses a wire value into its type. The failure's text names paths, never values. */
export function parseWire<T> (schema: z.ZodType<T>, value: unknown, response: HttpResponse, place: readonly PropertyKey[] = []): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues.slice(0, 3).map(issue => [...place, ...issue.path].map(String).join('.') || '(the body)').join(', ')
  throw malformed(response, `the answer does not have the expected form at ${where}`)
}

/** Of a long list this much is read before other work of the process runs. */
const rowsInOneTurn = 100

/** Parses the rows of a list, however long. */
export async function parseRows<Row> (schema: z.ZodType<Row>, rows: readonly unknown[], response: HttpResponse): Promise<Row[]> {
  const parsed: Row[] = []
  for (const [index, row] of rows.entries()) {
    if (index > 0 && index % rowsInOneTurn === 0) await setImmediate()
    parsed.push(parseWire(schema, row, response, [index]))
  }
  return parsed
}

export const malformed = (response: HttpResponse, message: string): UpstreamError =>
  new UpstreamError('malformed', message, { status: response.status })

/** Retry-After in milliseconds, from seconds or a date; undefined when absent or meaningless. */
export function retryAfterMs (response: HttpResponse, now = Date.now()): number | undefined {
  const text = response.headers['retry-after']?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  // Only the form of an HTTP date: Date.parse reads '-5' and '1.5' as days of 2001.
  const date = /^[A-Za-z]{3,9}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(date) ? Math.max(0, date - now) : undefined
}

const plain: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [400, 'rejected'], [401, 'authentication'], [402, 'quota'], [403, 'forbidden'], [404, 'not-found'], [405, 'unsupported'],
  [408, 'unavailable'], [409, 'conflict'], [410, 'unsupported'], [413, 'rejected'], [422, 'rejected'], [423, 'conflict'],
  [429, 'rate-limited']
])

/** The failure for an HTTP status, if the vendor's answer is not more exact. 410: the endpoint was removed. Redirects are `malformed`. */
export function failureOfStatus (status: number): Failure {
  const known = plain.get(status)
  if (known !== undefined) return known
  if (status >= 500 || status === 417 || status === 499) return 'unavailable'
  if (status >= 400) return 'rejected'
  return 'malformed'
}

/** Headers in which vendors name a request; the first that is there counts. */
const requestIdHeaders = ['x-request-id', 'x-correlation-id', 'x-openstack-request-id', 'x-compute-request-id', 'request-id']

/** The error for a refused call; `failure` overrides the status if the vendor's own code is more exact. */
export function refused (response: HttpResponse, facts: UpstreamErrorOptions & { readonly failure?: Failure } = {}): UpstreamError {
  const { failure = failureOfStatus(response.status), ...options } = facts
  const wait = retryAfterMs(response)
  const requestId = requestIdHeaders.map(name => response.headers[name]).find(id => id !== undefined && id !== '')
  return new UpstreamError(failure, null, {
    status: response.status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(requestId === undefined ? {} : { requestId }),
    ...options
  })
}

export const isSuccess = (response: Pick<HttpResponse, 'status'>): boolean => response.status >= 200 && response.status < 300
