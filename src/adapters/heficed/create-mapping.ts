import type { Accepted } from '../verbs.ts'
import type { InvoiceWire, OrderBody, SizesBody } from './schema.ts'

export interface Sizes {
  readonly cpus: number
  readonly memoryMib: number
  /** The main one. */
  readonly diskGib: number
}

export interface Order {
  readonly name: string
  readonly region: string
  readonly type: string
  readonly image: string
  readonly sshKey: string | undefined
  readonly sizes: Sizes
  readonly billing: 'monthly' | 'hourly'
  readonly bandwidthTb: number
  readonly useCredit: boolean
}

const billingTypes = { monthly: 1, hourly: -1 } as const

/** Memory goes out in MB and disk in GB, in the vendor's sense of the words. */
export const fromOrder = (order: Order): OrderBody => ({
  instanceTypeId: order.type,
  locationId: order.region,
  templateId: order.image,
  ...(order.sshKey === undefined ? {} : { sshKeyId: order.sshKey }),
  vcpu: order.sizes.cpus,
  memory: order.sizes.memoryMib,
  disk: order.sizes.diskGib,
  hostname: order.name,
  billingTypeId: billingTypes[order.billing],
  additionalBandwidth: order.bandwidthTb,
  useCredit: order.useCredit
})

export const fromSizes = ({ cpus, memoryMib, diskGib }: { readonly [Size in keyof Sizes]: Sizes[Size] | null }): SizesBody => ({
  ...(cpus === null ? {} : { vcpu: cpus }),
  ...(memoryMib === null ? {} : { memory: memoryMib }),
  ...(diskGib === null ? {} : { disk: diskGib })
})

/** The network product stands in the same invoice, often first, with an instance id of its own that is no server's. */
export const toServerId = ({ items }: InvoiceWire): string | null =>
  items?.find(item => item?.configuration?.raw?.product?.toLowerCase() === 'kronoscloud')?.instanceId ?? null

/** The invoice can not be read again here; while it is not paid, what it is for may never happen. */
export function toBilled (invoice: InvoiceWire): Pick<Accepted, 'upstream' | 'note'> {
  const { id, status } = invoice
  return {
    ...(typeof id === 'string' ? { upstream: { id, status: status ?? null } } : {}),
    ...(isUnpaid(invoice) ? { note: unpaidNote(invoice) } : {})
  }
}

const isUnpaid = ({ status, leftToPay }: InvoiceWire): boolean =>
  (leftToPay ?? 0) > 0 || (typeof status === 'string' && status.toLowerCase() !== 'paid')

function unpaidNote ({ id, leftToPay, currency }: InvoiceWire): string {
  const due = typeof leftToPay === 'number' && leftToPay > 0 ? ` (${leftToPay}${currency ? ` ${currency}` : ''} left)` : ''
  return `Invoice ${id ?? 'of an unknown number'} is not paid${due}: the provider may do nothing before it is.`
}
