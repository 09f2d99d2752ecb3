import type { AdapterVerbs } from '../verbs.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { nameOf, passwordOf, serverIdOf, sshKeysOf, uuidOf } from './ids.ts'

type Changes = Required<Pick<AdapterVerbs, 'delete' | 'rename' | 'rebuild' | 'rescue' | 'unrescue' | 'password'>>

const members = new Map([
  ['name', 'body.name'], ['image', 'body.image'], ['root_password', 'body.password'], ['password', 'body.password'], ['ssh_keys', 'body.ssh_keys']
])
const about = { members, uncertain: true }

const statesOf = (...states: readonly ServerStatus[]): ReadonlySet<ServerStatus> => new Set(states)
const settled = statesOf('running', 'stopped')
const rebuildable = statesOf('running', 'stopped', 'error')

export function createChanges (client: FleioClient): Changes {
  const looking = (id: string) => async (): Promise<Seen> => await client.getInstance(id)
  return {
    delete: {
      evidence: 'observed',
      cost: { calls: 2 },
      run: async ({ seen: { server: { id } } }) => {
        // For end users, a locked server is answered with 400.
        await explained(client.deleteInstance(serverIdOf(id)), { look: looking(id) })
        return {}
      }
    },
    rename: {
      evidence: 'inferred',
      run: async ({ id, name }) => {
        await client.act(serverIdOf(id), 'rename', { body: { name: nameOf('body.name', name) }, about })
        return {}
      }
    },
    rebuild: {
      evidence: 'inferred',
      cost: { calls: 2 },
      accepts: ['password', 'ssh_keys'],
      note: 'ssh_keys are key ids.',
      run: async ({ seen: { server: { id } }, image, password, ssh_keys: keys }) => {
        const body = {
          image: uuidOf('body.image', image),
          ...(password === undefined ? {} : { root_password: passwordOf('body.password', password) }),
          ...(keys === undefined ? {} : { ssh_keys: sshKeysOf('body.ssh_keys', keys) })
        }
        const work = client.act(serverIdOf(id), 'rebuild', { body, about })
        await explained(work, { look: looking(id), member: 'body.image', states: rebuildable })
        return {}
      }
    },
    rescue: {
      evidence: 'inferred',
      cost: { calls: 3 },
      note: 'The server boots from a fresh copy of its own image; no password is returned.',
      run: async ({ id }) => {
        const { server } = await client.getInstance(serverIdOf(id))
        const image = server.image?.id ?? null
        if (image === null) {
          throw new UpstreamError('conflict', 'the server has no image to boot the rescue system from', { notAttempted: true })
        }
        const work = client.act(id, 'rescue', { body: { image }, about: { uncertain: true } })
        await explained(work, { look: looking(id), member: null, states: settled })
        return {}
      }
    },
    unrescue: {
      evidence: 'inferred',
      cost: { calls: 2 },
      run: async ({ id }) => {
        await explained(client.act(serverIdOf(id), 'unrescue', { about }), { look: looking(id), states: statesOf('rescue') })
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
        await explained(client.act(serverIdOf(id), 'change_password', { body, about }), { look: looking(id), states: statesOf('running') })
        // The password change is a task, and every other action is refused until it is done.
        return { goal: { statuses: ['running'] } }
      }
    }
  }
}
