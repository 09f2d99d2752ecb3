import type { World } from './world.ts'

export interface Priced {
  readonly vcpu: number
  readonly memory: number
  readonly disk: number
  readonly additionalBandwidth: number
}

interface Prices {
  readonly vcpu: number
  readonly memory: number
  readonly disk: number
  readonly server: number
  readonly connect: number
  readonly total: number
  readonly perHour: number
}

const cents = (value: number): number => Math.round(value * 100) / 100

/** USD a month. */
export function priceOf ({ vcpu, memory, disk, additionalBandwidth }: Priced): Prices {
  const parts = { vcpu: cents(vcpu * 3), memory: cents(memory / 2048 * 4.3), disk: cents(disk / 5) }
  const server = cents(parts.vcpu + parts.memory + parts.disk)
  const connect = cents(0.6 * (1 + additionalBandwidth))
  const total = cents(server + connect)
  return { ...parts, server, connect, total, perHour: Math.round(total / 720 * 10_000) / 10_000 }
}

export interface InvoiceSpec {
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly total: number
  readonly paid: boolean
  readonly asyncTaskIds: readonly number[]
  readonly usageBasedRate: number | null
}

const daySeconds = 86_400

export const midnight = (world: World): number => Math.floor(world.seconds() / daySeconds) * daySeconds

/** The months' bounds as seconds, or false as another client saw them. */
export function periodOf (world: World): { periodStart: number | false, periodEnd: number | false } {
  const start = midnight(world)
  return world.knobs.orderPeriods === 'false'
    ? { periodStart: false, periodEnd: false }
    : { periodStart: start, periodEnd: start + 30 * daySeconds }
}

/** An order answers an invoice, never a server; it carries a person's data, which no one asked for. */
export function buildInvoice (world: World, id: number, spec: InvoiceSpec): Record<string, unknown> {
  return {
    id,
    dateCreated: midnight(world),
    dateDue: midnight(world),
    datePaid: spec.paid ? world.seconds() : null,
    credit: spec.paid ? spec.total : 0,
    transactions: spec.paid ? [transactionFor(world, id, spec.total)] : [],
    items: spec.items,
    currency: 'USD',
    total: spec.total,
    subtotal: spec.total,
    tax: 0,
    taxrate: 0,
    leftToPay: spec.paid ? 0 : spec.total,
    status: spec.paid ? 'Paid' : 'Unpaid',
    billingDetails: { ...billingDetails },
    asyncTaskIds: spec.asyncTaskIds,
    usageBasedAvailable: null,
    usageBasedRate: spec.usageBasedRate
  }
}

const transactionFor = (world: World, invoiceId: number, amount: number): Record<string, unknown> => ({
  id: 325_171,
  paymentMethod: 'Credit',
  date: world.seconds(),
  description: 'Invoice Payment',
  in: amount,
  out: 0,
  fees: 0,
  ref: 'ch_FAKE_SECRET',
  invoiceId
})

const billingDetails = {
  firstName: 'Jane',
  lastName: 'Doe-SECRET',
  company: 'Example Ltd',
  email: 'billing-SECRET@example.net',
  address: '1 Example Street',
  address2: '',
  state: 'EX',
  city: 'Exampleville',
  country: 'Italy',
  postCode: '00000',
  companyNumber: '',
  vatNumber: ''
}
