import type { RegionQuery } from '../../domain/parameter.ts'
import { byRegion, toSshKey } from '../kit/catalog.ts'
import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { CatalogClient } from './catalog-client.ts'
import {
  isInCluster, isUsable, toImage, toPlan, toPoolNetwork, toPrivateNetworks, toSavedImage
} from './catalog-mapping.ts'
import { isNumericId } from '../kit/ids.ts'

/** Regions are filtered here: the platform's filters are not documented, and a wrong one is answered with 500. */
export const createCatalogs = (client: CatalogClient): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: byRegion({
    evidence: 'observed',
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
  }),
  plans: {
    evidence: 'documented',
    note: 'Plans are presets, without prices. The provider does not return the preset of a server.',
    run: async () => (await client.listPresets()).map(toPlan)
  },
  regions: {
    evidence: 'observed',
    note: 'Clusters.',
    run: async () => (await client.listClusters()).map(({ id, name }) => ({ id, name: name ?? id }))
  },
  ssh_keys: byRegion({
    evidence: 'documented',
    note: 'Keys of the clusters; a create cannot choose them.',
    run: async query => {
      const region = regionIn(query)
      return (await client.listSshKeys()).filter(({ clusters }) => region === undefined || clusters.includes(region)).map(({ id, name, ssh_key: key }) => toSshKey({ id, name, public_key: key }))
    }
  }),
  networks: byRegion({
    evidence: 'documented',
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
  })
})

function regionIn ({ region }: RegionQuery): string | undefined {
  if (region !== undefined && !isNumericId(region)) throw badMember('query.region', 'is not an id of this provider: those are whole numbers')
  return region
}
