import type { SimulatedReply } from '../simulator.ts'
import { begin, refuseState } from './events.ts'
import type { Fields } from './fields.ts'
import { buildInvoice, periodOf, priceOf } from './invoice.ts'
import { isDisk, isMemory, isVcpu } from './order-body.ts'
import { ok, type Call } from './replies.ts'
import type { Instance } from './wire.ts'

type Size = Pick<Instance, 'vcpu' | 'memory' | 'disk'>

/** Only upwards, and it costs money: the answer is an invoice for the difference. */
export function resize (call: Call, server: Instance, fields: Fields): SimulatedReply {
  const wanted = readSize(server, fields)
  if (wanted.vcpu === server.vcpu && wanted.memory === server.memory && wanted.disk === server.disk) fields.complain('body')
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  const { world } = call
  const spec = { instanceId: server.id, action: 'upgrade' }
  const isGoing = server.billing.cancellationRequest?.type === 'Immediate'
  if (isGoing || !['running', 'stopped'].includes(server.status.toLowerCase())) return refuseState(call, spec)

  const total = Math.round((monthly(wanted) - monthly(server)) * 100) / 100
  const paid = world.knobs.credit >= total
  if (paid) world.knobs.credit -= total
  const task = begin(world, spec, () => { if (paid) Object.assign(server, wanted) })
  const configuration = { nice: { Product: 'Kronos Cloud' }, pricing: { raw: {} }, raw: { product: 'kronoscloud', ...wanted } }
  const item = { total, description: `Upgrade - ${server.hostname}`, instanceId: server.id, configuration, ...periodOf(world) }
  return ok(buildInvoice(world, ++world.last.invoice, {
    items: [item], total, paid, asyncTaskIds: [task.id], usageBasedRate: null
  }))
}

const monthly = ({ vcpu, memory, disk }: Size): number => priceOf({ vcpu, memory, disk, additionalBandwidth: 0 }).server

function readSize (server: Instance, fields: Fields): Size {
  const read = (name: 'vcpu' | 'memory' | 'disk', accept: (value: number) => boolean): number =>
    fields.has(name) ? fields.integer(name, value => accept(value) && value >= server[name]) : server[name]
  return { vcpu: read('vcpu', isVcpu), memory: read('memory', isMemory), disk: read('disk', isDisk) }
}
