import type { Server } from '../client/client.ts'
import { CommandError } from '../terminal.ts'
import { isRow } from './cells.ts'
import { rowsOf } from './output.ts'
import { plain } from './plain.ts'
import { Refused, slugOf } from './problem.ts'
import { segmentOf } from './request.ts'
import type { Session } from './session.ts'

export interface Target {
  readonly id: string
  /** Null where the key may not read, or the provider does not answer: then the word is taken for an id. */
  readonly name: string | null
}

const idForm = /^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}$/
const mostNames = 20

/** A server by its id, or by a name that only one server of the account has. An id comes first. */
export async function resolveServer (session: Session, account: string, word: string): Promise<Target> {
  if (idForm.test(word)) {
    const server = await readServer(session, account, word)
    if (server === 'unreadable') return { id: word, name: null }
    if (server !== null) return { id: server.id, name: server.name }
  }
  return await byName(session, account, word)
}

async function readServer ({ call }: Session, account: string, id: string): Promise<Pick<Server, 'id' | 'name'> | null | 'unreadable'> {
  try {
    const { body } = await call({ method: 'GET', path: `/v1/${segmentOf(account)}/servers/${segmentOf(id)}` })
    return isRow(body) && typeof body.id === 'string' && typeof body.name === 'string' ? { id: body.id, name: body.name } : 'unreadable'
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const slug = slugOf(error.problem)
    // A name may be no id of this provider.
    if (slug === 'server-not-found' || slug === 'invalid-request') return null
    if (slug === 'account-not-found' || slug === 'unauthenticated') throw error
    return 'unreadable'
  }
}

async function byName ({ call }: Session, account: string, name: string): Promise<Target> {
  const { body } = await call({ method: 'GET', path: `/v1/${segmentOf(account)}/servers`, query: { name, limit: mostNames } })
  const ids = rowsOf(body).flatMap(({ id }) => typeof id === 'string' ? [id] : [])
  const [id, ...more] = ids
  if (id === undefined) throw new CommandError(`${plain(account)} has no server with the id or name ${plain(name)}`, 3)
  if (more.length === 0) return { id, name }
  throw new CommandError(`${ids.length} servers of ${plain(account)} are named ${plain(name)}; use an id: ${ids.map(plain).join(', ')}`, 2)
}
