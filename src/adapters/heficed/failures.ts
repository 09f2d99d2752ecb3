import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../../domain/failure.js'
import type { HttpResponse } from '../../upstream/http.js'
import { parseJson, refused } from '../../upstream/read.js'
import { problemWire, tokenErrorWire } from './schema.js'

type Told = UpstreamErrorOptions & { readonly failure?: Failure }

/** RFC 6749, 5.2. All of them mean: these credentials, as configured, do not sign in. */
const tokenErrors: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['invalid_client', 'authentication'],
  ['invalid_scope', 'authentication'],
  ['invalid_grant', 'authentication'],
  ['unauthorized_client', 'authentication'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable']
])

export function tokenFailure (response: HttpResponse): Told {
  const wire = tokenErrorWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  const failure = tokenErrors.get(wire.data.error)
  return { code: wire.data.error, vendorMessage: wire.data.error_description ?? null, ...(failure === undefined ? {} : { failure }) }
}

/** Refusals come as problem details (RFC 7807); `context` is left alone, its form is unknown. */
function callFailure (response: HttpResponse): Told {
  const wire = problemWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  return { vendorMessage: wire.data.detail ?? wire.data.title ?? null }
}

export const instanceFailure = (response: HttpResponse): UpstreamError => refused(response, callFailure(response))

export function listFailure (response: HttpResponse): UpstreamError {
  const error = instanceFailure(response)
  if (error.failure !== 'not-found') return error
  // A list has no server that could be missing.
  return new UpstreamError('malformed', 'there is no such API or organisation at the configured address', error.options)
}
