import type { Accepted } from '../verbs.ts'
import type { InvoiceWire, OrderBody, SizesBody } from './schema.ts'

export interface Sizes {
  readonly cpus: number
  readonly memoryMib: number
  /** The main disk. */
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

/** Memory is sent in MB and disk in GB, as the vendor counts them. */
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

/** The invoice also lists the network product, often first, with an instance id that is not a server's. */
export const toServerId = ({ items }: InvoiceWire): string | null =>
  items?.find(item => item?.configuration?.raw?.product?.toLowerCase() === 'kronoscloud')?.instanceId ?? null

/** The invoice cannot be read again here; until it is paid, the order may not be carried out. */
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
  return `Invoice ${id ?? 'of an unknown number'} is not paid${due}: the provider may do nothing until it is.`
}
