import { createFormWire, floatingIpWire, imageRowWire, keyWire, networkWire, planWire, regionWire } from './catalog-schema.ts'
import { createReadAll } from './pages.ts'
import type { Send } from '../kit/send.ts'
import { readAnswer } from './send.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

/** One function for each endpoint of the catalogs. */
export function createCatalogClient (send: Send) {
  const readAll = createReadAll(send)
  const uncertain = true
  return {
    listImages: async (query: Readonly<Record<string, string>> = {}) =>
      await readAll({ path: '/openstack/images', row: imageRowWire, ordering: 'created_at', query, uncertain }),
    /** Staff users only. */
    listFlavors: async () => await readAll({ path: '/openstack/flavors', row: planWire, ordering: 'name', uncertain }),
    listRegions: async () => await readAll({ path: '/openstack/regions', row: regionWire, ordering: 'id', uncertain }),
    listNetworks: async () => await readAll({ path: '/openstack/networks', row: networkWire, ordering: 'created_at', uncertain }),
    listFloatingIps: async () => await readAll({ path: '/openstack/floatingips', row: floatingIpWire, ordering: 'created_at', uncertain }),
    /** Not below `openstack`, unlike the others. */
    listKeys: async () => await readAll({ path: '/pkm', row: keyWire, ordering: 'created_at', uncertain }),
    /** Everything that can be ordered in one region; the first region by default. */
    getCreateForm: async (query: Readonly<Record<string, string>>) => await send({
      name: 'instances/create_options',
      method: 'GET',
      path: `/openstack/instances/create_options?${new URLSearchParams(query).toString()}`,
      read: response => readAnswer(createFormWire, response, { uncertain, members: new Map([['region', 'query.region']]) })
    })
  }
}
