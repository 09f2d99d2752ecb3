import type { Upstream } from '../contract.ts'
import type { Raw } from '../verbs.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { createRaw, rawBody, rawRequest } from '../kit/raw.ts'
import { callFailure, complaintOf } from './failures.ts'
import { baseOf } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

export const createRawVerb = (account: VmmanagerAccount, upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'documented',
  note: 'Paths begin with the service: /vm/v3/host. In /auth only users and their SSH keys are allowed.',
  isSecret,
  build: (request, token) => rawRequest(baseOf(account, token), request),
  /** Every answer is returned, except those of an expired token and of a suspended platform, which are retried. */
  read: response => {
    if (response.status === 503) throw refused(response, { failure: 'suspended', notAttempted: true })
    const facts = callFailure(response, complaintOf(parseJson(response.text)))
    if (facts.failure === 'authentication') throw refused(response, facts)
    return { status: response.status, body: rawBody(response.text) }
  }
})

/** The whole sign-in service except users and their public keys. */
const openPaths = /^auth\/v\d+\/(whoami|user|user\/[^/]+|user\/[^/]+\/sshkey(\/[^/]+)?)$/

function isSecret (segments: readonly string[]): boolean {
  const at = segments.indexOf('auth')
  return at >= 0 && !openPaths.test(segments.slice(at).join('/'))
}
