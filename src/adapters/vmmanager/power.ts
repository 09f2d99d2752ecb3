import type { AllVerbs } from '../verbs.ts'
import type { VmmanagerClient } from './client.ts'
import { idOf } from './ids.ts'
import { toAccepted } from './mapping.ts'

const powerBody = (force: boolean | undefined): object => force === true ? { force: true } : {}

export const createPower = (client: VmmanagerClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'observed',
    run: async ({ id }) => toAccepted(await client.act({ id: idOf(id), action: 'start', body: {} }), 'host_start')
  },
  stop: {
    evidence: 'observed',
    accepts: ['force'],
    run: async ({ id, force }) => toAccepted(await client.act({ id: idOf(id), action: 'stop', body: powerBody(force) }), 'host_stop')
  },
  reboot: {
    evidence: 'observed',
    accepts: ['force'],
    run: async ({ id, force }) => toAccepted(await client.act({ id: idOf(id), action: 'restart', body: powerBody(force) }), 'host_restart')
  }
})
