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
    note: 'A cloud with a recycle bin keeps the server there for a while; that cannot be chosen. Floating addresses and snapshots stay, ' +
      'and so do volumes that are to outlive the server.',
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
    // Nova has changed it when it answers.
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
  note: 'ssh_keys is the name of one key. Without a password the cloud makes one, which the answer has. A stopped server ends stopped.',
  run: async ({ seen: { server }, image, password, ssh_keys: keys }) => {
    const input = { imageRef: uuidOf('body.image', image), adminPass: password, key_name: keys === undefined ? undefined : keyNameOf(keys) }
    const answer = await client.actForPassword(server.id, { rebuild: input }, naming)
    return {
      ...toAccepted(server.id, 'rebuild', answer),
      // The answer is the server in this state already.
      begun: true,
      goal: goalOfRebuild(server),
      ...(password === undefined && answer.answer !== null ? { password: answer.answer } : {})
    }
  }
})

/** A stopped server passes through `ACTIVE` on its way. */
export const goalOfRebuild = ({ status }: ServerFacts): Goal =>
  ({ statuses: [status === 'stopped' ? 'stopped' : 'running'], transition: true, via: 'rebuilding' })

const rescues = (client: OpenstackClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'observed',
    note: 'Boots the server\'s own image, or the cloud\'s; the cloud makes a password, which the answer has. Not for a server that boots ' +
      'from a volume.',
    run: async ({ id }) => {
      const answer = await client.actForPassword(id, { rescue: null })
      return { ...toAccepted(id, 'rescue', answer), ...(answer.answer === null ? {} : { password: answer.answer }) }
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
  note: 'The link is valid for ten minutes by default; how long it is, the cloud does not say.',
  run: async ({ id }) => await openFirstConsole(client, id, 0)
})

async function openFirstConsole (client: OpenstackClient, id: string, index: number): Promise<ConsoleLink> {
  const [protocol, type] = consoles[index] ?? consoles[0]
  try {
    const link = await client.openConsole(id, protocol, type)
    return { type: link.type ?? type, url: link.url, expires_at: null }
  } catch (error) {
    // `Unavailable console type` is the only refusal of the form.
    const isUnavailable = error instanceof UpstreamError && error.failure === 'rejected'
    if (!isUnavailable || index + 1 === consoles.length) throw error
    return await openFirstConsole(client, id, index + 1)
  }
}
