import type { HeficedSend } from './send.ts'
import { listFailure, namingMembers, orderFailure } from './failures.ts'
import { seenInstance } from './mapping.ts'
import {
  consoleWire, eventWire, invoiceWire, listWire, renamedWire, type InvoiceWire, type OrderBody, type SizesBody
} from './schema.ts'
import type { HeficedAccount } from './settings.ts'

export type HeficedClient = ReturnType<typeof createClient>

// Created once, because zod compiles a schema at its first use.
const instanceListWire = listWire(seenInstance)

const noEvent = { id: null, password: null }
const assumedInvoice: InvoiceWire = {
  id: '{invoice}',
  status: null,
  leftToPay: null,
  currency: null,
  items: [{ instanceId: '{id}', configuration: { raw: { product: 'kronoscloud' } } }]
}

const renameFailure = namingMembers(new Map([['hostname', 'body.name']]))
const resizeFailure = namingMembers(new Map([['vcpu', 'body.cpus'], ['memory', 'body.memory_mib'], ['disk', 'body.disk_gib']]))
const rebuildFailure = namingMembers(new Map([['templateId', 'body.image']]))

/** One function for each endpoint of the servers; the vendor's page: heficed.com/kb/restful-api/how-to-use-heficed-api */
export function createClient ({ organization_id: organization }: HeficedAccount, send: HeficedSend) {
  const instances = `/${encodeURIComponent(organization)}/kronoscloud/instances`
  const instance = (id: string): string => `${instances}/${encodeURIComponent(id)}`

  /** Each of these returns an event. */
  const act = async (id: string, verb: 'start' | 'stop' | 'reboot' | 'rescue' | 'unrescue' | 'resetRootPass', body?: object) => await send({
    name: `instances/${verb}`, method: 'POST', path: `${instance(id)}/${verb}`, ...(body === undefined ? {} : { body }), schema: eventWire, assumed: noEvent
  })

  return {
    listInstances: async (query: URLSearchParams) => await send({
      name: 'instances', method: 'GET', path: `${instances}?${query.toString()}`, schema: instanceListWire, failure: listFailure
    }),
    getInstance: async (id: string) => await send({
      name: 'instances/get', method: 'GET', path: instance(id), schema: seenInstance
    }),
    /** Buys a server; returns an invoice. */
    order: async (body: OrderBody) => await send({
      name: 'instances/order', method: 'POST', path: `${instances}/order`, body, schema: invoiceWire, assumed: assumedInvoice, failure: orderFailure
    }),
    act,
    resetPassword: async (id: string) => await act(id, 'resetRootPass'),
    /** Its answer is not documented: an event, the request, or an empty body. */
    cancel: async (id: string) => await send({
      name: 'instances/cancel',
      method: 'POST',
      path: `${instance(id)}/cancel`,
      body: { type: 'Immediate', reason: 'deleted through the gateway' },
      schema: eventWire,
      assumed: noEvent
    }),
    rename: async (id: string, name: string) => await send({
      name: 'instances/rename', method: 'PATCH', path: instance(id), body: { hostname: name }, schema: renamedWire, assumed: { name: '' }, failure: renameFailure
    }),
    /** Buys the difference; returns an invoice for it. */
    resize: async (id: string, body: SizesBody) => await send({
      name: 'instances/resize', method: 'PATCH', path: instance(id), body, schema: invoiceWire, assumed: assumedInvoice, failure: resizeFailure
    }),
    rebuild: async (id: string, image: string) => await send({
      name: 'instances/reinstall', method: 'POST', path: `${instance(id)}/reinstall`, body: { templateId: image }, schema: eventWire, assumed: noEvent, failure: rebuildFailure
    }),
    openConsole: async (id: string) => await send({
      name: 'instances/vnc', method: 'POST', path: `${instance(id)}/vnc`, schema: consoleWire, assumed: { url: '{url}' }
    })
  }
}
