import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer } from '../verbs.ts'
import { createRaw, rawBody, rawPath } from '../kit/raw.ts'
import { jsonRequest } from '../kit/send.ts'
import { callFailure } from './failures.ts'
import { errorWire } from './schema.ts'
import { baseOf } from './send.ts'

export const rawVerb = (upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'observed',
  note: 'Below the compute endpoint. The texts of 499 and 5xx are left out: they quote requests and connection strings.',
  isSecret: segments => segments.some(segment => secretParts.has(segment)),
  build: (request, token) => jsonRequest(baseOf(token, 'compute'), { method: request.method, path: rawPath(request), ...(request.body === null ? {} : { body: request.body }) }),
  read: readAnswer
})

function readAnswer (response: HttpResponse): RawAnswer {
  const { status, text } = response
  if (status === 401 || status === 403) {
    const told = callFailure(response)
    if (told.failure === 'authentication') throw refused(response, told)
  }
  return { status, body: status >= 499 ? withoutDetails(parseJson(text)) : rawBody(text) }
}

function withoutDetails (json: unknown): unknown {
  const wire = errorWire.safeParse(json)
  return wire.success ? { class: wire.data.class ?? null, details: null } : null
}

/** Parts of a path that sign in, or answer with a password, a private key or a cloud's credentials. */
const secretParts: ReadonlySet<string> = new Set([
  'auth', 'tokens', 'credentials', 'login-info', 'privatekey', 'private-key', 'sshkeypairs', 'vnc', 'clirc', 'webconsole', 'jnlp'
])
