import type { HttpResponse } from '../../upstream/http.ts'
import type { Service } from './auth.ts'
import {
  flavorListWire, floatingListWire, imageListWire, keypairListWire, networkListWire, portListWire, subnetListWire, zoneListWire, type FlavorWire,
  type FloatingWire, type ImageWire
} from './catalog-schema.ts'
import { imageFailure, listFailure, type ToFailure } from './failures.ts'
import { readAllPages } from '../kit/pages.ts'
import { json, type OpenstackSend } from './send.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

interface Rows<Row> {
  readonly service?: Service
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly read: (response: HttpResponse) => { readonly rows: readonly Row[], readonly hasMore: boolean }
}

const pageSize = '1000'

/** Endpoints of what servers are made of, and of Glance and Neutron. */
export function createCatalogClient (send: OpenstackSend) {
  /** By marker. The link to the next page is not followed: its host is the cloud's idea of itself. */
  const pages = async <Row extends { readonly id: string }>({ service = 'compute', path, query = {}, read }: Rows<Row>): Promise<Row[]> =>
    await readAllPages<Row, string | null>(null, async marker => {
      const parameters = new URLSearchParams({ limit: pageSize, ...query, ...(marker === null ? {} : { marker }) })
      const { rows, hasMore } = await send({ service, name: path.slice(1), method: 'GET', path: `${path}?${parameters.toString()}`, read, toFailure: listFailure })
      return { rows, next: hasMore ? rows.at(-1)?.id ?? null : null }
    })

  /** Neutron answers with all rows where no limit is said. */
  const all = async <Row>(path: string, read: (response: HttpResponse) => Row[], query: Readonly<Record<string, string>> = {}): Promise<Row[]> => {
    const parameters = new URLSearchParams(query).toString()
    return await send({
      service: 'network', name: path.slice(1), method: 'GET', path: `${path}${parameters === '' ? '' : `?${parameters}`}`, read, toFailure: listFailure
    })
  }

  const images = async (query: Readonly<Record<string, string>>): Promise<ImageWire[]> =>
    await pages({ service: 'image', path: '/images', query, read: json(imageListWire) })

  return {
    flavors: async (): Promise<FlavorWire[]> => await pages({ path: '/flavors/detail', read: json(flavorListWire) }),
    images: async (): Promise<ImageWire[]> => await images({ status: 'active' }),
    snapshots: async (server: string): Promise<ImageWire[]> =>
      (await images({ image_type: 'snapshot', instance_uuid: server })).filter(row => row.image_type === 'snapshot' && row.instance_uuid === server),
    imagesById: async (ids: readonly string[]): Promise<ImageWire[]> => await images({ id: `in:${ids.join(',')}` }),
    deleteImage: async (id: string, toFailure: ToFailure = imageFailure) => await send({
      service: 'image', name: 'images/delete', method: 'DELETE', path: `/images/${encodeURIComponent(id)}`, read: () => null, toFailure, assumed: null
    }),
    zones: async () => await send({ name: 'os-availability-zone', method: 'GET', path: '/os-availability-zone', read: json(zoneListWire), toFailure: listFailure }),
    keypairs: async () => await pages({ path: '/os-keypairs', read: json(keypairListWire) }),
    networks: async () => await all('/networks', json(networkListWire)),
    subnets: async () => await all('/subnets', json(subnetListWire)),
    ports: async (query: Readonly<Record<string, string>> = {}) => await all('/ports', json(portListWire), query),
    floatingIps: async (): Promise<FloatingWire[]> => await all('/floatingips', json(floatingListWire)),
    /** Null: to no port. */
    associate: async (id: string, port: string | null, toFailure: ToFailure) => await send({
      service: 'network',
      name: 'floatingips/update',
      method: 'PUT',
      path: `/floatingips/${encodeURIComponent(id)}`,
      body: { floatingip: { port_id: port } },
      read: () => null,
      toFailure,
      assumed: null
    })
  }
}
