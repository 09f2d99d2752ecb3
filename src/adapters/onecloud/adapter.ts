import { compareText } from '../../domain/compare.js'
import type { Adapter } from '../contract.js'
import type { Accepted, List } from '../verbs.js'
import { addressVerbs } from './addresses.js'
import { signIn } from './auth.js'
import { choices } from './choices.js'
import { createClient, type OnecloudClient } from './client.js'
import { openConsole } from './console.js'
import { createServer } from './create.js'
import { deleteServer } from './delete.js'
import { createSend } from './exchange.js'
import { listPage } from './list.js'
import { getLive } from './live.js'
import { ownerVerbs } from './owners.js'
import { setPassword } from './password.js'
import { rawCall } from './raw.js'
import { rebuildServer, rebuildSteps } from './rebuild.js'
import { rescueServer, unrescueServer } from './rescue.js'
import { resizeServer, resizeSteps } from './resize.js'
import { createRowsClient } from './rows-client.js'
import { example, onecloudAccountSchema, type OnecloudAccount } from './settings.js'
import { snapshotVerbs } from './snapshots.js'
import { protectServer, renameServer } from './update.js'

export const onecloud: Adapter<OnecloudAccount> = {
  id: 'onecloud',
  title: 'OneCloud (Cloudpods)',
  account: onecloudAccountSchema,
  example,
  // `create_params` is the order of a server as text, its password included.
  secretMembers: ['login_key', 'create_params', 'access_url', 'connect_params'],
  signIn,
  connect: (account, upstream) => {
    const send = createSend(upstream)
    const client = createClient(send)
    const rows = createRowsClient(send, account)
    return {
      list: createList(client, account),
      get: {
        evidence: 'observed',
        run: async id => await getLive(client, id)
      },
      create: createServer(client),
      delete: deleteServer(client),
      start: {
        evidence: 'observed',
        note: 'The server is looked at first: the provider would also start what lies in its recycle bin.',
        run: async ({ id }) => await act(client, id, 'start', {})
      },
      stop: {
        evidence: 'observed',
        accepts: ['force'],
        run: async ({ id, force }) => await act(client, id, 'stop', { is_force: force === true })
      },
      reboot: {
        evidence: 'observed',
        accepts: ['force'],
        run: async ({ id, force }) => await act(client, id, 'restart', { is_force: force === true })
      },
      resize: resizeServer(client, rows),
      rename: renameServer(client),
      protect: protectServer(client),
      rebuild: rebuildServer(client, rows),
      rescue: rescueServer(client),
      unrescue: unrescueServer(client),
      password: setPassword(client),
      console: openConsole(client),
      ...snapshotVerbs(client, rows),
      ...addressVerbs(client, rows),
      ...choices(rows),
      ...ownerVerbs({ upstream, send, account }),
      raw: rawCall(upstream),
      steps: { ...resizeSteps(client), ...rebuildSteps(client) }
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

/** The answer is the record in its first passing state; what becomes of it is told by the server. */
async function act (client: OnecloudClient, id: string, action: 'start' | 'stop' | 'restart', input: object): Promise<Accepted> {
  await getLive(client, id)
  await client.act(id, action, { input })
  return {}
}
