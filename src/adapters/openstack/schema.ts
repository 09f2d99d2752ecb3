import { z } from 'zod'
import { flag, number, text, texts } from '../kit/wire.ts'

export interface Complaint {
  /** Nova's word, Neutron's type, Keystone's title. */
  readonly word: string | null
  readonly message: string
  /** The form of a route that does not exist; Glance has it for everything. */
  readonly isOfWebob: boolean
}

const inner = z.object({ message: z.string(), type: text, title: text })
const flat = z.object({ message: z.string(), code: z.string() })
  .transform(({ message, code }): Complaint => ({ word: code, message: message.replace(/(?:<br\s*\/>|\s)+/g, ' ').trim(), isOfWebob: true }))

/** The four forms of an error, see README.md. */
export const complaintWire = z.union([
  flat,
  z.record(z.string(), z.unknown()).transform((members, context): Complaint => {
    for (const [word, value] of Object.entries(members)) {
      const { data } = inner.safeParse(value)
      if (data !== undefined) return { word: data.type ?? (word === 'error' ? data.title ?? word : word), message: data.message, isOfWebob: false }
    }
    context.addIssue({ code: 'custom', message: 'is not an error' })
    return z.NEVER
  })
])

/** The sizes at the time of the order. There is no id. */
const flavorOfServerWire = z.object({ vcpus: number, ram: number, disk: number, ephemeral: number, original_name: text })

const addressWire = z.object({ addr: text, 'OS-EXT-IPS:type': text })

/** Rows of a part of the cloud that is down have hardly more than the id. */
export const serverWire = z.object({
  id: z.string().min(1),
  name: text,
  status: text,
  'OS-EXT-STS:task_state': text,
  'OS-EXT-STS:power_state': number,
  'OS-EXT-AZ:availability_zone': text,
  tenant_id: text,
  created: text,
  flavor: flavorOfServerWire.nullish().catch(null),
  // An empty text if the server boots from a volume.
  image: z.object({ id: text }).nullish().catch(null),
  addresses: z.record(z.string(), z.array(addressWire).catch([])).nullish().catch(null),
  tags: texts,
  locked: flag
})
export type ServerWire = z.infer<typeof serverWire>

/** Only of a server in error. */
export const faultWire = z.object({ fault: z.object({ message: z.string() }) })

export const tagsWire = z.object({ tags: z.array(z.string()) })

export const linksWire = z.array(z.object({ rel: text })).nullish().catch(null)

export const serverListWire = <Row>(row: z.ZodType<Row>) => z.object({ servers: z.array(row), servers_links: linksWire })
export const serverAnswerWire = <Row>(row: z.ZodType<Row>) => z.object({ server: row })

/** The server exists already, so what cannot be read is null. */
export const createdWire = z.object({ server: z.object({ id: z.string().min(1), adminPass: text }) })
  .transform(({ server }) => ({ id: server.id, password: server.adminPass ?? null }))

/** A rebuild answers with the server, a rescue only with the password. */
export const passwordWire = z.object({ adminPass: text, server: z.object({ adminPass: text }).nullish().catch(null) })
  .transform(({ adminPass, server }): string | null => adminPass ?? server?.adminPass ?? null)

/** Older releases answer without the id. */
export const snapshotMadeWire = z.object({ image_id: z.string().min(1) }).transform(({ image_id: id }): string | null => id)

export const consoleWire = z.object({ remote_console: z.object({ type: text, url: z.string().min(1) }) })

const eventWire = z.object({ event: text, finish_time: text, result: text })
export const actionWire = z.object({ instanceAction: z.object({ message: text, events: z.array(eventWire).nullish().catch(null) }) })
export type ActionWire = z.infer<typeof actionWire>['instanceAction']
