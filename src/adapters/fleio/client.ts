import type { Seen } from '../../domain/list.ts'
import { callFailure, type About } from './failures.ts'
import { seenInstance } from './mapping.ts'
import { actionWire, attachedWire, consoleWire, instanceListWire, instanceMadeWire, resizeFormWire, snapshotMadeWire } from './schema.ts'
import type { Send } from '../kit/send.ts'
import { isMissing, readAccepted, readAnswer } from './send.ts'
import { isSuccess, malformed } from '../../upstream/read.ts'
import type { HttpResponse } from '../../upstream/http.ts'

export type FleioClient = ReturnType<typeof createClient>

/** The actions that are sent as they are, with what they are told. Only the first three are documented. */
export type Action =
  | 'start' | 'stop' | 'reboot' | 'rename' | 'resize' | 'confirm_resize' | 'rebuild' | 'rescue' | 'unrescue' | 'change_password'
  | 'add_floating_ip' | 'remove_floating_ip'

const rows = instanceListWire(seenInstance)
const instances = '/openstack/instances'
const instance = (id: string): string => `${instances}/${encodeURIComponent(id)}`

/** One function for each endpoint of the servers; the vendor's page: fleio.com/docs/developer/using-api.html. */
export function createClient (send: Send) {
  return {
    /** Null for a page past the end. */
    listInstances: async (query: URLSearchParams, page: number) => await send({
      name: 'instances',
      method: 'GET',
      path: `${instances}?${query.toString()}`,
      read: response => page > 1 && isMissing(response) ? null : readList(response)
    }),
    getInstance: async (id: string): Promise<Seen> => await send({
      name: 'instances/get', method: 'GET', path: instance(id), read: response => readAnswer(seenInstance, response)
    }),
    /** The same answer, for the addresses in it. */
    getAttached: async (id: string) => await send({
      name: 'instances/get', method: 'GET', path: instance(id), read: response => readAnswer(attachedWire, response)
    }),
    /** Not to be repeated: each one that is accepted makes a server, and the answer of most releases has no id. */
    createInstance: async (body: unknown, about: About) => await send({
      name: 'instances/create',
      method: 'POST',
      path: instances,
      body,
      assumed: null,
      read: response => readAccepted(instanceMadeWire, response, about)
    }),
    /** 204 without a body, also for one that OpenStack has lost already. */
    deleteInstance: async (id: string) => await send({
      name: 'instances/delete', method: 'DELETE', path: instance(id), assumed: true, read: readGone
    }),
    act: async (id: string, action: Action, { body = {}, about = {} }: { readonly body?: unknown, readonly about?: About } = {}) => await send({
      name: `instances/${action}`,
      method: 'POST',
      path: `${instance(id)}/${action}`,
      body,
      assumed: { detail: null },
      read: response => readAnswer(actionWire, response, about)
    }),
    createSnapshot: async (id: string, name: string, about: About) => await send({
      name: 'instances/create_snapshot',
      method: 'POST',
      path: `${instance(id)}/create_snapshot`,
      body: { name },
      assumed: { image_uuid: '{image_uuid}' },
      read: response => readAccepted(snapshotMadeWire, response, about)
    }),
    /** What the panel offers for a resize of this server. */
    getResizeForm: async (id: string) => await send({
      name: 'instances/resize/form', method: 'GET', path: `${instance(id)}/resize`, read: response => readAnswer(resizeFormWire, response, { uncertain: true })
    }),
    /** Its answer is a secret that works once, made by this call: a dry run must not make one. */
    getConsole: async (id: string) => await send({
      name: 'instances/get_console_url',
      method: 'GET',
      path: `${instance(id)}/get_console_url`,
      assumed: { url: '{url}' },
      read: response => readAnswer(consoleWire, response, { uncertain: true })
    })
  }
}

function readList (response: HttpResponse) {
  // A list has no server that could be missing.
  if (isMissing(response)) throw malformed(response, 'the provider has no list of servers at the configured url')
  return readAnswer(rows, response)
}

function readGone (response: HttpResponse): true {
  if (!isSuccess(response)) throw callFailure(response)
  return true
}
