import type { Seen } from '../../domain/list.ts'
import type { ToFailure } from '../kit/failures.ts'
import { noServer, uuidServerId } from '../kit/ids.ts'
import { createFailure, getFailure, listFailure, nameFailure, snapshotFailure } from './failures.ts'
import { seenServer } from './mapping.ts'
import { pageQuery, readAll, scopeQuery } from './pages.ts'
import {
  acceptedRowWire, acceptedWire, cloudregionList, consoleWire, createdWire, eipList, imageList, instanceSnapshotList, keypairList,
  networkList, projectAnswerWire, serverAnswerWire, serverListWire, skuList, type List, type SkuWire
} from './schema.ts'
import type { OnecloudSend } from './send.ts'
import type { OnecloudAccount } from './settings.ts'

export type OnecloudClient = ReturnType<typeof createClient>

type Query = Readonly<Record<string, string>>

/** Names are the kebab case of the vendor's `Perform…` methods. */
type ActionName =
  | 'start' | 'stop' | 'restart' | 'change-config' | 'resize-disk' | 'rebuild-root' | 'set-password' | 'start-rescue' | 'stop-rescue'
  | 'syncstatus' | 'instance-snapshot' | 'instance-snapshot-reset' | 'associate-eip' | 'dissociate-eip'

/** One function for each endpoint: cloudpods.org/docs/development/apisdk, pkg/compute/models/guests.go */
export const createClient = (send: OnecloudSend, account: OnecloudAccount) => ({
  ...createServerCalls(send, scopeQuery(account)),
  ...createLists(send, scopeQuery(account)),
  ...createOtherCalls(send)
})

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)

const pathOf = (id: string): string => `/servers/${encodeURIComponent(id)}`

type WriteMethod = 'POST' | 'PUT' | 'DELETE'

function createServerCalls ({ compute }: OnecloudSend, scope: Query) {
  const write = async (action: string, method: WriteMethod, path: string, input?: object, toFailure?: ToFailure) => await compute({
    name: `servers/${action}`,
    method,
    path,
    body: input === undefined ? undefined : { server: input },
    schema: acceptedWire,
    about: toFailure,
    assumed: { server: {} }
  })

  return {
    /** Never with `admin`, which shows other projects' servers even to ordinary users. */
    listServers: async (offset: number, limit: number, filters: ReadonlyArray<readonly [name: string, value: string]>) => {
      const query = pageQuery(offset, scope, limit)
      for (const [name, value] of filters) query.append(name, value)
      return await compute({ name: 'servers', path: `/servers?${query.toString()}`, schema: listWire, about: listFailure })
    },
    /**
     * Without a query string, which would turn on the list filters. The vendor accepts a name in place of an id, and a name may look like
     * an id: the answer's id must match. Servers in the recycle bin count as missing although most actions work on them, so every write
     * has a preflight.
     */
    getServer: async (id: string): Promise<Seen> => {
      const seen = await compute({ name: 'servers/get', path: pathOf(uuidServerId(id)), schema: answerWire, about: getFailure })
      if (seen.server.id !== id || seen.server.status === 'deleted') throw noServer()
      return seen
    },
    /** Returns the id of the record; null if it cannot be read. */
    createServer: async (input: object) => await compute({
      name: 'servers/create', path: '/servers', body: { server: input }, schema: createdWire, about: createFailure, assumed: '{id}'
    }),
    updateServer: async (id: string, input: object, toFailure?: ToFailure) => await write('update', 'PUT', pathOf(id), input, toFailure),
    /** The options must be in the query: a body is ignored, and the server would stay in the recycle bin. */
    deleteServer: async (id: string, query: '' | '?override_pending_delete=true') =>
      await write('delete', 'DELETE', `${pathOf(id)}${query}`),
    act: async (id: string, action: ActionName, input: object = {}, toFailure?: ToFailure) =>
      await write(action, 'POST', `${pathOf(id)}/${action}`, input, toFailure)
  }
}

const idOf = ({ id }: { readonly id: string }): string => id

/** The vendor has a size once for each region. */
const skuKey = ({ name, cloudregion_id: region }: SkuWire): string => JSON.stringify([name, region])

/** The vendor ignores filters that it does not know, so callers check the rows. */
function createLists ({ compute, image }: OnecloudSend, scope: Query) {
  const read = async <Row>({ plural, wire }: List<Row>, rowKey: (row: Row) => string, query: Query = {}, send = compute) =>
    await readAll(async offset => await send({
      name: plural, path: `/${plural}?${pageQuery(offset, query).toString()}`, schema: wire, about: listFailure
    }), rowKey)
  const images = async (query: Query) => await read(imageList, idOf, { ...query, details: 'true' }, image)
  const skus = async (query: Query) => await read(skuList, skuKey, { ...query, enabled: 'true' })

  return {
    images: async () => await images({ status: 'active' }),
    /** By a list, because a GET of one image returns the image file. */
    image: async (id: string) => (await images({ id })).find(image => image.id === id),
    skus: async () => await skus({ provider: 'OneCloud' }),
    sku: async (name: string) => (await skus({ name })).find(sku => sku.name === name),
    cloudregions: async () => await read(cloudregionList, idOf),
    /** Keys belong to the user, not to the project. */
    keypairs: async () => await read(keypairList, idOf),
    networks: async () => await read(networkList, idOf, { server_type: 'guest' }),
    eips: async (query: Query = {}) => await read(eipList, idOf, { ...scope, ...query }),
    instanceSnapshots: async (serverId: string) => (await read(instanceSnapshotList, idOf, { ...scope, '@guest_id': serverId }))
      .filter(snapshot => snapshot.guest_id === serverId)
  }
}

const createOtherCalls = ({ compute, webconsole, identity }: OnecloudSend) => ({
  openConsole: async (id: string) => await webconsole({
    name: 'webconsole/server',
    path: `/webconsole/server/${encodeURIComponent(id)}`,
    body: {},
    schema: consoleWire,
    assumed: { access_url: '{url}', connect_params: null }
  }),
  deleteInstanceSnapshot: async (id: string) => await compute({
    name: 'instance_snapshots/delete',
    method: 'DELETE',
    path: `/instance_snapshots/${encodeURIComponent(id)}`,
    schema: acceptedRowWire,
    about: snapshotFailure,
    assumed: {}
  }),
  createProject: async (name: string) => await identity({
    name: 'projects/create',
    path: '/projects',
    body: { project: { name } },
    schema: projectAnswerWire,
    about: nameFailure,
    assumed: { id: '{id}', name }
  })
})
