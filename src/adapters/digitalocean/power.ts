import type { Accepted, AdapterVerbs } from '../verbs.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { ActionType, DigitaloceanClient } from './client.ts'
import { numericServerId } from '../kit/ids.ts'
import { toJob } from './jobs.ts'

/** The status follows a completed action by seconds, and a shutdown may complete without effect: the server decides. */
export const act = async (client: DigitaloceanClient, id: string, type: ActionType, status: ServerStatus): Promise<Accepted> =>
  ({ jobs: [toJob(await client.act(numericServerId(id), type), type)], goal: { statuses: [status], shown: true } })

export const createPower = (client: DigitaloceanClient): Required<Pick<AdapterVerbs, 'start' | 'stop' | 'reboot'>> => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => await act(client, id, 'power_on', 'running')
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'A server that is off is still billed in full. Without force the guest may ignore the request.',
    run: async ({ id, force }) => await act(client, id, force === true ? 'power_off' : 'shutdown', 'stopped')
  },
  reboot: {
    evidence: 'documented',
    accepts: ['force'],
    // Nothing of it shows on the server: its action alone says that it is done.
    run: async ({ id, force }) => {
      const type = force === true ? 'power_cycle' : 'reboot'
      return { jobs: [toJob(await client.act(numericServerId(id), type), type)] }
    }
  }
})
