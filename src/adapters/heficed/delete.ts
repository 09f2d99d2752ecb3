import type { AdapterVerbs } from '../verbs.ts'
import { UpstreamError, type Failure } from '../../domain/failure.ts'
import type { ServerStatus } from '../../domain/server.ts'
import { toAccepted } from './mapping-accepted.ts'
import type { HeficedClient } from './client.ts'

/** What is in one of these needs no stop: it is off already, or on its way out. */
const needNoStop: ReadonlySet<ServerStatus> = new Set<ServerStatus>(['stopped', 'deleting', 'deleted'])

/** How the vendor refuses to stop what does not run; its way of saying so is not documented. */
const refusesState: ReadonlySet<Failure> = new Set<Failure>(['conflict', 'rejected'])

export const createDelete = (client: HeficedClient): NonNullable<AdapterVerbs['delete']> => ({
  evidence: 'observed',
  note: 'Switches the server off and cancels it at once. The row stays for a while after it.',
  run: async ({ seen: { server } }) => {
    if (!needNoStop.has(server.status)) await stopIfItRuns(client, server.id)
    return toAccepted(await client.cancel(server.id))
  }
})

/** The cancellation is what counts: it must not fail because there was nothing to stop. */
async function stopIfItRuns (client: HeficedClient, id: string): Promise<void> {
  try {
    await client.act(id, 'stop', { force: true })
  } catch (error) {
    if (!(error instanceof UpstreamError) || !refusesState.has(error.failure)) throw error
  }
}
