import type { SimulatedReply } from '../kit/simulator.ts'
import { ok, readFields, refuseState, withServer, type Call, type Fields, type Handler } from './call.ts'
import { findTemplate } from './catalog.ts'
import { passwordFor, type Instance } from './instance.ts'
import type { World } from './world.ts'

type Word = 'start' | 'stop' | 'reboot' | 'rescue' | 'unrescue' | 'reinstall' | 'resetRootPass'

interface Action {
  readonly from: readonly string[]
  /** With `force` also allowed in states of work or error. */
  readonly interrupts?: true
  /** The state shown meanwhile, if `transitional` is on in the behavior. */
  readonly during?: string
  readonly keys: readonly string[]
  readonly isAllowed?: (server: Instance) => boolean
  /** The changes of the row. A template must belong to the server's location and type. */
  readonly effect: (server: Instance, fields: Fields) => Partial<Instance>
}

const up = ['running']
const settled = ['running', 'stopped']
const inert = ['stopped', 'pending', 'suspended', 'cancelled', 'terminated']

const actions: Readonly<Record<Word, Action>> = {
  start: { from: ['stopped'], during: 'starting', keys: [], effect: () => ({ status: 'running' }) },
  stop: { from: up, interrupts: true, during: 'stopping', keys: ['force'], effect: () => ({ status: 'stopped' }) },
  reboot: { from: up, interrupts: true, during: 'rebooting', keys: ['force'], effect: () => ({ status: 'running' }) },
  rescue: { from: settled, keys: ['reboot', 'force'], isAllowed: server => !server.inRescueMode, effect: rescueMode(true) },
  unrescue: { from: settled, keys: ['reboot', 'force'], isAllowed: server => server.inRescueMode, effect: rescueMode(false) },
  reinstall: { from: settled, during: 'installing', keys: ['templateId'], effect: reinstalled },
  resetRootPass: { from: settled, keys: [], effect: server => ({ password: nextPassword(server) }) }
}

function rescueMode (inRescueMode: boolean): Action['effect'] {
  return (_server, fields) => fields.flag('reboot') ? { inRescueMode, status: 'running' } : { inRescueMode }
}

function reinstalled (server: Instance, fields: Fields): Partial<Instance> {
  const found = findTemplate(fields.text('templateId'), server.location.id, server.instanceType.id)
  if (found === undefined) fields.complain('templateId')
  return { template: found?.template ?? null, status: 'running', inRescueMode: false, password: nextPassword(server) }
}

const nextPassword = (server: Instance): string => passwordFor(server.id, 1 + Number(server.password.split('-').at(-1)))

const isBeingCancelled = (server: Instance): boolean => server.billing.cancellationRequest?.type === 'Immediate'

export const act = (word: Word): Handler => withServer((call, server) => {
  const { from, during, keys, isAllowed, effect, interrupts } = actions[word]
  const fields = readFields(call, keys)
  const isForced = fields.flag('force') && interrupts === true
  const changes = effect(server, fields)
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  const before = server.status
  const isAllowedNow = from.includes(before.toLowerCase()) || (isForced && !inert.includes(before.toLowerCase()))
  if (isBeingCancelled(server) || !isAllowedNow || isAllowed?.(server) === false) return refuseState(call, word)
  if (call.world.behavior.transitional && during !== undefined) server.status = during
  return ok(begin(call.world, { instanceId: server.id, action: word }, () => {
    if (server.status === during) server.status = before
    Object.assign(server, changes)
  }))
})

interface EventSpec {
  readonly instanceId: number
  readonly action: string
  readonly entityType?: string
  readonly group?: string
}

/** The event of an accepted action, which is pending; the effect comes later. The API cannot read an event again. */
export function begin (world: World, spec: EventSpec, effect: () => void = () => {}): Record<string, unknown> & { readonly id: number } {
  world.later(world.behavior.actionMs, effect)
  return {
    ...{ id: ++world.last.event, entityType: 'vm', group: 'cloudServer' },
    ...spec,
    ...{ statusCode: 0, status: 'pending', resultCode: 0, result: null, timeCreated: world.seconds(), timeUpdated: null }
  }
}

/** The URL is a secret: it opens the console without a sign-in. */
export const openConsole = withServer((call, server) => {
  const refusal = readFields(call, []).refusal()
  if (refusal !== undefined) return refusal
  if (server.status.toLowerCase() !== 'running' || isBeingCancelled(server)) return refuseState(call, 'vnc')
  return ok({ url: `https://vnc.example.net/${server.id}?token=SECRET-console-${++call.world.last.event}` })
})

/** Needs no stop. The row shows the request for a while; then it is removed and its subnets are free. */
export const cancel = withServer((call, server) => {
  const { world } = call
  const fields = readFields(call, ['type', 'reason'])
  const type = fields.text('type')
  if (type !== 'Immediate') fields.complain('type')
  const reason = fields.has('reason') ? fields.text('reason') : ''
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  if (server.billing.cancellationRequest !== null) return refuseState(call, 'cancel')
  const request = { type, created: world.seconds(), termination: world.seconds(), reason }
  server.billing.cancellationRequest = request
  world.later(world.behavior.cancelMs, () => { remove(world, server) })
  const answers: Record<typeof world.behavior.cancelAnswer, () => SimulatedReply> = {
    request: () => ok(request),
    empty: () => ({ status: 200 }),
    event: () => ok(begin(world, { instanceId: server.id, action: 'cancel' }))
  }
  return answers[world.behavior.cancelAnswer]()
})

function remove (world: World, server: Instance): void {
  world.servers.delete(server.id)
  for (const { row } of world.subnets.values()) {
    if (row.metadata.switch.instanceId === server.id) row.metadata.switch = {}
  }
}

/** Also refuses a server that is being cancelled. */
export const refuseUnsettled = (call: Call, server: Instance, action: string): SimulatedReply | undefined =>
  isBeingCancelled(server) || !settled.includes(server.status.toLowerCase()) ? refuseState(call, action) : undefined
