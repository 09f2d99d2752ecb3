import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { getLive } from './get.ts'

/** A browser link from the vendor's console service. A stopped server is answered with 406, a `conflict`. */
export const createConsole = (client: OnecloudClient): AllVerbs['console'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  note: 'Requires a running server. How long the link is valid is not returned.',
  run: async ({ id }) => {
    await getLive(client, id)
    const { access_url: url, connect_params: parameters } = await client.openConsole(id)
    return { type: typeOf(parameters ?? ''), url, expires_at: null }
  }
})

/** The protocol is in a base64-encoded query string; a page of the vendor shows `vnc`. */
function typeOf (parameters: string): string {
  const protocol = new URLSearchParams(Buffer.from(parameters, 'base64').toString('utf8')).get('protocol') ?? ''
  if (!/^[a-z][a-z\d_-]{0,31}$/i.test(protocol)) return 'url'
  return protocol === 'vnc' ? 'novnc' : protocol
}
