import type { Image, Network, SshKey } from '../../domain/catalogue.ts'
import { regionQuery, type RegionQuery } from '../../domain/parameter.ts'
import type { AdapterVerbs, Catalog } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { CatalogueClient } from './catalog-client.ts'
import {
  isInCluster, isUsable, toImage, toPlan, toPoolNetwork, toPrivateNetworks, toSavedImage, toSshKey
} from './catalog-mapping.ts'
import { isId } from './ids.ts'

type Catalogues = Required<Pick<AdapterVerbs, 'plans' | 'regions'>> & {
  readonly images: Catalog<Image, RegionQuery>
  readonly ssh_keys: Catalog<SshKey, RegionQuery>
  readonly networks: Catalog<Network, RegionQuery>
}

const cost = { calls: 0, perPage: 1 }

/** Regions are filtered here: the platform's filters are not documented, and a wrong one is answered with 500. */
export const createCatalogues = (client: CatalogueClient): Catalogues => ({
  images: {
    evidence: 'observed',
    cost,
    parameters: regionQuery,
    note: 'Templates by number, and images saved from servers as image:number. Saved images have no region.',
    run: async query => {
      const region = regionIn(query)
      const templates = await client.listTemplates()
      const saved = await client.listSavedImages()
      return [
        ...templates.filter(wire => isUsable(wire) && wire.adminonly !== true && isInCluster(wire.clusters, region)).map(toImage),
        ...saved.filter(isUsable).map(toSavedImage)
      ]
    }
  },
  plans: {
    evidence: 'documented',
    cost,
    note: 'Plans are presets, without prices. The provider does not return the preset of a server.',
    run: async () => (await client.listPresets()).map(toPlan)
  },
  regions: {
    evidence: 'observed',
    cost,
    note: 'Clusters.',
    run: async () => (await client.listClusters()).map(({ id, name }) => ({ id, name: name ?? id }))
  },
  ssh_keys: {
    evidence: 'documented',
    cost,
    parameters: regionQuery,
    note: 'Keys of the clusters; a create cannot choose them.',
    run: async query => {
      const region = regionIn(query)
      return (await client.listSshKeys()).filter(({ clusters }) => region === undefined || clusters.includes(region)).map(toSshKey)
    }
  },
  networks: {
    evidence: 'documented',
    cost,
    parameters: regionQuery,
    note: 'Address pools by number; private networks as vxlan:network:range.',
    run: async query => {
      const region = regionIn(query)
      const pools = await client.listPools()
      const vxlans = await client.listVxlans()
      return [
        ...pools.filter(({ clusters }) => isInCluster(clusters, region)).map(toPoolNetwork),
        ...vxlans.filter(({ clusters }) => isInCluster(clusters, region)).flatMap(toPrivateNetworks)
      ]
    }
  }
})

function regionIn ({ region }: RegionQuery): string | undefined {
  if (region !== undefined && !isId(region)) throw badMember('query.region', 'is not an id of this provider: those are whole numbers')
  return region
}
