import { noList } from './client.ts'
import { readAll } from './pages.ts'
import { imageWire, keyWire, pageWire, regionWire, sizeWire, vpcWire } from './schema.ts'
import type { DigitaloceanSend } from './send.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

const imagePage = pageWire('images', imageWire)
const sizePage = pageWire('sizes', sizeWire)
const regionPage = pageWire('regions', regionWire)
const keyPage = pageWire('ssh_keys', keyWire)
const vpcPage = pageWire('vpcs', vpcWire)

/** One function for each list, read to its end. */
export function createCatalogClient (send: DigitaloceanSend) {
  const page = (name: string, query: URLSearchParams) => ({ name, method: 'GET', path: `/${name}?${query.toString()}`, about: noList } as const)
  return {
    listImages: async () => await readAll(async query => await send({ ...page('images', query), schema: imagePage }), ({ id }) => id),
    listSizes: async () => await readAll(async query => await send({ ...page('sizes', query), schema: sizePage }), ({ slug }) => slug),
    listRegions: async () => await readAll(async query => await send({ ...page('regions', query), schema: regionPage }), ({ slug }) => slug),
    listKeys: async () => await readAll(async query => await send({ ...page('account/keys', query), schema: keyPage }), ({ id }) => id),
    listVpcs: async () => await readAll(async query => await send({ ...page('vpcs', query), schema: vpcPage }), ({ id }) => id)
  }
}
