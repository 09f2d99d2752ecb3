import type { Adapter, List } from '../contract.js'
import { compareText } from '../../domain/compare.js'
import { UpstreamError } from '../../domain/failure.js'
import { signIn } from './auth.js'
import { createClient, type GlesysClient } from './client.js'
import { example, glesysAccountSchema, type GlesysAccount } from './settings.js'

export const glesys: Adapter<GlesysAccount> = {
  id: 'glesys',
  title: 'GleSYS',
  account: glesysAccountSchema,
  example,
  // `debug` repeats every argument that was sent; `url` opens a console.
  secretMembers: ['debug', 'url', 'otp', 'cloudconfig', 'cloudconfigparams', 'preview'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, upstream)
    return {
      list: createList(client),
      get: {
        evidence: 'documented',
        run: async id => await client.details(idOf(id))
      },
      start: {
        evidence: 'documented',
        run: async id => await client.start(idOf(id))
      },
      stop: {
        evidence: 'documented',
        accepts: ['force'],
        note: 'Without force the guest is asked, and may not listen. Some servers have only one of the two ways.',
        run: async (id, { force }) => await client.stop(idOf(id), force === true ? 'hard' : 'soft')
      },
      reboot: {
        evidence: 'documented',
        run: async id => await client.reboot(idOf(id))
      }
    }
  }
}

/** Letters and digits, in one spelling only: a second name for a server would pass by what protects the first. */
function idOf (id: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}

const createList = (client: GlesysClient): List => ({
  evidence: 'documented',
  note: 'The list tells nothing of power: every row that is shown costs one call more.',
  paging: 'whole',
  pageSize: 10_000,
  // The order of rows is not documented, and there are no arguments to ask for one.
  ordered: false,
  compareIds: compareText,
  run: async () => {
    const rows = await client.list()
    return { rows, start: 0, last: true, total: rows.length }
  },
  complete: async seen => await client.details(seen.server.id)
})
