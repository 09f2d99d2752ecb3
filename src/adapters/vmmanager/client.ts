import { findFailure, listFailure, callFailure, memberFailure, type Tell } from './failures.ts'
import { seenHost } from './mapping.ts'
import { actionWire, createdWire, listWire, taskDetailWire, taskWire, vncWire } from './schema.ts'
import { where, type VmmanagerSend } from './send.ts'

export type VmmanagerClient = ReturnType<typeof createClient>

export interface HostQuery {
  readonly name: string | undefined
  readonly after: string | null
  readonly limit: number
}

export type HostAction =
  'start' | 'stop' | 'restart' | 'reinstall' | 'resource' | 'password' | 'rescue_mode' | 'ip'

interface Order {
  readonly id: string
  readonly action: HostAction
  readonly body: object
  readonly tell?: Tell
}

// Made once: a schema compiles itself at its first use.
const hostsWire = listWire(seenHost)
const tasksWire = listWire(taskWire)

const nameFailure = memberFailure(new Map([['name', 'body.name']]))
const untold = { task: null, start_task: null }
const hostPath = (id: string): string => `/vm/v3/host/${encodeURIComponent(id)}`

/** Servers and their tasks: one function for each endpoint; the vendor's page: docs.ispsystem.com/vmmanager-admin/developer-section/api-guide */
export const createClient = (send: VmmanagerSend) => ({
  listHosts: async ({ name, after, limit }: HostQuery) => {
    const conditions = [
      ...(after === null ? [] : [`(id GT ${after})`]),
      ...(name === undefined ? [] : [`(name EQ '${name}')`])
    ]
    const query = new URLSearchParams({ ...(conditions.length === 0 ? {} : { where: conditions.join(' AND ') }), orderby: 'id asc' })
    // Offset and count, or from and to? Beginning with 0 both are the same. The comma stands plain in every known request.
    return await send({ name: 'host', path: `/vm/v3/host?${query.toString()}&limit=0,${limit}`, schema: hostsWire, tell: listFailure })
  },
  /** By filter, as the vendor advises: the element by id comes without addresses, disk, cluster and account. */
  findHost: async (id: string) => await send({ name: 'host', path: `/vm/v3/host?${where(`(id EQ ${id})`)}`, schema: hostsWire, tell: findFailure }),
  createHost: async (body: object, tell: Tell) => await send({
    name: 'host/create', path: '/vm/v3/host', body, schema: createdWire, assumed: { id: '{id}', task: null }, tell
  }),
  deleteHost: async (id: string) => await send({
    name: 'host/delete', method: 'DELETE', path: hostPath(id), schema: actionWire, assumed: untold
  }),
  /** Name and comment only; resources are refused here. */
  editHost: async (id: string, body: { readonly name: string }) => await send({
    name: 'host/edit', path: hostPath(id), body, schema: actionWire, assumed: untold, tell: nameFailure
  }),
  act: async ({ id, action, body, tell }: Order) => await send({
    name: `host/${action}`, path: `${hostPath(id)}/${action}`, body, schema: actionWire, assumed: untold, ...(tell === undefined ? {} : { tell })
  }),
  /** A disk has a number and a path of its own. */
  resizeDisk: async (diskId: string, body: object, tell: Tell) => await send({
    name: 'disk/resize', path: `/vm/v3/disk/${encodeURIComponent(diskId)}`, body, schema: actionWire, assumed: untold, tell
  }),
  getVnc: async (id: string) => await send({ name: 'host/vnc_settings', path: `${hostPath(id)}/vnc_settings`, schema: vncWire, tell: callFailure }),
  listTasks: async (consulIds: readonly string[]) => await send({
    name: 'task', path: `/vm/v3/task?${where(consulIds.map(id => `(consul_id EQ '${id}')`).join(' OR '))}`, schema: tasksWire, tell: listFailure
  }),
  /** By the row's own id, not by the number that an action answers. */
  getTask: async (rowId: string) => await send({
    name: 'task/get', path: `/vm/v3/task/${encodeURIComponent(rowId)}`, schema: taskDetailWire, tell: callFailure
  })
})
