import type { z } from 'zod'
import type { OnecloudSend, Service } from './send.ts'
import { listFailure, type ToFailure } from './failures.ts'
import { readAll, pageQuery, scopeQuery } from './pages.ts'
import {
  cloudregionListWire, eipListWire, imageListWire, instanceSnapshotListWire, keypairListWire, networkListWire, skuListWire, type Listed, type SkuWire
} from './catalog-schema.ts'
import { acceptedRowWire } from './schema.ts'
import type { OnecloudAccount } from './settings.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

interface Rows<Row> {
  readonly service?: Service
  readonly plural: string
  readonly schema: z.ZodType<Listed<Row>>
  readonly query?: Readonly<Record<string, string>>
}

/** The vendor has a size once for each region. */
const skuKey = ({ name, cloudregion_id: region }: SkuWire): string => JSON.stringify([name, region])

/** Endpoints of all resources but servers. The vendor ignores filters that it does not know, so callers check the rows. */
export function createCatalogClient (send: OnecloudSend, account: OnecloudAccount) {
  const scope = scopeQuery(account)

  const read = async <Row>({ service = 'compute', plural, schema, query }: Rows<Row>, idOf: (row: Row) => string): Promise<Row[]> => await readAll(async offset => await send({
    service, name: plural, method: 'GET', path: `/${plural}?${pageQuery(offset, query)}`, schema, toFailure: listFailure
  }), idOf)
  const all = async <Row extends { readonly id: string }>(rows: Rows<Row>): Promise<Row[]> => await read(rows, ({ id }) => id)

  return {
    images: async () => await all({
      service: 'image', plural: 'images', schema: imageListWire, query: { status: 'active', details: 'true' }
    }),
    /** By a list, because a GET of one image returns the image file. */
    image: async (id: string) => (await all({
      service: 'image', plural: 'images', schema: imageListWire, query: { id, details: 'true' }
    })).find(image => image.id === id),
    skus: async () => await read({ plural: 'serverskus', schema: skuListWire, query: { provider: 'OneCloud', enabled: 'true' } }, skuKey),
    sku: async (name: string) => (await read({ plural: 'serverskus', schema: skuListWire, query: { name, enabled: 'true' } }, skuKey)).find(sku => sku.name === name),
    cloudregions: async () => await all({ plural: 'cloudregions', schema: cloudregionListWire }),
    /** Keys belong to the user, not to the project. */
    keypairs: async () => await all({ plural: 'keypairs', schema: keypairListWire }),
    networks: async () => await all({ plural: 'networks', schema: networkListWire, query: { server_type: 'guest' } }),
    eips: async (query: Readonly<Record<string, string>> = {}) => await all({ plural: 'eips', schema: eipListWire, query: { ...scope, ...query } }),
    instanceSnapshots: async (serverId: string) => (await all({
      plural: 'instance_snapshots', schema: instanceSnapshotListWire, query: { ...scope, '@guest_id': serverId }
    })).filter(snapshot => snapshot.guest_id === serverId),
    deleteInstanceSnapshot: async (id: string, toFailure: ToFailure) => await send({
      name: 'instance_snapshots/delete', method: 'DELETE', path: `/instance_snapshots/${encodeURIComponent(id)}`, schema: acceptedRowWire, toFailure, assumed: {}
    })
  }
}
