import type { z } from 'zod'
import {
  accountWire, clusterWire, ipWire, newAccountWire, poolWire, presetWire, savedImageWire, sshKeyWire, templateWire, vxlanWire
} from './catalog-schema.ts'
import { creationFailure, findFailure, listFailure, pathFailure, type ToFailure } from './failures.ts'
import { readAll } from './pages.ts'
import { actionWire, keyWire, listWire } from './schema.ts'
import { where, type VmmanagerSend } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

interface ListOf<Row> {
  readonly path: string
  /** The endpoint's name, if the path has an id. */
  readonly name?: string
  readonly schema: z.ZodType<{ list: Row[], size?: number | null | undefined }>
  readonly toFailure?: ToFailure
}

// Created once, because zod compiles a schema at its first use.
const templatesWire = listWire(templateWire)
const savedImagesWire = listWire(savedImageWire)
const presetsWire = listWire(presetWire)
const clustersWire = listWire(clusterWire)
const poolsWire = listWire(poolWire)
const vxlansWire = listWire(vxlanWire)
const sshKeysWire = listWire(sshKeyWire)
const accountsWire = listWire(accountWire)
const ipsWire = listWire(ipWire)

const accountFailure = creationFailure(new Map([
  ['email', 'body.email'], ['password', 'body.password'], ['full_name', 'body.name'], ['role', 'body.options.role']
]))
const addressFailure = pathFailure('path.address')
const pointerFailure = pathFailure('path.address', new Map([['domain', 'body.ptr']]))
const noTask = { task: null, start_task: null }

/** One function for each endpoint of the catalogs, addresses and accounts. */
export const createCatalogClient = (account: VmmanagerAccount, send: VmmanagerSend) => {
  const all = async <Row extends { readonly id: string }>({ path, name = path, schema, toFailure = listFailure }: ListOf<Row>) =>
    await readAll<Row>(async ({ after, limit }) => {
      const condition = after === null ? '' : `${where(`(id GT ${after})`)}&`
      return await send({ name, path: `/vm/v3/${path}?${condition}orderby=id+asc&limit=0,${limit}`, schema, toFailure })
    })
  return {
    listTemplates: async () => await all({ path: 'os', schema: templatesWire }),
    listSavedImages: async () => await all({ path: 'image', schema: savedImagesWire }),
    listPresets: async () => await all({ path: 'preset', schema: presetsWire }),
    listClusters: async () => await all({ path: 'cluster', schema: clustersWire }),
    listPools: async () => await all({ path: 'ippool', schema: poolsWire }),
    listVxlans: async () => await all({ path: 'vxlan', schema: vxlansWire }),
    listSshKeys: async () => await all({ path: 'ssh_key', schema: sshKeysWire }),
    listAccounts: async () => await all({ path: 'account', schema: accountsWire }),
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
      // The vendor's guide sends it with key calls.
      headers: { 'isp-box-instance': 'true' },
      body: {},
      schema: keyWire,
      assumed: { key: '{key}' },
      toFailure: pathFailure('path.owner')
    }),
    listIps: async () => await all({ path: 'ip', schema: ipsWire }),
    findIp: async (condition: string) => await send({ name: 'ip', path: `/vm/v3/ip?${where(condition)}`, schema: ipsWire, toFailure: listFailure }),
    /** IPv4 only: the IPv6 endpoint returns an object without addresses. */
    listHostIps: async (id: string) => await all({
      path: `host/${encodeURIComponent(id)}/ipv4`, name: 'host/ipv4', schema: ipsWire, toFailure: findFailure
    }),
    deleteIp: async (ipId: string) => await send({
      name: 'ip/delete', method: 'DELETE', path: `/vm/v3/ip/${encodeURIComponent(ipId)}`, schema: actionWire, assumed: noTask, toFailure: addressFailure
    }),
    setPointer: async (ipId: string, domain: string) => await send({
      name: 'ip/ptr',
      path: `/vm/v3/ip/${encodeURIComponent(ipId)}/ptr`,
      body: { domain },
      schema: actionWire,
      assumed: noTask,
      toFailure: pointerFailure
    }),
    deletePointer: async (hostId: string, address: string) => await send({
      name: 'host/ptr/delete',
      method: 'DELETE',
      path: `/vm/v3/host/${encodeURIComponent(hostId)}/ptr/${encodeURIComponent(address)}`,
      schema: actionWire,
      assumed: noTask,
      toFailure: addressFailure
    })
  }
}
