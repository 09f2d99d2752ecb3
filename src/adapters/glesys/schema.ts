import { z } from 'zod'
import type { ConsoleLink } from '../../domain/catalog.ts'
import { text } from '../kit/wire.ts'
import type { Accepted } from '../verbs.ts'

/** XML and old answers send numbers as text. */
export const number = z.union([z.number(), z.string().regex(/^\s*\d{1,15}(?:\.\d+)?\s*$/).transform(Number)]).nullish().catch(null)

/** Null may also be an empty text (always in XML) or the word None. */
export const name = text.transform(value => value === undefined || value === '' || value === 'None' ? null : value)

/** A number or a text, always a text in XML. */
export const id = z.union([z.string().min(1), z.int().transform(String)])

/** The vendor has three styles of booleans; the mapping decides what an empty one means. */
const flag = z.union([z.boolean(), z.number(), z.string()]).nullish().catch(null)

/** In XML an empty list is an empty element. A bad entry is skipped. */
export const listOf = <Wire>(entry: z.ZodType<Wire>) =>
  z.union([z.literal('').transform((): Wire[] => []), z.array(entry)])

const ipWire = z.object({ ipaddress: text }).nullable().catch(null)
const diskWire = z.object({ sizeingib: number }).nullable().catch(null)

/** The server in details, in a list (four fields or more) and in an action's answer. */
export const serverWire = z.object({
  serverid: z.string().min(1),
  hostname: text,
  datacenter: name,
  projectkey: name,
  managedhosting: flag,
  cpucores: number,
  memorysize: number,
  disksize: number,
  additionaldisks: listOf(diskWire).nullish().catch(null),
  iplist: listOf(ipWire).nullish().catch(null),
  templatename: name,
  initialtemplate: z.object({ id: name, name }).nullish().catch(null),
  supportedfeatures: z.record(z.string(), flag).nullish().catch(null),
  isrunning: flag,
  islocked: flag,
  status: name,
  state: name
})
export type ServerWire = z.infer<typeof serverWire>

export const serversPayload = <Row>(row: z.ZodType<Row>) => z.object({ servers: listOf(row) })
export const serverPayload = <Row>(row: z.ZodType<Row>) => z.object({ server: row })

/** There are no tasks, and the power in an action's answer is not reliable; its lock is. */
export const acceptedPayload = z.object({ server: serverWire.nullish().catch(null) })

/** The order is accepted even if its answer is unreadable; without an id the server is found by its name. */
export const createdPayload = z.object({ server: z.object({ serverid: name }).nullish().catch(null) })
  .transform(({ server }): Accepted => {
    const id = server?.serverid ?? null
    return id === null ? {} : { serverId: id }
  })

export const editedPayload = z.object({ server: z.object({ hostname: name }).nullish().catch(null) })
  .transform(({ server }) => ({ hostname: server?.hostname ?? null }))

/** Host, port and password are from the former VNC console; today they are empty, or the word None. */
export const consolePayload = z.object({ console: z.object({ url: z.string().min(1), protocol: name }) })
  .transform(({ console: { url, protocol } }): ConsoleLink => ({ type: protocol ?? 'url', url, expires_at: null }))

export const loginPayload = z.object({ login: z.object({ apikey: z.string().min(1) }) })

/** `status` of the envelope. Its code was a text once, and a transaction id for a while. */
export const statusWire = z.object({ code: number, text })
export const envelopeWire = z.object({ response: z.looseObject({ status: statusWire.nullish().catch(null) }) })
