import { z } from 'zod'
import { canonicalIp } from '../kit/addresses.ts'
import { noAddress, numericServerId } from '../kit/ids.ts'
import { readAllRows } from '../kit/pages.ts'
import type { Job } from '../verbs.ts'
import type { About } from './failures.ts'
import { seenDroplet } from './mapping.ts'
import {
  actionWire, createdWire, imageWire, keyWire, ownImagesWire, pageWire, regionWire, reservedWire, sizeWire, snapshotWire, vpcWire,
  type CreatedWire, type PageWire
} from './schema.ts'
import type { DigitaloceanSend } from './send.ts'

export type DigitaloceanClient = ReturnType<typeof createClient>

type ActionType =
  | 'power_on' | 'shutdown' | 'power_off' | 'reboot' | 'power_cycle' | 'rename' | 'resize' | 'rebuild' | 'password_reset'
  | 'snapshot' | 'restore'

type ReservedAction = { readonly type: 'assign', readonly droplet_id: number } | { readonly type: 'unassign' }

/** Parameters of a list beside those of its pages. */
export type Filter = Readonly<Record<string, string>>

/** The vendor's maximum. */
export const pageSize = 200

/** Nothing follows: the vendor has no link to a next page, and the count of rows does not contradict it. */
export const isEnd = ({ rows, hasNext, total }: PageWire<unknown>, start: number, size: number): boolean =>
  rows.length === 0 || (!hasNext && (rows.length < size || total === null || start + rows.length >= total))

// Each schema is created once: it is compiled at its first use, and an answer that repeats the last one is not read again.
const pages = {
  droplets: pageWire('droplets', seenDroplet),
  snapshots: pageWire('snapshots', snapshotWire),
  actions: pageWire('actions', actionWire),
  images: pageWire('images', imageWire),
  sizes: pageWire('sizes', sizeWire),
  regions: pageWire('regions', regionWire),
  keys: pageWire('ssh_keys', keyWire),
  vpcs: pageWire('vpcs', vpcWire),
  reserved4: pageWire('reserved_ips', reservedWire),
  reserved6: pageWire('reserved_ipv6s', reservedWire)
}
const dropletAnswer = z.object({ droplet: seenDroplet }).transform(({ droplet }) => droplet)
const ownImagesAnswer = z.object({ droplet: ownImagesWire }).transform(({ droplet }) => droplet)
const actionAnswer = z.object({ action: actionWire }).transform(({ action }) => action)
const reservedAnswer = z.union([
  z.object({ reserved_ip: reservedWire }).transform(wire => wire.reserved_ip),
  z.object({ reserved_ipv6: reservedWire }).transform(wire => wire.reserved_ipv6)
])
const nothing = z.unknown().transform(() => true)

const assumedAction = { id: '{action}', status: null }
const assumedCreate: CreatedWire = { droplet: { id: '{id}' }, links: { actions: [{ id: '{action}', rel: 'create' }] } }

const createMembers = ['body.name', 'body.plan', 'body.image', 'body.region', 'body.ssh_keys']

/** An empty or malformed id would address the list, where DELETE removes every droplet with a tag. */
const droplet = (id: string): string => `/droplets/${numericServerId(id)}`

/** A reserved address is its own id. */
const folderOf = (address: string): string => address.includes(':') ? 'reserved_ipv6' : 'reserved_ips'

function reserved (address: string): string {
  if (canonicalIp(address) === null) throw noAddress()
  return `/${folderOf(address)}/${address}`
}

/** One function for each endpoint; the vendor's page: docs.digitalocean.com/reference/api */
export const createClient = (send: DigitaloceanSend) => ({ ...createDropletCalls(send), ...createOtherCalls(send) })

function createDropletCalls (send: DigitaloceanSend) {
  const { readPage, readAll } = createLists(send)
  return {
    listDroplets: async (page: number, size: number, filter: Filter) =>
      await readPage({ name: 'droplets', schema: pages.droplets, filter }, page, size),
    readDroplets: async (filter: Filter) => await readAll({ name: 'droplets', schema: pages.droplets, filter }, ({ server }) => server.id),
    getDroplet: async (id: string) => await send({ name: 'droplets/get', path: droplet(id), schema: dropletAnswer }),
    /** The same answer, read for the images that were taken of it. */
    getOwnImages: async (id: string) => await send({ name: 'droplets/get', path: droplet(id), schema: ownImagesAnswer }),
    /** Must not be repeated: each accepted call buys a server. A 404 is about the VPC network. */
    createDroplet: async (body: object) => await send({
      name: 'droplets/create',
      path: '/droplets',
      body,
      schema: createdWire,
      assumed: assumedCreate,
      about: { members: createMembers, missing: { failure: 'rejected', member: 'body.networks' } }
    }),
    deleteDroplet: async (id: string) =>
      await send({ name: 'droplets/delete', method: 'DELETE', path: droplet(id), schema: nothing, assumed: true }),
    act: async (id: string, type: ActionType, body: object = {}, about: About = {}): Promise<Job> => {
      const endpoint = { name: `droplets/${type}`, path: `${droplet(id)}/actions`, body: { type, ...body } }
      const action = await send({ ...endpoint, schema: actionAnswer, assumed: assumedAction, about })
      return { id: action.id, name: type }
    },
    listSnapshots: async (id: string) => await readAll({
      name: 'droplets/snapshots', path: `${droplet(id)}/snapshots`, schema: pages.snapshots, about: {}
    }, byId)
  }
}

function createOtherCalls (send: DigitaloceanSend) {
  const { readPage, readAll } = createLists(send)
  return {
    /** 400 for what is no snapshot: a backup, an image. */
    deleteSnapshot: async (id: string) => await send({
      name: 'snapshots/delete',
      method: 'DELETE',
      path: `/snapshots/${encodeURIComponent(id)}`,
      schema: nothing,
      assumed: true,
      about: { missing: { failure: 'not-found', member: 'path.snapshot' } }
    }),
    getAction: async (id: string) => await send({ name: 'actions/get', path: `/actions/${encodeURIComponent(id)}`, schema: actionAnswer }),
    /** The latest of the account. A 404 means that there is no such list, and the actions are read one by one. */
    listActions: async () => await readPage({ name: 'actions', schema: pages.actions, about: {} }, 1, pageSize),
    listImages: async () => await readAll({ name: 'images', schema: pages.images }, byId),
    listSizes: async () => await readAll({ name: 'sizes', schema: pages.sizes }, bySlug),
    listRegions: async () => await readAll({ name: 'regions', schema: pages.regions }, bySlug),
    listKeys: async () => await readAll({ name: 'account/keys', schema: pages.keys }, byId),
    listVpcs: async () => await readAll({ name: 'vpcs', schema: pages.vpcs }, byId),
    listReserved: async () => [
      ...await readAll({ name: 'reserved_ips', schema: pages.reserved4 }, ({ ip }) => ip),
      ...await readAll({ name: 'reserved_ipv6', schema: pages.reserved6 }, ({ ip }) => ip)
    ],
    getReserved: async (address: string) =>
      await send({ name: `${folderOf(address)}/get`, path: reserved(address), schema: reservedAnswer }),
    changeReserved: async (address: string, body: ReservedAction, about: About) => await send({
      name: `${folderOf(address)}/${body.type}`,
      path: `${reserved(address)}/actions`,
      body,
      schema: actionAnswer,
      assumed: assumedAction,
      about
    })
  }
}

interface ListOf<Row> {
  readonly name: string
  readonly path?: string
  readonly schema: z.ZodType<PageWire<Row>>
  readonly about?: About
  readonly filter?: Filter
}

const byId = ({ id }: { readonly id: string }): string => id
const bySlug = ({ slug }: { readonly slug: string }): string => slug

/** By default a 404 is not about a server: most lists name none. */
function createLists (send: DigitaloceanSend) {
  const readPage = async <Row>(list: ListOf<Row>, page: number, size: number): Promise<PageWire<Row>> => {
    const { name, path = `/${name}`, schema, about = { missing: { failure: 'malformed' } }, filter } = list
    const query = new URLSearchParams({ ...filter, page: String(page), per_page: String(size) })
    return await send({ name, path: `${path}?${query.toString()}`, schema, about })
  }
  const readAll = async <Row>(list: ListOf<Row>, idOf: (row: Row) => string): Promise<Row[]> => await readAllRows(1, async page => {
    const wire = await readPage(list, page, pageSize)
    return { rows: wire.rows, next: isEnd(wire, (page - 1) * pageSize, pageSize) ? null : page + 1 }
  }, idOf)
  return { readPage, readAll }
}
