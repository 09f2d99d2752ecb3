import type { Adapter } from '../contract.ts'
import { compareText } from '../../domain/compare.ts'
import type { List } from '../verbs.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient, type GlesysClient } from './client.ts'
import { createCreate } from './create.ts'
import { idOf } from './ids.ts'
import { createRawVerb } from './raw.ts'
import { createResize } from './resize.ts'
import { createGlesysSend } from './send.ts'
import { example, glesysAccountSchema, type GlesysAccount } from './settings.ts'

export const glesys: Adapter<GlesysAccount> = {
  id: 'glesys',
  title: 'GleSYS',
  account: glesysAccountSchema,
  example,
  // `debug` repeats every argument that was sent; `url` opens a console.
  secretMembers: ['debug', 'url', 'otp', 'cloudconfig', 'cloudconfigparams', 'preview'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account.project, createGlesysSend(account, upstream))
    return {
      list: createList(client),
      get: {
        evidence: 'documented',
        run: async id => await client.details(idOf(id))
      },
      create: createCreate(client),
      ...createChanges(client),
      resize: createResize(client),
      ...createAddresses(client),
      ...createCatalogs(client),
      raw: createRawVerb(account, upstream)
    }
  }
}

const createList = (client: GlesysClient): List => ({
  evidence: 'documented',
  note: 'The vendor\'s list has no power state: each row that is shown costs one more call.',
  paging: 'whole',
  pageSize: 10_000,
  // The order of rows is not documented, and no argument sets it.
  ordered: false,
  compareIds: compareText,
  run: async () => {
    const rows = await client.list()
    return { rows, start: 0, last: true, total: rows.length }
  },
  hydrate: async seen => await client.details(seen.server.id)
})
