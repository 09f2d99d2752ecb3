import type { SimulatedReply } from '../simulator.ts'
import { parameter, scopeOf, type Call, type Route } from './call.ts'
import { flavorInside, imageInside, mayUseNetwork, ownerOf } from './catalogue-view.ts'
import { keyView } from './keys.ts'
import { invalid, ok, refuse } from './replies.ts'
import type { Image } from './records.ts'

/** All that the create page offers; for end users the only place where flavors and public images are told. */
function createOptions (call: Call): SimulatedReply {
  const { world } = call
  const client = readClient(call)
  const regions = [...world.regions.values()].filter(region => region.enabled)
  const asked = parameter(call, 'region') ?? ''
  const region = asked === '' ? regions[0] : regions.find(candidate => candidate.id === asked)
  if (region === undefined) throw invalid({ region: [`Invalid pk "${asked}" - object does not exist.`] })
  const here = <Row extends { readonly region: string }>(rows: Map<string, Row>): Row[] =>
    [...rows.values()].filter(row => row.region === region.id)
  return ok({
    bootSources: { ...imageSources(call, here(world.images), client), ...volumeSources(call, region.id, client) },
    flavor: here(world.flavors).filter(flavor => !flavor.disabled).map(flavorInside),
    nics: here(world.networks).filter(network => mayUseNetwork(network, client)).map(({ id, name }) => ({ id, name, tags: [] })),
    ssh_key: [...world.keys.values()].filter(key => key.user === call.api).map(keyView),
    region: regions.map(({ id, description }) => ({ id, description })),
    selected_region: region.id,
    client: ownerOf(world, client)
  })
}

function readClient (call: Call): number | null {
  const scope = scopeOf(call)
  const asked = parameter(call, 'client') ?? ''
  if (asked === '') return scope
  const client = call.world.clients.get(Number(asked))
  if (client === undefined || (scope !== null && scope !== client.id)) throw invalid({ client: [`Invalid pk "${asked}" - object does not exist.`] })
  if (client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  return client.id
}

function imageSources (call: Call, images: readonly Image[], client: number | null): Record<string, unknown> {
  const pick = (test: (image: Image) => boolean): unknown[] =>
    images.filter(image => image.status === 'active' && test(image)).map(image => imageInside(call.world, image))
  return {
    image: pick(image => image.visibility === 'public'),
    owned_image: pick(image => client !== null && image.client === client),
    shared_image: pick(image => client !== null && image.sharedWith.has(client)),
    community_image: pick(image => image.visibility === 'community')
  }
}

const volumeSources = (call: Call, region: string, client: number | null): Record<string, unknown> => ({
  volume: [...call.world.volumes.values()]
    .filter(volume => volume.region === region && volume.client === client && volume.instance === null)
    .map(({ id, name, size }) => ({ id, name, size })),
  volume_snapshot: [],
  volume_types: [{ name: 'ssd' }]
})

export const createOptionRoutes: readonly Route[] = [
  { path: 'openstack/instances/create_options', verbs: { GET: createOptions } }
]
