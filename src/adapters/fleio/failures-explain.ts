import { UpstreamError } from '../../domain/failure.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'

export interface Doubt {
  readonly client: Pick<FleioClient, 'getInstance'>
  /** The server. */
  readonly id: string
  /** The member that a 404 is about if the server exists; null if the request refers to no other object. */
  readonly member?: string | null
  /** The states that the action requires. */
  readonly states?: ReadonlySet<ServerStatus>
}

/**
 * Two refusals are ambiguous without their translated text: a 404 for the server or for an object of the request, a 400
 * for a bad request or for a server in a wrong state. Reading the server distinguishes them.
 */
export async function explained<T> (work: Promise<T>, doubt: Doubt): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof UpstreamError ? await explain(error, doubt) : error
  }
}

async function explain (error: UpstreamError, { client, id, member, states }: Doubt): Promise<UpstreamError> {
  const { status, member: known } = error.options
  const isAboutWhat = error.failure === 'not-found' && status === 404 && member !== undefined
  const isAboutState = error.failure === 'rejected' && status === 400
  if (known !== undefined || !(isAboutWhat || isAboutState)) return error
  const server = await client.getInstance(id).then(seen => seen.server, () => null)
  if (server === null) return error
  if (isAboutWhat) return error.meaning('rejected', { cause: error, ...(member === null ? {} : { member }) })
  const isUnfit = server.locked === true || (states !== undefined && server.status !== 'unknown' && !states.has(server.status))
  return isUnfit ? error.meaning('conflict', { cause: error }) : error
}
