import type { AllVerbs } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { uuidIn } from '../kit/ids.ts'
import type { HeficedClient } from './client.ts'
import { namingMembers } from './failures.ts'
import { toAccepted } from './mapping.ts'

type Power = 'start' | 'stop' | 'reboot'
type Changes = Power | 'delete' | 'rename' | 'rebuild' | 'rescue' | 'unrescue' | 'password' | 'console'

const ancestor = 'No public source shows this path; the vendor\'s earlier API had it.'

const imageFailure = namingMembers(new Map([['templateId', 'body.image']]))

export const createChanges = (client: HeficedClient): Pick<AllVerbs, Changes> => ({
  ...createPower(client),
  delete: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'Powers the server off and cancels it at once. The server stays listed for a while afterwards.',
    run: async ({ seen: { server } }) => {
      // Others are off, or already being deleted.
      if (!['stopped', 'deleting', 'deleted'].includes(server.status)) await stopIfItRuns(client, server.id)
      return toAccepted(await client.act(server.id, 'cancel', { type: 'Immediate', reason: 'deleted through the gateway' }))
    }
  },
  rename: {
    evidence: 'inferred',
    note: 'No public source shows this call.',
    run: async ({ id, name }) => (await client.rename(id, name)).name === name ? { done: true } : {}
  },
  rebuild: {
    evidence: 'inferred',
    note: `${ancestor} The image must be of the server's region and instance type; the root password changes.`,
    run: async ({ seen: { server }, image }) =>
      toAccepted(await client.act(server.id, 'reinstall', { templateId: uuidIn('body.image', image) }, imageFailure))
  },
  rescue: createRescue(client, 'rescue'),
  unrescue: createRescue(client, 'unrescue'),
  password: {
    evidence: 'inferred',
    note: `${ancestor} The provider generates the password and shows it in its web console.`,
    run: async ({ id }) => {
      const event = await client.act(id, 'resetRootPass')
      const { password } = event
      return {
        ...toAccepted(event),
        ...(password ? { password } : { note: 'The provider generates the new password and shows it in its web console only.' })
      }
    }
  },
  console: {
    evidence: 'inferred',
    note: ancestor,
    run: async ({ id }) => ({ type: 'vnc', url: (await client.openConsole(id)).url, expires_at: null })
  }
})

/** Takes effect only with a restart. A soft one, since the caller can force a stop first. */
const createRescue = (client: HeficedClient, action: 'rescue' | 'unrescue'): AllVerbs['rescue'] => ({
  evidence: 'inferred',
  note: `${ancestor} The server restarts.`,
  run: async ({ id }) => toAccepted(await client.act(id, action, { reboot: true, force: false }))
})

const bodyOf = (force: boolean | undefined): object | undefined => force === true ? { force } : undefined

const createPower = (client: HeficedClient): Pick<AllVerbs, Power> => ({
  start: {
    evidence: 'inferred',
    note: 'No public source shows this path; it is inferred from stop.',
    run: async ({ id }) => toAccepted(await client.act(id, 'start'))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    run: async ({ id, force }) => toAccepted(await client.act(id, 'stop', bodyOf(force)))
  },
  reboot: {
    evidence: 'inferred',
    accepts: ['force'],
    note: 'No public source shows this path; the vendor\'s earlier API had it.',
    run: async ({ id, force }) => toAccepted(await client.act(id, 'reboot', bodyOf(force)))
  }
})

/** The vendor's answer for a server that does not run is not documented; the cancellation must not fail because of it. */
async function stopIfItRuns (client: HeficedClient, id: string): Promise<void> {
  try {
    await client.act(id, 'stop', { force: true })
  } catch (error) {
    if (!(error instanceof UpstreamError) || !['conflict', 'rejected'].includes(error.failure)) throw error
  }
}
