import type { Goal } from '../../domain/operation.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { naming } from './failures.ts'
import { keyNameOf, nameOf, uuidOf } from './ids.ts'
import { toAccepted } from './power.ts'

/** Nova has finished when it answers. */
const done = { done: true } as const

export const createChanges = (client: OpenstackClient): Pick<AllVerbs, 'delete' | 'rename' | 'rebuild' | 'password'> => ({
  delete: {
    evidence: 'observed',
    note: 'A cloud with a recycle bin keeps the server there for a while; that cannot be chosen. Floating addresses and snapshots stay, and so do volumes that are to outlive the server.',
    run: async ({ seen: { server: { id } } }) => {
      await client.deleteServer(id)
      return {}
    }
  },
  rename: {
    evidence: 'observed',
    run: async ({ id, name }) => {
      await client.renameServer(id, nameOf(name))
      return done
    }
  },
  rebuild: {
    evidence: 'observed',
    accepts: ['password', 'ssh_keys'],
    note: 'ssh_keys is the name of one key. Without a password the cloud makes one, which the answer has. A stopped server ends stopped.',
    run: async ({ seen: { server }, image, password, ssh_keys: keys }) => {
      const rebuild = {
        imageRef: uuidOf('body.image', image),
        ...(password === undefined ? {} : { adminPass: password }),
        ...(keys === undefined ? {} : { key_name: keyNameOf(keys) })
      }
      const made = await client.actForPassword(server.id, { rebuild }, naming)
      return {
        ...toAccepted(server.id, 'rebuild', made),
        // The answer is the server in this state already.
        begun: true,
        goal: goalOfRebuild(server),
        ...(password === undefined && made.answer !== null ? { password: made.answer } : {})
      }
    }
  },
  password: {
    evidence: 'observed',
    accepts: ['password'],
    note: 'Requires a running server with an agent in the guest.',
    run: async ({ id, password }) => {
      await client.act(id, { changePassword: { adminPass: password } }, naming)
      return done
    }
  }
})

/** A stopped server passes through `ACTIVE` on its way. */
export const goalOfRebuild = ({ status }: ServerFacts): Goal => ({ statuses: [status === 'stopped' ? 'stopped' : 'running'], transition: true, via: 'rebuilding' })
