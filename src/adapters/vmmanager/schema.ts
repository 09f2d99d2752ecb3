import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

/** A whole number, or its digits; 0 is none. Rows always have one, links may not. */
export const idText = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(String)

export const linkId = idText.nullish().catch(null)

export const tokenWire = z.object({
  token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_at: text,
  confirmed: flag
})

export const longTokenWire = z.object({ token: z.string().regex(/^[\x21-\x7e]+$/) })

export const keyWire = z.object({ key: z.string().min(1) })

export const complaintWire = z.object({
  code: z.union([z.number(), z.string()]).nullish().catch(null),
  msg: text,
  value: z.record(z.string(), z.unknown()).nullish().catch(null)
})

const addressesWire = z.array(z.object({ ip: text }).nullish().catch(null)).nullish().catch(null)

/** A row of the host list. A GET by id lacks most of these members. */
export const hostWire = z.object({
  id: idText,
  name: text,
  state: z.string().nullish(),
  account: z.object({ id: idText, email: text }).nullish().catch(null),
  cluster: z.object({ id: idText, name: text }).nullish().catch(null),
  os: z.object({ id: idText, name: text }).nullish().catch(null),
  os_name: text,
  node: z.object({ ip_addr: text }).nullish().catch(null),
  cpu_number: number,
  ram_mib: number,
  // The values after a deferred change.
  cpu_number_new: number,
  ram_mib_new: number,
  /** The main disk; of further disks only the number is returned. */
  disk: z.object({ id: linkId, disk_mib: number, disk_mib_new: number }).nullish().catch(null),
  ip4: addressesWire,
  ip6: addressesWire,
  rescue_mode: flag,
  disabled: flag,
  is_protected: flag,
  tags: z.array(z.string()).nullish().catch(null),
  create_date: text
})
export type HostWire = z.infer<typeof hostWire>

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
export const taskDetailWire = z.object({ task: z.object({ output: text }).nullish().catch(null), output: text })
export type TaskDetailWire = z.infer<typeof taskDetailWire>
