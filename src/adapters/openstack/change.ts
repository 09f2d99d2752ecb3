import type { ConsoleLink } from '../../domain/catalog.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { Goal } from '../../domain/operation.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { naming } from './failures.ts'
import { keyNameOf, nameOf, uuidOf } from './ids.ts'
import { toAccepted } from './power.ts'

type Changes = Pick<AllVerbs, 'delete' | 'rename' | 'rebuild' | 'password' | 'rescue' | 'unrescue' | 'console'>

export const createChanges = (client: OpenstackClient): Changes => ({
  delete: {
    evidence: 'observed',
    note: 'If the cloud has a recycle bin, the server stays there for a while. Floating addresses and snapshots are kept, and so are ' +
      'volumes that are not set to be deleted with the server.',
    run: async ({ seen: { server: { id } } }) => {
      await client.deleteServer(id)
      return {}
    }
  },
  rename: {
    evidence: 'observed',
    run: async ({ id, name }) => {
      await client.renameServer(id, nameOf(name))
      return { done: true }
    }
  },
  password: {
    evidence: 'observed',
    accepts: ['password'],
    note: 'Requires a running server with an agent in the guest.',
    // Nova answers when the guest has the new password.
    run: async ({ id, password }) => {
      await client.act(id, { changePassword: { adminPass: password } }, naming)
      return { done: true }
    }
  },
  rebuild: rebuild(client),
  ...rescues(client),
  console: openConsole(client)
})

const rebuild = (client: OpenstackClient): AllVerbs['rebuild'] => ({
  evidence: 'observed',
  accepts: ['password', 'ssh_keys'],
  note: 'ssh_keys is the name of one key. Without password the cloud generates one and returns it. A stopped server ends stopped.',
  run: async ({ seen: { server }, image, password, ssh_keys: keys }) => {
    const input = { imageRef: uuidOf('body.image', image), adminPass: password, key_name: keys === undefined ? undefined : keyNameOf(keys) }
    const logged = await client.actForPassword(server.id, { rebuild: input }, naming)
    return {
      ...toAccepted(server.id, 'rebuild', logged),
      // The answer already shows the server in this state.
      begun: true,
      goal: goalOfRebuild(server),
      ...(password === undefined && logged.answer !== null ? { password: logged.answer } : {})
    }
  }
})

/** A stopped server passes through `ACTIVE` on its way. */
export const goalOfRebuild = ({ status }: ServerFacts): Goal =>
  ({ statuses: [status === 'stopped' ? 'stopped' : 'running'], transition: true, via: 'rebuilding' })

const rescues = (client: OpenstackClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'observed',
    note: 'Boots the server\'s own image, or one that the cloud sets. The cloud generates a password and returns it. Not for servers ' +
      'that boot from a volume.',
    run: async ({ id }) => {
      const logged = await client.actForPassword(id, { rescue: null })
      return { ...toAccepted(id, 'rescue', logged), ...(logged.answer === null ? {} : { password: logged.answer }) }
    }
  },
  unrescue: {
    evidence: 'observed',
    note: 'The server ends running, even if it was stopped before the rescue.',
    run: async ({ id }) => ({ ...toAccepted(id, 'unrescue', await client.act(id, { unrescue: null })), goal: { statuses: ['running'] } })
  }
})

/** The consoles by protocol, of which a cloud usually has one. */
const consoles = [['vnc', 'novnc'], ['spice', 'spice-html5'], ['serial', 'serial']] as const

const openConsole = (client: OpenstackClient): AllVerbs['console'] => ({
  evidence: 'observed',
  cost: { calls: consoles.length },
  note: 'The link is valid for ten minutes by default; the cloud does not return its lifetime.',
  run: async ({ id }) => await openFirstConsole(client, id, 0)
})

async function openFirstConsole (client: OpenstackClient, id: string, index: number): Promise<ConsoleLink> {
  const [protocol, type] = consoles[index] ?? consoles[0]
  try {
    const link = await client.openConsole(id, protocol, type)
    return { type: link.type ?? type, url: link.url, expires_at: null }
  } catch (error) {
    // `Unavailable console type` is the only refusal of this kind.
    const isUnavailable = error instanceof UpstreamError && error.failure === 'rejected'
    if (!isUnavailable || index + 1 === consoles.length) throw error
    return await openFirstConsole(client, id, index + 1)
  }
}
