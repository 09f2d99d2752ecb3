import { z } from 'zod'
import { flag } from '../../domain/parameter.ts'
import type { Act, OnSeenServer } from '../verbs.ts'
import type { GlesysClient } from './client.ts'
import { refuseLacking } from './failures-unsupported.ts'

const parameters = z.strictObject({ keep_addresses: flag('true: keep its addresses reserved and billed') })

/** The addresses are released with the server unless keep_addresses is set; then they stay reserved and billed. */
export const createDelete = (client: GlesysClient): Act<OnSeenServer & z.output<typeof parameters>> => ({
  evidence: 'documented',
  parameters,
  note: 'Addresses are released with the server; with keep_addresses they stay with the project and are billed.',
  run: async ({ seen, keep_addresses: keep }) => {
    refuseLacking(seen, 'destroy')
    return await client.destroy(seen.server.id, keep === true)
  }
})
