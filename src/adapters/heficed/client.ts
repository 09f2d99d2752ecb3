import { numericServerId } from '../kit/ids.ts'
import { listFailure, namingMembers, orderFailure, type ToFailure } from './failures.ts'
import { seenInstance } from './mapping.ts'
import { readPages } from './pages.ts'
import { consoleWire, eventWire, invoiceWire, listWire, renamedWire, sshKeyWire, subnetWire, templateWire } from './schema.ts'
import type { HeficedSend } from './send.ts'
import type { HeficedAccount } from './settings.ts'

export type HeficedClient = ReturnType<typeof createClient>

type Action = 'start' | 'stop' | 'reboot' | 'rescue' | 'unrescue' | 'reinstall' | 'resetRootPass' | 'cancel'

// Created once, because zod compiles a schema at its first use.
const instancesWire = listWire(seenInstance)
const subnetsWire = listWire(subnetWire)
const templatesWire = listWire(templateWire)
const sshKeysWire = listWire(sshKeyWire)

const event = { schema: eventWire, assumed: { id: null, password: null } }
const invoice = {
  schema: invoiceWire,
  assumed: {
    id: '{invoice}',
    status: null,
    leftToPay: null,
    currency: null,
    items: [{ instanceId: '{id}', configuration: { raw: { product: 'kronoscloud' } } }]
  }
}

const renameFailure = namingMembers(new Map([['hostname', 'body.name']]))
const resizeFailure = namingMembers(new Map([['vcpu', 'body.cpus'], ['memory', 'body.memory_mib'], ['disk', 'body.disk_gib']]))
const routeFailure = namingMembers(new Map([['body', 'body.addresses']]))
const templatesFailure = namingMembers(new Map([['locationId', 'query.region'], ['instanceTypeId', 'query.instance_type']]), listFailure)

/** One function for each endpoint; the vendor's page: heficed.com/kb/restful-api/how-to-use-heficed-api */
export function createClient ({ organization_id: organization }: HeficedAccount, send: HeficedSend) {
  const root = `/${encodeURIComponent(organization)}`
  return { ...createServerCalls(root, send), ...createCatalogCalls(root, send) }
}

function createServerCalls (root: string, send: HeficedSend) {
  const instances = `${root}/kronoscloud/instances`
  const instance = (id: string): string => `${instances}/${numericServerId(id)}`
  return {
    listInstances: async (query: URLSearchParams) => await send({
      name: 'instances', path: `${instances}?${query.toString()}`, schema: instancesWire, about: listFailure
    }),
    getInstance: async (id: string) => await send({ name: 'instances/get', path: instance(id), schema: seenInstance }),
    /** Buys a server; returns an invoice. */
    order: async (body: object) => await send({
      name: 'instances/order', path: `${instances}/order`, body, ...invoice, about: orderFailure
    }),
    /** Each of these returns an event; only that of a cancellation is not documented, and may be empty. */
    act: async (id: string, action: Action, body?: object, toFailure?: ToFailure) => await send({
      name: `instances/${action}`, path: `${instance(id)}/${action}`, body, ...event, about: toFailure
    }),
    rename: async (id: string, name: string) => await send({
      name: 'instances/rename',
      method: 'PATCH',
      path: instance(id),
      body: { hostname: name },
      schema: renamedWire,
      assumed: { name: '' },
      about: renameFailure
    }),
    /** Buys the difference; returns an invoice for it. */
    resize: async (id: string, body: object) => await send({
      name: 'instances/resize', method: 'PATCH', path: instance(id), body, ...invoice, about: resizeFailure
    }),
    openConsole: async (id: string) => await send({
      name: 'instances/vnc', path: `${instance(id)}/vnc`, schema: consoleWire, assumed: { url: '{url}' }
    })
  }
}

/** Routed addresses, and the lists of choices. */
function createCatalogCalls (root: string, send: HeficedSend) {
  const subnets = `${root}/ipswitch/v4/subnets`
  return {
    /** One level of the tree; the root level has an empty parent. */
    listSubnets: async (parentUuid: string) => await readPages(async offset => await send({
      name: 'ipswitch/subnets',
      path: `${subnets}?${new URLSearchParams({ parentUuid, ...offset }).toString()}`,
      schema: subnetsWire,
      about: listFailure
    })),
    /** The ids are sent as an object keyed "0", "1", …, as in the vendor's documentation. */
    moveSubnets: async (action: 'route' | 'release', server: string, ids: readonly string[]) => await send({
      name: `ipswitch/${action}`,
      path: `${subnets}/${action}/kronoscloud/${numericServerId(server)}`,
      body: { ...ids },
      ...event,
      about: action === 'route' ? routeFailure : undefined
    }),
    /** The vendor-wide catalog: its path has no organization. */
    listTemplates: async (instanceTypeId: string, locationId: string) => await readPages(async offset => await send({
      name: 'templates',
      path: `/common/kronoscloud/templates?${new URLSearchParams({ instanceTypeId, locationId, ...offset }).toString()}`,
      schema: templatesWire,
      about: templatesFailure
    })),
    listSshKeys: async () => await readPages(async offset => await send({
      name: 'sshkeys',
      path: `${root}/sshkeys${'offset' in offset ? `?offset=${offset.offset}` : ''}`,
      schema: sshKeysWire,
      about: listFailure
    }))
  }
}
