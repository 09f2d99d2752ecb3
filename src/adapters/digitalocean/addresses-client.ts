import { z } from 'zod'
import { assumedAction, noList } from './client.ts'
import type { About } from './failures.ts'
import { readAll } from './pages.ts'
import { actionAnswer, pageWire, reservedWire, type ActionWire, type ReservedWire } from './schema.ts'
import type { DigitaloceanSend } from './send.ts'

export type AddressClient = ReturnType<typeof createAddressClient>

const page4 = pageWire('reserved_ips', reservedWire)
const page6 = pageWire('reserved_ipv6s', reservedWire)
const answer4 = z.object({ reserved_ip: reservedWire }).transform(wire => wire.reserved_ip)
const answer6 = z.object({ reserved_ipv6: reservedWire }).transform(wire => wire.reserved_ipv6)

/** Reserved addresses of both families. An address is checked before it comes here, and is its own id. */
export function createAddressClient (send: DigitaloceanSend) {
  const familyOf = (address: string) => address.includes(':')
    ? { folder: 'reserved_ipv6', answer: answer6 } as const
    : { folder: 'reserved_ips', answer: answer4 } as const
  const list = async (folder: string, schema: typeof page4): Promise<ReservedWire[]> => await readAll(
    async query => await send({ name: folder, method: 'GET', path: `/${folder}?${query.toString()}`, schema, about: noList }), ({ ip }) => ip
  )
  return {
    listReserved: async (): Promise<ReservedWire[]> => [...await list('reserved_ips', page4), ...await list('reserved_ipv6', page6)],
    getReserved: async (address: string): Promise<ReservedWire> => {
      const { folder, answer } = familyOf(address)
      return await send({ name: `${folder}/get`, method: 'GET', path: `/${folder}/${address}`, schema: answer })
    },
    change: async (address: string, body: { readonly type: 'assign' | 'unassign', readonly droplet_id?: number }, about: About): Promise<ActionWire> => {
      const { folder } = familyOf(address)
      return (await send({
        name: `${folder}/${body.type}`, method: 'POST', path: `/${folder}/${address}/actions`, body, schema: actionAnswer, assumed: { action: assumedAction }, about
      })).action
    }
  }
}
