import type { Accepted, AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { jobsOf } from './jobs.ts'
import type { Logged } from './send.ts'

export const createPower = (client: OpenstackClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'observed',
    note: 'Stopped servers only; use the cloud\'s own tools to resume one that is paused, suspended or shelved.',
    run: async ({ id }) => toAccepted(id, 'start', await client.act(id, { 'os-start': null }))
  },
  stop: {
    evidence: 'observed',
    note: 'Asks the guest to shut down, and cuts the power after a minute. The cloud has no forced stop.',
    run: async ({ id }) => toAccepted(id, 'stop', await client.act(id, { 'os-stop': null }))
  },
  reboot: {
    evidence: 'observed',
    accepts: ['force'],
    note: 'force also starts a stopped server and can recover one in error.',
    run: async ({ id, force }) => toAccepted(id, 'reboot', await client.act(id, { reboot: { type: force === true ? 'HARD' : 'SOFT' } }))
  }
})

export const toAccepted = (id: string, name: string, { requestId }: Logged<unknown>): Accepted => ({ jobs: jobsOf(id, name, requestId) })
