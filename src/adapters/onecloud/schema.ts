import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

const id = z.string().min(1)

const complaintWire = z.object({ class: text, details: text })
/** Flat, or nested if one service quotes another. */
export const errorWire = z.union([z.object({ error: complaintWire }).transform(({ error }) => error), complaintWire])

const diskWire = z.object({ id: text, index: number, size: number, image: text, image_id: text })

const nicWire = z.object({ ip_addr: text, ip6_addr: text, is_exit: flag })

/** The vendor omits empty texts, nulls and empty lists: nearly every key may be absent. */
export const serverWire = z.object({
  id,
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

export interface Listed<Row> {
  readonly rows: Row[]
  /** Missing when it is 0. */
  readonly total?: number | null | undefined
}

export const serverListWire = <Row>(row: z.ZodType<Row>) => z.object({ servers: z.array(row), total: number })
  .transform(({ servers, total }): Listed<Row> => ({ rows: servers, total }))

export const serverAnswerWire = <Row>(row: z.ZodType<Row>) => z.object({ server: row }).transform(({ server }) => server)

/** The record after an accepted action; not used. */
export const acceptedWire = z.object({ server: z.looseObject({}) })

/** The new record. Unreadable members are null, because the server is created anyway. */
export const createdWire = z.object({ server: z.object({ id }) })
  .transform(({ server }): string | null => server.id)
  .catch(null)

/** Without `access_url` there is no console. `connect_params` has the protocol. */
export const consoleWire = z.object({ webconsole: z.object({ access_url: id, connect_params: text }) }).transform(wire => wire.webconsole)

/** The answer to an accepted deletion of anything else; not used. */
export const acceptedRowWire = z.looseObject({})

/** What resize, rebuild and delete need beyond our record. */
export const hardwareWire = serverWire.pick({ disks_info: true, eip: true }).extend({ hypervisor: text, eip_mode: text })

const answerWire = z.looseObject({}).catch({})

/** The list of one kind of resource. */
export interface List<Row> {
  readonly plural: string
  readonly wire: z.ZodType<Listed<Row>>
}

type RowOf<Kind> = Kind extends List<infer Row> ? Row : never

/** The rows are under the plural name of the resource. */
const listOf = <Row>(plural: string, row: z.ZodType<Row>): List<Row> => ({
  plural,
  wire: z.preprocess(value => {
    const answer = answerWire.parse(value)
    return { rows: answer[plural], total: answer['total'] }
  }, z.object({ rows: z.array(row), total: number }))
})

/** `min_disk` and `min_ram` are MiB, 0 if there is no minimum. */
export const imageList = listOf('images', z.object({
  id,
  name: text,
  status: text,
  min_disk: number,
  min_ram: number,
  pending_deleted: flag,
  properties: z.object({ os_type: text, os_distribution: text, os_version: text }).nullish().catch(null)
}))
export type ImageWire = RowOf<typeof imageList>

/** A size is identified by its name. Memory is MiB, the disk GiB. */
export const skuList = listOf('serverskus', z.object({
  name: id,
  provider: text,
  enabled: flag,
  cpu_core_count: number,
  memory_size_mb: number,
  attached_disk_size_gb: number,
  cloudregion_id: text,
  postpaid_status: text
}))
export type SkuWire = RowOf<typeof skuList>

export const cloudregionList = listOf('cloudregions', z.object({ id, name: text, status: text, enabled: flag }))
export type CloudregionWire = RowOf<typeof cloudregionList>

export const keypairList = listOf('keypairs', z.object({ id, name: text, public_key: text, fingerprint: text }))

export const networkList = listOf('networks', z.object({
  id,
  name: text,
  status: text,
  server_type: text,
  exit: flag,
  cloudregion_id: text,
  guest_ip_start: text,
  guest_ip_mask: number
}))
export type NetworkWire = RowOf<typeof networkList>

/** `ip_addr` is empty until the address is allocated. */
export const eipList = listOf('eips', z.object({ id, ip_addr: text, associate_id: text, associate_type: text, cloudregion_id: text }))
export type EipWire = RowOf<typeof eipList>

/** A snapshot of a server with all its disks. `size` is MiB, the sum of its parts. */
export const instanceSnapshotList = listOf('instance_snapshots', z.object({
  id, name: text, status: text, guest_id: text, size: number, created_at: text
}))
export type InstanceSnapshotWire = RowOf<typeof instanceSnapshotList>

const projectWire = z.object({ id, name: text, status: text, enabled: flag })
export type ProjectWire = z.infer<typeof projectWire>
export const projectList = listOf('projects', projectWire)
/** The id is mandatory: without it the new project could not be returned. */
export const projectAnswerWire = z.object({ project: projectWire }).transform(({ project }) => project)
