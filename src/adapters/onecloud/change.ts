import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { callFailure, nameFailure } from './failures.ts'
import { getLive } from './get.ts'
import { checkName } from './ids.ts'

/** The vendor returns the changed record; there is nothing to wait for. */
const done = { done: true } as const

export const createChanges = (client: OnecloudClient): Pick<AllVerbs, 'rename' | 'protect'> => ({
  rename: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ id, name }) => {
      checkName(name)
      await getLive(client, id)
      await client.updateServer(id, { name }, nameFailure)
      return done
    }
  },
  protect: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ id, protected: isProtected }) => {
      await getLive(client, id)
      await client.updateServer(id, { disable_delete: isProtected }, callFailure)
      return done
    }
  }
})
