import type { SimulatedReply } from '../simulator.ts'
import { begin, refuseState } from './events.ts'
import { readFields } from './fields.ts'
import { ok, withServer } from './replies.ts'
import type { CancellationRequest, Instance } from './wire.ts'
import type { World } from './world.ts'

const monthSeconds = 30 * 86_400

/** No stop is needed first. The row stays for a while with its request, then it is gone and its subnets are free. */
export const cancel = withServer((call, server) => {
  const { world } = call
  const fields = readFields(call, ['type', 'reason'])
  const type = fields.text('type')
  if (type !== 'Immediate' && type !== 'End of Billing Period') fields.complain('type')
  const reason = fields.has('reason') ? fields.text('reason') : ''
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  if (server.billing.cancellationRequest !== null) return refuseState(call, { instanceId: server.id, action: 'cancel' })

  const now = world.seconds()
  const paidUntil = server.billing.endDate > now ? server.billing.endDate : now + monthSeconds
  const termination = type === 'Immediate' ? now : paidUntil
  const request = { type, created: now, termination, reason }
  server.billing.cancellationRequest = request
  world.later(type === 'Immediate' ? world.knobs.cancelMs : paidUntil * 1000 - world.now(), () => { remove(world, server) })
  return answer(world, server, request)
})

function answer (world: World, server: Instance, request: CancellationRequest): SimulatedReply {
  switch (world.knobs.cancelAnswer) {
    case 'request': return ok(request)
    case 'empty': return { status: 200 }
    case 'event': return ok(begin(world, { instanceId: server.id, action: 'cancel' }, () => {}))
  }
}

function remove (world: World, server: Instance): void {
  world.servers.delete(server.id)
  world.backups.delete(server.id)
  for (const { row } of world.subnets.values()) {
    if (row.metadata.switch.instanceId === server.id) row.metadata.switch = {}
  }
}
