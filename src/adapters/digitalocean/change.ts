import type { AdapterVerbs } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { numericServerId } from '../kit/ids.ts'
import { imageOf, nameOf } from './ids.ts'
import { toJob } from './jobs.ts'

type Changes = 'rename' | 'rebuild' | 'password' | 'delete'

const passwordNote = 'The provider sends the new root password by e-mail to the account\'s address, and restarts the server.'

export const createChanges = (client: DigitaloceanClient): Required<Pick<AdapterVerbs, Changes>> => ({
  rename: {
    evidence: 'documented',
    note: 'A fully qualified name also becomes the reverse DNS name of the server\'s own addresses. The guest keeps its host name.',
    run: async ({ id, name }) => {
      const action = await client.act(numericServerId(id), 'rename', { name: nameOf(name) }, { members: ['body.name'] })
      return { jobs: [toJob(action, 'rename')], goal: { name, shown: true } }
    }
  },
  rebuild: {
    evidence: 'documented',
    note: 'The image must be of the same family of systems; addresses stay. The provider sends a new root password by e-mail where the server has no SSH key.',
    run: async ({ seen: { server }, image }) => {
      const action = await client.act(numericServerId(server.id), 'rebuild', { image: imageOf(image) }, { members: ['body.image'] })
      return { jobs: [toJob(action, 'rebuild')] }
    }
  },
  password: {
    evidence: 'documented',
    note: passwordNote,
    run: async ({ id }) => ({ jobs: [toJob(await client.act(numericServerId(id), 'password_reset'), 'password_reset')], note: passwordNote })
  },
  delete: {
    evidence: 'documented',
    note: 'Reserved addresses, volumes and snapshots stay, and are billed.',
    run: async ({ seen: { server } }) => {
      await client.deleteDroplet(numericServerId(server.id))
      return {}
    }
  }
})
