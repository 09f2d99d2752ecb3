import type { Fault } from '../simulator.ts'

/** Faults in this vendor's dress, for `sandbox.fail(…)`. Slowness is the harness's `latencyMs`. */
const onApi = (fault: Omit<Fault, 'match'>): Fault => ({ ...fault, match: request => !request.path.startsWith('/oauth2/') })

const problemBody = (title: string, detail: string): string =>
  JSON.stringify({ type: 'about:blank', title, detail, instance: '', context: '' })

const problemHeaders = { 'content-type': 'application/problem+json' }

export const rateLimited = (retryAfter: string, times = 1): Fault => onApi({
  kind: 'reply',
  times,
  reply: { status: 429, headers: { ...problemHeaders, 'retry-after': retryAfter }, body: problemBody('Too Many Requests', 'Slow down') }
})

export const htmlError = (times = 1): Fault => onApi({
  kind: 'reply',
  times,
  reply: { status: 500, headers: { 'content-type': 'text/html' }, body: '<html><body><h1>500 Internal Server Error</h1></body></html>' }
})

export const truncatedJson = (times = 1): Fault => onApi({ kind: 'truncate', times })

/** The token is refused although it is good. */
export const tokenRefused = (times = 1): Fault => onApi({
  kind: 'reply',
  times,
  reply: {
    status: 401,
    headers: { ...problemHeaders, 'www-authenticate': 'Bearer error="invalid_token"' },
    body: problemBody('Unauthorized', 'The access token is invalid or expired')
  }
})

export const tokenDeskDown = (times = 1): Fault => ({
  kind: 'reply',
  times,
  match: request => request.path.startsWith('/oauth2/'),
  reply: { status: 503, body: { error: 'temporarily_unavailable', error_description: 'Try again later.' } }
})
