import type { Accepted, AllVerbs } from '../verbs.ts'
import type { VmmanagerClient } from './client.ts'
import { toAccepted } from './jobs.ts'

export function createPower (client: VmmanagerClient): Pick<AllVerbs, 'start' | 'stop' | 'reboot'> {
  const send = (action: 'start' | 'stop' | 'restart') =>
    async ({ id, force }: { readonly id: string, readonly force?: boolean | undefined }): Promise<Accepted> =>
      toAccepted(await client.act(id, action, force === true ? { force } : {}), `host_${action}`)
  return {
    start: { evidence: 'observed', run: send('start') },
    stop: { evidence: 'observed', accepts: ['force'], run: send('stop') },
    reboot: { evidence: 'observed', accepts: ['force'], run: send('restart') }
  }
}
