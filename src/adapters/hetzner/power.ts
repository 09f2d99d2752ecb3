import type { Accepted, AdapterVerbs, Step } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { toFollowed, toSignalled } from './mapping.ts'
import { rescueWire } from './schema.ts'

/** A server in the rescue system is shown as `running`: only the actions can say that it has booted. */
const goal = { unprovable: true } as const

export const createPower = (client: HetznerClient) => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => toFollowed(await client.act(id, 'poweron'))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore: the operation is then unknown at its deadline. force powers off.',
    run: async ({ id, force }) =>
      force === true ? toFollowed(await client.act(id, 'poweroff')) : toSignalled(await client.act(id, 'shutdown'))
  },
  reboot: {
    evidence: 'documented',
    accepts: ['force'],
    note: 'Sends an ACPI signal, which a guest system may ignore; the provider shows no restart. force resets the server.',
    run: async ({ id, force }) => force === true ? toFollowed(await client.act(id, 'reset')) : toSignalled(await client.act(id, 'reboot'))
  },
  rescue: {
    evidence: 'documented',
    cost: { calls: 2 },
    goal,
    note: 'Enables the rescue system and boots into it: a running server is reset. Its status does not show it. The password is generated.',
    run: async ({ id }) => {
      const { server } = await client.getServer(id)
      // Does not reboot, and expires after an hour without a boot.
      const armed = await client.act(id, 'enable_rescue', { type: 'linux64' })
      return { ...toFollowed(armed), goal, next: bootOf(server.status === 'stopped' ? 'poweron' : 'reset') }
    }
  },
  unrescue: {
    evidence: 'documented',
    cost: { calls: 2 },
    goal,
    note: 'Disables the rescue system if it is still armed, and resets a running server, which boots its own system again.',
    run: async ({ id }) => {
      const { server, raw } = await client.getServer(id)
      const isArmed = rescueWire.parse(raw).rescue_enabled === true
      if (!isArmed) return server.status === 'stopped' ? { done: true } : await boot(client, id, 'reset')
      const disarmed = await client.act(id, 'disable_rescue')
      return { ...toFollowed(disarmed), goal, ...(server.status === 'stopped' ? {} : { next: bootOf('reset') }) }
    }
  }
} satisfies Partial<AdapterVerbs>)

type Boot = 'poweron' | 'reset'

const bootOf = (boot: Boot) => ({ name: `rescue.${boot}`, input: {} })

const boot = async (client: HetznerClient, id: string, action: Boot): Promise<Accepted> =>
  ({ ...toFollowed(await client.act(id, action)), goal })

export function createPowerSteps (client: HetznerClient): Readonly<Record<string, Step>> {
  const step = (action: Boot): Step => ({ isDue: ({ locked }) => locked !== true, run: async id => await boot(client, id, action) })
  return { 'rescue.poweron': step('poweron'), 'rescue.reset': step('reset') }
}
