import { page } from './paging.ts'
import { ok, withServer, type Handler } from './replies.ts'
import { resize } from './resize.ts'
import { readFields } from './fields.ts'
import type { Instance } from './wire.ts'

const sortable = new Map<string, (server: Instance) => string | number>([
  ['id', server => server.id],
  ['hostname', server => server.hostname],
  ['status', server => server.status]
])

/** Totals are counted after the status filter. Sorting is a guess from the metadata. */
export const listInstances: Handler = call => {
  const { world, request: { query } } = call
  const status = query.get('status')?.toLowerCase()
  const rows = [...world.servers.keys()].flatMap(id => world.visible(id) ?? [])
    .filter(server => (status ?? server.status.toLowerCase()) === server.status.toLowerCase())
  const sort = world.knobs.inferred ? query.get('sort') : null
  const sdir = world.knobs.inferred ? query.get('sdir') : null
  const key = sortable.get(sort ?? '')
  if (key !== undefined) rows.sort((a, b) => compare(key(a), key(b)) * (sdir?.toLowerCase() === 'desc' ? -1 : 1))
  return page(call, rows, { repeat: ['status', 'sort', 'sdir'], sort, sdir })
}

const compare = (a: string | number, b: string | number): number => a < b ? -1 : a > b ? 1 : 0

/** One instance comes bare, without the list's envelope. */
export const getInstance = withServer((_call, server) => ok(server))

/** Renaming answers the instance, resizing answers an invoice; the two cannot be mixed. */
export const patchInstance = withServer((call, server) => {
  const fields = readFields(call, ['hostname', 'vcpu', 'memory', 'disk'])
  if (!fields.has('hostname')) return resize(call, server, fields)
  const hostname = fields.text('hostname')
  for (const name of ['vcpu', 'memory', 'disk']) if (fields.has(name)) fields.complain(name)
  const refusal = fields.refusal()
  if (refusal !== undefined) return refusal
  server.hostname = hostname
  return ok(server)
})
