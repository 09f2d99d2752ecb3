import type { AdapterVerbs } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { idOf } from './ids.ts'
import { toJob } from './mapping.ts'

type Power = Required<Pick<AdapterVerbs, 'start' | 'stop' | 'reboot'>>

/** The actions of shutdown and reboot succeed when the signal has been sent, so the server decides; the other actions are followed. */
export const createPower = (client: HetznerClient): Power => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => ({ jobs: [toJob((await client.act(idOf(id), 'poweron')).action)] })
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore: the operation is then unknown at its deadline. force powers off.',
    run: async ({ id, force }) => force === true
      ? { jobs: [toJob((await client.act(idOf(id), 'poweroff')).action)] }
      : { upstream: signalOf(await client.act(idOf(id), 'shutdown')) }
  },
  reboot: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore; the provider shows no restart. force resets the server.',
    run: async ({ id, force }) => force === true
      ? { jobs: [toJob((await client.act(idOf(id), 'reset')).action)] }
      : { upstream: signalOf(await client.act(idOf(id), 'reboot')) }
  }
})

const signalOf = ({ action }: { readonly action: { readonly id: string } }) => ({ id: action.id, status: null })
