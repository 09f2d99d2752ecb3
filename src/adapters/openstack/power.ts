import type { Accepted, AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { jobsOf } from './jobs.ts'
import type { Logged } from './send.ts'

export const createPower = (client: OpenstackClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'observed',
    note: 'Only a stopped server; one that is paused, suspended or shelved must be woken through the cloud\'s own tools.',
    run: async ({ id }) => toAccepted(id, 'start', await client.act(id, { 'os-start': null }))
  },
  stop: {
    evidence: 'observed',
    note: 'The guest is asked first, and cut off after a minute. There is no other way.',
    run: async ({ id }) => toAccepted(id, 'stop', await client.act(id, { 'os-stop': null }))
  },
  reboot: {
    evidence: 'observed',
    accepts: ['force'],
    note: 'force also starts a stopped server and is the way out of an error.',
    run: async ({ id, force }) => toAccepted(id, 'reboot', await client.act(id, { reboot: { type: force === true ? 'HARD' : 'SOFT' } }))
  }
})

export const toAccepted = (id: string, name: string, { requestId }: Logged<unknown>): Accepted => ({ jobs: jobsOf(id, name, requestId) })
