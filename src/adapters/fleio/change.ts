import type { AllVerbs } from '../verbs.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import { refusal, uuidIn } from '../kit/ids.ts'
import type { FleioClient } from './client.ts'
import { nameOf, passwordOf, sshKeysOf } from './ids.ts'

type Changes = Pick<AllVerbs,
  'start' | 'stop' | 'reboot' | 'delete' | 'rename' | 'password' | 'rebuild' | 'rescue' | 'unrescue' | 'console'>

export const createChanges = (client: FleioClient, url: string): Changes => ({
  start: {
    evidence: 'documented',
    run: async ({ id }) => await client.act(id, 'start')
  },
  stop: {
    evidence: 'documented',
    run: async ({ id }) => await client.act(id, 'stop')
  },
  reboot: {
    evidence: 'observed',
    note: 'A soft reboot through the guest; there is no reset.',
    run: async ({ id }) => await client.act(id, 'reboot')
  },
  delete: {
    evidence: 'observed',
    cost: { calls: 2 },
    run: async ({ seen }) => await client.deleteInstance(seen.server.id)
  },
  rename: {
    evidence: 'inferred',
    run: async ({ id, name }) => await client.act(id, 'rename', { name: nameOf(name) })
  },
  password: createPassword(client),
  rebuild: createRebuild(client),
  ...createRescue(client),
  console: createConsole(client, url)
})

const createPassword = (client: FleioClient): AllVerbs['password'] => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  accepts: ['password'],
  note: 'Requires a running server.',
  run: async ({ id, password }) => {
    if (password === undefined) throw badMember('body.password', 'is required: the provider generates none')
    await client.act(id, 'change_password', { password: passwordOf(password) })
    // The password change is a task, and every other action is refused until it is done.
    return { goal: { statuses: ['running'] } }
  }
})

const createRebuild = (client: FleioClient): AllVerbs['rebuild'] => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  accepts: ['password', 'ssh_keys'],
  note: 'ssh_keys are key ids.',
  run: async ({ seen, image, password, ssh_keys: keys }) => await client.act(seen.server.id, 'rebuild', {
    image: uuidIn('body.image', image), root_password: passwordOf(password), ssh_keys: sshKeysOf(keys)
  })
})

const createRescue = (client: FleioClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'inferred',
    cost: { calls: 3 },
    note: 'The server boots from a fresh copy of its own image; no password is returned.',
    run: async ({ id }) => {
      const { server } = await client.getInstance(id)
      const image = server.image?.id ?? null
      if (image === null) throw refusal('conflict', 'the server has no image to boot the rescue system from')
      return await client.act(id, 'rescue', { image })
    }
  },
  unrescue: {
    evidence: 'inferred',
    cost: { calls: 2 },
    run: async ({ id }) => await client.act(id, 'unrescue')
  }
})

const createConsole = (client: FleioClient, url: string): AllVerbs['console'] => ({
  evidence: 'inferred',
  cost: { calls: 2 },
  run: async ({ id }) => {
    const link = await client.getConsole(id)
    return { type: link.type ?? link.protocol ?? 'url', url: toLink(link.url, url), expires_at: null }
  }
})

/** LXD's link is relative to the panel, whose URL is the API's root without its last segments. */
function toLink (text: string, api: string): string {
  const panel = api.replace(/(?:\/backend)?\/\w+$/, '/')
  const url = URL.canParse(text, panel) ? new URL(text, panel) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href
  throw new UpstreamError('malformed', 'the console link is not a URL', { status: 200 })
}
