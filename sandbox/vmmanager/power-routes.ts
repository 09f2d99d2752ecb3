import type { SimulatedReply } from '../simulator.ts'
import { accepted, changeHost, eraseHost, order, powerOff, powerOn } from './actions.ts'
import type { Check, Shape } from './body.ts'
import { anything, flag, flagOf, listOf, natural, object, oneOf, text, textOf } from './body.ts'
import type { Call, Route } from './call.ts'
import { ok, post, remove } from './call.ts'
import { conflict, invalidValue, refuse } from './errors.ts'
import { imageRefusal } from './images.ts'
import type { HostRecord } from './model.ts'

/** Clients send nothing, `{}`, their own idea of the host's id, or `force`; all are taken. */
const powerBody: Shape = { host_id: natural, force: flag }

const isRefused = (call: Call, host: HostRecord, state: string): boolean =>
  call.platform.knobs.sameState === 'refuse' && host.state === state

const start = changeHost((call, host) => isRefused(call, host, 'active')
  ? conflict('Host is already active')
  : accepted(host.id, startTask(call, host)))

const stop = changeHost((call, host) => isRefused(call, host, 'stopped')
  ? conflict('Host is already stopped')
  : accepted(host.id, stopTask(call, host)))

const startTask = (call: Call, host: HostRecord) =>
  order(call, host, { name: 'host_start', apply: at => powerOn(call.platform, host, at) })

const stopTask = (call: Call, host: HostRecord) =>
  order(call, host, { name: 'host_stop', apply: at => powerOff(call.platform, host, at) })

const restart = changeHost((call, host) => {
  if (call.platform.knobs.restart === 'two-tasks') {
    const stopping = stopTask(call, host)
    return ok({ id: host.id, stop_task: stopping.consulId, start_task: startTask(call, host).consulId })
  }
  const apply = (at: number): void => {
    powerOff(call.platform, host, at)
    powerOn(call.platform, host, at)
  }
  return accepted(host.id, order(call, host, { name: 'host_restart', apply }))
})

const destroy = changeHost((call, host) => {
  if (host.isProtected) return refuse(400, 5033, 'Host is protected')
  return accepted(host.id, order(call, host, { name: 'host_delete', apply: at => eraseHost(call.platform, host, at) }))
})

/** The state leaves `active` at once and comes back when the task ends. */
function reinstall (call: Call, host: HostRecord): SimulatedReply {
  const refusal = imageRefusal(call, call.body, host.clusterId)
  if (refusal.reply !== null) return refusal.reply
  const password = textOf(call.body, 'password')
  if (password !== undefined && password.length < call.platform.knobs.minimumPassword) return invalidValue('password')
  const { image } = refusal
  host.state = call.platform.knobs.reinstallState
  const apply = (at: number): void => {
    Object.assign(host, image, { password: password ?? host.password, rescueMode: false, activeSince: at, state: 'active' })
  }
  const fail = (): void => { host.state = 'stopped' }
  const task = order(call, host, { name: 'host_reinstall', ms: call.platform.knobs.createMs, apply, fail })
  return accepted(host.id, task, { recipe_task_list: [], recipe_task: 0, spice_task: 0 })
}

const setRescue = changeHost((call, host) => accepted(host.id, order(call, host, {
  name: 'host_rescue_mode',
  apply: at => {
    host.rescueMode = flagOf(call.body, 'rescue_mode') ?? false
    host.activeSince = at
    host.state = 'active'
  }
})))

const setPassword = changeHost((call, host) => {
  const password = textOf(call.body, 'password') ?? ''
  if (password.length < call.platform.knobs.minimumPassword) return invalidValue('password')
  return accepted(host.id, order(call, host, { name: 'host_change_password', apply: () => { host.password = password } }))
})

const iso = (name: string, isMounted: boolean) => changeHost((call, host) =>
  accepted(host.id, order(call, host, { name, apply: () => { host.isoMounted = isMounted } })))

const plainTask = (name: string) => changeHost((call, host) => accepted(host.id, order(call, host, { name })))

const parameters: Check = listOf(object({ name: text, value: text }))

export const recipeShape: Shape = {
  recipe: natural,
  recipe_params: parameters,
  recipe_list: listOf(object({ recipe: natural, recipe_params: parameters, send_email: flag, recipients: listOf(anything) })),
  ignore_recipe_filters: flag,
  send_email_mode: oneOf('default', 'saas_only')
}

const runRecipeBody: Shape = {
  recipe: natural,
  body: text,
  recipe_params: parameters,
  send_email: flag,
  ignore_recipe_filters: flag,
  recipients: listOf(object({ lang: text, email: text }))
}

const host = '/vm/v3/host/:id'

export const powerRoutes: readonly Route[] = [
  post(`${host}/start`, start, { body: powerBody }),
  post(`${host}/stop`, stop, { body: powerBody }),
  post(`${host}/restart`, restart, { body: powerBody }),
  remove(host, destroy),
  post(`${host}/reinstall`, changeHost(reinstall), { body: { os: natural, image: natural, password: text, disk: natural, ...recipeShape } }),
  post(`${host}/rescue_mode`, setRescue, { body: { rescue_mode: flag }, required: ['rescue_mode'] }),
  post(`${host}/password`, setPassword, { body: { password: text }, required: ['password'] }),
  post(`${host}/iso/mount`, iso('iso_mount', true), { body: { url: text, tags: listOf(text) }, required: ['url'] }),
  post(`${host}/iso/cancel`, iso('iso_cancel', false)),
  post(`${host}/iso/finish`, iso('iso_finish', false)),
  post(`${host}/runrecipe`, plainTask('host_run_recipe'), { body: runRecipeBody, required: ['recipe'] }),
  post(`${host}/guest_agent`, plainTask('host_guest_agent'), { inferred: true })
]
