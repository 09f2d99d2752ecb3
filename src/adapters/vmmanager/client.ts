import type { z } from 'zod'
import type { Upstream } from '../contract.js'
import { readAnswer } from './answer.js'
import { authorization } from './auth.js'
import { callFailure, findFailure, listFailure, type Tell } from './failures.js'
import { seenHost } from './mapping.js'
import { actionWire, listWire, taskDetailWire, taskWire } from './schema.js'
import type { VmmanagerAccount } from './settings.js'

export type VmmanagerClient = ReturnType<typeof createClient>

export interface HostQuery {
  readonly name: string | undefined
  readonly after: string | null
  readonly limit: number
}

interface Reading<T> {
  readonly name: string
  readonly path: string
  readonly schema: z.ZodType<T>
  readonly tell: Tell
}

const where = (condition: string): string => new URLSearchParams({ where: condition }).toString()

// Made once: a schema compiles itself at its first use.
const hostsWire = listWire(seenHost)
const tasksWire = listWire(taskWire)

/** One function for each endpoint; the vendor's page: docs.ispsystem.com/vmmanager-admin/developer-section/api-guide */
export function createClient (account: VmmanagerAccount, upstream: Upstream) {
  const read = async <T>({ name, path, schema, tell }: Reading<T>) => await upstream.send({
    name,
    intent: 'read',
    build: token => ({
      method: 'GET',
      url: `${account.url}/vm/v3/${path}`,
      headers: { ...authorization(account, token), accept: 'application/json' }
    }),
    read: response => readAnswer(schema, response, tell)
  })

  return {
    listHosts: async ({ name, after, limit }: HostQuery) => {
      const conditions = [
        ...(after === null ? [] : [`(id GT ${after})`]),
        ...(name === undefined ? [] : [`(name EQ '${name}')`])
      ]
      const query = new URLSearchParams({ ...(conditions.length === 0 ? {} : { where: conditions.join(' AND ') }), orderby: 'id asc' })
      // Offset and count, or from and to? Beginning with 0 both are the same. The comma stands plain in every known request.
      return await read({ name: 'host', path: `host?${query.toString()}&limit=0,${limit}`, schema: hostsWire, tell: listFailure })
    },
    /** By filter, as the vendor advises: the element by id comes without addresses, disk, cluster and account. */
    findHost: async (id: string) => await read({ name: 'host', path: `host?${where(`(id EQ ${id})`)}`, schema: hostsWire, tell: findFailure }),
    listTasks: async (consulIds: readonly string[]) => await read({
      name: 'task', path: `task?${where(consulIds.map(id => `(consul_id EQ '${id}')`).join(' OR '))}`, schema: tasksWire, tell: listFailure
    }),
    /** By the row's own id, not by the number that an action answers. */
    getTask: async (rowId: string) => await read({
      name: 'task/get', path: `task/${encodeURIComponent(rowId)}`, schema: taskDetailWire, tell: callFailure
    }),
    act: async (id: string, verb: 'start' | 'stop' | 'restart', force: boolean) => await upstream.send({
      name: `host/${verb}`,
      intent: 'write',
      build: token => ({
        method: 'POST',
        url: `${account.url}/vm/v3/host/${encodeURIComponent(id)}/${verb}`,
        headers: { ...authorization(account, token), accept: 'application/json', 'content-type': 'application/json' },
        // Nothing but known members: the platform refuses a body with others.
        body: JSON.stringify(force ? { force: true } : {})
      }),
      read: response => readAnswer(actionWire, response)
    })
  }
}
