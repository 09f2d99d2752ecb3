import type { AdapterVerbs } from '../verbs.ts'
import type { GlesysClient } from './client.ts'
import { refuseLacking } from './failures-unsupported.ts'

/** The addresses are released with the server unless keep_addresses is set; then they stay reserved and billed. */
export const createDelete = (client: GlesysClient): NonNullable<AdapterVerbs['delete']> => ({
  evidence: 'documented',
  accepts: ['keep_addresses'],
  note: 'Addresses are released with the server; with keep_addresses they stay with the project and are billed.',
  run: async ({ seen, keep_addresses: keep }) => {
    refuseLacking(seen, 'destroy')
    return await client.destroy(seen.server.id, keep === true)
  }
})
