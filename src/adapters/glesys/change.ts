import type { AllVerbs } from '../verbs.ts'
import type { GlesysClient } from './client.ts'
import { renameMembers } from './failures-members.ts'
import { idOf } from './ids.ts'

export const createChanges = (client: GlesysClient): Pick<AllVerbs, 'rename'> => ({
  rename: {
    evidence: 'documented',
    // Host names are case-insensitive: the goal is the name as the vendor returned it.
    run: async ({ id, name }) => {
      const { hostname } = await client.edit(idOf(id), { hostname: name }, renameMembers)
      return hostname !== null && hostname !== name && hostname.toLowerCase() === name.toLowerCase() ? { goal: { name: hostname } } : {}
    }
  }
})
