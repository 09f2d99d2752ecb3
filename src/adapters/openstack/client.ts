import type { HttpResponse } from '../../upstream/http.ts'
import type { ToFailure } from '../kit/failures.ts'
import { readAllPages } from '../kit/pages.ts'
import type { Service } from './auth.ts'
import { createFailure, listFailure, naming, snapshotFailure } from './failures.ts'
import { serverIdOf } from './ids.ts'
import { seenServer } from './mapping.ts'
import {
  actionWire, consoleWire, createdWire, flavorListWire, floatingListWire, imageListWire, keypairListWire, networkListWire, passwordWire,
  portListWire, serverAnswerWire, serverListWire, snapshotMadeWire, subnetListWire, zoneListWire
} from './schema.ts'
import { json, type OpenstackSend } from './send.ts'

export type OpenstackClient = ReturnType<typeof createClient>

/** One function for each endpoint: docs.openstack.org/api-ref/compute, /image/v2 and /network/v2 */
export const createClient = (send: OpenstackSend) => ({
  ...createActions(send),
  ...createServerCalls(send),
  ...createLists(send),
  ...createOtherCalls(send)
})

type Query = Readonly<Record<string, string>>
type Read<T> = (response: HttpResponse) => T

const readList = json(serverListWire(seenServer))
const readServer = json(serverAnswerWire(seenServer))
const ignore = (): null => null

const server = (id: string): string => `/servers/${serverIdOf(id)}`

/** An accepted action: Nova logs it under the id of the request. */
export interface Logged<T> {
  readonly answer: T
  readonly requestId: string | null
}

function createActions (send: OpenstackSend) {
  const act = async <T>(id: string, body: object, read: Read<T | null>, toFailure?: ToFailure) => await send<Logged<T | null>>({
    name: `servers/${Object.keys(body)[0] ?? ''}`,
    method: 'POST',
    path: `${server(id)}/action`,
    body,
    read: response => ({ answer: read(response), requestId: response.headers['x-openstack-request-id'] ?? null }),
    toFailure,
    assumed: { answer: null, requestId: null }
  })

  return {
    /** An action without an answer. */
    act: async (id: string, body: object, toFailure?: ToFailure) => await act<null>(id, body, ignore, toFailure),
    /** Rebuild and rescue, which answer with a password. */
    actForPassword: async (id: string, body: object, toFailure?: ToFailure) => await act(id, body, json(passwordWire), toFailure),
    createImage: async (id: string, name: string) => await act(id, { createImage: { name } }, json(snapshotMadeWire), naming)
  }
}

const createServerCalls = (send: OpenstackSend) => ({
  listServers: async (query: URLSearchParams, toFailure: ToFailure) =>
    await send({ name: 'servers', method: 'GET', path: `/servers/detail?${query.toString()}`, read: readList, toFailure }),
  getServer: async (id: string) => await send({ name: 'servers/get', method: 'GET', path: server(id), read: readServer }),
  createServer: async (input: object) => await send({
    name: 'servers/create',
    method: 'POST',
    path: '/servers',
    body: { server: input },
    read: json(createdWire),
    toFailure: createFailure,
    assumed: { id: '{id}', password: null }
  }),
  renameServer: async (id: string, name: string) => await send({
    name: 'servers/update', method: 'PUT', path: server(id), body: { server: { name } }, read: ignore, toFailure: naming, assumed: null
  }),
  deleteServer: async (id: string) =>
    await send({ name: 'servers/delete', method: 'DELETE', path: server(id), read: ignore, assumed: null }),
  openConsole: async (id: string, protocol: string, type: string) => await send({
    name: 'servers/remote-consoles',
    method: 'POST',
    path: `${server(id)}/remote-consoles`,
    body: { remote_console: { protocol, type } },
    read: json(consoleWire),
    assumed: { type, url: '{url}' }
  }),
  getAction: async (id: string, requestId: string) => await send({
    name: 'servers/os-instance-actions',
    method: 'GET',
    path: `${server(id)}/os-instance-actions/${encodeURIComponent(requestId)}`,
    read: json(actionWire),
    toFailure: listFailure
  }),
  attachInterface: async (id: string, input: object, toFailure: ToFailure) => await send({
    name: 'servers/os-interface',
    method: 'POST',
    path: `${server(id)}/os-interface`,
    body: { interfaceAttachment: input },
    read: ignore,
    toFailure,
    assumed: null
  }),
  detachInterface: async (id: string, port: string) => await send({
    name: 'servers/os-interface',
    method: 'DELETE',
    path: `${server(id)}/os-interface/${encodeURIComponent(port)}`,
    read: ignore,
    assumed: null
  })
})

const pageSize = '1000'

function createLists (send: OpenstackSend) {
  const get = async <T>(service: Service, path: string, read: Read<T>, query: Query = {}): Promise<T> => {
    const parameters = new URLSearchParams(query).toString()
    const suffix = parameters === '' ? '' : `?${parameters}`
    return await send({ service, name: path.slice(1), method: 'GET', path: `${path}${suffix}`, read, toFailure: listFailure })
  }
  /** By marker. The link to the next page is not followed: its host is the cloud's idea of itself. */
  const getPages = async <Row extends { readonly id: string }>(
    service: Service, path: string, read: Read<{ readonly rows: readonly Row[], readonly hasMore: boolean }>, query: Query = {}
  ): Promise<Row[]> => await readAllPages<Row, string | null>(null, async marker => {
    const { rows, hasMore } = await get(service, path, read, { limit: pageSize, ...query, ...(marker === null ? {} : { marker }) })
    return { rows, next: hasMore ? rows.at(-1)?.id ?? null : null }
  })
  const images = async (query: Query) => await getPages('image', '/images', json(imageListWire), query)

  return {
    flavors: async () => await getPages('compute', '/flavors/detail', json(flavorListWire)),
    keypairs: async () => await getPages('compute', '/os-keypairs', json(keypairListWire)),
    zones: async () => await get('compute', '/os-availability-zone', json(zoneListWire)),
    images: async () => await images({ status: 'active' }),
    imagesById: async (ids: readonly string[]) => await images({ id: `in:${ids.join(',')}` }),
    snapshots: async (serverId: string) => (await images({ image_type: 'snapshot', instance_uuid: serverId }))
      .filter(row => row.image_type === 'snapshot' && row.instance_uuid === serverId),
    // Neutron returns all rows if there is no limit.
    networks: async () => await get('network', '/networks', json(networkListWire)),
    subnets: async () => await get('network', '/subnets', json(subnetListWire)),
    ports: async (query: Query = {}) => await get('network', '/ports', json(portListWire), query),
    floatingIps: async () => await get('network', '/floatingips', json(floatingListWire))
  }
}

const createOtherCalls = (send: OpenstackSend) => ({
  deleteSnapshot: async (id: string) => await send({
    service: 'image',
    name: 'images/delete',
    method: 'DELETE',
    path: `/images/${encodeURIComponent(id)}`,
    read: ignore,
    toFailure: snapshotFailure,
    assumed: null
  }),
  /** Null: to no port. */
  associate: async (id: string, port: string | null, toFailure: ToFailure) => await send({
    service: 'network',
    name: 'floatingips/update',
    method: 'PUT',
    path: `/floatingips/${encodeURIComponent(id)}`,
    body: { floatingip: { port_id: port } },
    read: ignore,
    toFailure,
    assumed: null
  })
})
