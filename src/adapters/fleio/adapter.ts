import type { Accepted, Adapter } from '../contract.js'
import { UpstreamError } from '../../domain/failure.js'
import { signIn } from './auth.js'
import { createClient } from './client.js'
import { createList } from './list.js'
import { example, fleioAccountSchema, modeOf, type FleioAccount } from './settings.js'

export const fleio: Adapter<FleioAccount> = {
  id: 'fleio',
  title: 'Fleio',
  account: fleioAccountSchema,
  example,
  // Which hypervisor it is concerns the hosting company, not whoever may read servers here.
  secretMembers: ['host_name', 'hostId'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, upstream)
    return {
      list: createList(client, modeOf(account.url) ?? 'enduser'),
      get: {
        evidence: 'observed',
        run: async id => await client.getInstance(idOf(id))
      },
      start: {
        evidence: 'documented',
        run: async id => await toAccepted(client.act(idOf(id), 'start'))
      },
      stop: {
        evidence: 'documented',
        run: async id => await toAccepted(client.act(idOf(id), 'stop'))
      },
      reboot: {
        evidence: 'observed',
        note: 'The guest is asked to restart; there is no reset.',
        run: async id => await toAccepted(client.act(idOf(id), 'reboot'))
      }
    }
  }
}

/** Ids are UUIDs in lower case; another spelling could name the same server past a guard. */
function idOf (id: string): string {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}

/** The answer is a sentence: there is no job to follow, the server is looked at instead. */
async function toAccepted (answer: Promise<unknown>): Promise<Accepted> {
  await answer
  return {}
}
