import type { Upstream } from '../contract.ts'
import { createJsonRaw } from '../kit/raw.ts'
import type { Raw } from '../verbs.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'
import type { HetznerAccount } from './settings.ts'

/** Actions whose answer is a secret, which would be redacted and lost. */
const secret: ReadonlySet<string> = new Set(['reset_password', 'enable_rescue', 'rebuild', 'request_console'])

export const createRawVerb = (account: HetznerAccount, upstream: Upstream): Raw => createJsonRaw(upstream, {
  evidence: 'documented',
  note: 'Paths are relative to api_url. Actions that return a password are refused; use their verbs.',
  isSecret: segments => segments.some(segment => secret.has(segment)),
  baseOf: () => baseOf(account),
  toFailure: callFailure
})
