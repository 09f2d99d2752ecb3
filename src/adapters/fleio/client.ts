import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import { unlessMissing, uuidServerId } from '../kit/ids.ts'
import { readAllPages } from '../kit/pages.ts'
import { explain, type Ambiguity, type RefusalFacts } from './failures.ts'
import { seenInstance } from './mapping.ts'
import {
  acceptedWire, attachedWire, clientMadeWire, clientsWire, clientWire, consoleWire, createFormWire, deletedWire, floatingIpsWire,
  imagesWire, instanceListWire, instanceMadeWire, keysWire, networksWire, plansWire, regionsWire, resizeFormWire, snapshotMadeWire,
  type PageWire
} from './schema.ts'
import type { FleioSend } from './send.ts'

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
export const createClient = (send: FleioSend) => ({ ...createServerCalls(send), ...createActionCalls(send), ...createListCalls(send) })

/** A page of a list; null after the last page, which is a 404. */
const pageOrEnd = async <Page>(page: number, answer: Promise<Page>): Promise<Page | null> =>
  page > 1 ? await unlessMissing(answer) : await answer

const getInstance = async (send: FleioSend, id: string): Promise<Seen> =>
  await send({ name: 'instances/get', path: serverPath(id), schema: seenInstance })

// Created once, because zod compiles a schema at its first use.
const instancesWire = instanceListWire(seenInstance)

const createServerCalls = (send: FleioSend) => ({
  listInstances: async (query: URLSearchParams, page: number) => await pageOrEnd(page, send({
    name: 'instances',
    path: `${servers}?${query.toString()}`,
    schema: instancesWire,
    about: page > 1 ? {} : { missing: null }
  })),
  getInstance: async (id: string) => await getInstance(send, id),
  /** The same answer, read for its addresses. */
  getAttached: async (id: string) => await send({ name: 'instances/get', path: serverPath(id), schema: attachedWire }),
  /** The plans that the panel offers for a resize of this server. */
  getResizeForm: async (id: string) => await send({
    name: 'instances/resize/form', path: `${serverPath(id)}/resize`, schema: resizeFormWire, about: { uncertain: true }
  }),
  /** Everything that can be ordered in one region; the first region by default. */
  getCreateForm: async (query: Query) => await send({
    name: 'instances/create_options',
    path: `${servers}/create_options?${new URLSearchParams(query).toString()}`,
    schema: createFormWire,
    about: { uncertain: true, members: new Map([['region', 'query.region']]) }
  }),
  /** Must not be repeated: each accepted call creates a server, and the answer of most releases has no id. */
  createInstance: async (body: unknown, members: ReadonlyMap<string, string>) => await send({
    name: 'instances/create',
    path: servers,
    body,
    assumed: null,
    schema: instanceMadeWire,
    about: { members, missing: { failure: 'rejected' } }
  })
})

interface ActionCall<T> {
  /** Default: POST. */
  readonly method?: 'GET' | 'DELETE'
  /** Default: that of the action below the server's. */
  readonly path?: string
  readonly body?: unknown
  readonly assumed: T
  readonly schema: z.ZodType<T>
}

function createActionCalls (send: FleioSend) {
  const call = async <T>(id: string, action: Action, request: ActionCall<T>): Promise<T> => {
    const facts: ActionFacts = actions[action]
    try {
      return await send({
        name: `instances/${action}`,
        path: `${serverPath(id)}/${action}`,
        about: { ...facts, uncertain: !documented.has(action) },
        ...request
      })
    } catch (error) {
      throw error instanceof UpstreamError ? await explain(error, facts, async () => await getInstance(send, id)) : error
    }
  }
  return {
    act: async (id: string, action: Exclude<Action, 'delete' | 'get_console_url' | 'create_snapshot'>, body: unknown = {}) =>
      await call(id, action, { body, assumed: {}, schema: acceptedWire }),
    /** 204 without a body, also for a server that OpenStack no longer has. */
    deleteInstance: async (id: string) =>
      await call(id, 'delete', { method: 'DELETE', path: serverPath(id), assumed: {}, schema: deletedWire }),
    createSnapshot: async (id: string, name: string) =>
      await call(id, 'create_snapshot', { body: { name }, assumed: { image_uuid: '{image_uuid}' }, schema: snapshotMadeWire }),
    /** The call creates a one-time secret, so it is a write that a dry run must not send. */
    getConsole: async (id: string) => await call(id, 'get_console_url', {
      method: 'GET', assumed: { type: null, protocol: null, url: '{url}' }, schema: consoleWire
    })
  }
}

const pageSize = 200

function createListCalls (send: FleioSend) {
  /** Every page of a list. Without `ordering` rows may move between pages; the link to the next page is never followed. */
  const listAll = async <Row extends { readonly id: string }>(
    path: string, schema: PageWire<Row>, ordering: string, query: Query = {}, about: RefusalFacts = { uncertain: true }
  ): Promise<readonly Row[]> => await readAllPages(1, async page => {
    const parameters = new URLSearchParams({ ...query, ordering, page: String(page), page_size: String(pageSize) })
    const answer = await pageOrEnd(page, send({ name: path.slice(1), path: `${path}?${parameters.toString()}`, schema, about }))
    const rows = answer?.objects ?? []
    return { rows, next: rows.length > 0 && typeof answer?.next === 'string' ? page + 1 : null }
  })
  return {
    listImages: async (query: Query = {}) => await listAll('/openstack/images', imagesWire, 'created_at', query),
    /** Staff users only. */
    listFlavors: async () => await listAll('/openstack/flavors', plansWire, 'name'),
    listRegions: async () => await listAll('/openstack/regions', regionsWire, 'id'),
    listNetworks: async () => await listAll('/openstack/networks', networksWire, 'created_at'),
    listFloatingIps: async () => await listAll('/openstack/floatingips', floatingIpsWire, 'created_at'),
    /** Not below `openstack`, unlike the others. */
    listKeys: async () => await listAll('/pkm', keysWire, 'created_at'),
    /** The panel's clients; an end user sees only its own. */
    listClients: async () => await listAll('/clients', clientsWire, 'id', {}, {}),
    getClient: async (id: string) => await send({
      name: 'clients/get', path: `/clients/${id}`, schema: clientWire, about: { missing: { member: 'path.owner' } }
    }),
    createClient: async (body: unknown, facts: RefusalFacts) => await send({
      name: 'clients/create',
      path: '/clients',
      body,
      assumed: { id: '{id}' },
      schema: clientMadeWire,
      about: { ...facts, missing: { failure: 'rejected' } }
    })
  }
}
