import type { AllVerbs } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { uuidServerId } from '../kit/ids.ts'

/** A stopped server has no console. */
const states: ReadonlySet<ServerStatus> = new Set<ServerStatus>([
  'running', 'rescue', 'resizing', 'rebooting', 'paused', 'starting', 'stopping', 'migrating', 'rebuilding'
])

export const createConsole = (client: FleioClient, url: string): AllVerbs['console'] => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  run: async ({ id }) => {
    const link = await explained(client.getConsole(uuidServerId(id)), { client, id, states })
    return { type: link.type ?? link.protocol ?? 'url', url: toLink(link.url, url), expires_at: null }
  }
})

/** LXD's link is relative to the panel, whose URL is the API's root without its last segments. */
function toLink (text: string, api: string): string {
  const panel = api.replace(/(?:\/backend)?\/\w+$/, '/')
  const url = URL.canParse(text, panel) ? new URL(text, panel) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href
  throw new UpstreamError('malformed', 'the console link is not a URL', { status: 200 })
}
