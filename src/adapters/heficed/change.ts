import type { AllVerbs } from '../verbs.ts'
import { toAccepted } from './mapping.ts'
import { numericServerId, uuidIn } from '../kit/ids.ts'
import type { HeficedClient } from './client.ts'

type Changes = 'rename' | 'rebuild' | 'rescue' | 'unrescue' | 'password' | 'console'

const ancestor = 'No public source shows this path; the vendor\'s earlier API had it.'

/** Takes effect only with a restart. A soft one, since the caller can force a stop first. */
const restart = { reboot: true, force: false }

export const createChanges = (client: HeficedClient): Pick<AllVerbs, Changes> => ({
  rename: {
    evidence: 'inferred',
    note: 'No public source shows this call.',
    run: async ({ id, name }) => {
      const renamed = await client.rename(numericServerId(id), name)
      return renamed.name === name ? { done: true } : {}
    }
  },
  rebuild: {
    evidence: 'inferred',
    note: `${ancestor} The image must be of the server's region and instance type; the root password changes.`,
    run: async ({ seen: { server }, image }) => toAccepted(await client.rebuild(server.id, uuidIn('body.image', image)))
  },
  rescue: {
    evidence: 'inferred',
    note: `${ancestor} The server restarts.`,
    run: async ({ id }) => toAccepted(await client.act(numericServerId(id), 'rescue', restart))
  },
  unrescue: {
    evidence: 'inferred',
    note: `${ancestor} The server restarts.`,
    run: async ({ id }) => toAccepted(await client.act(numericServerId(id), 'unrescue', restart))
  },
  password: {
    evidence: 'inferred',
    note: `${ancestor} The provider generates the password and shows it in its web console.`,
    run: async ({ id }) => {
      const event = await client.resetPassword(numericServerId(id))
      return event.password
        ? { ...toAccepted(event), password: event.password }
        : { ...toAccepted(event), note: 'The provider generates the new password and shows it in its web console only.' }
    }
  },
  console: {
    evidence: 'inferred',
    note: ancestor,
    run: async ({ id }) => ({ type: 'vnc', url: (await client.openConsole(numericServerId(id))).url, expires_at: null })
  }
})
