import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

const complaintWire = z.object({ class: text, details: text })
/** Flat, or nested if one service quotes another. */
export const errorWire = z.union([z.object({ error: complaintWire }).transform(({ error }) => error), complaintWire])

const diskWire = z.object({ id: text, index: number, size: number, image: text, image_id: text })

const nicWire = z.object({ ip_addr: text, ip6_addr: text, is_exit: flag })

/** The vendor omits empty texts, nulls and empty lists: nearly every key may be absent. */
export const serverWire = z.object({
  id: z.string().min(1),
  name: text,
  status: z.string().nullish(),
  // Decides whether the server counts as missing, so an invalid value must not read as false.
  pending_deleted: z.boolean().nullish(),
  power_states: text,
  vcpu_count: number,
  vmem_size: number,
  disk: number,
  disks_info: z.array(diskWire).nullish().catch(null),
  instance_type: text,
  eip: text,
  ips: text,
  networks: text,
  nics: z.array(nicWire).nullish().catch(null),
  cloudregion_id: text,
  cloudregion: text,
  region_id: text,
  region: text,
  tenant_id: text,
  tenant: text,
  project_id: text,
  project: text,
  created_at: text,
  metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
  freezed: flag,
  rescue_mode: flag,
  disable_delete: flag,
  can_delete: flag,
  can_update: flag
})
export type ServerWire = z.infer<typeof serverWire>

/** `total` is missing when it is 0. */
export const serverListWire = <Row>(row: z.ZodType<Row>) => z.object({ servers: z.array(row), total: number })

export const serverAnswerWire = <Row>(row: z.ZodType<Row>) => z.object({ server: row })

/** The record after an accepted action; not used. */
export const acceptedWire = z.object({ server: z.looseObject({}) })

/** The new record. Unreadable members are null, because the server is created anyway. */
export const createdWire = z.object({ server: z.object({ id: z.string().min(1) }) })
  .transform(({ server }): string | null => server.id)
  .catch(null)

/** Without `access_url` there is no console. `connect_params` has the protocol. */
export const consoleWire = z.object({ webconsole: z.object({ access_url: z.string().min(1), connect_params: text }) })

/** The answer to an accepted deletion; not used. */
export const acceptedRowWire = z.looseObject({})

export const hardwareWire = z.object({ hypervisor: text, disks_info: z.array(diskWire).nullish().catch(null), eip: text, eip_mode: text })
  .catch({ hypervisor: null, disks_info: null, eip: null, eip_mode: null })
