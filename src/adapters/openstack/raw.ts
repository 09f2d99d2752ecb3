import { refused } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import { createJsonRaw } from '../kit/raw.ts'
import type { Raw } from '../verbs.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'

export const createRawVerb = (upstream: Upstream): Raw => createJsonRaw(upstream, {
  evidence: 'observed',
  note: 'Paths are relative to the compute endpoint, such as /servers/detail.',
  isSecret: segments => segments.some(segment => secret.has(segment)),
  baseOf: token => baseOf(token, 'compute'),
  toFailure: response => refused(response, callFailure(response))
})

/** Passwords that guests have stored, console links with a token, and Keystone, in case it is below the same URL. */
const secret: ReadonlySet<string> = new Set([
  'os-server-password', 'remote-consoles', 'os-console-auth-tokens', 'auth', 'tokens', 'credentials'
])
