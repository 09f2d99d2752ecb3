import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** The port of a server that listens. */
export function portOf (server: Pick<Server, 'address'>): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Listens on a free port of loopback, and resolves with it. At the end of the test the server and its connections are closed. */
export async function listen (test: { teardown(close: () => Promise<void>): void }, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(async () => {
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections()
    server.close()
  })
  return portOf(server)
}

/** Free at the moment: another process may take it before it is listened on. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}
