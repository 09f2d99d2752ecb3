import type { z } from 'zod'
import type { Upstream } from '../contract.js'
import { readAnswer } from './answer.js'
import { authorization } from './auth.js'
import { listFailure } from './failures.js'
import { seenHost } from './mapping.js'
import { actionWire, listWire, taskWire } from './schema.js'
import type { VmmanagerAccount } from './settings.js'

export type VmmanagerClient = ReturnType<typeof createClient>

export interface HostQuery {
  readonly name: string | undefined
  readonly after: string | null
  readonly limit: number
}

// Made once: a schema compiles itself at its first use.
const hostsWire = listWire(seenHost)
const tasksWire = listWire(taskWire)

/** One function for each endpoint; the vendor's page: docs.ispsystem.com/vmmanager-admin/developer-section/api-guide */
export function createClient (account: VmmanagerAccount, upstream: Upstream) {
  const list = async <List>(type: 'host' | 'task', query: string, schema: z.ZodType<List>) => await upstream.send({
    name: type,
    intent: 'read',
    build: token => ({
      method: 'GET',
      url: `${account.url}/vm/v3/${type}?${query}`,
      headers: { ...authorization(account, token), accept: 'application/json' }
    }),
    read: response => readAnswer(schema, response, listFailure)
  })

  return {
    listHosts: async ({ name, after, limit }: HostQuery) => {
      const where = [
        ...(after === null ? [] : [`(id GT ${after})`]),
        ...(name === undefined ? [] : [`(name EQ '${name}')`])
      ]
      const query = new URLSearchParams({ ...(where.length === 0 ? {} : { where: where.join(' AND ') }), orderby: 'id asc' })
      // Offset and count, or from and to? Beginning with 0 both are the same. The comma stands plain in every known request.
      return await list('host', `${query.toString()}&limit=0,${limit}`, hostsWire)
    },
    /** By filter, as the vendor advises: the element by id comes without addresses, disk, cluster and account. */
    findHost: async (id: string) => await list('host', new URLSearchParams({ where: `(id EQ ${id})` }).toString(), hostsWire),
    listTasks: async (consulIds: readonly string[]) =>
      await list('task', new URLSearchParams({ where: consulIds.map(id => `(consul_id EQ '${id}')`).join(' OR ') }).toString(), tasksWire),
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
