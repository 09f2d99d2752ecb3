import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer } from '../verbs.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { createRaw, rawBody, rawRequest } from '../kit/raw.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'
import type { FleioAccount } from './settings.ts'

export const createRawVerb = (account: FleioAccount, upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'documented',
  note: 'Paths are relative to the configured url and have no trailing slash.',
  isSecret: segments => segments.some(segment => secret.test(segment.replaceAll('_', '-'))),
  build: request => rawRequest(baseOf(account), request),
  read: readAnswer
})

function readAnswer (response: HttpResponse): RawAnswer {
  if (response.status === 401) throw callFailure(response)
  return { status: response.status, body: rawBody(response.text) }
}

/** Sign-in, tokens and impersonation; consoles, whose link has an OpenStack token; and generated private keys. */
const secret = new RegExp(`^(?:.*-)?(?:${[
  'log-?(?:in|out)', 'sign-?(?:in|up|out)', 'sso', 'o?auth2?', 'tokens?', 'credentials?', 'impersonat(?:e|ion)', 'sessions?',
  '(?:reset|confirm|forgot)-(?:password|e?mail)', 'password-reset', 'second-factor', 'sfa', 'get-generated-key-pair', 'get-console-url'
].join('|')})(?:-.*)?$`)
