import type { AdapterVerbs } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { numericServerId } from '../kit/ids.ts'
import { toFollowed, toSignalled } from './mapping.ts'

type Power = Required<Pick<AdapterVerbs, 'start' | 'stop' | 'reboot'>>

export const createPower = (client: HetznerClient): Power => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => toFollowed(await client.act(numericServerId(id), 'poweron'))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore: the operation is then unknown at its deadline. force powers off.',
    run: async ({ id, force }) => force === true
      ? toFollowed(await client.act(numericServerId(id), 'poweroff'))
      : toSignalled(await client.act(numericServerId(id), 'shutdown'))
  },
  reboot: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore; the provider shows no restart. force resets the server.',
    run: async ({ id, force }) => force === true
      ? toFollowed(await client.act(numericServerId(id), 'reset'))
      : toSignalled(await client.act(numericServerId(id), 'reboot'))
  }
})
