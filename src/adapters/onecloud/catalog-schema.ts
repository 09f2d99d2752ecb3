import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

const id = z.string().min(1)

export interface Listed<Row> {
  readonly rows: Row[]
  /** Missing when it is 0. */
  readonly total?: number | null | undefined
}

const answerWire = z.looseObject({}).catch({})

/** The rows are under the plural name of the resource. */
const listed = <Row>(plural: string, row: z.ZodType<Row>): z.ZodType<Listed<Row>> => z.preprocess(value => {
  const answer = answerWire.parse(value)
  return { rows: answer[plural], total: answer['total'] }
}, z.object({ rows: z.array(row), total: number }))

/** `min_disk` and `min_ram` are MiB, 0 if there is no minimum. */
const imageWire = z.object({
  id,
  name: text,
  status: text,
  min_disk: number,
  min_ram: number,
  pending_deleted: flag,
  properties: z.object({ os_type: text, os_distribution: text, os_version: text }).nullish().catch(null)
})
export type ImageWire = z.infer<typeof imageWire>
export const imageListWire = listed('images', imageWire)

/** A size is identified by its name. Memory is MiB, the disk GiB. */
const skuWire = z.object({
  name: id,
  provider: text,
  enabled: flag,
  cpu_core_count: number,
  memory_size_mb: number,
  attached_disk_size_gb: number,
  cloudregion_id: text,
  postpaid_status: text
})
export type SkuWire = z.infer<typeof skuWire>
export const skuListWire = listed('serverskus', skuWire)

const cloudregionWire = z.object({ id, name: text, status: text, enabled: flag })
export type CloudregionWire = z.infer<typeof cloudregionWire>
export const cloudregionListWire = listed('cloudregions', cloudregionWire)

const keypairWire = z.object({ id, name: text, public_key: text, fingerprint: text })
export const keypairListWire = listed('keypairs', keypairWire)

const networkWire = z.object({
  id,
  name: text,
  status: text,
  server_type: text,
  exit: flag,
  cloudregion_id: text,
  guest_ip_start: text,
  guest_ip_mask: number
})
export type NetworkWire = z.infer<typeof networkWire>
export const networkListWire = listed('networks', networkWire)

/** `ip_addr` is empty until the address is allocated. */
const eipWire = z.object({ id, ip_addr: text, associate_id: text, associate_type: text, cloudregion_id: text })
export type EipWire = z.infer<typeof eipWire>
export const eipListWire = listed('eips', eipWire)

/** A snapshot of a server with all its disks. `size` is MiB, the sum of its parts. */
const instanceSnapshotWire = z.object({ id, name: text, status: text, guest_id: text, size: number, created_at: text })
export type InstanceSnapshotWire = z.infer<typeof instanceSnapshotWire>
export const instanceSnapshotListWire = listed('instance_snapshots', instanceSnapshotWire)

const projectWire = z.object({ id, name: text, status: text, enabled: flag })
export type ProjectWire = z.infer<typeof projectWire>
export const projectListWire = listed('projects', projectWire)
/** The id is mandatory: without it the new project could not be returned. */
export const projectAnswerWire = z.object({ project: projectWire }).transform(({ project }) => project)
