import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer } from '../verbs.ts'
import { createRaw, rawBody, rawRequest } from '../kit/raw.ts'
import { callFailure } from './failures.ts'
import { errorWire } from './schema.ts'
import { baseOf } from './send.ts'

export const createRawVerb = (upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'observed',
  note: 'Paths are relative to the compute endpoint. ' +
    'The texts of 499 and 5xx are removed, because they quote requests and connection strings.',
  isSecret: segments => segments.some(segment => secretParts.has(segment)),
  build: (request, token) => rawRequest(baseOf(token, 'compute'), request),
  read: readAnswer
})

function readAnswer (response: HttpResponse): RawAnswer {
  const { status, text } = response
  if (status === 401 || status === 403) {
    const facts = callFailure(response)
    if (facts.failure === 'authentication') throw refused(response, facts)
  }
  return { status, body: status >= 499 ? withoutDetails(parseJson(text)) : rawBody(text) }
}

function withoutDetails (json: unknown): unknown {
  const wire = errorWire.safeParse(json)
  return wire.success ? { class: wire.data.class ?? null, details: null } : null
}

/**
 * Path segments that sign in, or return a password, a private key or cloud credentials. `metadatas` and `events` quote the
 * parameters of a create, including the root password.
 */
const secretParts: ReadonlySet<string> = new Set([
  'auth', 'tokens', 'credentials', 'login-info', 'privatekey', 'private-key', 'sshkeypairs', 'vnc', 'clirc', 'webconsole', 'jnlp',
  'metadatas', 'events'
])
