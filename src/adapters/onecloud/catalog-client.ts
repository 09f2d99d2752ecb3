import type { z } from 'zod'
import type { OnecloudSend, Service } from './send.ts'
import { listFailure, type ToFailure } from './failures.ts'
import { allPages, pageQuery, scopeQuery } from './pages.ts'
import {
  cloudregionListWire, eipListWire, imageListWire, instanceSnapshotListWire, keypairListWire, networkListWire, skuListWire, type EipWire,
  type ImageWire, type InstanceSnapshotWire, type Listed, type NetworkWire, type SkuWire
} from './catalog-schema.ts'
import { acceptedRowWire } from './schema.ts'
import type { OnecloudAccount } from './settings.ts'

export type RowsClient = ReturnType<typeof createRowsClient>

interface Rows<Row> {
  readonly service?: Service
  readonly plural: string
  readonly schema: z.ZodType<Listed<Row>>
  readonly query?: Readonly<Record<string, string>>
}

/** Endpoints of all resources but servers. The vendor ignores filters that it does not know, so callers check the rows. */
export function createRowsClient (send: OnecloudSend, account: OnecloudAccount) {
  const scope = scopeQuery(account)

  const all = async <Row>({ service = 'compute', plural, schema, query }: Rows<Row>): Promise<Row[]> => await allPages(plural, async offset => await send({
    service, name: plural, method: 'GET', path: `/${plural}?${pageQuery(offset, query)}`, schema, toFailure: listFailure
  }))

  const drop = async (plural: string, id: string, toFailure: ToFailure) => await send({
    name: `${plural}/delete`, method: 'DELETE', path: `/${plural}/${encodeURIComponent(id)}`, schema: acceptedRowWire, toFailure, assumed: {}
  })

  return {
    images: async (): Promise<ImageWire[]> => await all({
      service: 'image', plural: 'images', schema: imageListWire, query: { status: 'active', details: 'true' }
    }),
    /** By a list, because a GET of one image returns the image file. */
    image: async (id: string): Promise<ImageWire | undefined> => (await all({
      service: 'image', plural: 'images', schema: imageListWire, query: { id, details: 'true' }
    })).find(image => image.id === id),
    skus: async (): Promise<SkuWire[]> => await all({
      plural: 'serverskus', schema: skuListWire, query: { provider: 'OneCloud', enabled: 'true' }
    }),
    sku: async (name: string): Promise<SkuWire | undefined> => (await all({
      plural: 'serverskus', schema: skuListWire, query: { name, enabled: 'true' }
    })).find(sku => sku.name === name),
    cloudregions: async () => await all({ plural: 'cloudregions', schema: cloudregionListWire }),
    /** Keys belong to the user, not to the project. */
    keypairs: async () => await all({ plural: 'keypairs', schema: keypairListWire }),
    networks: async (): Promise<NetworkWire[]> => await all({ plural: 'networks', schema: networkListWire, query: { server_type: 'guest' } }),
    eips: async (query: Readonly<Record<string, string>> = {}): Promise<EipWire[]> => await all({ plural: 'eips', schema: eipListWire, query: { ...scope, ...query } }),
    instanceSnapshots: async (serverId: string): Promise<InstanceSnapshotWire[]> => (await all({
      plural: 'instance_snapshots', schema: instanceSnapshotListWire, query: { ...scope, '@guest_id': serverId }
    })).filter(snapshot => snapshot.guest_id === serverId),
    instanceSnapshotsById: async (ids: readonly string[]): Promise<InstanceSnapshotWire[]> => (await all({
      plural: 'instance_snapshots', schema: instanceSnapshotListWire, query: { ...scope, filter: `id.in(${ids.map(id => `'${id}'`).join(',')})` }
    })).filter(snapshot => ids.includes(snapshot.id)),
    deleteInstanceSnapshot: async (id: string, toFailure: ToFailure) => await drop('instance_snapshots', id, toFailure)
  }
}
