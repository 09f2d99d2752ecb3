import { compareText } from '../../domain/compare.js'
import { UpstreamError } from '../../domain/failure.js'
import type { Seen } from '../../domain/list.js'
import type { Accepted, Adapter, List } from '../contract.js'
import { signIn } from './auth.js'
import { createClient, type OnecloudClient } from './client.js'
import { listPage } from './list.js'
import { example, onecloudAccountSchema, type OnecloudAccount } from './settings.js'

export const onecloud: Adapter<OnecloudAccount> = {
  id: 'onecloud',
  title: 'OneCloud (Cloudpods)',
  account: onecloudAccountSchema,
  example,
  // `create_params` is the order of a server as text, its password included.
  secretMembers: ['login_key', 'create_params'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(upstream)
    return {
      list: createList(client, account),
      get: {
        evidence: 'observed',
        run: async id => await getLive(client, id)
      },
      start: {
        evidence: 'observed',
        note: 'The server is looked at first: the provider would also start what lies in its recycle bin.',
        run: async id => await act(client, id, 'start', {})
      },
      stop: {
        evidence: 'observed',
        accepts: ['force'],
        run: async (id, { force }) => await act(client, id, 'stop', { is_force: force === true })
      },
      reboot: {
        evidence: 'observed',
        accepts: ['force'],
        run: async (id, { force }) => await act(client, id, 'restart', { is_force: force === true })
      }
    }
  }
}

const createList = (client: OnecloudClient, account: OnecloudAccount): List => ({
  evidence: 'observed',
  paging: 'offset',
  pageSize: 200,
  ordered: true,
  compareIds: compareText,
  run: async page => await listPage(client, account, page)
})

const missing = (): UpstreamError => new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })

/** Names are taken as ids there, and a name may look like an id: only the id itself is good. The recycle bin is not ours. */
async function getLive (client: OnecloudClient, id: string): Promise<Seen> {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) throw missing()
  const seen = await client.getServer(id)
  if (seen.server.id !== id || seen.server.status === 'deleted') throw missing()
  return seen
}

/** The answer is the record in its first passing state; what becomes of it is told by the server. */
async function act (client: OnecloudClient, id: string, action: 'start' | 'stop' | 'restart', input: object): Promise<Accepted> {
  await getLive(client, id)
  await client.act(id, action, input)
  return {}
}
