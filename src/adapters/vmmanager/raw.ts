import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer } from '../verbs.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { createRaw, rawBody, rawPath } from '../kit/raw.ts'
import { jsonRequest } from '../kit/send.ts'
import { callFailure, complaintOf } from './failures.ts'
import { baseOf } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

export const rawVerb = (account: VmmanagerAccount, upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'documented',
  note: 'Paths begin with the service: /vm/v3/host. Of /auth only users and their SSH keys are passed on.',
  isSecret,
  build: (request, token) => jsonRequest(baseOf(account, token), { method: request.method, path: rawPath(request), body: request.body }),
  read: readAnswer
})

/** Any answer is one but that of a dead token and of a suspended platform: those are cured by asking again. */
function readAnswer (response: HttpResponse): RawAnswer {
  if (response.status === 503) throw refused(response, { failure: 'suspended', notAttempted: true })
  const told = callFailure(response, complaintOf(parseJson(response.text)))
  if (told.failure === 'authentication') throw refused(response, told)
  return { status: response.status, body: rawBody(response.text) }
}

/** All of the sign-in service but users, who they are and their public keys. */
const openPaths = /^auth\/v\d+\/(whoami|user|user\/[^/]+|user\/[^/]+\/sshkey(\/[^/]+)?)$/

function isSecret (segments: readonly string[]): boolean {
  const at = segments.indexOf('auth')
  return at >= 0 && !openPaths.test(segments.slice(at).join('/'))
}
