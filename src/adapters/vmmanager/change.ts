import { isIP } from 'node:net'
import type { Accepted, AllVerbs } from '../verbs.ts'
import type { ConsoleLink } from '../../domain/catalog.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { imageChoice } from './ids.ts'
import { toAccepted } from './jobs.ts'
import { findServer } from './list.ts'
import { hostWire, type VncWire } from './schema.ts'

type Power = 'start' | 'stop' | 'reboot'
type Changes = Pick<AllVerbs, Power | 'delete' | 'rename' | 'rebuild' | 'rescue' | 'unrescue' | 'password' | 'console'>

const imageFailure = memberFailure(new Map([['os', 'body.image'], ['image', 'body.image'], ['password', 'body.password']]))
const passwordFailure = memberFailure(new Map([['password', 'body.password']]))

export const createChanges = (client: VmmanagerClient): Changes => ({
  ...createPower(client),
  delete: {
    evidence: 'observed',
    note: 'A server with deletion protection is refused; no call to remove the protection is documented.',
    run: async ({ seen }) => toAccepted(await client.deleteHost(seen.server.id), 'host_delete')
  },
  rename: {
    evidence: 'observed',
    run: async ({ id, name }) => {
      if (name.trim() === '') throw badMember('body.name', 'must not be blank')
      await client.editHost(id, { name })
      // Takes effect at once, so no task is followed.
      return {}
    }
  },
  rebuild: {
    evidence: 'observed',
    accepts: ['password'],
    run: async ({ seen, image, password }) =>
      toAccepted(await client.act(seen.server.id, 'reinstall', { ...imageChoice(image), password }, imageFailure), 'host_reinstall')
  },
  rescue: {
    evidence: 'inferred',
    run: async ({ id }) => toAccepted(await client.act(id, 'rescue_mode', { rescue_mode: true }), 'host_rescue_mode')
  },
  unrescue: {
    evidence: 'inferred',
    run: async ({ id }) => toAccepted(await client.act(id, 'rescue_mode', { rescue_mode: false }), 'host_rescue_mode')
  },
  password: {
    evidence: 'observed',
    accepts: ['password'],
    run: async ({ id, password }) => {
      if (password === undefined) throw badMember('body.password', 'is required: the provider generates none')
      return toAccepted(await client.act(id, 'password', { password }, passwordFailure), 'host_password')
    }
  },
  console: {
    evidence: 'inferred',
    cost: { calls: 2 },
    note: 'A VNC URL on the node (RFC 7869), which the VNC client must be able to reach.',
    run: async ({ id }) => {
      const { server, raw } = await findServer(client, id)
      if (server.power === 'off' || server.status === 'provisioning') throw new UpstreamError('conflict', 'the server is not running')
      return toConsole(await client.getVnc(id), hostWire.parse(raw).node?.ip_addr ?? '')
    }
  }
})

function createPower (client: VmmanagerClient): Pick<Changes, Power> {
  const send = (action: 'start' | 'stop' | 'restart') =>
    async ({ id, force }: { readonly id: string, readonly force?: boolean | undefined }): Promise<Accepted> =>
      toAccepted(await client.act(id, action, force === true ? { force } : {}), `host_${action}`)
  return {
    start: { evidence: 'observed', run: send('start') },
    stop: { evidence: 'observed', accepts: ['force'], run: send('stop') },
    reboot: { evidence: 'observed', accepts: ['force'], run: send('restart') }
  }
}

/** The VNC console is on the server's node: a port and a password. Containers have none. */
function toConsole (wire: VncWire, node: string): ConsoleLink {
  const port = wire.vnc_port ?? wire.port ?? 0
  const password = wire.vnc_password ?? wire.password ?? ''
  if (isIP(node) === 0) throw new UpstreamError('malformed', 'the provider returned no address of the node')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UpstreamError('malformed', 'the provider returned no VNC port')
  const host = isIP(node) === 6 ? `[${node}]` : node
  const query = password === '' ? '' : `?VncPassword=${encodeURIComponent(password)}`
  return { type: 'vnc', url: `vnc://${host}:${port}${query}`, expires_at: null }
}
