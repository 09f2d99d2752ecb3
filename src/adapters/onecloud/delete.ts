import { z } from 'zod'
import { flag } from '../../domain/parameter.ts'
import type { Act, OnSeenServer } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { goalOf } from './mapping-statuses.ts'
import { hardwareOf } from './mapping-hardware.ts'

const parameters = z.strictObject({ recycle: flag('true: keep the server in the provider\'s recycle bin') })

/**
 * Deletes for good; `recycle` leaves the server in the vendor's recycle bin, where `get` treats it as missing.
 * The vendor accepts a second plain deletion there without effect, but the preflight does not find such a server.
 */
export const createDelete = (client: OnecloudClient): Act<OnSeenServer & z.output<typeof parameters>> => ({
  evidence: 'observed',
  parameters,
  note: 'recycle=true keeps the server in the recycle bin for three days, with its address and its costs. ' +
    'An elastic address stays with the project, unattached and billed.',
  run: async ({ seen, recycle }) => {
    await client.deleteServer(seen.server.id, recycle === true ? '' : '?override_pending_delete=true')
    const { elasticAddress } = hardwareOf(seen)
    const goal = goalOf('delete', { absent: true })
    return elasticAddress === null ? { goal } : { goal, note: noteOf(elasticAddress) }
  }
})

const noteOf = (address: string): string =>
  `The elastic address ${address} stays with the project, unattached and billed; GET /v1/{account}/addresses lists it, and ` +
  'a raw DELETE of /eips/{id} releases it.'
