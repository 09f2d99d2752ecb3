import type { AdapterVerbs } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { imageOf, nameOf } from './ids.ts'

const passwordNote = 'The provider sends the new root password by e-mail to the account\'s address, and restarts the server.'

/** The status follows a completed action by seconds, and a shutdown may complete without effect: the server decides. */
const shown = (status: 'running' | 'stopped') => ({ statuses: [status], shown: true } as const)

export const createChanges = (client: DigitaloceanClient) => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => ({ jobs: [await client.act(id, 'power_on')], goal: shown('running') })
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'A server that is off is still billed in full. Without force the guest may ignore the request.',
    run: async ({ id, force }) => ({ jobs: [await client.act(id, force === true ? 'power_off' : 'shutdown')], goal: shown('stopped') })
  },
  reboot: {
    evidence: 'documented',
    accepts: ['force'],
    // The server does not show a reboot: only the action does.
    run: async ({ id, force }) => ({ jobs: [await client.act(id, force === true ? 'power_cycle' : 'reboot')] })
  },
  rename: {
    evidence: 'documented',
    note: 'A fully qualified name also becomes the reverse DNS name of the server\'s own addresses. The guest keeps its host name.',
    run: async ({ id, name }) => ({
      jobs: [await client.act(id, 'rename', { name: nameOf(name) }, { members: ['body.name'] })], goal: { name, shown: true }
    })
  },
  rebuild: {
    evidence: 'documented',
    note: 'The image must be of the same family of systems; addresses stay. ' +
      'The provider sends a new root password by e-mail where the server has no SSH key.',
    run: async ({ seen: { server }, image }) =>
      ({ jobs: [await client.act(server.id, 'rebuild', { image: imageOf(image) }, { members: ['body.image'] })] })
  },
  password: {
    evidence: 'documented',
    note: passwordNote,
    run: async ({ id }) => ({ jobs: [await client.act(id, 'password_reset')], note: passwordNote })
  },
  delete: {
    evidence: 'documented',
    note: 'Reserved addresses, volumes and snapshots stay, and are billed.',
    run: async ({ seen: { server } }) => {
      await client.deleteDroplet(server.id)
      return {}
    }
  }
} satisfies Partial<AdapterVerbs>)
