import type { Seen } from '../../domain/list.ts'
import { callFailure, type About } from './failures.ts'
import { seenInstance } from './mapping.ts'
import { actionWire, attachedWire, consoleWire, instanceListWire, instanceMadeWire, resizeFormWire, snapshotMadeWire } from './schema.ts'
import type { Endpoint, Send } from '../kit/send.ts'
import { isMissing, readAccepted, readAnswer } from './send.ts'
import { isSuccess, malformed } from '../../upstream/read.ts'
import type { HttpResponse } from '../../upstream/http.ts'

export type FleioClient = ReturnType<typeof createClient>

/** The actions that are sent unchanged, with their bodies. Only the first three are documented. */
export type Action =
  | 'start' | 'stop' | 'reboot' | 'rename' | 'resize' | 'confirm_resize' | 'rebuild' | 'rescue' | 'unrescue' | 'change_password'
  | 'add_floating_ip' | 'remove_floating_ip'

const rows = instanceListWire(seenInstance)
const instances = '/openstack/instances'
const instance = (id: string): string => `${instances}/${encodeURIComponent(id)}`

/** One function for each endpoint of the servers; the vendor's page: fleio.com/docs/developer/using-api.html. */
export function createClient (send: Send) {
  const post = async <T>(id: string, action: string, more: Pick<Endpoint<T>, 'body' | 'assumed' | 'read'>): Promise<T> =>
    await send({ name: `instances/${action}`, method: 'POST', path: `${instance(id)}/${action}`, ...more })

  return {
    /** Null after the last page. */
    listInstances: async (query: URLSearchParams, page: number) => await send({
      name: 'instances',
      method: 'GET',
      path: `${instances}?${query.toString()}`,
      read: response => page > 1 && isMissing(response) ? null : readList(response)
    }),
    getInstance: async (id: string): Promise<Seen> => await send({
      name: 'instances/get', method: 'GET', path: instance(id), read: response => readAnswer(seenInstance, response)
    }),
    /** The same answer, read for its addresses. */
    getAttached: async (id: string) => await send({
      name: 'instances/get', method: 'GET', path: instance(id), read: response => readAnswer(attachedWire, response)
    }),
    /** Must not be repeated: each accepted call creates a server, and the answer of most releases has no id. */
    createInstance: async (body: unknown, about: About) => await send({
      name: 'instances/create', method: 'POST', path: instances, body, assumed: null, read: response => readAccepted(instanceMadeWire, response, about)
    }),
    /** 204 without a body, also for a server that OpenStack no longer has. */
    deleteInstance: async (id: string) => await send({
      name: 'instances/delete', method: 'DELETE', path: instance(id), assumed: true, read: readGone
    }),
    act: async (id: string, action: Action, { body = {}, about = {} }: { readonly body?: unknown, readonly about?: About } = {}) =>
      await post(id, action, { body, assumed: { detail: null }, read: response => readAnswer(actionWire, response, about) }),
    createSnapshot: async (id: string, name: string, about: About) => await post(id, 'create_snapshot', {
      body: { name }, assumed: { image_uuid: '{image_uuid}' }, read: response => readAccepted(snapshotMadeWire, response, about)
    }),
    /** The plans that the panel offers for a resize of this server. */
    getResizeForm: async (id: string) => await send({
      name: 'instances/resize/form', method: 'GET', path: `${instance(id)}/resize`, read: response => readAnswer(resizeFormWire, response, { uncertain: true })
    }),
    /** The call creates a one-time secret, so it is a write that a dry run must not send. */
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
  // A list names no server that could be missing.
  if (isMissing(response)) throw malformed(response, 'the configured url has no list of servers')
  return readAnswer(rows, response)
}

function readGone (response: HttpResponse): true {
  if (!isSuccess(response)) throw callFailure(response)
  return true
}
