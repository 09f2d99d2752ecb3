import { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseRows, parseWire } from '../../upstream/read.ts'
import type { Accepted } from '../verbs.ts'
import type { ConsoleLink } from '../../domain/catalog.ts'
import type { GlesysSend } from './send.ts'
import type { Arguments } from './envelope.ts'
import { listFailure, orderFailure } from './failures.ts'
import { ownedBy, seenRow, seenServer, toAccepted } from './mapping.ts'
import { createMembers, type MemberRow } from './failures-members.ts'
import { acceptedPayload, consolePayload, createdPayload, editedPayload, serverPayload, serversPayload } from './schema.ts'

export type GlesysClient = ReturnType<typeof createClient>

// Created once, because zod compiles a schema at its first use.
const rowsPayload = serversPayload(z.unknown())
const detailsPayload = serverPayload(seenServer)

const readRows = async (payload: unknown, response: HttpResponse): Promise<Seen[]> =>
  await parseRows(seenRow, parseWire(rowsPayload, payload, response).servers, response)

/** One function for each endpoint; the vendor's page: github.com/glesys/api-docs/wiki/API-Documentation */
export function createClient (project: string, send: GlesysSend) {
  const act = async (name: string, values: Arguments): Promise<Accepted> =>
    toAccepted(await send({ name, arguments: values, payload: 'server', schema: acceptedPayload, assumed: {} }))

  return {
    list: async () => (await send({ name: 'server/list', payload: 'servers', readPayload: readRows, failure: listFailure })).map(seen => ownedBy(project, seen)),
    /** The power state is returned only with includestate. */
    details: async (serverid: string) => ownedBy(project, (await send({
      name: 'server/details', arguments: { serverid, includestate: 'yes' }, payload: 'server', schema: detailsPayload
    })).server),
    start: async (serverid: string) => await act('server/start', { serverid }),
    stop: async (serverid: string, type: 'soft' | 'hard') => await act('server/stop', { serverid, type }),
    reboot: async (serverid: string) => await act('server/reboot', { serverid }),
    create: async (order: Arguments): Promise<Accepted> => await send({
      name: 'server/create',
      arguments: order,
      payload: 'server',
      schema: createdPayload,
      assumed: { serverId: '{id}' },
      failure: orderFailure,
      members: createMembers
    }),
    /** Returns the server's new name, if the answer has it. */
    edit: async (serverid: string, changes: Arguments, members: readonly MemberRow[]) => await send({
      name: 'server/edit',
      arguments: { serverid, ...changes },
      payload: 'server',
      schema: editedPayload,
      assumed: { hostname: null },
      members
    }),
    /** `keepip` is mandatory: without it, addresses might stay and be billed. */
    destroy: async (serverid: string, keepip: boolean): Promise<Accepted> =>
      toAccepted(await send({ name: 'server/destroy', arguments: { serverid, keepip }, schema: acceptedPayload, assumed: {} })),
    /** It creates a new link, so it is a write. */
    console: async (serverid: string): Promise<ConsoleLink> => await send({
      name: 'server/console',
      arguments: { serverid },
      payload: 'console',
      schema: consolePayload,
      assumed: { type: 'url', url: '{url}', expires_at: null }
    })
  }
}
