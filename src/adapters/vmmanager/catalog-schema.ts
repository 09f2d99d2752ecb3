import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'
import { idText, linkId } from './schema.ts'

/** The readable items of a list. */
const some = <Item>(item: z.ZodType<Item>) =>
  z.array(item.nullable().catch(null)).nullish().catch(null).transform(items => (items ?? []).filter(one => one !== null))

const links = some(z.object({ id: idText }))

export const templateWire = z.object({
  id: idText,
  name: text,
  os_group: text,
  state: text,
  adminonly: flag,
  clusters: links,
  hdd_mib_required: number,
  min_ram_mib: number
})
export type TemplateWire = z.infer<typeof templateWire>

/** An image saved from a server. */
export const savedImageWire = z.object({ id: idText, name: text, state: text, size_mib: number })
export type SavedImageWire = z.infer<typeof savedImageWire>

/** The disk is a number in older versions and a list in newer ones. */
export const presetWire = z.object({
  id: idText,
  name: text,
  cpu_number: number,
  ram_mib: number,
  hdd_mib: number,
  disks: some(z.object({ size_mib: z.number() }))
})
export type PresetWire = z.infer<typeof presetWire>

export const clusterWire = z.object({ id: idText, name: text })

export const poolWire = z.object({ id: idText, name: text, clusters: links })
export type PoolWire = z.infer<typeof poolWire>

export const vxlanWire = z.object({ id: idText, name: text, clusters: links, ipnets: some(z.object({ id: idText, name: text })) })
export type VxlanWire = z.infer<typeof vxlanWire>

/** Clusters are plain numbers in these rows. */
export const sshKeyWire = z.object({ id: idText, name: text, ssh_key: text, clusters: some(idText) })
export type SshKeyWire = z.infer<typeof sshKeyWire>

export const accountWire = z.object({ id: idText, email: text, state: text })
export type AccountWire = z.infer<typeof accountWire>

export const newAccountWire = z.object({ id: linkId })

/** The address is `ip_addr` in these rows, `ip` in the list of servers. */
export const ipWire = z.object({
  id: idText,
  ip_addr: text,
  domain: text,
  gateway: text,
  mask: text,
  host: z.object({ id: linkId }).nullish().catch(null)
})
export type IpWire = z.infer<typeof ipWire>
