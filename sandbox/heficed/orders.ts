import type { SimulatedReply } from '../kit/simulator.ts'
import { begin, refuseUnsettled } from './actions.ts'
import { ok, readFields, withServer, type Call, type Fields, type Handler } from './call.ts'
import { findTemplate, type CatalogTemplate } from './catalog.ts'
import { buildInstance, generatedHostname, type Instance } from './instance.ts'
import type { World } from './world.ts'

type Size = Pick<Instance, 'vcpu' | 'memory' | 'disk'>

interface OrderSpec extends Size {
  readonly source: CatalogTemplate
  readonly billingTypeId: number
  readonly additionalBandwidth: number
  readonly useCredit: boolean
  readonly hostname: string | undefined
}

const keys = [
  'instanceTypeId', 'locationId', 'templateId', 'sshKeyId', 'vcpu', 'memory', 'disk', 'billingTypeId', 'additionalBandwidth',
  'useCredit', 'hostname'
]

/** MB in steps of 512, GB in steps of 10. */
const steps: Readonly<Size> = { vcpu: 1, memory: 512, disk: 10 }
const hourly = -1

const readSize = (fields: Fields, name: keyof Size, least: number): number =>
  fields.integer(name, value => value >= least && value > 0 && value % steps[name] === 0)

function readOrder (call: Call): OrderSpec | SimulatedReply {
  const fields = readFields(call, keys)
  const source = findTemplate(fields.text('templateId'), fields.text('locationId'), fields.text('instanceTypeId'))
  const rest = {
    ...{ vcpu: readSize(fields, 'vcpu', 1), memory: readSize(fields, 'memory', 1), disk: readSize(fields, 'disk', 1) },
    billingTypeId: fields.integer('billingTypeId', value => value === 1 || value === hourly),
    additionalBandwidth: fields.has('additionalBandwidth') ? fields.integer('additionalBandwidth', value => value >= 0) : 0,
    useCredit: fields.flag('useCredit'),
    hostname: fields.has('hostname') ? fields.text('hostname') : undefined
  }
  const key = fields.has('sshKeyId') ? fields.text('sshKeyId') : undefined
  if (key !== undefined && !call.world.keys.some(({ id }) => id === key)) fields.complain('sshKeyId')
  if (source === undefined) fields.complain('templateId')
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  if (source === undefined) throw new Error('a missing template was not refused')
  return { source, ...rest }
}

const cents = (value: number): number => Math.round(value * 100) / 100

/** USD a month. */
const priceOf = ({ vcpu, memory, disk }: Size): number => cents(cents(vcpu * 3) + cents(memory / 2048 * 4.3) + cents(disk / 5))

/** Every order creates another server, also an identical one, and is billed at once. */
export const order: Handler = call => {
  const spec = readOrder(call)
  if ('status' in spec) return spec
  const { world } = call
  const { source: { location, type, template }, vcpu, memory, disk } = spec
  const bandwidth = 1 + spec.additionalBandwidth
  const prices = { server: priceOf(spec), connect: cents(0.6 * bandwidth) }
  const total = cents(prices.server + prices.connect)
  const paid = spec.useCredit && pay(world, total)
  const connectId = ++world.last.server
  const id = ++world.last.server
  const invoiceId = ++world.last.invoice
  const hostname = (world.behavior.orderHostname === 'use' ? spec.hostname : undefined) ?? generatedHostname(id)
  const perHour = spec.billingTypeId === hourly ? Math.round(total / 720 * 10_000) / 10_000 : null
  addServer(world, spec, { id, hostname, invoiceId, paid, price: prices.server, perHour })
  const raw = { product: 'kronoscloud', instanceTypeId: type.id, locationId: location.id, templateId: template.id, vcpu, memory, disk }
  const connect = { product: 'connect', location: location.id, bandwidth }
  const items = [
    item(world, id, prices.server, ['Kronos Cloud', hostname], raw),
    // The network product has its own instance id, which is not a server's.
    item(world, connectId, prices.connect, ['Connect', `${location.id.toUpperCase()} - FAKEconnect`], connect)
  ]
  if (world.behavior.connectFirst) items.reverse()
  const task = begin(world, { instanceId: id, action: 'create' })
  return ok(invoice(world, invoiceId, { items, total, paid, asyncTaskIds: [task.id], usageBasedRate: perHour }))
}

function pay (world: World, total: number): boolean {
  if (world.behavior.credit < total) return false
  world.behavior.credit -= total
  return true
}

interface NewServer extends Readonly<Record<'id' | 'invoiceId' | 'price', number>> {
  readonly hostname: string
  readonly paid: boolean
  readonly perHour: number | null
}

/** The server of an unpaid order stays pending. */
function addServer (world: World, { source, vcpu, memory, disk }: OrderSpec, order: NewServer): void {
  const { id, hostname, invoiceId, paid, price, perHour } = order
  const billing = {
    type: perHour === null ? { id: 1, name: 'monthly' } : { id: hourly, name: 'hourly' },
    ...{ hourlySpendingRate: perHour, invoiceId, invoiceStatus: paid ? 'Paid' : 'Unpaid', price },
    ...{ startDate: midnight(world), endDate: midnight(world) + 30 * daySeconds }
  }
  const server = buildInstance({ id, number: id % 480, source, vcpu, memory, disk, hostname, billing })
  world.servers.set(id, server)
  world.hiddenUntil.set(id, world.now() + world.behavior.orderHiddenMs)
  world.created += 1
  if (paid) world.later(world.behavior.createMs, () => { if (server.status === 'pending') server.status = 'running' })
}

const daySeconds = 86_400

const midnight = (world: World): number => Math.floor(world.seconds() / daySeconds) * daySeconds

const item = (world: World, instanceId: number, total: number, [product, name]: readonly [string, string], raw: object): object => ({
  ...{ total, description: `${product === 'Connect' ? 'Heficed Connect' : product} - ${name}`, instanceId },
  configuration: { nice: { Product: product }, pricing: { raw: {} }, raw },
  ...{ periodStart: midnight(world), periodEnd: midnight(world) + 30 * daySeconds }
})

interface InvoiceSpec {
  readonly items: readonly object[]
  readonly total: number
  readonly paid: boolean
  readonly asyncTaskIds: readonly number[]
  readonly usageBasedRate: number | null
}

/** An order returns an invoice, never a server; it contains personal data. */
const invoice = (world: World, id: number, { items, total, paid, asyncTaskIds, usageBasedRate }: InvoiceSpec): object => ({
  ...{ id, dateCreated: midnight(world), dateDue: midnight(world), datePaid: paid ? world.seconds() : null, credit: paid ? total : 0 },
  transactions: paid ? [{ id: 325_171, paymentMethod: 'Credit', in: total, ref: 'ch_FAKE_SECRET', invoiceId: id }] : [],
  ...{ items, currency: 'USD', total, subtotal: total, tax: 0, taxrate: 0, leftToPay: paid ? 0 : total, status: paid ? 'Paid' : 'Unpaid' },
  billingDetails: { firstName: 'Jane', lastName: 'Doe-SECRET', email: 'billing-SECRET@example.net', country: 'Italy' },
  ...{ asyncTaskIds, usageBasedAvailable: null, usageBasedRate }
})

/** Renaming returns the instance, resizing an invoice; they cannot be combined. */
export const patchInstance = withServer((call, server) => {
  const fields = readFields(call, ['hostname', 'vcpu', 'memory', 'disk'])
  if (!fields.has('hostname')) return resize(call, server, fields)
  const hostname = fields.text('hostname')
  for (const name of ['vcpu', 'memory', 'disk']) if (fields.has(name)) fields.complain(name)
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  server.hostname = hostname
  return ok(server)
})

/** Sizes only grow; the answer is an invoice for the difference. */
function resize (call: Call, server: Instance, fields: Fields): SimulatedReply {
  const { world } = call
  const read = (name: keyof Size): number => fields.has(name) ? readSize(fields, name, server[name]) : server[name]
  const wanted = { vcpu: read('vcpu'), memory: read('memory'), disk: read('disk') }
  if (wanted.vcpu === server.vcpu && wanted.memory === server.memory && wanted.disk === server.disk) fields.complain('body')
  const refusal = fields.refusal() ?? refuseUnsettled(call, server, 'upgrade')
  if (refusal !== undefined) return refusal
  const total = cents(priceOf(wanted) - priceOf(server))
  const paid = pay(world, total)
  const task = begin(world, { instanceId: server.id, action: 'upgrade' }, () => { if (paid) Object.assign(server, wanted) })
  const items = [item(world, server.id, total, ['Kronos Cloud', server.hostname], { product: 'kronoscloud', ...wanted })]
  return ok(invoice(world, ++world.last.invoice, { items, total, paid, asyncTaskIds: [task.id], usageBasedRate: null }))
}
