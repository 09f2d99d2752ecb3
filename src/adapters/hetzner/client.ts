import type { HttpResponse } from '../../upstream/http.ts'
import { nameFailure, callFailure, type Members } from './failures.ts'
import { seenServer } from './mapping.ts'
import { createReadAll, queryText, type Query } from './pages.ts'
import {
  acceptedWire, actionsWire, consoleWire, createdWire, deletedWire, imageWire, ipWire, networkWire, pricingWire, regionWire, serversWire,
  serverTypeWire, sshKeyWire
} from './schema.ts'
import type { HetznerSend } from './send.ts'
import { z } from 'zod'

export type HetznerClient = ReturnType<typeof createClient>

type ServerAction =
  | 'poweron' | 'poweroff' | 'shutdown' | 'reboot' | 'reset' | 'change_type' | 'rebuild' | 'create_image'
  | 'enable_rescue' | 'disable_rescue' | 'reset_password' | 'change_protection'

export type IpKind = 'primary' | 'floating'
type IpAction = 'assign' | 'unassign' | 'change_dns_ptr'

interface Ask {
  readonly body?: object
  readonly members?: Members
}

const listAnswerWire = serversWire(seenServer)
const serverAnswerWire = z.object({ server: seenServer })
const renamedWire = serverAnswerWire.transform(() => null)
const emptyWire = z.unknown().transform(() => null)

const assumedAction = { id: '{action}', command: null, started: null }
const assumed = { action: assumedAction, root_password: null }

/** In the order in which the words of a message select one: "unsupported location for server type" is about the location. */
const orderMembers: Members = new Map([
  ['location', 'body.region'], ['image', 'body.image'], ['ssh_keys', 'body.ssh_keys'], ['networks', 'body.networks'],
  ['firewalls', 'body.options.firewalls'], ['volumes', 'body.options.volumes'], ['placement_group', 'body.options.placement_group'],
  ['server_type', 'body.plan'], ['user_data', 'body.user_data'], ['labels', 'body.tags'], ['public_net', 'body.options'],
  ['name', 'body.name']
])

/** One function for each endpoint; the vendor's pages: docs.hetzner.cloud. */
export const createClient = (send: HetznerSend) => ({ ...createServerCalls(send), ...createOtherCalls(send) })

const server = (id: string): string => `/servers/${encodeURIComponent(id)}`
const failing = (members?: Members) => (response: HttpResponse) => callFailure(response, members)

function createServerCalls (send: HetznerSend) {
  return {
    listServers: async (query: Query) => await send({
      name: 'servers', method: 'GET', path: `/servers?${queryText(query)}`, schema: listAnswerWire
    }),
    getServer: async (id: string) => (await send({
      name: 'servers/get', method: 'GET', path: server(id), schema: serverAnswerWire
    })).server,
    createServer: async (body: object) => await send({
      name: 'servers/create',
      method: 'POST',
      path: '/servers',
      body,
      schema: createdWire,
      toFailure: orderFailure,
      assumed: { ...assumed, server: { id: '{id}' }, next_actions: [] }
    }),
    renameServer: async (id: string, name: string) => await send({
      name: 'servers/update', method: 'PUT', path: server(id), body: { name }, schema: renamedWire, toFailure: renameFailure, assumed: null
    }),
    deleteServer: async (id: string) => await send({
      name: 'servers/delete', method: 'DELETE', path: server(id), schema: deletedWire, assumed: { action: assumedAction }
    }),
    act: async (id: string, action: ServerAction, { body, members }: Ask = {}) => await send({
      name: `servers/${action}`,
      method: 'POST',
      path: `${server(id)}/actions/${action}`,
      ...(body === undefined ? {} : { body }),
      schema: acceptedWire,
      toFailure: failing(members),
      assumed
    }),
    openConsole: async (id: string) => await send({
      name: 'servers/request_console',
      method: 'POST',
      path: `${server(id)}/actions/request_console`,
      schema: consoleWire,
      assumed: { wss_url: '{wss_url}', password: null, action: null }
    }),
    /** At most 25 ids: the vendor drops the others without a word. */
    getActions: async (ids: readonly string[]) => (await send({
      name: 'actions', method: 'GET', path: `/actions?${queryText(ids.map(id => ['id', id]))}`, schema: actionsWire
    })).actions
  }
}

function createOtherCalls (send: HetznerSend) {
  const all = createReadAll(send)
  const sorted = [['sort', 'id:asc']] as const
  return {
    images: async (query: Query) => await all('images', imageWire, [...query, ...sorted]),
    deleteImage: async (id: string) => await send({
      name: 'images/delete',
      method: 'DELETE',
      path: `/images/${encodeURIComponent(id)}`,
      schema: emptyWire,
      toFailure: imageFailure,
      assumed: null
    }),
    serverTypes: async (query: Query = []) => await all('server_types', serverTypeWire, query),
    getPricing: async () => (await send({ name: 'pricing', method: 'GET', path: '/pricing', schema: pricingWire })).pricing,
    locations: async () => await all('locations', regionWire, sorted),
    sshKeys: async () => await all('ssh_keys', sshKeyWire, sorted),
    networks: async () => await all('networks', networkWire, sorted),
    ips: async (kind: IpKind) => await all(`${kind}_ips`, ipWire, sorted),
    actOnIp: async (kind: IpKind, id: string, action: IpAction, { body, members }: Ask = {}) => await send({
      name: `${kind}_ips/${action}`,
      method: 'POST',
      path: `/${kind}_ips/${encodeURIComponent(id)}/actions/${action}`,
      ...(body === undefined ? {} : { body }),
      schema: acceptedWire,
      toFailure: failing(members),
      assumed
    })
  }
}

/** An order names no server that could be missing. */
function orderFailure (response: HttpResponse) {
  const refusal = nameFailure(response, orderMembers)
  return refusal.failure === 'not-found' ? refusal.meaning('rejected') : refusal
}

const renameFailure = (response: HttpResponse) => nameFailure(response, new Map([['name', 'body.name']]))

function imageFailure (response: HttpResponse) {
  const refusal = callFailure(response)
  return refusal.failure === 'not-found' ? refusal.meaning('not-found', { member: 'path.snapshot' }) : refusal
}
