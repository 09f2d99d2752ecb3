import type { Upstream } from '../contract.ts'
import type { Raw } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import { createJsonRaw, rawSegments } from '../kit/raw.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'
import type { DigitaloceanAccount } from './settings.ts'

export function createRawVerb (account: DigitaloceanAccount, upstream: Upstream): Raw {
  const raw = createJsonRaw(upstream, {
    evidence: 'documented',
    note: 'Paths below /v2: /droplets. Calls that act on all servers with a tag are refused.',
    isSecret,
    baseOf: () => baseOf(account),
    toFailure: response => callFailure(response, upstream.now())
  })
  return {
    ...raw,
    run: async request => {
      const path = rawSegments(request.path)?.join('/')
      const isBulk = path === 'droplets/actions' || (path === 'droplets' && request.method === 'DELETE')
      if (isBulk) throw badMember('path', 'acts on every server with a tag; name one server')
      return await raw.run(request)
    }
  }
}

/** They return credentials, or objects with credentials in them. */
const secretPaths = [
  /^(apps|databases|spaces\/keys|functions\/namespaces|gen-ai\/oauth2)(\/|$)/,
  /\/(docker-credentials|kubeconfig|credentials|api_keys|tokens)(\/|$)/
]

/** A base that ends in /v2 may be repeated in the path. */
function isSecret (segments: readonly string[]): boolean {
  const path = segments.filter((segment, index) => index > 0 || segment !== 'v2').join('/')
  return secretPaths.some(pattern => pattern.test(path))
}
