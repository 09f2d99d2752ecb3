import { z } from 'zod'
import { flag } from '../../domain/parameter.ts'
import type { AllVerbs, Command, OnSeenServer } from '../verbs.ts'
import type { GlesysClient } from './client.ts'
import { renameMembers } from './failures.ts'
import { idOf } from './ids.ts'
import { requireFeature } from './mapping.ts'

type Changes = Pick<AllVerbs, 'start' | 'stop' | 'reboot' | 'delete' | 'rename' | 'console'>

export const createChanges = (client: GlesysClient): Changes => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => await client.start(idOf(id))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Without force the guest is asked to shut down, and may ignore it. Some servers support only one of the two.',
    run: async ({ id, force }) => await client.stop(idOf(id), force === true ? 'hard' : 'soft')
  },
  reboot: {
    evidence: 'documented',
    run: async ({ id }) => await client.reboot(idOf(id))
  },
  delete: createDelete(client),
  rename: {
    evidence: 'documented',
    // Host names are case-insensitive: the goal is the name as the vendor returned it.
    run: async ({ id, name }) => {
      const { hostname } = await client.edit(idOf(id), { hostname: name }, renameMembers)
      return hostname !== null && hostname !== name && hostname.toLowerCase() === name.toLowerCase() ? { goal: { name: hostname } } : {}
    }
  },
  console: {
    evidence: 'observed',
    note: 'Requires a running server.',
    run: async ({ id }) => await client.console(idOf(id))
  }
})

const parameters = z.strictObject({ keep_addresses: flag('true: keep its addresses reserved and billed') })

const createDelete = (client: GlesysClient): Command<OnSeenServer & z.output<typeof parameters>> => ({
  evidence: 'documented',
  parameters,
  note: 'Addresses are released with the server; with keep_addresses they stay with the project and are billed.',
  run: async ({ seen, keep_addresses: keep }) => {
    requireFeature(seen, 'destroy')
    return await client.destroy(seen.server.id, keep === true)
  }
})
