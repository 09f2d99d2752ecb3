import type { AdapterVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { getLive } from './get.ts'

/** A link for the browser, from the vendor's console service. It is 406 for a stopped server, which is a conflict. */
export const openConsole = (client: OnecloudClient): NonNullable<AdapterVerbs['console']> => ({
  evidence: 'observed',
  note: 'Only of a running server. How long the link is good is not told.',
  run: async ({ id }) => {
    await getLive(client, id)
    const { access_url: url, connect_params: parameters } = await client.openConsole(id)
    return { type: typeOf(parameters ?? ''), url, expires_at: null }
  }
})

/** The protocol stands in a query string in base64; `vnc` is shown by a page of the vendor's. */
function typeOf (parameters: string): string {
  const protocol = new URLSearchParams(Buffer.from(parameters, 'base64').toString('utf8')).get('protocol') ?? ''
  if (!/^[a-z][a-z\d_-]{0,31}$/i.test(protocol)) return 'url'
  return protocol === 'vnc' ? 'novnc' : protocol
}
