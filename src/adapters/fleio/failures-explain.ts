import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ServerStatus } from '../../domain/server.ts'

export interface Doubt {
  /** Reads the server again. */
  look(): Promise<Seen>
  /** What a 404 is about when the server is there; null where the request does not name it. */
  readonly member?: string | null
  /** The states that the action needs. */
  readonly states?: ReadonlySet<ServerStatus>
}

/**
 * Two refusals name nothing that could be read without trusting translated text: a 404 for the server or for what shall
 * come to it, a 400 for a bad request or for a server in a wrong state. A look at the server tells them apart.
 */
export async function explained<T> (work: Promise<T>, doubt: Doubt): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof UpstreamError ? await explain(error, doubt) : error
  }
}

async function explain (error: UpstreamError, { look, member, states }: Doubt): Promise<UpstreamError> {
  const { status, member: known } = error.options
  const isAboutWhat = error.failure === 'not-found' && status === 404 && member !== undefined
  const isAboutState = error.failure === 'rejected' && status === 400
  if (known !== undefined || !(isAboutWhat || isAboutState)) return error
  const server = await look().then(seen => seen.server, () => null)
  if (server === null) return error
  if (isAboutWhat) return error.meaning('rejected', { cause: error, ...(member === null ? {} : { member }) })
  const isUnfit = server.locked === true || (states !== undefined && server.status !== 'unknown' && !states.has(server.status))
  return isUnfit ? error.meaning('conflict', { cause: error }) : error
}
