import { z } from 'zod'
import { leniently, type MemberReading } from '../kit/seen.ts'
import { flag, maybe, number, text, withoutNulls } from '../kit/wire.ts'

/** A whole number, or its digits; 0 is none. Rows always have one, links may not. */
const idValue = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d*$/)])
const idText = idValue.transform(String)

const linkId = maybe(idText)

export const tokenWire = z.object({
  token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_at: text,
  confirmed: flag
})

export const longTokenWire = z.object({ token: z.string().regex(/^[\x21-\x7e]+$/) })

export const keyWire = z.object({ key: z.string().min(1) })

export const complaintWire = z.object({
  code: maybe(z.union([z.number(), z.string()])),
  msg: text,
  value: maybe(z.record(z.string(), z.unknown()))
})

const toAddressesWire = (may: MemberReading) => may(z.array(may(z.object({ ip: may(z.string()) }))))
const toLinkWire = (may: MemberReading) => may(z.object({ id: idValue, name: may(z.string()) }))

/** A row of the host list. A GET by id lacks most of these members. */
export const toHostWire = (may: MemberReading) => z.object({
  id: idValue,
  name: may(z.string()),
  state: z.string().nullish(),
  account: may(z.object({ id: idValue, email: may(z.string()) })),
  cluster: toLinkWire(may),
  os: toLinkWire(may),
  os_name: may(z.string()),
  node: may(z.object({ ip_addr: may(z.string()) })),
  cpu_number: may(z.number()),
  ram_mib: may(z.number()),
  // The values after a deferred change.
  cpu_number_new: may(z.number()),
  ram_mib_new: may(z.number()),
  /** The main disk; of further disks only the number is returned. */
  disk: may(z.object({ id: may(idValue), disk_mib: may(z.number()), disk_mib_new: may(z.number()) })),
  ip4: toAddressesWire(may),
  ip6: toAddressesWire(may),
  rescue_mode: may(z.boolean()),
  disabled: may(z.boolean()),
  is_protected: may(z.boolean()),
  tags: may(z.array(z.string())),
  create_date: may(z.string())
})
export type HostWire = z.infer<ReturnType<typeof toHostWire>>
export const hostWire = toHostWire(leniently)

export const listWire = <Row>(row: z.ZodType<Row>) => z.object({ list: z.array(row), size: number })

/** A restart returns `start_task` and perhaps `stop_task`; other actions, and restart in some versions, return `task`. */
export const actionWire = z.object({ task: linkId, start_task: linkId })
export type ActionWire = z.infer<typeof actionWire>

/** The new server has its id before it is created. */
export const createdWire = z.object({ id: linkId, task: linkId })

/** The form is not documented; the vendor uses these names elsewhere. */
export const vncWire = z.object({ vnc_port: number, port: number, vnc_password: text, password: text })
export type VncWire = z.infer<typeof vncWire>

/** `consul_id` is the `task` of an action's answer; the row's own `id` is another number. A row without it cannot be matched. */
export const taskWire = z.object({ id: linkId, consul_id: linkId, name: text, status: z.string() })
export type TaskWire = z.infer<typeof taskWire>

/** One task, with or without an envelope. */
export const taskDetailWire = z.object({ task: maybe(z.object({ output: text })), output: text })
export type TaskDetailWire = z.infer<typeof taskDetailWire>

/** The readable items of a list. */
const itemsOf = <Item>(item: z.ZodType<Item>) => maybe(z.array(maybe(item))).transform(items => withoutNulls(items))

const named = z.object({ id: idText, name: text })
const clusters = itemsOf(z.object({ id: idText }))

export const templateWire = named.extend({
  os_group: text, state: text, adminonly: flag, clusters, hdd_mib_required: number, min_ram_mib: number
})
export type TemplateWire = z.infer<typeof templateWire>

/** An image saved from a server. */
export const savedImageWire = named.extend({ state: text, size_mib: number })
export type SavedImageWire = z.infer<typeof savedImageWire>

/** The disk is a number in older versions and a list in newer ones. */
export const presetWire = named.extend({
  cpu_number: number, ram_mib: number, hdd_mib: number, disks: itemsOf(z.object({ size_mib: z.number() }))
})
export type PresetWire = z.infer<typeof presetWire>

export const clusterWire = named

export const poolWire = named.extend({ clusters })
export type PoolWire = z.infer<typeof poolWire>

export const vxlanWire = named.extend({ clusters, ipnets: itemsOf(named) })
export type VxlanWire = z.infer<typeof vxlanWire>

/** Clusters are plain numbers in these rows. */
export const sshKeyWire = named.extend({ ssh_key: text, clusters: itemsOf(idText.transform(id => ({ id }))) })

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
  host: maybe(z.object({ id: linkId }))
})
export type IpWire = z.infer<typeof ipWire>
