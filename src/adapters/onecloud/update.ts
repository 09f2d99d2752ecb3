import type { ServerOperations } from '../verbs.js'
import type { OnecloudClient } from './client.js'
import { callFailure, nameFailure } from './failures.js'
import { getLive } from './live.js'
import { checkName } from './rules.js'

/** The vendor answers with the changed record: there is nothing to wait for. */
const done = { done: true } as const

export const renameServer = (client: OnecloudClient): NonNullable<ServerOperations['rename']> => ({
  evidence: 'observed',
  run: async ({ id, name }) => {
    checkName(name)
    await getLive(client, id)
    await client.updateServer(id, { name }, nameFailure)
    return done
  }
})

export const protectServer = (client: OnecloudClient): NonNullable<ServerOperations['protect']> => ({
  evidence: 'observed',
  run: async ({ id, protected: isProtected }) => {
    await getLive(client, id)
    await client.updateServer(id, { disable_delete: isProtected }, callFailure)
    return done
  }
})
