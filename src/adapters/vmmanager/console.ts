import { isIP } from 'node:net'
import type { Ask } from '../verbs.ts'
import type { ConsoleLink } from '../../domain/catalog.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { findServer } from './list.ts'
import { hostWire, type VncWire } from './schema.ts'

/** The VNC console is on the server's node: a port and a password. Containers have none. */
export const createConsole = (client: VmmanagerClient): Ask<{ readonly id: string }, ConsoleLink> => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  note: 'A VNC URL on the node (RFC 7869), which the VNC client must be able to reach.',
  run: async ({ id }) => {
    const { server, raw } = await findServer(client, id)
    if (server.power === 'off' || server.status === 'provisioning') throw new UpstreamError('conflict', 'the server is not running')
    return toConsole(await client.getVnc(id), hostWire.parse(raw).node?.ip_addr ?? '')
  }
})

function toConsole (wire: VncWire, node: string): ConsoleLink {
  const port = wire.vnc_port ?? wire.port ?? 0
  const password = wire.vnc_password ?? wire.password ?? ''
  if (isIP(node) === 0) throw new UpstreamError('malformed', 'the provider returned no address of the node')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UpstreamError('malformed', 'the provider returned no VNC port')
  const host = isIP(node) === 6 ? `[${node}]` : node
  const query = password === '' ? '' : `?VncPassword=${encodeURIComponent(password)}`
  return { type: 'vnc', url: `vnc://${host}:${port}${query}`, expires_at: null }
}
