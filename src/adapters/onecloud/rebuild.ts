import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { RebuildSpec } from '../../domain/spec.ts'
import { refusal } from '../kit/ids.ts'
import type { Accepted, AllVerbs, NextStep, Step } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming } from './failures.ts'
import { checkPassword, keypairOf } from './ids.ts'
import { goalOf, hardwareOf, isAtRest } from './mapping.ts'

const rebuildFailure = naming({ keypair: 'body.ssh_keys', image: 'body.image' }, 'body.image')

/** Only a stopped server can be rebuilt: a running one is stopped first, and started again by the rebuild. */
export const createRebuild = (client: OnecloudClient): AllVerbs['rebuild'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  accepts: ['password', 'ssh_keys'],
  note: 'A running server is stopped and started again. The SSH key is removed unless ssh_keys, the id of one key, is given; ' +
    'without password the provider generates one.',
  run: async ({ seen, ...spec }) => {
    const input = inputOf(spec, seen.server.status === 'running')
    await checkImage(client, seen, spec.image)
    if (seen.server.status !== 'running') return await write(client, seen.server.id, input)
    await client.act(seen.server.id, 'stop', { is_force: false })
    return { goal: goalOfRebuild(input), next: { name: 'rebuild.write', input } }
  }
})

export const createRebuildSteps = (client: OnecloudClient): Readonly<Record<string, Step>> => ({
  'rebuild.write': { isDue: isAtRest, run: async (id, input) => await write(client, id, input) }
})

function inputOf ({ image, password, ssh_keys: keys }: RebuildSpec, autoStart: boolean): NextStep['input'] {
  if (password !== undefined) checkPassword(password)
  return {
    image_id: image,
    auto_start: autoStart,
    ...(password === undefined ? {} : { password }),
    ...(keys === undefined ? {} : { keypair_id: keypairOf(keys) })
  }
}

/** Runs before the server is stopped. The list lacks some images of other platforms, so for these only the vendor checks. */
async function checkImage (client: OnecloudClient, seen: Seen, id: string): Promise<void> {
  const { hypervisor, systemDisk } = hardwareOf(seen)
  if (hypervisor !== 'kvm') return
  const image = await client.image(id)
  if (image === undefined || image.status !== 'active') throw refusal('rejected', 'the provider has no such usable image', 'body.image')
  if (systemDisk !== null && (image.min_disk ?? 0) > systemDisk.mib) {
    throw refusal('rejected', 'the image is larger than the system disk', 'body.image')
  }
}

async function write (client: OnecloudClient, id: string, input: NextStep['input']): Promise<Accepted> {
  await client.act(id, 'rebuild-root', input, rebuildFailure)
  return { goal: goalOfRebuild(input) }
}

const goalOfRebuild = (input: NextStep['input']): Goal =>
  goalOf('rebuild', { statuses: [input['auto_start'] === true ? 'running' : 'stopped'], transition: true })
