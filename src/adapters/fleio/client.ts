import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { malformed } from '../../upstream/read.ts'
import { uuidServerId } from '../kit/ids.ts'
import { readAllPages } from '../kit/pages.ts'
import type { Endpoint, Send } from '../kit/send.ts'
import { explain, type Ambiguity, type RefusalFacts } from './failures.ts'
import { seenInstance } from './mapping.ts'
import {
  acceptedWire, attachedWire, clientMadeWire, clientWire, consoleWire, createFormWire, floatingIpWire, imageRowWire, instanceListWire,
  instanceMadeWire, keyWire, networkWire, pageWire, planWire, regionWire, resizeFormWire, snapshotMadeWire
} from './schema.ts'
import { isMissing, readAccepted, readAnswer } from './send.ts'

export type FleioClient = ReturnType<typeof createClient>

type ActionFacts = Pick<RefusalFacts, 'members'> & Ambiguity

/** The actions on a server, by the last part of their path, with the facts that their refusals are read with. */
const actions = {
  start: {},
  stop: {},
  reboot: {},
  // For end users, a locked server is answered with 400.
  delete: { states: 'any' },
  rename: { members: new Map([['name', 'body.name']]) },
  resize: { members: new Map([['flavor', 'body.plan']]), object: 'body.plan', states: ['running', 'stopped'] },
  confirm_resize: {},
  rebuild: {
    members: new Map([['image', 'body.image'], ['root_password', 'body.password'], ['ssh_keys', 'body.ssh_keys']]),
    object: 'body.image',
    states: ['running', 'stopped', 'error']
  },
  rescue: { object: null, states: ['running', 'stopped'] },
  unrescue: { states: ['rescue'] },
  change_password: { members: new Map([['password', 'body.password']]), states: ['running'] },
  // A stopped server has no console.
  get_console_url: {
    states: ['running', 'rescue', 'resizing', 'rebooting', 'paused', 'starting', 'stopping', 'migrating', 'rebuilding']
  },
  create_snapshot: { members: new Map([['name', 'body.name']]), states: ['running', 'stopped', 'paused', 'suspended'] },
  add_floating_ip: { members: new Map([['floating_ip', 'body.addresses']]), object: 'body.addresses' },
  remove_floating_ip: { members: new Map([['ip', 'path.address']]) }
} as const satisfies Readonly<Record<string, ActionFacts>>

type Action = keyof typeof actions

const documented: ReadonlySet<Action> = new Set<Action>(['start', 'stop', 'reboot', 'delete'])

type Query = Readonly<Record<string, string>>

const servers = '/openstack/instances'
const serverPath = (id: string): string => `${servers}/${uuidServerId(id)}`

/** One function for each endpoint; the vendor's page: fleio.com/docs/developer/using-api.html. */
export const createClient = (send: Send) => ({ ...createServerCalls(send), ...createActionCalls(send), ...createListCalls(send) })

// Created once, because zod compiles a schema at its first use.
const instancesWire = instanceListWire(seenInstance)

const get = async <T>(send: Send, name: string, path: string, wire: z.ZodType<T>, facts: RefusalFacts = {}): Promise<T> =>
  await send({ name, method: 'GET', path, read: response => readAnswer(wire, response, facts) })

const getInstance = async (send: Send, id: string): Promise<Seen> => await get(send, 'instances/get', serverPath(id), seenInstance)

const createServerCalls = (send: Send) => ({
  /** Null after the last page. */
  listInstances: async (query: URLSearchParams, page: number) => await send({
    name: 'instances',
    method: 'GET',
    path: `${servers}?${query.toString()}`,
    read: response => {
      if (!isMissing(response)) return readAnswer(instancesWire, response)
      if (page > 1) return null
      // A list names no server that could be missing.
      throw malformed(response, 'the configured url has no list of servers')
    }
  }),
  getInstance: async (id: string) => await getInstance(send, id),
  /** The same answer, read for its addresses. */
  getAttached: async (id: string) => await get(send, 'instances/get', serverPath(id), attachedWire),
  /** The plans that the panel offers for a resize of this server. */
  getResizeForm: async (id: string) => await get(
    send, 'instances/resize/form', `${serverPath(id)}/resize`, resizeFormWire, { uncertain: true }
  ),
  /** Everything that can be ordered in one region; the first region by default. */
  getCreateForm: async (query: Query) => await get(
    send, 'instances/create_options', `${servers}/create_options?${new URLSearchParams(query).toString()}`, createFormWire,
    { uncertain: true, members: new Map([['region', 'query.region']]) }
  ),
  /** Must not be repeated: each accepted call creates a server, and the answer of most releases has no id. */
  createInstance: async (body: unknown, members: ReadonlyMap<string, string>) => await send({
    name: 'instances/create',
    method: 'POST',
    path: servers,
    body,
    assumed: null,
    read: response => readAccepted(instanceMadeWire, response, { members, missing: { failure: 'rejected' } })
  })
})

type ActionCall<T> = Partial<Pick<Endpoint<T>, 'method' | 'path' | 'body'>> & {
  readonly assumed: T
  read(response: HttpResponse, facts: RefusalFacts): T
}

function createActionCalls (send: Send) {
  const call = async <T>(id: string, action: Action, { read, ...request }: ActionCall<T>): Promise<T> => {
    const facts: ActionFacts = actions[action]
    try {
      return await send({
        name: `instances/${action}`,
        method: 'POST',
        path: `${serverPath(id)}/${action}`,
        ...request,
        read: response => read(response, { ...facts, uncertain: !documented.has(action) })
      })
    } catch (error) {
      throw error instanceof UpstreamError ? await explain(error, facts, async () => await getInstance(send, id)) : error
    }
  }
  return {
    act: async (id: string, action: Exclude<Action, 'delete' | 'get_console_url' | 'create_snapshot'>, body: unknown = {}) =>
      await call(id, action, { body, assumed: {}, read: (response, facts) => readAnswer(acceptedWire, response, facts) }),
    /** 204 without a body, also for a server that OpenStack no longer has. */
    deleteInstance: async (id: string) => await call(id, 'delete', {
      method: 'DELETE',
      path: serverPath(id),
      assumed: {},
      read: (response, facts) => readAccepted(acceptedWire, response, facts) ?? {}
    }),
    createSnapshot: async (id: string, name: string) => await call(id, 'create_snapshot', {
      body: { name },
      assumed: { image_uuid: '{image_uuid}' },
      read: (response, facts) => readAccepted(snapshotMadeWire, response, facts)
    }),
    /** The call creates a one-time secret, so it is a write that a dry run must not send. */
    getConsole: async (id: string) => await call(id, 'get_console_url', {
      method: 'GET',
      assumed: { type: null, protocol: null, url: '{url}' },
      read: (response, facts) => readAnswer(consoleWire, response, facts)
    })
  }
}

const pageSize = 200

function createListCalls (send: Send) {
  /** Every page of a list. Without `ordering` rows may move between pages; the link to the next page is never followed. */
  const listAll = async <Row extends { readonly id: string }>(
    path: string, row: z.ZodType<Row>, ordering: string, query: Query = {}, facts: RefusalFacts = { uncertain: true }
  ): Promise<readonly Row[]> => {
    const wire = pageWire(row)
    return await readAllPages(1, async page => {
      const parameters = new URLSearchParams({ ...query, ordering, page: String(page), page_size: String(pageSize) })
      const answer = await send({
        name: path.slice(1),
        method: 'GET',
        path: `${path}?${parameters.toString()}`,
        // A page after the last is a 404.
        read: response => page > 1 && isMissing(response) ? null : readAnswer(wire, response, facts)
      })
      const rows = answer?.objects ?? []
      return { rows, next: rows.length > 0 && typeof answer?.next === 'string' ? page + 1 : null }
    })
  }
  return {
    listImages: async (query: Query = {}) => await listAll('/openstack/images', imageRowWire, 'created_at', query),
    /** Staff users only. */
    listFlavors: async () => await listAll('/openstack/flavors', planWire, 'name'),
    listRegions: async () => await listAll('/openstack/regions', regionWire, 'id'),
    listNetworks: async () => await listAll('/openstack/networks', networkWire, 'created_at'),
    listFloatingIps: async () => await listAll('/openstack/floatingips', floatingIpWire, 'created_at'),
    /** Not below `openstack`, unlike the others. */
    listKeys: async () => await listAll('/pkm', keyWire, 'created_at'),
    /** The panel's clients; an end user sees only its own. */
    listClients: async () => await listAll('/clients', clientWire, 'id', {}, {}),
    getClient: async (id: string) => await get(send, 'clients/get', `/clients/${id}`, clientWire, { missing: { member: 'path.owner' } }),
    createClient: async (body: unknown, facts: RefusalFacts) => await send({
      name: 'clients/create',
      method: 'POST',
      path: '/clients',
      body,
      assumed: { id: '{id}' },
      read: response => readAnswer(clientMadeWire, response, { ...facts, missing: { failure: 'rejected' } })
    })
  }
}
