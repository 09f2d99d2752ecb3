import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { OnecloudClient } from './client.ts'

const missing = (): UpstreamError => new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })

/**
 * Names are taken as ids there, and a name may look like an id: only the id itself is good. What lies in the recycle bin is
 * not ours, and most actions would work on it: every write looks first. Another project's server is refused with 403; a caller who
 * must not learn of it sees no difference from a missing one.
 */
export async function getLive (client: OnecloudClient, id: string): Promise<Seen> {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) throw missing()
  const seen = await client.getServer(id).catch((error: unknown) => {
    throw error instanceof UpstreamError && error.failure === 'not-found' && error.options.status !== 404 ? missing() : error
  })
  if (seen.server.id !== id || seen.server.status === 'deleted') throw missing()
  return seen
}

/** Down, with nothing under way: `ready` also shows up in passing, with `sync_status` around it. */
export const isAtRest = ({ status, locked }: ServerFacts): boolean => status === 'stopped' && locked !== true
