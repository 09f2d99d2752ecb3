import type { AllVerbs } from '../verbs.ts'
import { UpstreamError, type Failure } from '../../domain/failure.ts'
import type { ServerStatus } from '../../domain/server.ts'
import { toAccepted } from './mapping.ts'
import type { HeficedClient } from './client.ts'

/** A server in one of these states needs no stop: it is off, or already being deleted. */
const needNoStop: ReadonlySet<ServerStatus> = new Set<ServerStatus>(['stopped', 'deleting', 'deleted'])

/** How the vendor may refuse to stop a server that does not run; its exact answer is not documented. */
const refusesState: ReadonlySet<Failure> = new Set<Failure>(['conflict', 'rejected'])

export const createDelete = (client: HeficedClient): AllVerbs['delete'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  note: 'Powers the server off and cancels it at once. The server stays listed for a while afterwards.',
  run: async ({ seen: { server } }) => {
    if (!needNoStop.has(server.status)) await stopIfItRuns(client, server.id)
    return toAccepted(await client.cancel(server.id))
  }
})

/** The cancellation must not fail because the server was already stopped. */
async function stopIfItRuns (client: HeficedClient, id: string): Promise<void> {
  try {
    await client.act(id, 'stop', { force: true })
  } catch (error) {
    if (!(error instanceof UpstreamError) || !refusesState.has(error.failure)) throw error
  }
}
