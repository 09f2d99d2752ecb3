import { z } from 'zod'
import { flag, number, text, texts } from '../kit/wire.ts'

/** Numbers of up to 16 digits. */
const id = z.union([z.number(), z.string().min(1)]).transform(String)
const maybeId = id.nullish().catch(null)
const protection = z.object({ delete: flag, rebuild: flag }).nullish().catch(null)

const locationWire = z.object({ name: z.string().min(1), city: text, description: text })

export const serverWire = z.object({
  id,
  name: text,
  status: z.string().nullish(),
  created: text,
  public_net: z.object({
    ipv4: z.object({ ip: text }).nullish().catch(null),
    ipv6: z.object({ ip: text }).nullish().catch(null),
    floating_ips: z.array(id).nullish().catch(null)
  }).nullish().catch(null),
  private_net: z.array(z.object({ ip: text, alias_ips: texts, aliases: texts })).nullish().catch(null),
  server_type: z.object({ name: z.string().min(1), description: text, cores: number, memory: number }).nullish().catch(null),
  location: locationWire.nullish().catch(null),
  // Until 2026-07-01 the location was in it.
  datacenter: z.object({ location: locationWire }).nullish().catch(null),
  image: z.object({ id, name: text, description: text }).nullish().catch(null),
  rescue_enabled: flag,
  locked: flag,
  protection,
  labels: z.record(z.string(), z.string()).nullish().catch(null),
  primary_disk_size: number
})
export type ServerWire = z.infer<typeof serverWire>

/** The members after the current page may be null even where the vendor knows them. */
const paginationWire = z.object({ next_page: number, total_entries: number })
const metaWire = z.object({ pagination: paginationWire.nullish().catch(null) }).nullish().catch(null)
export type MetaWire = z.infer<typeof metaWire>

export const serversWire = <Row>(row: z.ZodType<Row>) => z.object({ servers: z.array(row), meta: metaWire })

export interface Listed<Row> {
  readonly rows: readonly Row[]
  readonly meta?: MetaWire
}

const answerWire = z.looseObject({}).catch({})

/** The rows are under the name of the resource. */
export const listWire = <Row>(name: string, row: z.ZodType<Row>): z.ZodType<Listed<Row>> => z.preprocess(value => {
  const answer = answerWire.parse(value)
  return { rows: answer[name], meta: answer['meta'] }
}, z.object({ rows: z.array(row), meta: metaWire }))

/** Of a server's own object. */
export const floatingIdsWire = z.object({ public_net: z.object({ floating_ips: z.array(id) }) })
  .transform(({ public_net: net }): readonly string[] => net.floating_ips).catch([])

export const rescueWire = z.object({ rescue_enabled: flag }).catch({ rescue_enabled: null })

export const actionWire = z.object({
  id,
  command: text,
  status: text,
  started: text,
  // The samples have an error beside `running` and `success`, too.
  error: z.object({ code: text, message: text }).nullish().catch(null)
})
export type ActionWire = z.infer<typeof actionWire>

export const actionsWire = z.object({ actions: z.array(actionWire) })

/** An answer to a write: the vendor has done its part, so all but the action is read leniently. */
const acceptedAction = actionWire.pick({ id: true, command: true, started: true })
export const acceptedWire = z.object({ action: acceptedAction, root_password: text })
export type AcceptedWire = z.infer<typeof acceptedWire>

/** Someone has seen 204 instead of the action. */
export const deletedWire = z.object({ action: acceptedAction.nullish().catch(null) })

export const createdWire = acceptedWire.extend({
  server: z.object({ id }),
  next_actions: z.array(acceptedAction).nullish().catch(null)
})

export const consoleWire = z.object({ wss_url: z.string().min(1), password: text, action: acceptedAction.nullish().catch(null) })

export const imageWire = z.object({
  id,
  type: text,
  status: text,
  name: text,
  description: text,
  image_size: number,
  disk_size: number,
  created: text,
  created_from: z.object({ id }).nullish().catch(null),
  os_flavor: text,
  os_version: text,
  architecture: text
})
export type ImageWire = z.infer<typeof imageWire>

const moneyWire = z.object({ net: text }).nullish().catch(null)

export const serverTypeWire = z.object({
  id,
  name: z.string().min(1),
  description: text,
  cores: number,
  memory: number,
  disk: number,
  prices: z.array(z.object({ location: z.string(), price_hourly: moneyWire, price_monthly: moneyWire })).nullish().catch(null),
  locations: z.array(z.object({
    name: z.string(), available: flag, deprecation: z.object({ unavailable_after: text }).nullish().catch(null)
  })).nullish().catch(null)
})
export type ServerTypeWire = z.infer<typeof serverTypeWire>

export const pricingWire = z.object({ pricing: z.object({ currency: text }) })

export const regionWire = locationWire.extend({ id })
export type RegionWire = z.infer<typeof regionWire>

export const sshKeyWire = z.object({ id, name: text, fingerprint: text, public_key: text })
export type SshKeyWire = z.infer<typeof sshKeyWire>

export const networkWire = z.object({ id, name: text, ip_range: text })
export type NetworkWire = z.infer<typeof networkWire>

/** A primary address has an assignee, a floating one a server. */
export const ipWire = z.object({
  id,
  ip: z.string().min(1),
  dns_ptr: z.array(z.object({ ip: text, dns_ptr: text })).nullish().catch(null),
  assignee_id: maybeId,
  server: maybeId,
  location: locationWire.nullish().catch(null),
  home_location: locationWire.nullish().catch(null)
})
export type IpWire = z.infer<typeof ipWire>

export const errorWire = z.object({ error: z.object({ code: text, message: text, details: z.unknown().optional() }) })
const named = z.object({ name: z.string() })
export const fieldsWire = z.object({ fields: z.array(named) })
