import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { World } from './world.ts'
import { nextSerial, rowsOf } from './world.ts'
import { badInput, classForbidden, duplicateName, noBody, refuse } from './failures.ts'
import { callerOf, type Caller } from './tokens.ts'
import { hexId, isObject, recordTime, textOf, tidy, uuid, type Json } from './values.ts'
import { readBody } from './body.ts'

const privateText = '-----BEGIN RSA PRIVATE KEY-----\nFAKE-SECRET\n-----END RSA PRIVATE KEY-----\n'

export interface NewKeypair {
  readonly id: string
  readonly name: string
  readonly publicKey: string
  readonly ownerId: string
  readonly ownerName: string
  readonly at: number
}

export const keypairRow = (of: NewKeypair): Json => ({
  can_delete: true,
  can_update: true,
  created_at: recordTime(of.at),
  deleted: false,
  fingerprint: (hexId(`${of.name}${of.publicKey}`).match(/../g) ?? []).join(':'),
  id: of.id,
  is_emulated: false,
  linked_guest_count: 0,
  name: of.name,
  owner_id: of.ownerId,
  owner_name: of.ownerName,
  private_key_len: 0,
  public_key: of.publicKey,
  scheme: 'RSA',
  update_version: 0,
  updated_at: recordTime(of.at)
})

export const createKeypair = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const body = readBody(request)
  if (!isObject(body)) throw noBody()
  const input = body['keypair']
  if (!isObject(input)) throw badInput('No request key: keypair')
  if (caller.guest) throw classForbidden('none')
  const row = newRow(world, caller, input)
  rowsOf(world, 'keypairs').push(row)
  const generated = textOf(input['public_key']) === ''
  if (generated) world.privateKeys.set(textOf(row['id']), privateText)
  return { status: 200, body: { keypair: { ...row, private_key_len: generated ? privateText.length : 0 } } }
}

const newRow = (world: World, caller: Caller, input: Json): Json => {
  const name = textOf(input['name'])
  const publicKey = textOf(input['public_key'])
  const ownerId = caller.person?.id ?? ''
  if (name === '') throw refuse(400, 'MissingParameterError', 'Missing parameter name')
  if (publicKey !== '' && !isPublicKey(publicKey)) throw badInput('invalid public error: ssh: no key found')
  if (rowsOf(world, 'keypairs').some(row => row['name'] === name && row['owner_id'] === ownerId)) throw duplicateName('keypair', name)
  return keypairRow({
    id: uuid(`keypair-${nextSerial(world)}-${name}`),
    name,
    publicKey: publicKey || 'ssh-rsa AAAAB3NzaC1yc2EFAKEFAKEFAKE generated@example',
    ownerId,
    ownerName: caller.person?.name ?? '',
    at: world.now()
  })
}

/** What stands for a key in the recordings. */
const placeholder = 'AAAAB3NzaC1yc2EFAKEFAKEFAKE'

/** The key must say its own type again at the start of its base64 part. */
const isPublicKey = (text: string): boolean => {
  const [type = '', data = ''] = text.trim().split(/\s+/)
  if (!['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256'].includes(type) || !/^[A-Za-z0-9+/=]+$/.test(data)) return false
  return data === placeholder || countFields(Buffer.from(data, 'base64'), type) >= (type === 'ssh-rsa' ? 3 : 2)
}

/** A key is a row of fields, each with its length before it; -1 when they do not fill the data exactly. */
const countFields = (data: Buffer, type: string): number => {
  let at = 0
  let count = 0
  for (; at + 4 <= data.length; count += 1) {
    const length = data.readUInt32BE(at)
    if (count === 0 && data.subarray(4, 4 + length).toString() !== type) return -1
    at += 4 + length
  }
  return at === data.length ? count : -1
}

/** The private half can be read once; afterwards the answer is an empty object. */
export const readPrivateKey = (world: World, keypair: Json): SimulatedReply => {
  const id = textOf(keypair['id'])
  const text = world.privateKeys.get(id)
  if (text === undefined) return { status: 200, body: { keypair: {} } }
  world.privateKeys.delete(id)
  return { status: 200, body: { keypair: tidy({ name: keypair['name'], private_key: text, scheme: 'RSA' }) } }
}
