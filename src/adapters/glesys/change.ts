import { z } from 'zod'
import { flag } from '../../domain/parameter.ts'
import type { Act, AllVerbs, OnSeenServer } from '../verbs.ts'
import type { GlesysClient } from './client.ts'
import { renameMembers } from './failures-members.ts'
import { idOf } from './ids.ts'
import { refuseLacking } from './mapping.ts'

const parameters = z.strictObject({ keep_addresses: flag('true: keep its addresses reserved and billed') })

/** The addresses are released with the server unless keep_addresses is set; then they stay reserved and billed. */
const createDelete = (client: GlesysClient): Act<OnSeenServer & z.output<typeof parameters>> => ({
  evidence: 'documented',
  parameters,
  note: 'Addresses are released with the server; with keep_addresses they stay with the project and are billed.',
  run: async ({ seen, keep_addresses: keep }) => {
    refuseLacking(seen, 'destroy')
    return await client.destroy(seen.server.id, keep === true)
  }
})

export const createChanges = (client: GlesysClient): Pick<AllVerbs, 'delete' | 'rename'> => ({
  delete: createDelete(client),
  rename: {
    evidence: 'documented',
    // Host names are case-insensitive: the goal is the name as the vendor returned it.
    run: async ({ id, name }) => {
      const { hostname } = await client.edit(idOf(id), { hostname: name }, renameMembers)
      return hostname !== null && hostname !== name && hostname.toLowerCase() === name.toLowerCase() ? { goal: { name: hostname } } : {}
    }
  }
})
