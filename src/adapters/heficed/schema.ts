import { z } from 'zod'
import { number, text } from '../kit/wire.ts'

export const tokenWire = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().catch(3600) })

export const tokenErrorWire = z.object({ error: z.string(), error_description: text })

const named = z.object({ id: z.union([z.string(), z.number()]).transform(String), name: text })

const v4Wire = z.object({
  ipaddress: text, netmask: text, gateway: text, additionalIps: z.array(z.string()).nullish().catch(null)
})
const v6Wire = z.object({
  ipaddress: text, netmask: number, gateway: text, additionalIps: z.array(z.string()).nullish().catch(null)
})

const billingWire = z.object({
  status: text,
  startDate: number,
  cancellationRequest: z.object({ type: text }).nullish().catch(null)
})

export const instanceWire = z.object({
  id: z.union([z.number().int(), z.string().min(1)]).transform(String),
  status: z.string().nullish(),
  hostname: text,
  location: named.nullish().catch(null),
  inRescueMode: z.boolean().nullish().catch(null),
  template: named.nullish().catch(null),
  network: z.object({ v4: v4Wire.nullish().catch(null), v6: v6Wire.nullish().catch(null) }).nullish().catch(null),
  billing: billingWire.nullish().catch(null),
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
  links: z.object({ paging: z.object({ next: text }).nullish().catch(null) }).nullish().catch(null),
  metadata: z.object({
    paging: z.object({ total: number, offsets: z.object({ next: number }).nullish().catch(null) }).nullish().catch(null)
  }).nullish().catch(null)
})
export type ListWire = Omit<z.infer<ReturnType<typeof listWire>>, 'data'>

// An answer to a write is read leniently: the vendor has already done the work.
const idText = z.union([z.number(), z.string().min(1)]).transform(String).nullish().catch(null)

export const eventWire = z.object({ id: idText, password: text }).catch({ id: null, password: null })
export type EventWire = z.infer<typeof eventWire>

export const renamedWire = z.object({ hostname: z.string() }).transform(({ hostname }) => ({ name: hostname })).catch({ name: '' })

const invoiceItemWire = z.object({
  instanceId: idText,
  configuration: z.object({ raw: z.object({ product: text }).nullish().catch(null) }).nullish().catch(null)
})

/** The answer to an order. It also contains personal data, which is not read. */
export const invoiceWire = z.object({
  id: idText,
  status: text,
  leftToPay: number,
  currency: text,
  items: z.array(invoiceItemWire.nullable().catch(null)).nullish().catch(null)
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
  metadata: z.object({ switch: z.object({ instanceId: idText }).nullish().catch(null) }).nullish().catch(null)
}).transform(({ id, address, cidr, metadata }) => ({
  id,
  address: [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.'),
  prefix: cidr,
  server: metadata?.switch?.instanceId ?? null
}))
export type Subnet = z.infer<typeof subnetWire>

export const problemWire = z.object({ title: text, detail: text, type: text, context: z.unknown().optional() })
