import { compareText } from '../../domain/compare.ts'
import type { Adapter } from '../contract.ts'
import type { List } from '../verbs.ts'
import { addressVerbs } from './addresses.ts'
import { signIn } from './auth.ts'
import { choices } from './catalog.ts'
import { createClient, type OnecloudClient } from './client.ts'
import { openConsole } from './console.ts'
import { createServer } from './create.ts'
import { deleteServer } from './delete.ts'
import { createOnecloudSend } from './send.ts'
import { listPage } from './list.ts'
import { getLive } from './get.ts'
import { ownerVerbs } from './owners.ts'
import { setPassword } from './password.ts'
import { powerSteps, powerVerbs } from './power.ts'
import { rawVerb } from './raw.ts'
import { rebuildServer, rebuildSteps } from './rebuild.ts'
import { rescueVerbs } from './rescue.ts'
import { resizeServer, resizeSteps } from './resize.ts'
import { createRowsClient } from './catalog-client.ts'
import { example, onecloudAccountSchema, type OnecloudAccount } from './settings.ts'
import { snapshotVerbs } from './snapshots.ts'
import { protectServer, renameServer } from './change.ts'

export const onecloud: Adapter<OnecloudAccount> = {
  id: 'onecloud',
  title: 'OneCloud (Cloudpods)',
  account: onecloudAccountSchema,
  example,
  // `create_params` is the text of a server's order, including its password.
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
      ...powerVerbs(client),
      resize: resizeServer(client, rows),
      rename: renameServer(client),
      protect: protectServer(client),
      rebuild: rebuildServer(client, rows),
      ...rescueVerbs(client),
      password: setPassword(client),
      console: openConsole(client),
      ...snapshotVerbs(client, rows),
      ...addressVerbs(client, rows),
      ...choices(rows),
      ...ownerVerbs({ upstream, send, account }),
      raw: rawVerb(upstream),
      steps: { ...powerSteps(client), ...resizeSteps(client), ...rebuildSteps(client) }
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
