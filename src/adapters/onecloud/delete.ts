import type { AdapterVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { goalOf } from './mapping-goals.ts'
import { hardwareOf } from './mapping-hardware.ts'

/**
 * For good, as the contract says; `recycle` leaves the server in the vendor's bin, where a get counts it as missing.
 * A second plain deletion there is accepted and leads nowhere, but what lies there is not found in the first place.
 */
export const deleteServer = (client: OnecloudClient): NonNullable<AdapterVerbs['delete']> => ({
  evidence: 'observed',
  accepts: ['recycle'],
  note: 'recycle=true leaves the server in the recycle bin for three days, with its address and its costs. ' +
    'An elastic address is kept for the project, unattached and billed.',
  run: async ({ seen, recycle }) => {
    await client.deleteServer(seen.server.id, recycle === true ? '' : '?override_pending_delete=true')
    const { elasticAddress } = hardwareOf(seen)
    const goal = goalOf('delete', { absent: true })
    return elasticAddress === null ? { goal } : { goal, note: noteOf(elasticAddress) }
  }
})

const noteOf = (address: string): string =>
  `The elastic address ${address} is kept, unattached and billed; GET /v1/{account}/addresses lists it, and ` +
  'a raw DELETE of /eips/{id} releases it.'
