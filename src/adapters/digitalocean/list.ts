import { compareNumericIds } from '../../domain/compare.ts'
import type { Seen } from '../../domain/list.ts'
import { pageFor } from '../kit/pages.ts'
import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { isEnd, pageSize, type DigitaloceanClient } from './client.ts'

export const createList = (client: DigitaloceanClient): List => ({
  evidence: 'documented',
  note: 'Servers with a GPU are in a list of their own at the provider, which is read after the other. ' +
    'A new server may be missing for some seconds.',
  paging: 'offset',
  pageSize,
  // Neither the order of rows nor a parameter for it is documented.
  ordered: false,
  compareIds: compareNumericIds,
  run: async page => await listPage(client, page)
})

/** `type=gpus` lists only servers with a GPU, and the plain list never has them. */
async function listPage (client: DigitaloceanClient, { filters: { name }, offset, limit }: PageRequest): Promise<VendorPage> {
  const { page, size, start } = pageFor(offset, limit)
  // The vendor compares names in any case, and the gateway exactly. A tag cannot be combined with a type.
  const filter = name !== undefined && /^[\w.-]+$/.test(name) ? { name } : {}
  const wire = await client.listDroplets(page, size, filter)
  const { rows, total } = wire
  if (!isEnd(wire, start, size)) return { rows, start, last: false, total: null }
  const gpus = await client.readDroplets({ ...filter, type: 'gpus' })
  // Past the end, the list is as long as the vendor says.
  const begin = rows.length === 0 && total !== null ? Math.min(start, total) : start
  return { rows: [...rows, ...gpus], start: begin, last: true, total: total === null ? null : total + gpus.length }
}

export const readServers = async (client: DigitaloceanClient): Promise<Seen[]> =>
  [...await client.readDroplets({}), ...await client.readDroplets({ type: 'gpus' })]
