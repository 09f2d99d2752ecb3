import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { noServer, uuidServerId } from '../kit/ids.ts'
import type { OnecloudClient } from './client.ts'

/**
 * The vendor accepts a name in place of an id, and a name may look like an id: the answer's id must match. Servers in the recycle
 * bin count as missing although most actions work on them, so every write has a preflight. Another project's server, a 403, is
 * indistinguishable from a missing one.
 */
export async function getLive (client: OnecloudClient, id: string): Promise<Seen> {
  const seen = await client.getServer(uuidServerId(id)).catch((error: unknown) => {
    throw error instanceof UpstreamError && error.failure === 'not-found' && error.options.status !== 404 ? noServer() : error
  })
  if (seen.server.id !== id || seen.server.status === 'deleted') throw noServer()
  return seen
}

/** Stopped without work under way: `ready` also appears briefly between two `sync_status`. */
export const isAtRest = ({ status, locked }: ServerFacts): boolean => status === 'stopped' && locked !== true
