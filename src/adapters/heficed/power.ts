import type { AllVerbs } from '../verbs.ts'
import type { HeficedClient } from './client.ts'
import { toAccepted } from './mapping.ts'

const bodyOf = (force: boolean | undefined): object | undefined => force === true ? { force } : undefined

export const createPower = (client: HeficedClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'inferred',
    note: 'No public source shows this path; it is inferred from stop.',
    run: async ({ id }) => toAccepted(await client.act(id, 'start'))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    run: async ({ id, force }) => toAccepted(await client.act(id, 'stop', bodyOf(force)))
  },
  reboot: {
    evidence: 'inferred',
    accepts: ['force'],
    note: 'No public source shows this path; the vendor\'s earlier API had it.',
    run: async ({ id, force }) => toAccepted(await client.act(id, 'reboot', bodyOf(force)))
  }
})
