import { begin } from './events.ts'
import { buildInstance, madeUpHostname } from './instance.ts'
import { buildInvoice, midnight, periodOf, priceOf } from './invoice.ts'
import { readOrder, type OrderSpec } from './order-body.ts'
import { ok, type Handler } from './replies.ts'
import type { World } from './world.ts'

type Item = Record<string, unknown>

/** Every order builds another server, however alike; it costs money at once. */
export const order: Handler = call => {
  const read = readOrder(call)
  if ('refusal' in read) return read.refusal
  const { world } = call
  const { spec } = read
  const prices = priceOf(spec)
  const paid = spec.useCredit && world.knobs.credit >= prices.total
  if (paid) world.knobs.credit -= prices.total
  const connectId = ++world.last.server
  const id = ++world.last.server
  const invoiceId = ++world.last.invoice
  const hostname = (world.knobs.orderHostname === 'use' ? spec.hostname : undefined) ?? madeUpHostname(id)
  place(world, spec, { id, hostname, invoiceId, paid })
  const items = [serverItem(spec, hostname), connectItem(spec)]
    .map((item, index) => ({ ...item, instanceId: index === 0 ? id : connectId, ...periodOf(world) }))
  const task = begin(world, { instanceId: id, action: 'create' }, () => {})
  return ok(buildInvoice(world, invoiceId, {
    items: world.knobs.connectFirst ? items.reverse() : items,
    total: prices.total,
    paid,
    asyncTaskIds: [task.id],
    usageBasedRate: spec.billingTypeId === -1 ? prices.perHour : null
  }))
}

interface Placed {
  readonly id: number
  readonly hostname: string
  readonly invoiceId: number
  readonly paid: boolean
}

/** An unpaid order leaves its server pending for good. */
function place (world: World, spec: OrderSpec, { id, hostname, invoiceId, paid }: Placed): void {
  const { source, vcpu, memory, disk } = spec
  const prices = priceOf(spec)
  const hourly = spec.billingTypeId === -1
  const billing = {
    type: hourly ? { id: -1, name: 'hourly' } : { id: 1, name: 'monthly' },
    hourlySpendingRate: hourly ? prices.perHour : null,
    invoiceId,
    invoiceStatus: paid ? 'Paid' : 'Unpaid',
    price: prices.server,
    startDate: midnight(world),
    endDate: midnight(world) + 30 * 86_400
  }
  const server = buildInstance({ id, number: id % 480, status: 'pending', source, vcpu, memory, disk, hostname, billing })
  world.servers.set(id, server)
  world.hiddenUntil.set(id, world.now() + world.knobs.orderHiddenMs)
  world.created += 1
  if (paid) world.later(world.knobs.createMs, () => { if (server.status === 'pending') server.status = 'running' })
}

/** The same body as an order; nothing is bought. */
export const quote: Handler = call => {
  const read = readOrder(call)
  if ('refusal' in read) return read.refusal
  const prices = priceOf(read.spec)
  const items = [serverItem(read.spec, ''), connectItem(read.spec)]
  return ok({ items, currency: 'USD', total: prices.total, tax: 0, usageBasedRate: prices.perHour })
}

function serverItem (spec: OrderSpec, hostname: string): Item {
  const { server, vcpu, memory, disk } = priceOf(spec)
  return {
    total: server,
    description: hostname === '' ? 'Kronos Cloud' : `Kronos Cloud - ${hostname}`,
    configuration: {
      nice: { Product: 'Kronos Cloud', Location: spec.source.location.name, Template: spec.source.template.name },
      pricing: { raw: { vcpu, memory, disk } },
      raw: {
        product: 'kronoscloud',
        instanceTypeId: spec.source.type.id,
        locationId: spec.source.location.id,
        templateId: spec.source.template.id,
        vcpu: spec.vcpu,
        memory: spec.memory,
        disk: spec.disk
      }
    }
  }
}

/** The network product has an instance id of its own, which is no server's. */
function connectItem (spec: OrderSpec): Item {
  const bandwidth = 1 + spec.additionalBandwidth
  const { connect } = priceOf(spec)
  return {
    total: connect,
    description: `Heficed Connect ${spec.source.location.id.toUpperCase()} - FAKEconnect`,
    configuration: {
      nice: { Product: 'Connect', Location: spec.source.location.name, Bandwidth: `${bandwidth} TB` },
      pricing: { raw: { bandwidth: connect, locationId: 0 }, nice: { Bandwidth: connect, Location: 0 } },
      raw: { product: 'connect', location: spec.source.location.id, bandwidth }
    }
  }
}
