import { findFailure, listFailure, callFailure, memberFailure, type ToFailure } from './failures.ts'
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
  readonly toFailure?: ToFailure
}

// Created once, because zod compiles a schema at its first use.
const hostsWire = listWire(seenHost)
const tasksWire = listWire(taskWire)

const nameFailure = memberFailure(new Map([['name', 'body.name']]))
const noTask = { task: null, start_task: null }
const hostPath = (id: string): string => `/vm/v3/host/${encodeURIComponent(id)}`

/**
 * Servers and their tasks: one function for each endpoint; the vendor's page:
 * docs.ispsystem.com/vmmanager-admin/developer-section/api-guide
 */
export const createClient = (send: VmmanagerSend) => ({
  listHosts: async ({ name, after, limit }: HostQuery) => {
    const conditions = [
      ...(after === null ? [] : [`(id GT ${after})`]),
      ...(name === undefined ? [] : [`(name EQ '${name}')`])
    ]
    const query = new URLSearchParams({ ...(conditions.length === 0 ? {} : { where: conditions.join(' AND ') }), orderby: 'id asc' })
    // Whether this is offset and count or from and to is not documented; starting at 0 both are equal. The comma is never encoded.
    return await send({ name: 'host', path: `/vm/v3/host?${query.toString()}&limit=0,${limit}`, schema: hostsWire, toFailure: listFailure })
  },
  /** By filter, as the vendor advises: a GET by id has no addresses, disk, cluster and account. */
  findHost: async (id: string) => await send({ name: 'host', path: `/vm/v3/host?${where(`(id EQ ${id})`)}`, schema: hostsWire, toFailure: findFailure }),
  createHost: async (body: object, toFailure: ToFailure) => await send({
    name: 'host/create', path: '/vm/v3/host', body, schema: createdWire, assumed: { id: '{id}', task: null }, toFailure
  }),
  deleteHost: async (id: string) => await send({
    name: 'host/delete', method: 'DELETE', path: hostPath(id), schema: actionWire, assumed: noTask
  }),
  /** Name and comment only; the endpoint refuses resources. */
  editHost: async (id: string, body: { readonly name: string }) => await send({
    name: 'host/edit', path: hostPath(id), body, schema: actionWire, assumed: noTask, toFailure: nameFailure
  }),
  act: async ({ id, action, body, toFailure }: Order) => await send({
    name: `host/${action}`, path: `${hostPath(id)}/${action}`, body, schema: actionWire, assumed: noTask, ...(toFailure === undefined ? {} : { toFailure })
  }),
  /** A disk has its own id and path. */
  resizeDisk: async (diskId: string, body: object, toFailure: ToFailure) => await send({
    name: 'disk/resize', path: `/vm/v3/disk/${encodeURIComponent(diskId)}`, body, schema: actionWire, assumed: noTask, toFailure
  }),
  getVnc: async (id: string) => await send({ name: 'host/vnc_settings', path: `${hostPath(id)}/vnc_settings`, schema: vncWire, toFailure: callFailure }),
  listTasks: async (consulIds: readonly string[]) => await send({
    name: 'task', path: `/vm/v3/task?${where(consulIds.map(id => `(consul_id EQ '${id}')`).join(' OR '))}`, schema: tasksWire, toFailure: listFailure
  }),
  /** By the row's own id, not by the number that an action returns. */
  getTask: async (rowId: string) => await send({
    name: 'task/get', path: `/vm/v3/task/${encodeURIComponent(rowId)}`, schema: taskDetailWire, toFailure: callFailure
  })
})
