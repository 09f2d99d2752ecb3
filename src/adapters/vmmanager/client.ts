import { callFailure, creationFailure, findFailure, listFailure, memberFailure, pathFailure, type ToFailure } from './failures.ts'
import { idOf } from './ids.ts'
import { seenHost } from './mapping.ts'
import { createReadAll, where } from './pages.ts'
import {
  accountWire, actionWire, clusterWire, createdWire, ipWire, keyWire, listWire, newAccountWire, poolWire, presetWire, savedImageWire,
  sshKeyWire, taskDetailWire, taskWire, templateWire, vncWire, vxlanWire
} from './schema.ts'
import { boxInstance, type VmmanagerSend } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

export type VmmanagerClient = ReturnType<typeof createClient>

type HostAction = 'start' | 'stop' | 'restart' | 'reinstall' | 'resource' | 'password' | 'rescue_mode' | 'ip'

interface HostQuery {
  readonly name: string | undefined
  readonly after: string | null
  readonly limit: number
}

// Created once, because zod compiles a schema at its first use.
const hostsWire = listWire(seenHost)
const tasksWire = listWire(taskWire)
const ipsWire = listWire(ipWire)
const accountsWire = listWire(accountWire)
const templatesWire = listWire(templateWire)
const savedImagesWire = listWire(savedImageWire)
const presetsWire = listWire(presetWire)
const clustersWire = listWire(clusterWire)
const poolsWire = listWire(poolWire)
const vxlansWire = listWire(vxlanWire)
const sshKeysWire = listWire(sshKeyWire)

const nameFailure = memberFailure(new Map([['name', 'body.name']]))
const addressFailure = pathFailure('path.address')
const pointerFailure = pathFailure('path.address', new Map([['domain', 'body.ptr']]))
const ownerFailure = pathFailure('path.owner')
const accountFailure = creationFailure(new Map([
  ['email', 'body.email'], ['password', 'body.password'], ['full_name', 'body.name'], ['role', 'body.options.role']
]))

const host = (id: string): string => `/vm/v3/host/${idOf(id)}`
const ip = (id: string): string => `/vm/v3/ip/${encodeURIComponent(id)}`

/** One function for each endpoint; the vendor's page: docs.ispsystem.com/vmmanager-admin/developer-section/api-guide */
export const createClient = (account: VmmanagerAccount, send: VmmanagerSend) => ({
  ...createServerCalls(send),
  ...createWrites(send),
  ...createCatalogCalls(send),
  ...createOwnerCalls(account, send)
})

/** Reading servers and their tasks, and the order of a server. */
const createServerCalls = (send: VmmanagerSend) => ({
  listHosts: async ({ name, after, limit }: HostQuery) => {
    const conditions = [
      ...(after === null ? [] : [`(id GT ${after})`]),
      ...(name === undefined ? [] : [`(name EQ '${name}')`])
    ]
    const query = new URLSearchParams({ ...(conditions.length === 0 ? {} : { where: conditions.join(' AND ') }), orderby: 'id asc' })
    // Whether this is offset and count or from and to is not documented; starting at 0 both are equal. The comma is never encoded.
    const path = `/vm/v3/host?${query.toString()}&limit=0,${limit}`
    return await send({ name: 'host', path, schema: hostsWire, toFailure: listFailure })
  },
  /** By filter, as the vendor advises: a GET by id has no addresses, disk, cluster and account. */
  findHost: async (id: string) => await send({
    name: 'host', path: `/vm/v3/host?${where(`(id EQ ${idOf(id)})`)}`, schema: hostsWire, toFailure: findFailure
  }),
  createHost: async (body: object, toFailure: ToFailure) => await send({
    name: 'host/create', path: '/vm/v3/host', body, schema: createdWire, assumed: { id: '{id}', task: null }, toFailure
  }),
  getVnc: async (id: string) => await send({ name: 'host/vnc_settings', path: `${host(id)}/vnc_settings`, schema: vncWire }),
  listTasks: async (consulIds: readonly string[]) => await send({
    name: 'task',
    path: `/vm/v3/task?${where(consulIds.map(id => `(consul_id EQ '${idOf(id)}')`).join(' OR '))}`,
    schema: tasksWire,
    toFailure: listFailure
  }),
  /** By the row's own id, not by the number that an action returns. */
  getTask: async (rowId: string) => await send({
    name: 'task/get', path: `/vm/v3/task/${encodeURIComponent(rowId)}`, schema: taskDetailWire
  })
})

/** Writes whose answer names the task that carries them out. */
function createWrites (send: VmmanagerSend) {
  const answer = { schema: actionWire, assumed: { task: null, start_task: null } }
  const post = async (name: string, path: string, body: object, toFailure: ToFailure = callFailure) =>
    await send({ name, path, body, ...answer, toFailure })
  const remove = async (name: string, path: string, toFailure: ToFailure = callFailure) =>
    await send({ name, method: 'DELETE', path, ...answer, toFailure })
  return {
    act: async (id: string, action: HostAction, body: object, toFailure?: ToFailure) =>
      await post(`host/${action}`, `${host(id)}/${action}`, body, toFailure),
    /** Name and comment only; the endpoint refuses resources. */
    editHost: async (id: string, body: { readonly name: string }) => await post('host/edit', host(id), body, nameFailure),
    deleteHost: async (id: string) => await remove('host/delete', host(id)),
    /** A disk has its own id and path. */
    resizeDisk: async (id: string, body: object, toFailure: ToFailure) =>
      await post('disk/resize', `/vm/v3/disk/${encodeURIComponent(id)}`, body, toFailure),
    deleteIp: async (id: string) => await remove('ip/delete', ip(id), addressFailure),
    setPointer: async (ipId: string, domain: string) => await post('ip/ptr', `${ip(ipId)}/ptr`, { domain }, pointerFailure),
    deletePointer: async (hostId: string, address: string) =>
      await remove('host/ptr/delete', `${host(hostId)}/ptr/${encodeURIComponent(address)}`, addressFailure)
  }
}

/** Addresses, and the lists of choices. */
function createCatalogCalls (send: VmmanagerSend) {
  const readAll = createReadAll(send)
  return {
    listIps: async () => await readAll({ path: 'ip', schema: ipsWire }),
    findIp: async (condition: string) => await send({
      name: 'ip', path: `/vm/v3/ip?${where(condition)}`, schema: ipsWire, toFailure: listFailure
    }),
    /** IPv4 only: the IPv6 endpoint returns an object without addresses. */
    listHostIps: async (id: string) => await readAll({
      path: `host/${idOf(id)}/ipv4`, name: 'host/ipv4', schema: ipsWire, toFailure: findFailure
    }),
    listTemplates: async () => await readAll({ path: 'os', schema: templatesWire }),
    listSavedImages: async () => await readAll({ path: 'image', schema: savedImagesWire }),
    listPresets: async () => await readAll({ path: 'preset', schema: presetsWire }),
    listClusters: async () => await readAll({ path: 'cluster', schema: clustersWire }),
    listPools: async () => await readAll({ path: 'ippool', schema: poolsWire }),
    listVxlans: async () => await readAll({ path: 'vxlan', schema: vxlansWire }),
    listSshKeys: async () => await readAll({ path: 'ssh_key', schema: sshKeysWire })
  }
}

/** The accounts of the platform. */
const createOwnerCalls = (account: VmmanagerAccount, send: VmmanagerSend) => ({
  listAccounts: async () => await createReadAll(send)({ path: 'account', schema: accountsWire }),
  findAccount: async (id: string) => await send({
    name: 'account', path: `/vm/v3/account?${where(`(id EQ ${id})`)}`, schema: accountsWire, toFailure: listFailure
  }),
  createAccount: async (body: object) => await send({
    name: 'account/create', path: '/vm/v3/account', body, schema: newAccountWire, assumed: { id: '{id}' }, toFailure: accountFailure
  }),
  /** A key that signs in as this user, for one hour. */
  createKey: async (user: string) => await send({
    name: 'user/key',
    path: `${account.auth_prefix}/auth/v4/user/${encodeURIComponent(user)}/key`,
    headers: boxInstance,
    body: {},
    schema: keyWire,
    assumed: { key: '{key}' },
    toFailure: ownerFailure
  })
})
