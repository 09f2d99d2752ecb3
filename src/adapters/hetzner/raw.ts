import type { Upstream } from '../contract.ts'
import { createRaw, rawBody, rawPath } from '../kit/raw.ts'
import { jsonRequest } from '../kit/send.ts'
import type { Raw } from '../verbs.ts'
import { baseOf } from './send.ts'
import type { HetznerAccount } from './settings.ts'

/** Actions whose answer is a secret, which would be redacted and lost. */
const secret: ReadonlySet<string> = new Set(['reset_password', 'enable_rescue', 'rebuild', 'request_console'])

export const rawVerb = (account: HetznerAccount, upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'documented',
  note: 'Paths are relative to api_url. Actions that return a password are refused; use their verbs.',
  isSecret: segments => segments.some(segment => secret.has(segment)),
  build: request => {
    const { method, body } = request
    return jsonRequest(baseOf(account), { method, path: rawPath(request), ...(body === null ? {} : { body }) })
  },
  read: response => ({ status: response.status, body: rawBody(response.text) })
})
