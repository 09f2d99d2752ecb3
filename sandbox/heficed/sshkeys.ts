import { createHash } from 'node:crypto'
import { readFields } from './fields.ts'
import { ok, type Handler } from './replies.ts'

/** All in one answer, without paging; the key text itself is never shown. */
export const listKeys: Handler = call => ok({ data: call.world.keys })

export const createKey: Handler = call => {
  const { world } = call
  const fields = readFields(call, ['publicKey', 'label'])
  const publicKey = fields.text('publicKey')
  const label = fields.text('label')
  if (!/^(ssh|ecdsa|sk)-[\w@.-]+ \S+/.test(publicKey)) fields.complain('publicKey')
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  const key = {
    id: `5f1c0a52-0000-4000-8000-${(++world.last.key).toString(16).padStart(12, '0')}`,
    label,
    fingerPrint: createHash('md5').update(publicKey).digest('hex').replace(/..(?!$)/g, '$&:'),
    created: world.seconds()
  }
  world.keys.push(key)
  return ok(key)
}
