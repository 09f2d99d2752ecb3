import type { Adapter } from '../contract.ts'
import type { List } from '../verbs.ts'
import { compareText } from '../../domain/compare.ts'
import { createAddressClient } from './addresses-client.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createGlesysSend } from './send.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient, type GlesysClient } from './client.ts'
import { createCreate } from './create.ts'
import { createResize } from './resize.ts'
import { idOf } from './ids.ts'
import { createPtr } from './ptr.ts'
import { createRawVerb } from './raw.ts'
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
    const send = createGlesysSend(account, upstream)
    const client = createClient(account.project, send)
    const catalog = createCatalogClient(send)
    const addresses = createAddressClient(send)
    return {
      list: createList(client),
      get: {
        evidence: 'documented',
        run: async id => await client.details(idOf(id))
      },
      create: createCreate(client, catalog),
      start: {
        evidence: 'documented',
        run: async ({ id }) => await client.start(idOf(id))
      },
      stop: {
        evidence: 'documented',
        accepts: ['force'],
        note: 'Without force the guest is asked to shut down, and may ignore it. Some servers support only one of the two.',
        run: async ({ id, force }) => await client.stop(idOf(id), force === true ? 'hard' : 'soft')
      },
      reboot: {
        evidence: 'documented',
        run: async ({ id }) => await client.reboot(idOf(id))
      },
      resize: createResize(client),
      ...createChanges(client),
      console: {
        evidence: 'observed',
        note: 'Requires a running server.',
        run: async ({ id }) => await client.console(idOf(id))
      },
      ...createAddresses(client, addresses),
      ptr: createPtr(addresses),
      ...createCatalogs(catalog),
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
