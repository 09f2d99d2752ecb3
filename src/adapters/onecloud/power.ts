import type { Goal } from '../../domain/operation.ts'
import type { Accepted, AllVerbs, Step } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { syncFailure } from './failures.ts'
import { goalOf, isFailed } from './mapping.ts'

type PowerVerb = 'start' | 'stop' | 'reboot'

interface PowerAction {
  readonly action: 'start' | 'stop' | 'restart'
  /** The server's power that the action requires. */
  readonly power: 'on' | 'off'
  /** The failed statuses in which the vendor accepts the action directly. */
  readonly from: readonly string[]
  readonly goal: Goal
}

const up = ['running', 'rescue'] as const

const powerActions: Readonly<Record<PowerVerb, PowerAction>> = {
  start: { action: 'start', power: 'off', from: ['start_fail', 'save_disk_failed'], goal: goalOf('start', { statuses: up }) },
  stop: { action: 'stop', power: 'on', from: ['stop_fail'], goal: goalOf('stop', { statuses: ['stopped'] }) },
  reboot: { action: 'restart', power: 'on', from: ['stop_fail'], goal: goalOf('reboot', { statuses: up, transition: true }) }
}

export const createPower = (client: OnecloudClient): Pick<AllVerbs, PowerVerb> => ({
  start: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'The server is read first, because the provider would also start a server in its recycle bin.',
    run: async ({ id }) => await act(client, id, 'start', {})
  },
  stop: {
    evidence: 'observed',
    cost: { calls: 2 },
    accepts: ['force'],
    run: async ({ id, force }) => await act(client, id, 'stop', { is_force: force === true })
  },
  reboot: {
    evidence: 'observed',
    cost: { calls: 2 },
    accepts: ['force'],
    run: async ({ id, force }) => await act(client, id, 'reboot', { is_force: force === true })
  }
})

export const createPowerSteps = (client: OnecloudClient): Readonly<Record<string, Step>> =>
  Object.fromEntries(Object.entries(powerActions).map(([verb, action]): [string, Step] => [`power.${verb}`, {
    isDue: server => server.task === null && server.locked !== true && !isFailed(server.provider_status ?? ''),
    run: async (id, input) => await send(client, id, action, input)
  }]))

/**
 * In a failed status the vendor refuses the action until it has read the state from the node again, which makes it `running` or
 * `ready`; `syncstatus` requests that first. A forced stop is accepted in any status.
 */
async function act (client: OnecloudClient, id: string, verb: PowerVerb, input: { readonly is_force?: boolean }): Promise<Accepted> {
  const action = powerActions[verb]
  const { server } = await client.getServer(id)
  const vendorStatus = server.provider_status ?? ''
  const isAccepted = !isFailed(vendorStatus) || action.from.includes(vendorStatus) || (verb === 'stop' && input.is_force === true)
  if (isAccepted || server.power !== action.power) return await send(client, id, action, input)
  await client.act(id, 'syncstatus', {}, syncFailure)
  return { goal: action.goal, next: { name: `power.${verb}`, input: { ...input } } }
}

/** The answer is the record in its first transitional status; the server shows the result. */
async function send (client: OnecloudClient, id: string, { action, goal }: PowerAction, input: object): Promise<Accepted> {
  await client.act(id, action, input)
  return { goal }
}
