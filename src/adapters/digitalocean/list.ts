import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { compareNumericIds } from '../../domain/compare.ts'
import type { Seen } from '../../domain/list.ts'
import { pageFor } from '../kit/pages.ts'
import type { DigitaloceanClient } from './client.ts'
import { isEnd, pageQuery, pageSize, readAll } from './pages.ts'

export const createList = (client: DigitaloceanClient): List => ({
  evidence: 'documented',
  note: 'Servers with a GPU are in a list of their own at the provider, which is read after the other. A new server may be missing for some seconds.',
  paging: 'offset',
  pageSize,
  // Neither the order of rows nor a parameter for it is documented.
  ordered: false,
  compareIds: compareNumericIds,
  run: async page => await listPage(client, page)
})

/** `type=gpus` lists only them, and no answer of the other list has them. */
async function listPage (client: DigitaloceanClient, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const { page, size, start } = pageFor(offset, limit)
  const name = nameFilter(filters.name)
  const wire = await client.listDroplets(pageQuery(page, size, name))
  if (!isEnd(wire, start, size)) return { rows: wire.rows, start, last: false, total: null }
  const gpus = await readGpus(client, name)
  // Past the end, the list is as long as the vendor says.
  const begin = wire.rows.length === 0 && wire.total !== null ? Math.min(start, wire.total) : start
  return { rows: [...wire.rows, ...gpus], start: begin, last: true, total: wire.total === null ? null : wire.total + gpus.length }
}

const readGpus = async (client: DigitaloceanClient, more: Readonly<Record<string, string>>): Promise<Seen[]> =>
  await readAll(client.listDroplets, ({ server }) => server.id, { ...more, type: 'gpus' })

export const readServers = async (client: DigitaloceanClient): Promise<Seen[]> =>
  [...await readAll(client.listDroplets, ({ server }) => server.id), ...await readGpus(client, {})]

/** The vendor compares names in any case, and the gateway exactly. A tag cannot be combined with a type. */
const nameFilter = (name: string | undefined): Readonly<Record<string, string>> =>
  name !== undefined && /^[\w.-]+$/.test(name) ? { name } : {}
