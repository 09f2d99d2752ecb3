import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { uuidServerId } from '../kit/ids.ts'
import { nameOf, passwordOf } from './ids.ts'

const about = { members: new Map([['name', 'body.name'], ['password', 'body.password']]), uncertain: true }

export const createChanges = (client: FleioClient): Pick<AllVerbs, 'delete' | 'rename' | 'password'> => ({
  delete: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ seen: { server: { id } } }) => {
      // For end users, a locked server is answered with 400.
      await explained(client.deleteInstance(uuidServerId(id)), { client, id })
      return {}
    }
  },
  rename: {
    evidence: 'inferred',
    run: async ({ id, name }) => {
      await client.act(uuidServerId(id), 'rename', { body: { name: nameOf('body.name', name) }, about })
      return {}
    }
  },
  password: {
    evidence: 'inferred',
    cost: { calls: 2 },
    accepts: ['password'],
    note: 'Requires a running server.',
    run: async ({ id, password }) => {
      if (password === undefined) throw badMember('body.password', 'is required: the provider generates none')
      const body = { password: passwordOf('body.password', password) }
      await explained(client.act(uuidServerId(id), 'change_password', { body, about }), { client, id, states: new Set(['running']) })
      // The password change is a task, and every other action is refused until it is done.
      return { goal: { statuses: ['running'] } }
    }
  }
})
