import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { idOf } from './ids.ts'
import { imageChoice } from './ids-image.ts'
import { toAccepted } from './mapping.ts'

type Changes = Pick<AllVerbs, 'delete' | 'rename' | 'rebuild' | 'rescue' | 'unrescue' | 'password'>

const imageFailure = memberFailure(new Map([['os', 'body.image'], ['image', 'body.image'], ['password', 'body.password']]))
const passwordFailure = memberFailure(new Map([['password', 'body.password']]))

/** The verbs of a single call; most are followed by the task that the answer names. */
export const createChanges = (client: VmmanagerClient): Changes => ({
  delete: {
    evidence: 'observed',
    note: 'A server with deletion protection is refused; no call to remove the protection is documented.',
    run: async ({ seen }) => toAccepted(await client.deleteHost(idOf(seen.server.id)), 'host_delete')
  },
  rename: {
    evidence: 'observed',
    run: async ({ id, name }) => {
      if (name.trim() === '') throw badMember('body.name', 'must not be blank')
      await client.editHost(idOf(id), { name })
      // Takes effect at once, so no task is followed.
      return {}
    }
  },
  rebuild: {
    evidence: 'observed',
    accepts: ['password'],
    run: async ({ seen, image, password }) => {
      const body = { ...imageChoice(image), ...(password === undefined ? {} : { password }) }
      return toAccepted(await client.act({ id: idOf(seen.server.id), action: 'reinstall', body, toFailure: imageFailure }), 'host_reinstall')
    }
  },
  rescue: {
    evidence: 'inferred',
    run: async ({ id }) => toAccepted(await client.act({ id: idOf(id), action: 'rescue_mode', body: { rescue_mode: true } }), 'host_rescue_mode')
  },
  unrescue: {
    evidence: 'inferred',
    run: async ({ id }) => toAccepted(await client.act({ id: idOf(id), action: 'rescue_mode', body: { rescue_mode: false } }), 'host_rescue_mode')
  },
  password: {
    evidence: 'observed',
    accepts: ['password'],
    run: async ({ id, password }) => {
      if (password === undefined) throw badMember('body.password', 'is required: the provider generates none')
      const body = { password }
      return toAccepted(await client.act({ id: idOf(id), action: 'password', body, toFailure: passwordFailure }), 'host_password')
    }
  }
})
