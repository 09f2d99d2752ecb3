import { z } from 'zod'
import { numericServerId } from '../kit/ids.ts'
import { readAllPages } from '../kit/pages.ts'
import type { About } from './failures.ts'
import { seenServer } from './mapping.ts'
import {
  acceptedWire, actionWire, consoleWire, createdWire, deletedWire, imageWire, ipWire, listWire, networkWire, pricingWire, regionWire,
  serverTypeWire, sshKeyWire, type Listed
} from './schema.ts'
import type { HetznerSend } from './send.ts'

export type HetznerClient = ReturnType<typeof createClient>

type ServerAction =
  | 'poweron' | 'poweroff' | 'shutdown' | 'reboot' | 'reset' | 'change_type' | 'rebuild' | 'create_image'
  | 'enable_rescue' | 'disable_rescue' | 'reset_password' | 'change_protection'

export type IpKind = 'primary' | 'floating'
type IpAction = 'assign' | 'unassign' | 'change_dns_ptr'

export type Query = ReadonlyArray<readonly [name: string, value: string]>

/** More rows are not allowed. */
export const pageSize = 50

// Each schema is created once: it is compiled at its first use, and an answer that repeats the last one is not read again.
const lists = {
  servers: listWire('servers', seenServer),
  actions: listWire('actions', actionWire),
  images: listWire('images', imageWire),
  server_types: listWire('server_types', serverTypeWire),
  locations: listWire('locations', regionWire),
  ssh_keys: listWire('ssh_keys', sshKeyWire),
  networks: listWire('networks', networkWire),
  primary_ips: listWire('primary_ips', ipWire),
  floating_ips: listWire('floating_ips', ipWire)
}
const serverAnswerWire = z.object({ server: seenServer })
const renamedWire = serverAnswerWire.transform(() => null)
const nothingWire = z.unknown().transform(() => null)

const assumedAction = { id: '{action}', command: null, started: null }
const assumed = { action: assumedAction, root_password: null }

/** If only its text shows what a refusal is about, the first match counts: "unsupported location for server type" is the location. */
const createMembers = new Map([
  ['location', 'body.region'], ['image', 'body.image'], ['ssh_keys', 'body.ssh_keys'], ['networks', 'body.networks'],
  ['firewalls', 'body.options.firewalls'], ['volumes', 'body.options.volumes'], ['placement_group', 'body.options.placement_group'],
  ['server_type', 'body.plan'], ['user_data', 'body.user_data'], ['labels', 'body.tags'], ['public_net', 'body.options'],
  ['name', 'body.name']
])

const assumedId = '{id}'

const server = (id: string): string => `/servers/${numericServerId(id)}`
const sorted = ['sort', 'id:asc'] as const

/** Parameters with several values are repeated, never joined by commas. */
function withQuery (path: string, pairs: Query): string {
  const query = new URLSearchParams()
  for (const [name, value] of pairs) query.append(name, value)
  return `${path}?${query.toString()}`
}

/** One function for each endpoint; the vendor's pages: docs.hetzner.cloud. Actions without parameters are sent without a body. */
export const createClient = (send: HetznerSend) => ({ ...createServerCalls(send), ...createOtherCalls(send) })

function createServerCalls (send: HetznerSend) {
  const post = async (path: string, action: ServerAction, body?: object, members?: About['members']) => await send({
    name: `servers/${action}`, path: `${path}/actions/${action}`, body, schema: acceptedWire, about: { members }, assumed
  })
  return {
    listServers: async (query: Query) => await send({ name: 'servers', path: withQuery('/servers', query), schema: lists.servers }),
    getServer: async (id: string) => (await send({ name: 'servers/get', path: server(id), schema: serverAnswerWire })).server,
    /** Its 404 is not about a server. */
    createServer: async (body: object) => await send({
      name: 'servers/create',
      path: '/servers',
      body,
      schema: createdWire,
      about: { members: createMembers, missing: { failure: 'rejected' } },
      assumed: { ...assumed, server: { id: assumedId }, next_actions: [] }
    }),
    renameServer: async (id: string, name: string) => await send({
      name: 'servers/update',
      method: 'PUT',
      path: server(id),
      body: { name },
      schema: renamedWire,
      about: { members: new Map([['name', 'body.name']]) },
      assumed: null
    }),
    deleteServer: async (id: string) => await send({
      name: 'servers/delete', method: 'DELETE', path: server(id), schema: deletedWire, assumed: { action: assumedAction }
    }),
    act: async (id: string, action: Exclude<ServerAction, 'change_protection'>, body?: object, members?: About['members']) =>
      await post(server(id), action, body, members),
    /** The vendor requires the same value for both protections. `id` may be that of a server that a dry run has not created. */
    changeProtection: async (id: string, isProtected: boolean) => await post(
      id === assumedId ? `/servers/${id}` : server(id), 'change_protection', { delete: isProtected, rebuild: isProtected }
    ),
    openConsole: async (id: string) => await send({
      name: 'servers/request_console',
      path: `${server(id)}/actions/request_console`,
      schema: consoleWire,
      assumed: { wss_url: '{wss_url}', password: null, action: null }
    })
  }
}

function createOtherCalls (send: HetznerSend) {
  /** Every row of a list. Without `per_page` the vendor stops at 25; the links in its headers are never followed. */
  const readAll = async <Row extends { readonly id: string }>(name: string, schema: z.ZodType<Listed<Row>>, query: Query) =>
    await readAllPages(1, async page => {
      const path = withQuery(`/${name}`, [...query, ['page', String(page)], ['per_page', String(pageSize)]])
      const { rows, pagination } = await send({ name, path, schema })
      return { rows, next: rows.length === 0 ? null : pagination?.next_page ?? null }
    })
  return {
    /** At most 25 ids: the vendor silently ignores the others. */
    getActions: async (ids: readonly string[]) =>
      (await send({ name: 'actions', path: withQuery('/actions', ids.map(id => ['id', id])), schema: lists.actions })).rows,
    images: async (query: Query) => await readAll('images', lists.images, [...query, sorted]),
    deleteImage: async (id: string) => await send({
      name: 'images/delete',
      method: 'DELETE',
      path: `/images/${encodeURIComponent(id)}`,
      schema: nothingWire,
      about: { missing: { failure: 'not-found', member: 'path.snapshot' } },
      assumed: null
    }),
    serverTypes: async (query: Query = []) => await readAll('server_types', lists.server_types, query),
    getPricing: async () => (await send({ name: 'pricing', path: '/pricing', schema: pricingWire })).pricing,
    locations: async () => await readAll('locations', lists.locations, [sorted]),
    sshKeys: async () => await readAll('ssh_keys', lists.ssh_keys, [sorted]),
    networks: async () => await readAll('networks', lists.networks, [sorted]),
    ips: async (kind: IpKind) => await readAll(`${kind}_ips`, lists[`${kind}_ips`], [sorted]),
    /** The id names the kind, `primary-12`. */
    actOnIp: async (id: string, action: IpAction, body?: object, members?: About['members']) => {
      const [kind, number = ''] = id.split('-')
      const path = `/${kind}_ips/${encodeURIComponent(number)}/actions/${action}`
      return await send({ name: `${kind}_ips/${action}`, path, body, schema: acceptedWire, about: { members }, assumed })
    }
  }
}
