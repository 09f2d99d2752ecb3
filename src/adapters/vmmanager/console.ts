import { isIP } from 'node:net'
import type { Ask } from '../verbs.ts'
import type { ConsoleLink } from '../../domain/catalogue.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { findServer } from './list.ts'
import { hostWire, type VncWire } from './schema.ts'

/** The screen of a server is on its node: a port there and a password. Containers have none. */
export const createConsole = (client: VmmanagerClient): Ask<{ readonly id: string }, ConsoleLink> => ({
  evidence: 'inferred',
  note: 'A VNC address on the node (RFC 7869), which must be reachable from where it is opened.',
  run: async ({ id }) => {
    const { server, raw } = await findServer(client, id)
    if (server.power === 'off' || server.status === 'provisioning') throw new UpstreamError('conflict', 'the server does not run')
    return toConsole(await client.getVnc(id), hostWire.parse(raw).node?.ip_addr ?? '')
  }
})

function toConsole (wire: VncWire, node: string): ConsoleLink {
  const port = wire.vnc_port ?? wire.port ?? 0
  const password = wire.vnc_password ?? wire.password ?? ''
  if (isIP(node) === 0) throw new UpstreamError('malformed', 'the provider does not tell the address of the node')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UpstreamError('malformed', 'the provider does not tell the port of the screen')
  const host = isIP(node) === 6 ? `[${node}]` : node
  const query = password === '' ? '' : `?VncPassword=${encodeURIComponent(password)}`
  return { type: 'vnc', url: `vnc://${host}:${port}${query}`, expires_at: null }
}
