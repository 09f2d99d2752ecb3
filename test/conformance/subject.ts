import type { Test } from 'tap'
import { z } from 'zod'
import { addressRowSchema, ownerSchema, snapshotSchema } from '../../src/domain/catalogue.ts'
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

/** Whatever can be asked of one server, and of the account; `id` need not be one that there is. */
function writesOn ({ vendor: { choices }, verbs, order, can }: Bench, path: string, { address, snapshot, owner }: Readonly<Record<'address' | 'snapshot' | 'owner', string>>): Write[] {
  const takesPassword = (accepts: readonly string[] | undefined): Body => accepts?.includes('password') === true ? { password } : {}
  const post = (verb: CapabilityName, below: string, body?: Body): Write => ({ verb, method: 'POST', path: `${path}${below}`, ...(body === undefined ? {} : { body }) })
  const all: readonly Write[] = [
    { verb: 'rename', method: 'PATCH', path, body: { name: 'renamed-1' } },
    { verb: 'protect', method: 'PATCH', path, body: { protected: true } },
    post('resize', '/resize', choices.larger),
    post('password', '/password', takesPassword(verbs.password?.accepts)),
    { ...post('console', '/console'), isAsk: true },
    post('snapshots.create', '/snapshots', { name: 'kept-2' }),
    post('snapshots.restore', `/snapshots/${snapshot}/restore`),
    { verb: 'snapshots.delete', method: 'DELETE', path: `${path}/snapshots/${snapshot}` },
    { verb: 'ptr', method: 'PUT', path: `/addresses/${address}/ptr`, body: { ptr: 'host.example.com' }, isAsk: true },
    post('addresses.attach', '/addresses', { addresses: [choices.address ?? address] }),
    { verb: 'addresses.detach', method: 'DELETE', path: `${path}/addresses/${address}` },
    post('stop', '/stop'),
    post('start', '/start'),
    post('reboot', '/reboot'),
    post('rescue', '/rescue'),
    post('unrescue', '/unrescue'),
    post('rebuild', '/rebuild', { image: choices.image, ...takesPassword(verbs.rebuild?.accepts) }),
    { verb: 'create', method: 'POST', path: '/servers', body: { ...order, name: 'another-1' } },
    { verb: 'owners.create', method: 'POST', path: '/owners', body: { ...verbs['owners.create']?.example }, isAsk: true },
    { verb: 'login_link', method: 'POST', path: `/owners/${owner}/login-link`, isAsk: true },
    { verb: 'delete', method: 'DELETE', path }
  ]
  return all.filter(({ verb }) => can(verb))
}

const nowhere = { address: '192.0.2.250', snapshot: 'no-snapshot', owner: '1' }

/** The writes on a server that there is not. */
export const writesOnMissing = (bench: Bench): Write[] => writesOn(bench, `/servers/${bench.vendor.missingId}`, nowhere).filter(({ path }) => path.startsWith('/servers/'))

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
  return { id, path, writes: writesOn(bench, path, { address: free ?? own ?? nowhere.address, snapshot, owner: owner?.id ?? nowhere.owner }) }
}

async function takeSnapshot (bench: Bench, path: string, work: (what: string, method: Method, path: string, body: Body) => Promise<string>): Promise<string> {
  await work('snapshot', 'POST', `${path}/snapshots`, { name: 'kept-1' })
  return z.array(snapshotSchema).parse(await walk(bench, `${path}/snapshots`, 50))[0]?.id ?? ''
}
