import { z } from 'zod'
import { flag, maybe, number, text, texts } from '../kit/wire.ts'

/** Numbers of up to 16 digits. */
const id = z.union([z.number(), z.string().min(1)]).transform(String)

const locationWire = z.object({ name: z.string().min(1), city: text, description: text })

export const serverWire = z.object({
  id,
  name: text,
  status: z.string().nullish(),
  created: text,
  public_net: maybe(z.object({ ipv4: maybe(z.object({ ip: text })), ipv6: maybe(z.object({ ip: text })) })),
  private_net: maybe(z.array(z.object({ ip: text, alias_ips: texts, aliases: texts }))),
  server_type: maybe(z.object({ name: z.string().min(1), description: text, cores: number, memory: number })),
  location: maybe(locationWire),
  // It had the location until 2026-07-01.
  datacenter: maybe(z.object({ location: locationWire })),
  image: maybe(z.object({ id, name: text, description: text })),
  rescue_enabled: flag,
  locked: flag,
  protection: maybe(z.object({ delete: flag, rebuild: flag })),
  labels: maybe(z.record(z.string(), z.string())),
  primary_disk_size: number
})
export type ServerWire = z.infer<typeof serverWire>

/** The members after the current page may be null even where the vendor knows them. */
const paginationWire = z.object({ next_page: number, total_entries: number })
const metaWire = maybe(z.object({ pagination: maybe(paginationWire) }))

export interface Listed<Row> {
  readonly rows: readonly Row[]
  readonly pagination: z.infer<typeof paginationWire> | null
}

const answerWire = z.looseObject({}).catch({})

/** One page of a list, whose rows are under the name of the resource. */
export const listWire = <Row>(name: string, row: z.ZodType<Row>): z.ZodType<Listed<Row>> => z.preprocess(value => {
  const answer = answerWire.parse(value)
  return { rows: answer[name], meta: answer['meta'] }
}, z.object({ rows: z.array(row), meta: metaWire })).transform(({ rows, meta }) => ({ rows, pagination: meta?.pagination ?? null }))

/** Read from a server's object. */
export const floatingIdsWire = z.object({ public_net: z.object({ floating_ips: z.array(id) }) })
  .transform(({ public_net: net }): readonly string[] => net.floating_ips).catch([])

export const rescueWire = z.object({ rescue_enabled: flag }).catch({ rescue_enabled: null })

export const actionWire = z.object({
  id,
  command: text,
  status: text,
  started: text,
  // The vendor's examples have an error beside `running` and `success`, too.
  error: maybe(z.object({ code: text, message: text }))
})
export type ActionWire = z.infer<typeof actionWire>

/** The answer to a write. The vendor has accepted it, so all but the action is read leniently. */
const acceptedAction = actionWire.pick({ id: true, command: true, started: true })
export const acceptedWire = z.object({ action: acceptedAction, root_password: text })
export type AcceptedWire = z.infer<typeof acceptedWire>

/** A 204 without an action has been observed. */
export const deletedWire = z.object({ action: maybe(acceptedAction) })

export const createdWire = acceptedWire.extend({
  server: z.object({ id }),
  next_actions: maybe(z.array(acceptedAction))
})

export const consoleWire = z.object({ wss_url: z.string().min(1), password: text, action: maybe(acceptedAction) })

export const imageWire = z.object({
  id,
  type: text,
  status: text,
  name: text,
  description: text,
  image_size: number,
  disk_size: number,
  created: text,
  created_from: maybe(z.object({ id })),
  os_flavor: text,
  os_version: text,
  architecture: text
})
export type ImageWire = z.infer<typeof imageWire>

const moneyWire = maybe(z.object({ net: text }))

export const serverTypeWire = z.object({
  id,
  name: z.string().min(1),
  description: text,
  cores: number,
  memory: number,
  disk: number,
  prices: maybe(z.array(z.object({ location: z.string(), price_hourly: moneyWire, price_monthly: moneyWire }))),
  locations: maybe(z.array(z.object({ name: z.string(), available: flag, deprecation: maybe(z.object({ unavailable_after: text })) })))
})
export type ServerTypeWire = z.infer<typeof serverTypeWire>

export const pricingWire = z.object({ pricing: z.object({ currency: text }) })
export const regionWire = locationWire.extend({ id })
export const sshKeyWire = z.object({ id, name: text, fingerprint: text, public_key: text })
export const networkWire = z.object({ id, name: text, ip_range: text })

/** A primary address has an assignee, a floating one a server. */
export const ipWire = z.object({
  id,
  ip: z.string().min(1),
  dns_ptr: maybe(z.array(z.object({ ip: text, dns_ptr: text }))),
  assignee_id: maybe(id),
  server: maybe(id),
  location: maybe(locationWire),
  home_location: maybe(locationWire)
})
export type IpWire = z.infer<typeof ipWire>

export const errorWire = z.object({ error: z.object({ code: text, message: text, details: z.unknown().optional() }) })
export const fieldsWire = z.object({ fields: z.array(z.object({ name: z.string() })) })
