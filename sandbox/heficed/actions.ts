import type { SimulatedReply } from '../simulator.ts'
import { findTemplate } from './catalog.ts'
import { begin, refuseState } from './events.ts'
import { readFields, type Fields } from './fields.ts'
import { passwordFor } from './instance.ts'
import { ok, withServer, type Call, type Handler } from './replies.ts'
import type { Instance } from './wire.ts'

interface Action {
  readonly word: string
  /** Shown while under way, when the vendor shows such words at all. */
  readonly during: string
  readonly allowed: (server: Instance, fields: Fields) => boolean
  /** Reads the body; what it returns is the effect. */
  readonly read: (server: Instance, fields: Fields) => () => void
  readonly keys: readonly string[]
}

const stateOf = (server: Instance): string => server.status.toLowerCase()
const isUp = (server: Instance): boolean => stateOf(server) === 'running'
const isDown = (server: Instance): boolean => stateOf(server) === 'stopped'
const isSettled = (server: Instance): boolean => isUp(server) || isDown(server)
const inert = new Set(['stopped', 'pending', 'suspended', 'cancelled', 'terminated'])

const isGoing = (server: Instance): boolean => server.billing.cancellationRequest?.type === 'Immediate'

const handlerOf = (action: Action): Handler => withServer((call, server) => {
  const fields = readFields(call, action.keys)
  const effect = action.read(server, fields)
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  const spec = { instanceId: server.id, action: action.word }
  if (isGoing(server) || !action.allowed(server, fields)) return refuseState(call, spec)
  return ok(run(call, server, action, effect))
})

function run (call: Call, server: Instance, action: Action, effect: () => void): ReturnType<typeof begin> {
  const before = server.status
  const restore = (): void => { if (server.status === action.during) server.status = before }
  if (call.world.knobs.transitional && action.during !== '') server.status = action.during
  return begin(call.world, { instanceId: server.id, action: action.word }, () => { restore(); effect() }, restore)
}

/** A soft action needs a running server; a forced one also interrupts what is under way or broken. */
const forced = (fields: Fields): boolean => fields.flag('force')

export const stop = handlerOf({
  word: 'stop',
  during: 'stopping',
  keys: ['force'],
  allowed: (server, fields) => isUp(server) || (forced(fields) && !inert.has(stateOf(server))),
  read: (server, fields) => {
    forced(fields)
    return () => { server.status = 'stopped' }
  }
})

export const start = handlerOf({
  word: 'start',
  during: 'starting',
  keys: [],
  allowed: isDown,
  read: server => () => { server.status = 'running' }
})

export const reboot = handlerOf({
  word: 'reboot',
  during: 'rebooting',
  keys: ['force'],
  allowed: (server, fields) => isUp(server) || (forced(fields) && !inert.has(stateOf(server))),
  read: (server, fields) => {
    forced(fields)
    return () => { server.status = 'running' }
  }
})

const rescueAction = (word: string, on: boolean): Handler => handlerOf({
  word,
  during: '',
  keys: ['reboot', 'force'],
  allowed: server => isSettled(server) && server.inRescueMode !== on,
  read: (server, fields) => {
    forced(fields)
    const reboots = fields.flag('reboot')
    return () => {
      server.inRescueMode = on
      if (reboots) server.status = 'running'
    }
  }
})

export const rescue = rescueAction('rescue', true)
export const unrescue = rescueAction('unrescue', false)

/** The template must belong to the server's own location and type. Everything on the disk is lost, and the password. */
export const reinstall = handlerOf({
  word: 'reinstall',
  during: 'installing',
  keys: ['templateId'],
  allowed: isSettled,
  read: (server, fields) => {
    const found = findTemplate(fields.text('templateId'), server.location.id, server.instanceType.id)
    if (found === undefined) fields.complain('templateId')
    return () => Object.assign(server, {
      template: found?.template ?? null, status: 'running', inRescueMode: false, password: nextPassword(server)
    })
  }
})

export const resetPassword = handlerOf({
  word: 'resetRootPass',
  during: '',
  keys: [],
  allowed: isSettled,
  read: server => () => { server.password = nextPassword(server) }
})

export const nextPassword = (server: Instance): string =>
  passwordFor(server.id, 1 + Number(server.password.split('-').at(-1)))

/** The address is a secret of its own: whoever has it has the screen. */
export const openConsole = withServer((call, server): SimulatedReply => {
  const refusal = readFields(call, []).refusal()
  if (refusal !== undefined) return refusal
  if (!isUp(server) || isGoing(server)) return refuseState(call, { instanceId: server.id, action: 'vnc' })
  return ok({ url: `https://vnc.example.net/${server.id}?token=SECRET-console-${++call.world.last.event}` })
})
