import { clientMadeWire, clientWire } from './catalog-schema.ts'
import type { About } from './failures.ts'
import { createReadAll } from './pages.ts'
import type { Send } from '../kit/send.ts'
import { readAnswer } from './send.ts'

export type OwnerClient = ReturnType<typeof createOwnerClient>

/** The panel's clients; an end user sees only its own. */
export function createOwnerClient (send: Send) {
  const readAll = createReadAll(send)
  return {
    listClients: async () => await readAll({ path: '/clients', row: clientWire, ordering: 'id' }),
    getClient: async (id: number) => await send({
      name: 'clients/get',
      method: 'GET',
      path: `/clients/${id}`,
      read: response => readAnswer(clientWire, response, { missing: { failure: 'not-found', member: 'path.owner' } })
    }),
    createClient: async (body: unknown, about: About) => await send({
      name: 'clients/create',
      method: 'POST',
      path: '/clients',
      body,
      assumed: { id: '{id}' },
      read: response => readAnswer(clientMadeWire, response, about)
    })
  }
}
