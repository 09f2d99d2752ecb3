import { z } from 'zod'
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
import type { OpenstackSend } from './send.ts'

export type OpenstackClient = ReturnType<typeof createClient>

/** One function for each endpoint: docs.openstack.org/api-ref/compute, /image/v2 and /network/v2 */
export const createClient = (send: OpenstackSend) => ({
  ...createActions(send),
  ...createServerCalls(send),
  ...createLists(send),
  ...createOtherCalls(send)
})

type Query = Readonly<Record<string, string>>

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)
/** For answers that are not used. */
const nothing = z.unknown().transform(() => null)

const server = (id: string): string => `/servers/${serverIdOf(id)}`

const createActions = ({ action }: OpenstackSend) => ({
  /** An action whose answer is not used. */
  act: async (id: string, body: object, toFailure?: ToFailure) =>
    await action<null>({ server: server(id), body, schema: nothing, toFailure }),
  /** Rebuild and rescue, which answer with a password. */
  actForPassword: async (id: string, body: object, toFailure?: ToFailure) =>
    await action({ server: server(id), body, schema: passwordWire, toFailure }),
  createImage: async (id: string, name: string) =>
    await action({ server: server(id), body: { createImage: { name } }, schema: snapshotMadeWire, toFailure: naming })
})

const createServerCalls = ({ compute }: OpenstackSend) => ({
  listServers: async (query: URLSearchParams, toFailure: ToFailure) =>
    await compute({ name: 'servers', path: `/servers/detail?${query.toString()}`, schema: listWire, about: toFailure }),
  getServer: async (id: string) => await compute({ name: 'servers/get', path: server(id), schema: answerWire }),
  createServer: async (input: object) => await compute({
    name: 'servers/create',
    path: '/servers',
    body: { server: input },
    schema: createdWire,
    about: createFailure,
    assumed: { id: '{id}', password: null }
  }),
  renameServer: async (id: string, name: string) => await compute({
    name: 'servers/update', method: 'PUT', path: server(id), body: { server: { name } }, schema: nothing, about: naming, assumed: null
  }),
  deleteServer: async (id: string) =>
    await compute({ name: 'servers/delete', method: 'DELETE', path: server(id), schema: nothing, assumed: null }),
  openConsole: async (id: string, protocol: string, type: string) => await compute({
    name: 'servers/remote-consoles',
    path: `${server(id)}/remote-consoles`,
    body: { remote_console: { protocol, type } },
    schema: consoleWire,
    assumed: { type, url: '{url}' }
  }),
  getAction: async (id: string, requestId: string) => await compute({
    name: 'servers/os-instance-actions',
    path: `${server(id)}/os-instance-actions/${encodeURIComponent(requestId)}`,
    schema: actionWire,
    about: listFailure
  }),
  attachInterface: async (id: string, input: object, toFailure: ToFailure) => await compute({
    name: 'servers/os-interface',
    path: `${server(id)}/os-interface`,
    body: { interfaceAttachment: input },
    schema: nothing,
    about: toFailure,
    assumed: null
  }),
  detachInterface: async (id: string, port: string) => await compute({
    name: 'servers/os-interface',
    method: 'DELETE',
    path: `${server(id)}/os-interface/${encodeURIComponent(port)}`,
    schema: nothing,
    assumed: null
  })
})

const pageSize = '1000'

type Page<Row> = z.ZodType<{ readonly rows: readonly Row[], readonly hasMore: boolean }>

function createLists (send: OpenstackSend) {
  const get = async <T>(service: Service, path: string, schema: z.ZodType<T>, query: Query = {}): Promise<T> => {
    const parameters = new URLSearchParams(query).toString()
    const suffix = parameters === '' ? '' : `?${parameters}`
    return await send[service]({ name: path.slice(1), path: `${path}${suffix}`, schema, about: listFailure })
  }
  /** By marker. The link to the next page is not followed: the cloud may write a host that cannot be reached from here. */
  const getPages = async <Row extends { readonly id: string }>(service: Service, path: string, schema: Page<Row>, query: Query = {}) =>
    await readAllPages<Row, string | null>(null, async marker => {
      const { rows, hasMore } = await get(service, path, schema, { limit: pageSize, ...query, ...(marker === null ? {} : { marker }) })
      return { rows, next: hasMore ? rows.at(-1)?.id ?? null : null }
    })
  const images = async (query: Query) => await getPages('image', '/images', imageListWire, query)

  return {
    flavors: async () => await getPages('compute', '/flavors/detail', flavorListWire),
    keypairs: async () => await getPages('compute', '/os-keypairs', keypairListWire),
    zones: async () => await get('compute', '/os-availability-zone', zoneListWire),
    images: async () => await images({ status: 'active' }),
    imagesById: async (ids: readonly string[]) => await images({ id: `in:${ids.join(',')}` }),
    snapshots: async (serverId: string) => (await images({ image_type: 'snapshot', instance_uuid: serverId }))
      .filter(row => row.image_type === 'snapshot' && row.instance_uuid === serverId),
    // Without a limit Neutron returns all rows.
    networks: async () => await get('network', '/networks', networkListWire),
    subnets: async () => await get('network', '/subnets', subnetListWire),
    ports: async (query: Query = {}) => await get('network', '/ports', portListWire, query),
    floatingIps: async () => await get('network', '/floatingips', floatingListWire)
  }
}

const createOtherCalls = ({ image, network }: OpenstackSend) => ({
  deleteSnapshot: async (id: string) => await image({
    name: 'images/delete',
    method: 'DELETE',
    path: `/images/${encodeURIComponent(id)}`,
    schema: nothing,
    about: snapshotFailure,
    assumed: null
  }),
  /** `port` null: detaches the address. */
  associate: async (id: string, port: string | null, toFailure: ToFailure) => await network({
    name: 'floatingips/update',
    method: 'PUT',
    path: `/floatingips/${encodeURIComponent(id)}`,
    body: { floatingip: { port_id: port } },
    schema: nothing,
    about: toFailure,
    assumed: null
  })
})
