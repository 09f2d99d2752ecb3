import type { SimulatedReply } from '../simulator.ts'
import type { Call, Route } from './call.ts'
import { readForm, type Form } from './fields.ts'
import { findInstance } from './instances.ts'
import { requireOpenstack, stamp } from './lifecycle.ts'
import { requireCredit, requirePermission } from './permissions.ts'
import { accepted, detailReply, refusal, refuse } from './replies.ts'
import type { Instance } from './records.ts'
import type { UserKind } from './world.ts'

export interface Turn {
  readonly call: Call
  readonly instance: Instance
  readonly form: Form
}

export interface Action {
  /** The last part of the URL, and the word OpenStack's complaints use unless `nova` says otherwise. */
  readonly path: string
  readonly nova?: string
  /** The permission key, which follows neither the path nor the allowed_actions word. */
  readonly permission: string
  readonly only?: UserKind
  readonly needsCredit?: true
  readonly inferred?: true
  readonly detail: string
  /** States that OpenStack accepts it in; any when absent. */
  readonly from?: readonly string[]
  /** Works on a locked instance and during another task. */
  readonly always?: true
  /** The panel itself refuses a wrong state (400) before OpenStack does (409). */
  readonly checkedHere?: true
  /** Looks at the body and answers the work, so that a refusal changes nothing. */
  readonly prepare: (turn: Turn) => () => SimulatedReply | undefined
}

export const actionRoute = (action: Action, get?: (call: Call) => SimulatedReply): Route => ({
  path: `openstack/instances/:id/${action.path}`,
  ...action.only === undefined ? {} : { only: action.only },
  ...action.inferred === undefined ? {} : { inferred: true },
  verbs: { POST: call => act(call, action), ...get === undefined ? {} : { GET: get } }
})

/** 200 says accepted, not done. The state comes later, through task states. */
function act (call: Call, action: Action): SimulatedReply {
  const instance = findInstance(call)
  requirePermission(call, action.permission)
  if (action.needsCredit === true) requireCredit(call)
  const form = readForm(call.request)
  if (action.checkedHere === true && action.from?.includes(instance.status) === false) {
    throw refuse(400, `Unable to ${action.path} instance in status ${instance.status}`)
  }
  const work = action.prepare({ call, instance, form })
  requireOpenstack(call.world)
  requireState(call, instance, action)
  stamp(call.world, instance, action.nova ?? action.path)
  return work() ?? accepted(action.detail)
}

function requireState (call: Call, instance: Instance, action: Action): void {
  if (action.always === true) return
  if (instance.locked) throw refuse(409, 'The instance is locked')
  if (action.from !== undefined && !action.from.includes(instance.status)) throw wrongState(call, instance, action, `vm_state ${instance.status}`)
  if (instance.task !== null) throw wrongState(call, instance, action, `task_state ${instance.task}`)
}

/** Staff see OpenStack's own text behind the panel's, end users do not. */
function wrongState (call: Call, instance: Instance, action: Pick<Action, 'path' | 'nova'>, state: string): Error {
  const short = `Unable to ${action.path.replaceAll('_', ' ')} instance ${instance.name}`
  const long = `${short} Cannot '${action.nova ?? action.path}' instance ${instance.id} while it is in ${state} (HTTP 409)`
  const reply = detailReply(409, call.api === 'staff' ? long : short)
  return refusal(reply)
}
