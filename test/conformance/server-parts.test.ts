import t, { type Test } from 'tap'
import { z } from 'zod'
import { addressRowSchema, loginLinkSchema, ownerSchema } from '../../src/domain/catalog.ts'
import { badMembersOf, forEachAccount, listServers, refuseSecrets, dryRun, see, toProblem, walk, type Answer, type Bench, type Body, type CapabilityName, type Method } from './bench.ts'
import { prepare, type Subject } from './subject.ts'

await forEachAccount(t, async (t, bench) => {
  await absent(t, bench)
  await owners(t, bench)
  const subject = await prepare(t, bench)
  await addresses(t, bench, subject)
  await missing(t, bench, subject)
})

interface Asking {
  readonly method: Method
  readonly path: string
  readonly body?: Body
}

const server = '/servers/1'
/** How each verb that may be absent would be asked for. */
const askings: Readonly<Partial<Record<CapabilityName, Asking>>> = {
  protect: { method: 'PATCH', path: server, body: { protected: true } },
  rebuild: { method: 'POST', path: `${server}/rebuild`, body: { image: 'x' } },
  rescue: { method: 'POST', path: `${server}/rescue` },
  unrescue: { method: 'POST', path: `${server}/unrescue` },
  password: { method: 'POST', path: `${server}/password` },
  'snapshots.list': { method: 'GET', path: `${server}/snapshots` },
  'snapshots.create': { method: 'POST', path: `${server}/snapshots`, body: { name: 'x' } },
  'snapshots.restore': { method: 'POST', path: `${server}/snapshots/x/restore` },
  'snapshots.delete': { method: 'DELETE', path: `${server}/snapshots/x` },
  ptr: { method: 'PUT', path: '/addresses/192.0.2.1/ptr', body: { ptr: null } },
  'owners.list': { method: 'GET', path: '/owners' },
  'owners.create': { method: 'POST', path: '/owners', body: {} },
  login_link: { method: 'POST', path: '/owners/1/login-link' }
}

async function absent (t: Test, bench: Bench): Promise<void> {
  for (const [verb, { method, path, body }] of Object.entries(askings)) {
    if (Object.keys(bench.verbs).includes(verb)) continue
    for (const query of method === 'GET' ? [''] : ['', '?dry_run=true']) {
      const { result, calls } = await bench.callsOf(async () => await bench.ask(method, `${path}${query}`, { body }))
      t.match(toProblem(t, result, 'operation-not-supported', verb), { status: 501, side_effect: 'none', retryable: 'no' })
      t.equal(calls.length, 0, `nobody is asked for ${verb}`)
    }
  }
}

const strictOwner = z.strictObject(ownerSchema.shape)

async function owners (t: Test, bench: Bench): Promise<void> {
  const { ask, verbs, vendor: { choices } } = bench
  if (verbs['owners.list'] === undefined) return
  const all = (await walk(bench, '/owners', 500)).map(row => strictOwner.parse(row))
  t.ok(all.length > 0, 'there are owners')
  t.equal(new Set(all.map(({ id }) => id)).size, all.length)
  t.same(await walk(bench, '/owners', 1), all, 'one by one to the end they are the same')
  for (const owner of all.slice(0, 3)) t.same((await ask('GET', `/owners/${owner.id}`)).body, owner, 'a get tells what the list tells')
  for (const id of ['99999999', 'nobody']) t.match(toProblem(t, await ask('GET', `/owners/${id}`), 'not-found', `owner ${id}`), { status: 404, side_effect: 'none' })
  const served = (await listServers(bench)).flatMap(({ owner }) => owner?.id ?? [])
  t.ok(served.length === 0 || served.some(id => all.some(owner => owner.id === id)), 'the owners of servers are among them')
  await loginLink(t, bench, all[0]?.id ?? '')
  const body: Body = { ...verbs['owners.create']?.example, ...choices.owner }
  await dryRun(t, bench, 'POST', '/owners', body)
  const made = await ask('POST', '/owners', { body, headers: { 'idempotency-key': 'an owner' } })
  refuseSecrets(t, bench, made, 'an owner')
  // Not everybody may, nor have more than one.
  if (made.status === 502 || made.status === 409) { t.match(toProblem(t, made, made.status === 409 ? 'conflict' : 'upstream-forbidden', 'an owner that may not be'), { side_effect: 'none' }); return }
  t.equal(made.status, 201, made.text)
  const owner = strictOwner.parse(made.body)
  t.match(owner, { email: body['email'] ?? null, ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}) })
  t.notOk(all.some(({ id }) => id === owner.id), 'a new one')
  const replay = await ask('POST', '/owners', { body, headers: { 'idempotency-key': 'an owner' } })
  t.match(replay, { status: 201, headers: { 'idempotency-replayed': 'true' }, body: owner })
  t.match((await ask('GET', `/owners/${owner.id}`)).body, { id: owner.id })
}

async function loginLink (t: Test, bench: Bench, owner: string): Promise<void> {
  if (bench.verbs.login_link === undefined) return
  const path = `/owners/${owner}/login-link`
  t.ok((await dryRun(t, bench, 'POST', path)).length > 0)
  t.equal((await bench.ask('POST', path, { headers: { 'idempotency-key': 'a link' } })).status, 400, 'a link is told once')
  const answer = await bench.ask('POST', path)
  if (answer.status === 502) { toProblem(t, answer, 'upstream-forbidden', 'a link, without the right'); return }
  t.equal(answer.status, 201, answer.text)
  t.equal(answer.headers['cache-control'], 'no-store')
  const link = z.strictObject({ ...loginLinkSchema.shape, url: z.url(), expires_at: z.iso.datetime() }).parse(answer.body)
  t.ok(Date.parse(link.expires_at) > Date.now(), 'it works for a while')
  t.match(toProblem(t, await bench.ask('POST', '/owners/99999999/login-link'), 'not-found', 'a link for nobody'), { status: 404, side_effect: 'none' })
}

const strictAddress = z.strictObject(addressRowSchema.shape)

async function addresses (t: Test, bench: Bench, { id, path }: Subject): Promise<void> {
  if (!bench.can('addresses.list')) return
  const rows = (await walk(bench, `${path}/addresses`, 100)).map(row => strictAddress.parse(row))
  t.same(await walk(bench, `${path}/addresses`, 1), rows, 'one by one to the end they are the same')
  t.same(rows.filter(row => row.server_id !== id), [], 'all are the server\'s')
  const told = new Set(rows.map(({ address }) => address))
  t.same((await see(bench, id)).addresses.filter(({ address }) => !told.has(address)), [], 'what the server shows is among them')
  const all = (await walk(bench, '/addresses', 500)).map(row => strictAddress.parse(row))
  t.same((await walk(bench, '/addresses', 7)).length, all.length, 'page by page there are as many')
}

const isMissing = (t: Test, answer: Answer, what: string): void => {
  t.match(toProblem(t, answer, 'not-found', what), { status: 404, side_effect: 'none', retryable: 'no' })
}

/** What a server does not have is missing; the server itself is not. */
async function missing (t: Test, bench: Bench, { path }: Subject): Promise<void> {
  const { ask, can, vendor: { missingId } } = bench
  for (const [verb, below] of [['snapshots.list', 'snapshots'], ['addresses.list', 'addresses']] as const) {
    if (can(verb)) toProblem(t, await ask('GET', `/servers/${missingId}/${below}`), 'server-not-found', `${below} of a missing server`)
  }
  if (can('addresses.detach')) isMissing(t, await ask('DELETE', `${path}/addresses/192.0.2.254`), 'an address that the server does not have')
  if (can('addresses.attach')) {
    const answer = await ask('POST', `${path}/addresses`, { body: { addresses: ['192.0.2.254'] } })
    t.ok(answer.status >= 400 && answer.status < 500, `an address that there is not: ${answer.text.slice(0, 300)}`)
    t.same(badMembersOf(answer), ['body.addresses'], answer.text.slice(0, 300))
    const odd = await ask('POST', `${path}/addresses`, { body: { addresses: ['not an address'] } })
    t.ok(odd.status >= 400 && odd.status < 500 && badMembersOf(odd).some(member => member.startsWith('body.addresses')), `no address at all: ${odd.text.slice(0, 300)}`)
  }
  if (can('ptr')) isMissing(t, await ask('PUT', '/addresses/192.0.2.254/ptr', { body: { ptr: 'host.example.com' } }), 'the name of an address that there is not')
  const nobody = '00000000-0000-4000-8000-00000000dead'
  if (can('snapshots.restore')) isMissing(t, await ask('POST', `${path}/snapshots/${nobody}/restore`), 'a snapshot that there is not')
  if (can('snapshots.delete')) isMissing(t, await ask('DELETE', `${path}/snapshots/${nobody}`), 'a snapshot that there is not')
  if (can('console')) t.equal((await ask('POST', `${path}/console`, { headers: { 'idempotency-key': 'a console' } })).status, 400, 'a console is told once')
}
