import type { ServerFacts } from '../../domain/server.ts'
import type { Goal } from '../../domain/operation.ts'
import type { Accepted, AllVerbs, Step } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { syncFailure } from './failures.ts'
import { getLive } from './get.ts'
import { goalOf, isFailureWord } from './mapping-statuses.ts'

interface PowerAction {
  readonly action: 'start' | 'stop' | 'restart'
  readonly goal: Goal
  /** The server's power that the action requires. */
  readonly power: 'on' | 'off'
  /** The failed statuses in which the vendor accepts the action directly. */
  readonly from: readonly string[]
}

const powerActions = {
  start: {
    action: 'start',
    goal: goalOf('start', { statuses: ['running', 'rescue'] }),
    power: 'off',
    from: ['start_fail', 'save_disk_failed']
  },
  stop: { action: 'stop', goal: goalOf('stop', { statuses: ['stopped'] }), power: 'on', from: ['stop_fail'] },
  reboot: {
    action: 'restart',
    goal: goalOf('reboot', { statuses: ['running', 'rescue'], transition: true }),
    power: 'on',
    from: ['stop_fail']
  }
} as const satisfies Readonly<Record<string, PowerAction>>

export const createPower = (client: OnecloudClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'The server is read first, because the provider would also start a server in its recycle bin.',
    run: async ({ id }) => await act(client, id, powerActions.start, {})
  },
  stop: {
    evidence: 'observed',
    cost: { calls: 2 },
    accepts: ['force'],
    run: async ({ id, force }) => await act(client, id, powerActions.stop, { is_force: force === true })
  },
  reboot: {
    evidence: 'observed',
    cost: { calls: 2 },
    accepts: ['force'],
    run: async ({ id, force }) => await act(client, id, powerActions.reboot, { is_force: force === true })
  }
})

export const createPowerSteps = (client: OnecloudClient): Readonly<Record<string, Step>> =>
  Object.fromEntries(Object.entries(powerActions).map(([verb, power]) => [`power.${verb}`, {
    isDue: (server: ServerFacts) => server.task === null && server.locked !== true && !isFailureWord(server.provider_status ?? ''),
    run: async (id: string, input: Readonly<Record<string, unknown>>) => await send(client, id, power, input)
  }]))

/**
 * In a failed status the vendor refuses the action until it has read the state from the node again, which makes it `running` or
 * `ready`; `syncstatus` requests that first. A forced stop is accepted in any status.
 */
async function act (client: OnecloudClient, id: string, power: PowerAction, input: { readonly is_force?: boolean }): Promise<Accepted> {
  const { server } = await getLive(client, id)
  const word = server.provider_status ?? ''
  const isTaken = !isFailureWord(word) || power.from.includes(word) || (power.action === 'stop' && input.is_force === true)
  if (isTaken || server.power !== power.power) return await send(client, id, power, input)
  await client.act(id, 'syncstatus', { toFailure: syncFailure })
  return { goal: power.goal, next: { name: `power.${power.action === 'restart' ? 'reboot' : power.action}`, input: { ...input } } }
}

/** The answer is the record in its first transitional status; the server shows the result. */
async function send (client: OnecloudClient, id: string, { action, goal }: PowerAction, input: object): Promise<Accepted> {
  await client.act(id, action, { input })
  return { goal }
}
