import { z } from 'zod'

/** A member that may be absent, null or of an unexpected type: then it is null. */
const text = z.string().nullish().catch(null)
const number = z.number().nullish().catch(null)

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

export const instanceListWire = <Row>(row: z.ZodType<Row>) => z.object({
  data: z.array(row),
  links: z.object({ paging: z.object({ next: text }).nullish().catch(null) }).nullish().catch(null),
  metadata: z.object({
    paging: z.object({ total: number, offsets: z.object({ next: number }).nullish().catch(null) }).nullish().catch(null)
  }).nullish().catch(null)
})

export type InstanceListWire = Omit<z.infer<ReturnType<typeof instanceListWire>>, 'data'>

export const eventWire = z.object({ id: z.union([z.number(), z.string()]).transform(String).nullish().catch(null) })
export type EventWire = z.infer<typeof eventWire>

export const problemWire = z.object({ title: text, detail: text, type: text })
