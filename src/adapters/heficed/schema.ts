import { z } from 'zod'
import { flag, maybe, number, text, texts } from '../kit/wire.ts'

export const tokenWire = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().catch(3600) })

export const tokenErrorWire = z.object({ error: z.string(), error_description: text })

const named = z.object({ id: z.union([z.string(), z.number()]).transform(String), name: text })

const v4Wire = z.object({ ipaddress: text, netmask: text, gateway: text, additionalIps: texts })
const v6Wire = z.object({ ipaddress: text, netmask: number, gateway: text, additionalIps: texts })
const billingWire = z.object({ status: text, startDate: number, cancellationRequest: maybe(z.object({ type: text })) })

export const instanceWire = z.object({
  id: z.union([z.number().int(), z.string().min(1)]).transform(String),
  status: z.string().nullish(),
  hostname: text,
  location: maybe(named),
  inRescueMode: flag,
  template: maybe(named),
  network: maybe(z.object({ v4: maybe(v4Wire), v6: maybe(v6Wire) })),
  billing: maybe(billingWire),
  vcpu: number,
  memory: number,
  disk: number,
  additionalDisk1: number,
  additionalDisk2: number,
  additionalDisk3: number,
  additionalDisk4: number,
  additionalDisk5: number,
  additionalDisk6: number,
  additionalDisk7: number,
  additionalDisk8: number
})
export type InstanceWire = z.infer<typeof instanceWire>

/** The envelope of every list. */
export const listWire = <Row>(row: z.ZodType<Row>) => z.object({
  data: z.array(row),
  links: maybe(z.object({ paging: maybe(z.object({ next: text })) })),
  metadata: maybe(z.object({
    paging: maybe(z.object({ total: number, offsets: maybe(z.object({ next: number })) }))
  }))
})
export type ListWire = Omit<z.infer<ReturnType<typeof listWire>>, 'data'>

// An answer to a write is read leniently: the vendor has already done the work.
const idText = maybe(z.union([z.number(), z.string().min(1)]).transform(String))

export const eventWire = z.object({ id: idText, password: text }).catch({ id: null, password: null })
export type EventWire = z.infer<typeof eventWire>

export const renamedWire = z.object({ hostname: z.string() }).transform(({ hostname }) => ({ name: hostname })).catch({ name: '' })

const invoiceItemWire = z.object({
  instanceId: idText,
  configuration: maybe(z.object({ raw: maybe(z.object({ product: text })) }))
})

/** The answer to an order. It also contains personal data, which is not read. */
export const invoiceWire = z.object({
  id: idText,
  status: text,
  leftToPay: number,
  currency: text,
  items: maybe(z.array(invoiceItemWire.nullable().catch(null)))
}).catch({ id: null, status: null, leftToPay: null, currency: null, items: null })
export type InvoiceWire = z.infer<typeof invoiceWire>

export const consoleWire = z.object({ url: z.string().min(1) })

const identity = z.union([z.string().min(1), z.number()]).transform(String)

export const templateWire = z.object({ id: identity, name: text })

export const sshKeyWire = z.object({ id: identity, label: text, publicKey: text, fingerPrint: text })

/**
 * A block of addresses: a routable subnet, or a level of the tree above it. Its first address is an unsigned number of 32 bits.
 * An empty `switch` may also come as an empty list.
 */
export const subnetWire = z.object({
  id: identity,
  address: z.number().int().min(0).max(0xffffffff),
  cidr: z.number().int().min(0).max(32),
  metadata: maybe(z.object({ switch: maybe(z.object({ instanceId: idText })) }))
}).transform(({ id, address, cidr, metadata }) => ({
  id,
  address: [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.'),
  prefix: cidr,
  server: metadata?.switch?.instanceId ?? null
}))
export type Subnet = z.infer<typeof subnetWire>

export const problemWire = z.object({ title: text, detail: text, type: text, context: z.unknown().optional() })
