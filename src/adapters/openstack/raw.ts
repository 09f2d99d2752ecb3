import { refused } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import { createRaw, rawBody, rawRequest } from '../kit/raw.ts'
import type { Raw } from '../verbs.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'

export const createRawVerb = (upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'observed',
  note: 'Paths are relative to the compute endpoint, such as /servers/detail.',
  isSecret: segments => segments.some(segment => secret.has(segment)),
  build: (request, token) => rawRequest(baseOf(token, 'compute'), request),
  read: response => {
    if (response.status === 401) throw refused(response, callFailure(response))
    return { status: response.status, body: rawBody(response.text) }
  }
})

/** Passwords that guests have stored, consoles whose link holds a token, and Keystone, should it be below the same address. */
const secret: ReadonlySet<string> = new Set([
  'os-server-password', 'remote-consoles', 'os-console-auth-tokens', 'auth', 'tokens', 'credentials'
])
