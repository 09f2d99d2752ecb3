import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { actions, offered, type Action } from './action-table.ts'
import { detailReply, ok, refuse, requireOpenstack, requirePermission, type Call, type Route } from './call.ts'
import { flavorInside } from './catalog.ts'
import { check, readForm } from './fields.ts'
import { findInstance, instanceDetail } from './instances.ts'
import { lag, walk, type Instance } from './world.ts'

/** 200 means accepted, not done: the state changes later, through task states. */
function act (call: Call, action: Action): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requirePermission(call, `instances.${action.permission}`)
  const form = readForm(call.request)
  if (action.checkedByPanel === true && action.from?.includes(instance.status) === false) {
    throw refuse(400, `Unable to ${action.path} instance in status ${instance.status}`)
  }
  const end = action.prepare({ call, instance, form })
  check(form)
  requireOpenstack(world)
  if (instance.locked) throw refuse(409, 'The instance is locked')
  if (action.from?.includes(instance.status) === false) throw wrongState(call, instance, action, `vm_state ${instance.status}`)
  if (instance.task !== null) throw wrongState(call, instance, action, `task_state ${instance.task}`)
  lag(world, instance)
  const reply = action.answer?.({ call, instance, form }) ?? ok({ detail: action.detail })
  if (action.tasks === null) end()
  else walk(world, instance, { tasks: action.tasks, ms: world.behavior.actionMs, end })
  return reply
}

/** Staff see OpenStack's own text behind the panel's, end users do not. */
function wrongState (call: Call, instance: Instance, { path, nova = path }: Action, state: string): Error {
  const short = `Unable to ${path.replaceAll('_', ' ')} instance ${instance.name}`
  const long = `${short} Cannot '${nova}' instance ${instance.id} while it is in ${state} (HTTP 409)`
  return refusal(detailReply(409, call.api === 'staff' ? long : short))
}

function resizeForm (call: Call): SimulatedReply {
  const instance = findInstance(call)
  return ok({ flavors: offered(call, instance).map(flavorInside), instance: instanceDetail(call, instance) })
}

export const actionRoutes: readonly Route[] = actions.map(action => ({
  path: `openstack/instances/:id/${action.path}`,
  verbs: { POST: (call: Call) => act(call, action), ...(action.path === 'resize' ? { GET: resizeForm } : {}) }
}))
