import { z } from 'zod'

/** A member that may be absent, null or of an unexpected type: then it is null. */
const text = z.string().nullish().catch(null)
const number = z.number().nullish().catch(null)
const flag = z.boolean().nullish().catch(null)

/** A whole number, as such or in digits; 0 is none. */
const idText = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(String)

export const tokenWire = z.object({
  token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_at: text,
  confirmed: flag
})

export const keyWire = z.object({ key: z.string().min(1) })

export const complaintWire = z.object({
  code: z.union([z.number(), z.string()]).nullish().catch(null),
  msg: text
})

const addressesWire = z.array(z.object({ ip: text }).nullish().catch(null)).nullish().catch(null)

/** A row of the host list. By id the same host comes without most of this. */
export const hostWire = z.object({
  id: idText,
  name: text,
  state: z.string().nullish(),
  account: z.object({ id: idText, email: text }).nullish().catch(null),
  cluster: z.object({ id: idText, name: text }).nullish().catch(null),
  os: z.object({ id: idText, name: text }).nullish().catch(null),
  os_name: text,
  cpu_number: number,
  ram_mib: number,
  disk: z.object({ disk_mib: number }).nullish().catch(null),
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

const taskNumber = idText.nullish().catch(null)

/** A restart answers `start_task` and, perhaps, `stop_task`; the rest, and some versions of restart, `task`. */
export const actionWire = z.object({ task: taskNumber, start_task: taskNumber })
export type ActionWire = z.infer<typeof actionWire>

/** `consul_id` is what actions call `task`; the row's own `id` is another number. A row without one is nobody's that we know. */
export const taskWire = z.object({ id: taskNumber, consul_id: taskNumber, name: text, status: z.string() })
export type TaskWire = z.infer<typeof taskWire>

/** One task, with or without an envelope. */
export const taskDetailWire = z.object({ task: z.object({ output: text }).nullish().catch(null), output: text })
export type TaskDetailWire = z.infer<typeof taskDetailWire>
