import { z } from 'zod'
import { flag, maybe, number, text } from '../kit/wire.ts'

/** Members are absent if the token lacks their scope. */
const list = <Item extends z.ZodType>(item: Item) =>
  maybe(z.array(maybe(item))).transform(items => items?.filter(entry => entry !== null && entry !== undefined) ?? null)
const texts = list(z.string())
/** Numbers, and texts in the list of all snapshots. */
const identifier = z.union([z.number().int(), z.string().min(1)]).transform(String)

/** The netmask is dotted for IPv4 and a number for IPv6; the gateway of a private network is the text `<nil>`. */
const networkWire = z.object({ ip_address: z.string(), netmask: maybe(z.union([z.string(), z.number()])), gateway: text, type: text })
export type NetworkWire = z.infer<typeof networkWire>

const bareImageWire = z.object({ id: identifier, slug: text, name: text, distribution: text, type: text })

export const dropletWire = z.object({
  id: identifier,
  name: text,
  memory: number,
  vcpus: number,
  disk: number,
  locked: flag,
  status: text,
  created_at: text,
  size_slug: text,
  region: maybe(z.object({ slug: z.string(), name: text })),
  // The slug is null for private and retired images.
  image: maybe(bareImageWire),
  networks: maybe(z.object({ v4: list(networkWire), v6: list(networkWire) })),
  tags: texts
})
export type DropletWire = z.infer<typeof dropletWire>

/** The ids of its snapshots and backups; null for a token without `image:read`. */
export const ownImagesWire = z.object({ snapshot_ids: list(identifier), backup_ids: list(identifier) })

export interface PageWire<Row> {
  readonly rows: readonly Row[]
  readonly hasNext: boolean
  readonly total: number | null
}

/** The links are not followed: behind a proxy they would lead elsewhere, with the token. */
const pagingWire = z.object({
  links: maybe(z.object({ pages: maybe(z.object({ next: text })) })),
  meta: maybe(z.object({ total: number }))
})

/** One page of a list, whose rows are in the member `key`. */
export const pageWire = <Row>(key: string, row: z.ZodType<Row>): z.ZodType<PageWire<Row>> =>
  z.looseObject({ [key]: z.array(row) }).transform((wire, context): PageWire<Row> => {
    const rows = wire[key]
    const paging = pagingWire.safeParse(wire)
    if (!Array.isArray(rows) || !paging.success) { context.addIssue({ code: 'custom', message: 'no page' }); return z.NEVER }
    return { rows, hasNext: typeof paging.data.links?.pages?.next === 'string', total: paging.data.meta?.total ?? null }
  })

export const actionWire = z.object({ id: identifier, status: text })
export type ActionWire = z.infer<typeof actionWire>

/** Only the action with `rel: create` counts. */
export const createdWire = z.object({
  droplet: z.object({ id: identifier }),
  links: maybe(z.object({ actions: list(z.object({ id: identifier, rel: text })) }))
})
export type CreatedWire = z.infer<typeof createdWire>

export const imageWire = bareImageWire.extend({ status: text, regions: texts, min_disk_size: number })
export type ImageWire = z.infer<typeof imageWire>

export const sizeWire = z.object({
  slug: z.string().min(1),
  memory: number,
  vcpus: number,
  disk: number,
  regions: texts,
  available: flag,
  price_monthly: number,
  price_hourly: number
})
export type SizeWire = z.infer<typeof sizeWire>

export const regionWire = z.object({ slug: z.string().min(1), name: text, available: flag })
export const keyWire = z.object({ id: identifier, name: text, public_key: text, fingerprint: text })
export const vpcWire = z.object({ id: identifier, name: text, region: text, ip_range: text })
export type VpcWire = z.infer<typeof vpcWire>
export const snapshotWire = z.object({ id: identifier, name: text, created_at: text, size_gigabytes: number, type: text })

/** IPv4 has an object for its region, IPv6 a slug, and no lock. */
export const reservedWire = z.object({
  ip: z.string().min(1),
  region: maybe(z.object({ slug: text })),
  region_slug: text,
  droplet: maybe(z.object({ id: identifier })),
  locked: flag
})
export type ReservedWire = z.infer<typeof reservedWire>

export const errorWire = z.object({ id: text, message: text, request_id: text })
