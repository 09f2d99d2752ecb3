import type { SimulatedReply } from '../simulator.ts'
import { ok, problem, type Call } from './replies.ts'
import type { VendorEvent } from './wire.ts'
import type { World } from './world.ts'

export interface EventSpec {
  readonly instanceId: number
  readonly action: string
  readonly entityType?: string
  readonly group?: string
}

interface Outcome {
  readonly fails: boolean
  readonly settle: () => void
}

function record (world: World, spec: EventSpec, { fails, settle }: Outcome): VendorEvent {
  const event: VendorEvent = {
    id: ++world.last.event,
    instanceId: spec.instanceId,
    entityType: spec.entityType ?? 'vm',
    group: spec.group ?? 'cloudServer',
    action: spec.action,
    statusCode: 0,
    status: 'pending',
    resultCode: 0,
    result: null,
    timeCreated: world.seconds(),
    timeUpdated: null
  }
  world.events.push(event)
  const dueAt = Math.floor((world.now() + world.knobs.actionMs) / 1000)
  world.later(world.knobs.actionMs, () => {
    Object.assign(event, fails ? { statusCode: 3, status: 'failed', resultCode: 1 } : { statusCode: 2, status: 'completed' })
    event.timeUpdated = dueAt
    settle()
  })
  return { ...event }
}

/** Answers pending at once; the effect comes later, or `undo` when the vendor is told to fail. */
export function begin (world: World, spec: EventSpec, effect: () => void, undo: () => void = () => {}): VendorEvent {
  const fails = world.knobs.failActions
  return record(world, spec, { fails, settle: fails ? undo : effect })
}

/** The vendor never said how it refuses an action in the wrong state, hence the choice. */
export function refuseState (call: Call, spec: EventSpec): SimulatedReply {
  const { wrongState } = call.world.knobs
  if (wrongState === 'failed-event') return ok(record(call.world, spec, { fails: true, settle: () => {} }))
  return problem(call, { status: wrongState === 'conflict' ? 409 : 400, detail: `The instance is not in a state for ${spec.action}` })
}
