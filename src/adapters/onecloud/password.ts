import { badMember } from '../../domain/failure.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { goalOf } from './mapping-statuses.ts'
import { naming } from './failures.ts'
import { getLive } from './get.ts'
import { checkPassword } from './ids.ts'

const passwordFailure = naming([])

/** A stopped server's disk is rewritten; a running server needs a guest agent, and ends in a failed status without it. */
export const createPassword = (client: OnecloudClient): AllVerbs['password'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  accepts: ['password'],
  note: 'A running server needs the provider\'s guest agent; without it the operation fails.',
  run: async ({ id, password }) => {
    if (password === undefined) throw badMember('body.password', 'is required: the provider returns no generated password')
    checkPassword(password)
    const { server } = await getLive(client, id)
    const isStopped = server.status === 'stopped'
    await client.act(id, 'set-password', { input: { password, ...(isStopped ? { auto_start: false } : {}) }, toFailure: passwordFailure })
    return { goal: goalOf('password', { statuses: isStopped ? ['stopped'] : ['running', 'rescue'] }) }
  }
})
