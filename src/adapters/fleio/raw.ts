import type { Upstream } from '../contract.ts'
import type { Raw } from '../verbs.ts'
import { createJsonRaw } from '../kit/raw.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'
import type { FleioAccount } from './settings.ts'

export const createRawVerb = (account: FleioAccount, upstream: Upstream): Raw => createJsonRaw(upstream, {
  evidence: 'documented',
  note: 'Paths are relative to the configured url and have no trailing slash.',
  isSecret: segments => segments.some(segment => secret.test(segment.replaceAll('_', '-'))),
  baseOf: () => baseOf(account),
  toFailure: callFailure
})

/** Sign-in, tokens and impersonation; consoles, whose link has an OpenStack token; and generated private keys. */
const secret = new RegExp(`^(?:.*-)?(?:${[
  'log-?(?:in|out)', 'sign-?(?:in|up|out)', 'sso', 'o?auth2?', 'tokens?', 'credentials?', 'impersonat(?:e|ion)', 'sessions?',
  '(?:reset|confirm|forgot)-(?:password|e?mail)', 'password-reset', 'second-factor', 'sfa', 'get-generated-key-pair', 'get-console-url'
].join('|')})(?:-.*)?$`)
