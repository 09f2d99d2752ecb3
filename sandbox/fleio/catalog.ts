import type { SimulatedReply } from '../kit/simulator.ts'
import { inScope, invalid, ok, parameter, refuse, scopeOf, type Call, type Route } from './call.ts'
import {
  flavorInside, flavorRow, floatingIpRow, imageInside, imageRow, keyView, mayUseNetwork, networkRow, ownerOf
} from './catalog-view.ts'
import { answerList, type Listing } from './lists.ts'
import type { FloatingIp, Flavor, Image, Network, Region, SshKey } from './records.ts'

const regions: Listing<Region> = { columns: ['id'], plain: ['id'], orderable: ['id'], defaultOrder: 'id' }

const flavors: Listing<Flavor> = {
  columns: ['id', 'name', 'region'],
  plain: ['id', 'name'],
  orderable: ['name'],
  defaultOrder: 'name',
  permissions: 'flavors'
}

const images: Listing<Image> = {
  columns: ['id', 'name', 'region', 'created_at', 'type', 'instance_uuid'],
  plain: ['name', 'type', 'instance_uuid'],
  choices: { type: new Set(['template', 'application', 'snapshot', 'backup', 'deleted']) },
  orderable: ['name', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'images'
}

const networks: Listing<Network> = {
  columns: ['id', 'name', 'region', 'created_at'],
  plain: ['name', 'region'],
  orderable: ['name', 'created_at'],
  defaultOrder: 'name',
  permissions: 'networks'
}

const floatingIps: Listing<FloatingIp> = {
  columns: ['id', 'floating_ip_address', 'created_at'],
  plain: ['floating_ip_address'],
  orderable: ['floating_ip_address', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'floatingips'
}

const keys: Listing<SshKey> = {
  columns: ['id', 'name', 'created_at'],
  plain: ['name'],
  orderable: ['name', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'pkm'
}

/** End users see what is theirs or shared with them; public images only in the create form. */
const isVisible = (call: Call, image: Image): boolean => inScope(call, image.client) || image.sharedWith.has(scopeOf(call) ?? -1)

const isOwn = (call: Call) => ({ client }: { readonly client: number | null }): boolean => inScope(call, client)

/** All that the create page offers; for end users the only place that shows flavors and public images. */
function createOptions (call: Call): SimulatedReply {
  const { world } = call
  const client = readClient(call)
  const enabled = [...world.regions.values()].filter(region => region.enabled)
  const asked = parameter(call, 'region') ?? enabled[0]?.id ?? ''
  if (!enabled.some(({ id }) => id === asked)) throw invalid({ region: [`Invalid pk "${asked}" - object does not exist.`] })
  const here = <Row extends { readonly region: string }>(rows: Map<string, Row>): Row[] =>
    [...rows.values()].filter(row => row.region === asked)
  const pick = (test: (image: Image) => boolean): unknown[] =>
    here(world.images).filter(image => image.status === 'active' && test(image)).map(image => imageInside(world, image))
  return ok({
    bootSources: {
      image: pick(image => image.visibility === 'public'),
      owned_image: pick(image => client !== null && image.client === client),
      shared_image: pick(image => client !== null && image.sharedWith.has(client)),
      community_image: pick(image => image.visibility === 'community'),
      volume: [],
      volume_snapshot: [],
      volume_types: [{ name: 'ssd' }]
    },
    flavor: here(world.flavors).filter(flavor => !flavor.disabled).map(flavorInside),
    nics: here(world.networks).filter(network => mayUseNetwork(network, client)).map(({ id, name }) => ({ id, name, tags: [] })),
    ssh_key: [...world.keys.values()].filter(key => key.user === call.api).map(keyView),
    region: enabled.map(({ id, description }) => ({ id, description })),
    selected_region: asked,
    client: ownerOf(world, client)
  })
}

function readClient (call: Call): number | null {
  const scope = scopeOf(call)
  const asked = parameter(call, 'client') ?? ''
  if (asked === '') return scope
  const client = call.world.clients.get(Number(asked))
  if (client === undefined || !inScope(call, client.id)) throw invalid({ client: [`Invalid pk "${asked}" - object does not exist.`] })
  if (client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  return client.id
}

const list = <Row> (
  path: string,
  listing: Listing<Row>,
  rows: (call: Call) => readonly Row[],
  view: (call: Call, row: Row) => unknown
): Route => ({ path, verbs: { GET: call => answerList(call, rows(call), listing, row => view(call, row)) } })

export const catalogRoutes: readonly Route[] = [
  { path: 'openstack/instances/create_options', verbs: { GET: createOptions } },
  list('openstack/regions', regions, ({ world, api }) =>
    [...world.regions.values()].filter(region => api === 'staff' || region.enabled), (_, row) => row),
  { ...list('openstack/flavors', flavors, ({ world }) => [...world.flavors.values()], (_, row) => flavorRow(row)), only: 'staff' },
  list('openstack/networks', networks, call => [...call.world.networks.values()]
    .filter(network => call.api === 'staff' || mayUseNetwork(network, scopeOf(call))), networkRow),
  list('openstack/images', images, call =>
    [...call.world.images.values()].filter(image => isVisible(call, image)), ({ world }, row) => imageRow(world, row)),
  list('openstack/floatingips', floatingIps, call =>
    [...call.world.floatingIps.values()].filter(isOwn(call)), ({ world }, row) => floatingIpRow(world, row)),
  list('pkm', keys, call => [...call.world.keys.values()].filter(key => key.user === call.api), (_, row) => keyView(row))
]
