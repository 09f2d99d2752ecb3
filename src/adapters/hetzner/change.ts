import { refuseProtected } from '../../domain/protection.ts'
import { numericServerId } from '../kit/ids.ts'
import type { AdapterVerbs, Accepted } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { checkName } from './ids.ts'
import { toFollowed } from './mapping.ts'

export const protect = async (client: HetznerClient, id: string, isProtected: boolean): Promise<Accepted> =>
  ({ ...toFollowed(await client.changeProtection(id, isProtected)), goal: { protected: isProtected } })

export const rebuildMembers = new Map([['image', 'body.image']])

/** A console's URL may be opened within this time. */
const consoleOpensMs = 60_000

export const createChanges = (client: HetznerClient, now: () => number) => ({
  delete: {
    evidence: 'documented',
    note: 'Primary addresses that were created with the server are deleted; other addresses and volumes remain and are billed.',
    run: async ({ seen: { server } }) => {
      const { action } = await client.deleteServer(server.id)
      // The name is free only once the action has ended.
      return action === null || action === undefined ? {} : { ...toFollowed({ action }), goal: { absent: true, shown: true } }
    }
  },
  rename: {
    evidence: 'documented',
    run: async ({ id, name }) => {
      checkName(name)
      await client.renameServer(id, name)
      return { done: true }
    }
  },
  protect: {
    evidence: 'documented',
    note: 'A protected server can neither be deleted nor rebuilt, and no snapshot can be restored to it.',
    run: async ({ id, protected: isProtected }) => await protect(client, numericServerId(id), isProtected)
  },
  rebuild: {
    evidence: 'documented',
    note: 'Powers the server off by itself. The keys of the create are installed again; without them a root password is generated.',
    run: async ({ seen: { server }, image }) => {
      refuseProtected(server, 'rebuilt')
      return toFollowed(await client.act(server.id, 'rebuild', { image }, rebuildMembers))
    }
  },
  password: {
    evidence: 'documented',
    note: 'The provider generates it. The server must be running, with the QEMU guest agent.',
    run: async ({ id }) => toFollowed(await client.act(id, 'reset_password'))
  },
  console: {
    evidence: 'documented',
    note: 'VNC over a WebSocket (noVNC), with a password. The URL opens within one minute; a connection stays.',
    run: async ({ id }) => {
      const { wss_url: url, password } = await client.openConsole(id)
      return { type: 'vnc', url, password: password ?? null, expires_at: new Date(now() + consoleOpensMs).toISOString() }
    }
  }
} satisfies Partial<AdapterVerbs>)
