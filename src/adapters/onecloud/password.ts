import { badMember } from '../../domain/failure.ts'
import type { ServerOperations } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming } from './failures.ts'
import { getLive } from './live.ts'
import { checkPassword } from './rules.ts'

const passwordFailure = naming([])

/** A stopped server is written anew and shows what became of it; of a running one only the guest knows. */
export const setPassword = (client: OnecloudClient): NonNullable<ServerOperations['password']> => ({
  evidence: 'observed',
  accepts: ['password'],
  note: 'Running servers need the provider\'s helper in the guest; without it the password is accepted and nothing changes.',
  run: async ({ id, password }) => {
    if (password === undefined) throw badMember('body.password', 'is needed: the provider makes none that it would tell')
    checkPassword(password)
    const { server } = await getLive(client, id)
    const isStopped = server.status === 'stopped'
    await client.act(id, 'set-password', { input: { password, ...(isStopped ? { auto_start: false } : {}) }, tell: passwordFailure })
    return isStopped
      ? { goal: { statuses: ['stopped'] } }
      : { goal: { statuses: ['running'] }, note: 'The provider hands the password to its helper in the guest, and does not tell whether that took it.' }
  }
})
