import { compareText } from '../../domain/compare.ts'
import type { Adapter } from '../contract.ts'
import type { Accepted, List } from '../verbs.ts'
import { addressVerbs } from './addresses.ts'
import { signIn } from './auth.ts'
import { choices } from './choices.ts'
import { createClient, type OnecloudClient } from './client.ts'
import { openConsole } from './console.ts'
import { createServer } from './create.ts'
import { deleteServer } from './delete.ts'
import { createOnecloudSend } from './send.ts'
import { listPage } from './list.ts'
import { getLive } from './live.ts'
import { ownerVerbs } from './owners.ts'
import { setPassword } from './password.ts'
import { rawVerb } from './raw.ts'
import { rebuildServer, rebuildSteps } from './rebuild.ts'
import { rescueServer, unrescueServer } from './rescue.ts'
import { resizeServer, resizeSteps } from './resize.ts'
import { createRowsClient } from './rows-client.ts'
import { example, onecloudAccountSchema, type OnecloudAccount } from './settings.ts'
import { snapshotVerbs } from './snapshots.ts'
import { protectServer, renameServer } from './update.ts'

export const onecloud: Adapter<OnecloudAccount> = {
  id: 'onecloud',
  title: 'OneCloud (Cloudpods)',
  account: onecloudAccountSchema,
  example,
  // `create_params` is the order of a server as text, its password included.
  secretMembers: ['login_key', 'create_params', 'access_url', 'connect_params'],
  signIn,
  connect: (account, upstream) => {
    const send = createOnecloudSend(upstream)
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
      raw: rawVerb(upstream),
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
