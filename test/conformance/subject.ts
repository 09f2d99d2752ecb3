import type { Test } from 'tap'
import { z } from 'zod'
import type { Verb } from '../../src/adapters/verb-facts.ts'
import { capabilityNames } from '../../src/domain/capability.ts'
import { addressRowSchema, ownerSchema, snapshotSchema } from '../../src/domain/catalog.ts'
import { apiVerbs } from '../../src/verbs/all.ts'
import { ended, see, walk, type Answer, type Bench, type Body, type CapabilityName, type Method } from './bench.ts'
import { password } from './vendors.ts'

/** One write of a caller: a verb that the account has, and a request that the vendor takes. */
export interface Write {
  readonly verb: CapabilityName
  readonly method: Method
  readonly path: string
  readonly body?: Body
  /** Answered at once, without an operation. */
  readonly isAsk?: true
}

/** A server that was bought for a test, with an address and a snapshot where there are such. */
export interface Subject {
  readonly id: string
  readonly path: string
  readonly writes: readonly Write[]
}

const addressesAt = async (bench: Bench, path: string) => (await walk(bench, path, 200)).map(row => addressRowSchema.parse(row))

interface Places {
  readonly id: string
  readonly address: string
  readonly snapshot: string
  readonly owner: string
}

const takesPassword = (verb: Verb | undefined): Body => verb?.accepts?.includes('password') === true ? { password } : {}

/** A body that the vendor takes, for the verbs that need one. */
const bodiesOf = ({ vendor: { choices }, verbs, order }: Bench, { address }: Places): Readonly<Partial<Record<CapabilityName, Body>>> => ({
  create: { ...order, name: 'another-1' },
  resize: choices.larger,
  rename: { name: 'renamed-1' },
  protect: { protected: true },
  rebuild: { image: choices.image, ...takesPassword(verbs.rebuild) },
  password: takesPassword(verbs.password),
  'snapshots.create': { name: 'kept-2' },
  'addresses.attach': { addresses: [choices.address ?? address] },
  ptr: { ptr: 'host.example.com' },
  'owners.create': { ...verbs['owners.create']?.example }
})

/** Every write of the API that the account has; the server and what belongs to it need not exist. A delete comes last. */
function writesOn (bench: Bench, places: Places): Write[] {
  const values = new Map(Object.entries(places))
  const bodies = bodiesOf(bench, places)
  const all = apiVerbs.filter(({ permission }) => permission !== 'read').flatMap(({ action, runs = [], method, path, answers }) =>
    (runs.length > 0 ? runs : [action]).filter(isCapability).filter(bench.can).map((verb): Write => ({
      verb,
      method,
      path: path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values.get(name) ?? '')),
      ...(bodies[verb] === undefined ? {} : { body: bodies[verb] }),
      ...(answers === 'value' ? { isAsk: true } : {})
    })))
  return all.sort((a, b) => Number(a.verb === 'delete') - Number(b.verb === 'delete'))
}

const isCapability = (name: string): name is CapabilityName => capabilityNames.some(known => known === name)

const nowhere = { address: '192.0.2.250', snapshot: 'no-snapshot', owner: '1' }

/** The writes on a server that there is not. */
export const writesOnMissing = (bench: Bench): Write[] => writesOn(bench, { ...nowhere, id: bench.vendor.missingId }).filter(({ path }) => path.startsWith('/servers/'))

export const send = async ({ ask }: Bench, { method, path, body }: Write, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => await ask(method, path, { body, headers })

export async function prepare (t: Test, bench: Bench): Promise<Subject> {
  const { vendor: { choices }, ask, can, order } = bench
  const headers = { prefer: 'wait=300' }
  bench.vendor.pace(100)
  const work = async (what: string, method: Method, path: string, body: Body): Promise<string> => {
    const operation = await ended(t, bench, await ask(method, path, { body, headers }), what)
    t.equal(operation?.status, 'succeeded', `${what}: ${JSON.stringify(operation)}`)
    return operation?.server_id ?? ''
  }
  const id = await work('create', 'POST', '/servers', { ...order, name: 'subject-1' })
  const path = `/servers/${encodeURIComponent(id)}`
  const snapshot = can('snapshots.list') ? await takeSnapshot(bench, path, work) : ''
  const [owner] = can('login_link') ? (await walk(bench, '/owners', 50)).map(row => ownerSchema.parse(row)) : []
  const own = (await see(bench, id)).addresses.find(({ family }) => family === 4)?.address
  const free = choices.address ?? (can('addresses.list') ? (await addressesAt(bench, '/addresses')).find(row => row.server_id === null && row.family === 4)?.address : undefined)
  if (free !== undefined && can('addresses.attach')) await work('attach', 'POST', `${path}/addresses`, { addresses: [free] })
  return { id, path, writes: writesOn(bench, { id, address: free ?? own ?? nowhere.address, snapshot, owner: owner?.id ?? nowhere.owner }) }
}

async function takeSnapshot (bench: Bench, path: string, work: (what: string, method: Method, path: string, body: Body) => Promise<string>): Promise<string> {
  await work('snapshot', 'POST', `${path}/snapshots`, { name: 'kept-1' })
  return z.array(snapshotSchema).parse(await walk(bench, `${path}/snapshots`, 50))[0]?.id ?? ''
}
