import { createHash } from 'node:crypto'
import type { SimulatedReply } from '../simulator.ts'
import type { Call, Route } from './call.ts'
import { blame, check, readForm, text } from './fields.ts'
import { answerList, type Listing } from './lists.ts'
import { goneReply, madeReply, notFound, ok } from './replies.ts'
import type { SshKey } from './records.ts'
import { timeNow, type World } from './world.ts'

export const keyView = ({ user, ...key }: SshKey): Record<string, unknown> => ({ ...key, user: user === 'staff' ? 1 : 2 })

const listing: Listing<SshKey> = {
  fields: new Map([
    ['id', { kind: 'number', read: row => row.id }],
    ['name', { kind: 'text', read: row => row.name }],
    ['created_at', { kind: 'time', read: row => row.created_at }]
  ]),
  plain: ['name'],
  matches: (row, term) => row.name.toLowerCase().includes(term),
  orderable: ['name', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'pkm'
}

const own = (call: Call): SshKey[] => [...call.world.keys.values()].filter(key => key.user === call.api)

function find (call: Call): SshKey {
  const key = own(call).find(candidate => String(candidate.id) === call.id)
  if (key === undefined) throw notFound()
  return key
}

export function addKey (world: World, user: SshKey['user'], { name, publicKey }: { name: string, publicKey: string }): SshKey {
  const fingerprint = createHash('md5').update(publicKey).digest('hex').replace(/..(?=.)/g, '$&:')
  const key: SshKey = { id: Math.max(9, ...world.keys.keys()) + 3, name, public_key: publicKey, fingerprint, created_at: timeNow(world), user }
  world.keys.set(key.id, key)
  return key
}

function create (call: Call): SimulatedReply {
  const form = readForm(call.request)
  const name = text(form, 'name', 'required')
  const publicKey = text(form, 'public_key', 'required', 10_000)
  if (name !== undefined && !/^[\w -]+$/.test(name)) blame(form, 'name', 'Only letters, digits, spaces, underscores and hyphens are allowed.')
  if (publicKey !== undefined && !/^(ssh|ecdsa)-[\w-]+ \S+/.test(publicKey)) blame(form, 'public_key', 'Invalid public key.')
  check(form)
  return madeReply(keyView(addKey(call.world, call.api, { name: name ?? '', publicKey: publicKey ?? '' })))
}

function remove (call: Call): SimulatedReply {
  call.world.keys.delete(find(call).id)
  return goneReply
}

const keyPair = (): SimulatedReply => ok({
  private_key: '-----BEGIN RSA PRIVATE KEY-----\nSECRET-PRIVATE-KEY\n-----END RSA PRIVATE KEY-----\n',
  public_key: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABgenerated'
})

export const keyRoutes: readonly Route[] = [
  { path: 'pkm', verbs: { GET: call => answerList(call, own(call), listing, keyView), POST: create } },
  { path: 'pkm/get_generated_key_pair', verbs: { GET: keyPair } },
  { path: 'pkm/:id', verbs: { GET: call => ok(keyView(find(call))), DELETE: remove } }
]
