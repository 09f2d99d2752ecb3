import type { AllVerbs } from '../verbs.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { uuidIn, uuidServerId } from '../kit/ids.ts'
import { passwordOf, sshKeysOf } from './ids.ts'

const about = { members: new Map([['image', 'body.image'], ['root_password', 'body.password'], ['ssh_keys', 'body.ssh_keys']]), uncertain: true }

export const createRebuild = (client: FleioClient): AllVerbs['rebuild'] => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  accepts: ['password', 'ssh_keys'],
  note: 'ssh_keys are key ids.',
  run: async ({ seen: { server: { id } }, image, password, ssh_keys: keys }) => {
    const body = {
      image: uuidIn('body.image', image),
      ...(password === undefined ? {} : { root_password: passwordOf('body.password', password) }),
      ...(keys === undefined ? {} : { ssh_keys: sshKeysOf('body.ssh_keys', keys) })
    }
    const work = client.act(uuidServerId(id), 'rebuild', { body, about })
    await explained(work, { client, id, member: 'body.image', states: new Set(['running', 'stopped', 'error']) })
    return {}
  }
})
