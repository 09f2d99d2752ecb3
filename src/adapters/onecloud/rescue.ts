import type { ServerOperations } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { getLive } from './live.ts'

const note = 'Named in the provider\'s source only, for releases that know it; newer ones want 2 GiB of memory or more.'

export const rescueServer = (client: OnecloudClient): NonNullable<ServerOperations['rescue']> => ({
  evidence: 'inferred',
  note,
  run: async ({ id }) => {
    await getLive(client, id)
    await client.act(id, 'start-rescue')
    return {}
  }
})

export const unrescueServer = (client: OnecloudClient): NonNullable<ServerOperations['unrescue']> => ({
  evidence: 'inferred',
  note,
  run: async ({ id }) => {
    await getLive(client, id)
    await client.act(id, 'stop-rescue')
    return {}
  }
})
