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
import type { OnecloudSend, Service } from './send.ts'
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

function createServerCalls (send: OnecloudSend, scope: Query) {
  const write = async (action: string, method: 'POST' | 'PUT' | 'DELETE', path: string, input?: object, toFailure?: ToFailure) => await send({
    name: `servers/${action}`,
    method,
    path,
    body: input === undefined ? undefined : { server: input },
    schema: acceptedWire,
    toFailure,
    assumed: { server: {} }
  })

  return {
    /** Never with `admin`, which shows other projects' servers even to ordinary users. */
    listServers: async (offset: number, limit: number, filters: ReadonlyArray<readonly [name: string, value: string]>) => {
      const query = pageQuery(offset, scope, limit)
      for (const [name, value] of filters) query.append(name, value)
      return await send({ name: 'servers', method: 'GET', path: `/servers?${query.toString()}`, schema: listWire, toFailure: listFailure })
    },
    /**
     * Without a query string, which would turn on the list filters. The vendor accepts a name in place of an id, and a name may look like
     * an id: the answer's id must match. Servers in the recycle bin count as missing although most actions work on them, so every write
     * has a preflight.
     */
    getServer: async (id: string): Promise<Seen> => {
      const answer = await send({ name: 'servers/get', method: 'GET', path: pathOf(uuidServerId(id)), schema: answerWire, toFailure: getFailure })
      const { id: actualId, status } = answer.server.server
      if (actualId !== id || status === 'deleted') throw noServer()
      return answer.server
    },
    /** Returns the id of the record; null if it cannot be read. */
    createServer: async (input: object) => await send({
      name: 'servers/create',
      method: 'POST',
      path: '/servers',
      body: { server: input },
      schema: createdWire,
      toFailure: createFailure,
      assumed: '{id}'
    }),
    updateServer: async (id: string, input: object, toFailure?: ToFailure) => await write('update', 'PUT', pathOf(id), input, toFailure),
    /** The options must be in the query: a body is ignored, and the server would stay in the recycle bin. */
    deleteServer: async (id: string, query: '' | '?override_pending_delete=true') => await write('delete', 'DELETE', `${pathOf(id)}${query}`),
    act: async (id: string, action: ActionName, input: object = {}, toFailure?: ToFailure) =>
      await write(action, 'POST', `${pathOf(id)}/${action}`, input, toFailure)
  }
}

const idOf = ({ id }: { readonly id: string }): string => id

/** The vendor has a size once for each region. */
const skuKey = ({ name, cloudregion_id: region }: SkuWire): string => JSON.stringify([name, region])

/** The vendor ignores filters that it does not know, so callers check the rows. */
function createLists (send: OnecloudSend, scope: Query) {
  const read = async <Row>(list: List<Row>, rowKey: (row: Row) => string, query: Query = {}, service: Service = 'compute') =>
    await readAll(async offset => await send({
      service,
      name: list.plural,
      method: 'GET',
      path: `/${list.plural}?${pageQuery(offset, query).toString()}`,
      schema: list.wire,
      toFailure: listFailure
    }), rowKey)
  const images = async (query: Query) => await read(imageList, idOf, { ...query, details: 'true' }, 'image')
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

const createOtherCalls = (send: OnecloudSend) => ({
  openConsole: async (id: string) => (await send({
    service: 'webconsole',
    name: 'webconsole/server',
    method: 'POST',
    path: `/webconsole/server/${encodeURIComponent(id)}`,
    body: {},
    schema: consoleWire,
    assumed: { webconsole: { access_url: '{url}', connect_params: null } }
  })).webconsole,
  deleteInstanceSnapshot: async (id: string) => await send({
    name: 'instance_snapshots/delete',
    method: 'DELETE',
    path: `/instance_snapshots/${encodeURIComponent(id)}`,
    schema: acceptedRowWire,
    toFailure: snapshotFailure,
    assumed: {}
  }),
  createProject: async (name: string) => await send({
    service: 'identity',
    name: 'projects/create',
    method: 'POST',
    path: '/projects',
    body: { project: { name } },
    schema: projectAnswerWire,
    toFailure: nameFailure,
    assumed: { id: '{id}', name }
  })
})
