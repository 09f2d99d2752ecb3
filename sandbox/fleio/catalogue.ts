import type { SimulatedReply } from '../simulator.ts'
import { inScope, parameter, scopeOf, type Call, type Route } from './call.ts'
import { flavorRow, imageRow, mayUseNetwork, networkRow } from './catalogue-view.ts'
import type { Field } from './filters.ts'
import { answerList, type Listing } from './lists.ts'
import { requirePermission } from './permissions.ts'
import { goneReply, notFound, ok } from './replies.ts'
import type { Flavor, Image, Network, Region } from './records.ts'

const idField = <Row extends { readonly id: string }>(): [string, Field<Row>] => ['id', { kind: 'text', read: row => row.id }]
const nameField = <Row extends { readonly name: string }>(): [string, Field<Row>] => ['name', { kind: 'text', read: row => row.name }]
const regionField = <Row extends { readonly region: string }>(): [string, Field<Row>] => ['region', { kind: 'text', read: row => row.region }]
const madeField = <Row extends { readonly created_at: string }>(): [string, Field<Row>] => ['created_at', { kind: 'time', read: row => row.created_at }]

const regions: Listing<Region> = {
  fields: new Map([idField(), ['enabled', { kind: 'boolean', read: row => row.enabled }]]),
  plain: ['id'],
  orderable: ['id'],
  defaultOrder: 'id'
}

const flavors: Listing<Flavor> = {
  fields: new Map([
    idField(), nameField(), regionField(),
    ['memory_mb', { kind: 'number', read: row => row.memory_mb }],
    ['vcpus', { kind: 'number', read: row => row.vcpus }],
    ['out_of_stock', { kind: 'boolean', read: row => row.out_of_stock }],
    ['disabled', { kind: 'boolean', read: row => row.disabled }]
  ]),
  plain: ['id', 'name'],
  orderable: ['name', 'memory_mb', 'vcpus'],
  defaultOrder: 'name',
  permissions: 'flavors'
}

const images: Listing<Image> = {
  fields: new Map([
    idField(), nameField(), regionField(), madeField(),
    ['type', { kind: 'text', read: row => row.type }],
    ['status', { kind: 'text', read: row => row.status }],
    ['visibility', { kind: 'text', read: row => row.visibility }],
    ['instance_uuid', { kind: 'text', read: row => row.instance_uuid }]
  ]),
  plain: ['name', 'type', 'instance_uuid'],
  choices: (_call, name) => name === 'type' ? new Set(['template', 'application', 'snapshot', 'backup', 'deleted']) : undefined,
  matches: (row, term) => row.name.toLowerCase().includes(term) || row.id.includes(term),
  orderable: ['name', 'created_at', 'status'],
  defaultOrder: '-created_at',
  permissions: 'images'
}

const networks: Listing<Network> = {
  fields: new Map([idField(), nameField(), regionField(), madeField()]),
  plain: ['name', 'created_at', 'region'],
  matches: (row, term) => row.name.toLowerCase().includes(term),
  orderable: ['name', 'created_at'],
  defaultOrder: 'name',
  permissions: 'networks'
}

const listRegions = (call: Call): SimulatedReply =>
  answerList(call, [...call.world.regions.values()].filter(region => call.api === 'staff' || region.enabled), regions, row => row)

const listFlavors = (call: Call): SimulatedReply => answerList(call, [...call.world.flavors.values()], flavors, flavorRow)

const listNetworks = (call: Call): SimulatedReply =>
  answerList(call, visibleNetworks(call), networks, row => networkRow(call, row))

const visibleNetworks = (call: Call): Network[] => [...call.world.networks.values()]
  .filter(network => call.api === 'staff' || mayUseNetwork(network, scopeOf(call)))

/** End users see what is theirs or shared with them; public ones only in the create form. */
const visibleImages = (call: Call): Image[] => [...call.world.images.values()]
  .filter(image => inScope(call, image.client) || image.sharedWith.has(scopeOf(call) ?? -1))

const listImages = (call: Call): SimulatedReply =>
  answerList(call, visibleImages(call), images, row => imageRow(call.world, row))

const found = <Row extends { readonly id: string }>(call: Call, rows: readonly Row[]): Row => {
  const row = rows.find(candidate => candidate.id === call.id)
  if (row === undefined) throw notFound()
  return row
}

function deleteImage (call: Call): SimulatedReply {
  const image = found(call, visibleImages(call).filter(candidate => inScope(call, candidate.client)))
  requirePermission(call, 'images.destroy')
  call.world.images.delete(image.id)
  return goneReply
}

function snapshotsOf (call: Call): SimulatedReply {
  const instance = parameter(call, 'instance_uuid')
  const rows = visibleImages(call).filter(image => image.type === 'snapshot' && image.instance_uuid === instance)
  return ok({ objects: rows.map(row => imageRow(call.world, row)), volume_snapshots_count: 0 })
}

export const catalogueRoutes: readonly Route[] = [
  { path: 'openstack/regions', verbs: { GET: listRegions } },
  { path: 'openstack/flavors', only: 'staff', verbs: { GET: listFlavors } },
  { path: 'openstack/flavors/:id', only: 'staff', inferred: true, verbs: { GET: call => ok(flavorRow(found(call, [...call.world.flavors.values()]))) } },
  { path: 'openstack/networks', verbs: { GET: listNetworks } },
  { path: 'openstack/networks/:id', inferred: true, verbs: { GET: call => ok(networkRow(call, found(call, visibleNetworks(call)))) } },
  { path: 'openstack/images', verbs: { GET: listImages } },
  { path: 'openstack/images/get_snapshots_for_instance', only: 'staff', verbs: { GET: snapshotsOf } },
  {
    path: 'openstack/images/:id',
    inferred: true,
    verbs: { GET: call => ok(imageRow(call.world, found(call, visibleImages(call)))), DELETE: deleteImage }
  }
]
