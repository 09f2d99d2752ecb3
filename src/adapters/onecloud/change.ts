import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import { flag } from '../../domain/parameter.ts'
import type { AllVerbs, Command, OnSeenServer } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming, nameFailure } from './failures.ts'
import { checkName, checkPassword } from './ids.ts'
import { goalOf, hardwareOf } from './mapping.ts'

type Changes = Pick<AllVerbs, 'delete' | 'rename' | 'protect' | 'rescue' | 'unrescue' | 'password' | 'console'>

export const createChanges = (client: OnecloudClient): Changes => ({
  delete: deletion(client),
  ...attributes(client),
  ...rescues(client),
  password: setPassword(client),
  console: openConsole(client)
})

const recycleQuery = z.strictObject({ recycle: flag('true: keep the server in the provider\'s recycle bin') })

/**
 * Deletes for good; `recycle` leaves the server in the vendor's recycle bin, where `get` treats it as missing.
 * The vendor accepts a second plain deletion there without effect, but the preflight does not find such a server.
 */
const deletion = (client: OnecloudClient): Command<OnSeenServer & z.output<typeof recycleQuery>> => ({
  evidence: 'observed',
  parameters: recycleQuery,
  note: 'recycle=true keeps the server in the recycle bin for three days, with its address and its costs. ' +
    'An elastic address stays with the project, unattached and billed.',
  run: async ({ seen, recycle }) => {
    await client.deleteServer(seen.server.id, recycle === true ? '' : '?override_pending_delete=true')
    const { elasticAddress } = hardwareOf(seen)
    const goal = goalOf('delete', { absent: true })
    if (elasticAddress === null) return { goal }
    const note = `The elastic address ${elasticAddress} stays with the project, unattached and billed; ` +
      'GET /v1/{account}/addresses lists it, and a raw DELETE of /eips/{id} releases it.'
    return { goal, note }
  }
})

/** The vendor returns the changed record; there is nothing to wait for. */
const attributes = (client: OnecloudClient): Pick<AllVerbs, 'rename' | 'protect'> => ({
  rename: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ id, name }) => {
      checkName(name)
      await client.getServer(id)
      await client.updateServer(id, { name }, nameFailure)
      return { done: true }
    }
  },
  protect: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ id, protected: isProtected }) => {
      await client.getServer(id)
      await client.updateServer(id, { disable_delete: isProtected })
      return { done: true }
    }
  }
})

const rescues = (client: OnecloudClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'Restarts the server. The provider refuses servers with less than 2048 MiB of memory, and zones without a baremetal agent.',
    run: async ({ id }) => {
      await client.getServer(id)
      await client.act(id, 'start-rescue')
      return { goal: goalOf('rescue', { statuses: ['rescue'] }) }
    }
  },
  unrescue: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'Restarts the server.',
    run: async ({ id }) => {
      await client.getServer(id)
      await client.act(id, 'stop-rescue')
      return { goal: goalOf('unrescue', { statuses: ['running', 'stopped'] }) }
    }
  }
})

/** A stopped server's disk is rewritten; a running server needs a guest agent, and ends in a failed status without it. */
const setPassword = (client: OnecloudClient): AllVerbs['password'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  accepts: ['password'],
  note: 'A running server needs the provider\'s guest agent; without it the operation fails.',
  run: async ({ id, password }) => {
    if (password === undefined) throw badMember('body.password', 'is required: the provider returns no generated password')
    checkPassword(password)
    const { server } = await client.getServer(id)
    const isStopped = server.status === 'stopped'
    await client.act(id, 'set-password', { password, ...(isStopped ? { auto_start: false } : {}) }, naming({}))
    return { goal: goalOf('password', { statuses: isStopped ? ['stopped'] : ['running', 'rescue'] }) }
  }
})

/** A browser link from the vendor's console service. A stopped server is answered with 406, a `conflict`. */
const openConsole = (client: OnecloudClient): AllVerbs['console'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  note: 'Requires a running server. How long the link is valid is not returned.',
  run: async ({ id }) => {
    await client.getServer(id)
    const { access_url: url, connect_params: parameters } = await client.openConsole(id)
    return { type: protocolOf(parameters ?? ''), url, expires_at: null }
  }
})

/** The protocol is in a base64-encoded query string; a page of the vendor shows `vnc`. */
function protocolOf (parameters: string): string {
  const protocol = new URLSearchParams(Buffer.from(parameters, 'base64').toString('utf8')).get('protocol') ?? ''
  if (!/^[a-z][a-z\d_-]{0,31}$/i.test(protocol)) return 'url'
  return protocol === 'vnc' ? 'novnc' : protocol
}
