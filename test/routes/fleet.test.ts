import t from 'tap'
import { z } from 'zod'
import { serverSchema } from '../../src/domain/server.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { sha256 } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'

const fleetSchema = z.object({
  data: z.array(serverSchema),
  page: z.object({ limit: z.number(), next_cursor: z.string().nullable(), total: z.number().nullable() }),
  accounts: z.array(z.object({ account: z.string(), status: z.enum(['ok', 'stale', 'error']), age_ms: z.number().nullable(), count: z.number(), problem: z.unknown() }))
})

async function openFleet (t: { teardown(work: () => unknown): unknown }, more: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}) {
  const [glesys, vmmanager, onecloud] = await Promise.all([startGlesys(), startVmmanager(), startOnecloud()])
  const { app, close } = await composeGateway({
    accounts: {
      lab: { provider: 'glesys', ...Object.values(glesys.settings)[0] },
      vm6: { provider: 'vmmanager', ...Object.values(vmmanager.settings)[0] },
      pods: { provider: 'onecloud', ...Object.values(onecloud.settings)[0] },
      ...more
    }
  })
  t.teardown(async () => {
    await close()
    await Promise.all([glesys.close(), vmmanager.close(), onecloud.close()])
  })
  const page = async (query = '', headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url: `/v1/servers${query}`, headers })
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return { ...fleetSchema.parse(answer.json()), headers: answer.headers }
  }
  return { app, glesys, vmmanager, onecloud, page }
}

t.test('a walk over all accounts returns every server once, in every order', async t => {
  const { app, page } = await openFleet(t)
  const expected: string[] = []
  for (const account of ['lab', 'vm6', 'pods']) {
    const { data } = (await app.inject(`/v1/${account}/servers?limit=500`)).json<{ data: Array<{ id: string }> }>()
    expected.push(...data.map(({ id }) => `${account}/${id}`))
  }
  for (const sort of ['id', '-id', 'name', '-name', 'created_at', '-created_at']) {
    const found: string[] = []
    const keys: string[] = []
    let cursor: string | null = null
    do {
      const { data, page: { next_cursor: next } } = await page(`?limit=33&sort=${sort}${cursor === null ? '' : `&cursor=${cursor}`}`)
      found.push(...data.map(({ account, id }) => `${account}/${id}`))
      keys.push(...data.map(server => sort.endsWith('id') ? server.account : sort.endsWith('name') ? server.name : server.created_at ?? ''))
      cursor = next
    } while (cursor !== null && found.length <= expected.length)
    t.same([...found].sort(), [...expected].sort(), sort)
    const inOrder = [...keys].sort()
    t.same(keys, sort.startsWith('-') ? inOrder.reverse() : inOrder, `${sort} is the order`)
  }
})

t.test('an account that does not answer is an error of its own, the others are shown', async t => {
  const { page, vmmanager } = await openFleet(t, { dead: { provider: 'vmmanager', url: 'http://127.0.0.1:9', email: 'a@example.com', password: 'x' } })
  const held = vmmanager.hold()
  const { data, accounts } = await page('?deadline_ms=4000&limit=500')
  held.release()
  t.match(accounts, [
    { account: 'dead', status: 'error', count: 0, problem: { type: '/problems/upstream-unreachable', account: 'dead' } },
    { account: 'lab', status: 'ok', problem: null }, { account: 'pods', status: 'ok' },
    { account: 'vm6', status: 'error', problem: { type: '/problems/upstream-timeout' } }
  ])
  t.same(new Set(data.map(({ account }) => account)), new Set(['lab', 'pods']))
})

t.test('a stream has every match as a line, and at its end a line for each account', async t => {
  const { app } = await openFleet(t)
  const answer = await app.inject({ url: '/v1/servers', headers: { accept: 'application/x-ndjson' } })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^application\/x-ndjson/)
  const lines = answer.body.trim().split('\n').map(line => JSON.parse(line))
  t.match(lines.slice(-3), [{ account: { account: 'lab', status: 'ok' } }, { account: { account: 'pods', status: 'ok' } }, { account: { account: 'vm6', status: 'ok' } }])
  const { total } = (await app.inject('/v1/servers?limit=1')).json<{ page: { total: number } }>().page
  t.equal(lines.length - 3, total)
  t.match(answer.trailers, { 'hawser-upstream-calls': /^\d+$/ })
  for (const query of ['limit=5', 'sort=id', 'cursor=x']) t.equal((await app.inject({ url: `/v1/servers?${query}`, headers: { accept: 'application/x-ndjson' } })).statusCode, 400)
})

const walkIds = async (page: Awaited<ReturnType<typeof openFleet>>['page'], query: string) => {
  const first = await page(query)
  const pages = [first]
  for (let cursor = first.page.next_cursor; cursor !== null && pages.length < 100;) {
    const next = await page(`${query}&cursor=${cursor}`)
    pages.push(next)
    cursor = next.page.next_cursor
  }
  return pages
}

t.test('an account that fails on the first page is an error on every page of that walk, and is read again by a new one', async t => {
  const { page, vmmanager } = await openFleet(t)
  vmmanager.fail({ kind: 'reply', reply: { status: 400, body: { error: { code: 3003, msg: 'no' } } }, match: ({ path }) => path === '/vm/v3/host', times: 1 })
  const pages = await walkIds(page, '?limit=40')
  t.ok(pages.length > 1)
  for (const { accounts, data } of pages) {
    t.match(accounts.find(({ account }) => account === 'vm6'), { status: 'error', count: 0, problem: { account: 'vm6' } })
    t.notOk(data.some(({ account }) => account === 'vm6'))
  }
  t.match((await page('?limit=40')).accounts.find(({ account }) => account === 'vm6'), { status: 'ok' })
})

t.test('the second page of a walk by id reads only the accounts that can be on it', async t => {
  const { page, glesys, onecloud, vmmanager } = await openFleet(t)
  const first = await page('?limit=4')
  t.equal(new Set(first.data.map(({ account }) => account)).size, 1)
  const before = [onecloud.calls.length, vmmanager.calls.length, glesys.calls.length]
  await page(`?limit=2&cursor=${(await page('?limit=2')).page.next_cursor ?? ''}`)
  const asked = [onecloud.calls.length, vmmanager.calls.length, glesys.calls.length].map((count, index) => count - (before[index] ?? 0))
  t.ok((asked[0] ?? 9) <= 1 && (asked[1] ?? 9) <= 1, `${asked.join()} calls for a first page and a second one`)
  const refused = await page(`?limit=2&sort=name&cursor=${first.page.next_cursor ?? ''}`).catch((error: Error) => error.message)
  t.match(refused, /is not a cursor of this list/)
})

t.test('an account that does not answer is shown from its last read, unless it was written to meanwhile', async t => {
  const { app, page, vmmanager } = await openFleet(t)
  const isList = ({ path, method }: { readonly path: string, readonly method: string }): boolean => method === 'GET' && path === '/vm/v3/host'
  const query = '?accounts=vm6,lab&limit=500'
  const { data } = await page(query)
  const copy = await page(query, { 'cache-control': 'max-age=60' })
  t.equal(copy.headers['hawser-upstream-calls'], '0')
  t.ok(copy.data.every(({ source }) => source === 'cache'))
  t.equal(copy.headers.etag, (await page(query)).headers.etag)
  t.equal((await app.inject({ url: `/v1/servers${query}`, headers: { 'cache-control': 'max-age=60', 'if-none-match': String(copy.headers.etag) } })).statusCode, 304)
  vmmanager.fail({ kind: 'reply', reply: { status: 500, body: {} }, match: isList, times: 1000 })
  const stale = await page(query)
  t.match(stale.accounts.find(({ account }) => account === 'vm6'), { status: 'stale', age_ms: Number, problem: null })
  t.same(stale.data.map(({ id }) => id), data.map(({ id }) => id))
  t.ok(stale.data.every(({ account, source }) => source === (account === 'vm6' ? 'cache' : 'live')))
  const running = data.find(({ account, status }) => account === 'vm6' && status === 'running')
  t.equal((await app.inject({ method: 'POST', url: `/v1/vm6/servers/${running?.id ?? ''}/reboot` })).statusCode, 202)
  t.match((await page(query)).accounts.find(({ account }) => account === 'vm6'), { status: 'error', problem: { type: '/problems/upstream-unavailable' } })
  vmmanager.clearFaults()
})

t.test('if no account answers, the answer is the failure of the first, also for a stream', async t => {
  const dead = { provider: 'vmmanager', url: 'http://127.0.0.1:9', token: 'x' }
  const { app, close } = await composeGateway({ accounts: { a: dead, b: dead } })
  t.teardown(close)
  for (const accept of ['application/json', 'application/x-ndjson']) {
    const answer = await app.inject({ url: '/v1/servers', headers: { accept } })
    t.equal(answer.statusCode, 502, accept)
    t.match(answer.json(), { type: '/problems/upstream-unreachable' })
  }
})

t.test('a key reads the accounts that it may see; others do not exist for it, and no account means no servers', async t => {
  const vendor = await startVmmanager()
  const settings = { provider: 'vmmanager', ...vendor.settings.vm6 }
  const keyOf = (name: string, accounts: readonly string[]) => ({ name, sha256: sha256(name), accounts, permissions: ['read'] })
  const { app, close } = await composeGateway({ accounts: { mine: settings, theirs: settings }, auth: { keys: [keyOf('me', ['mine']), keyOf('all', ['*'])] } })
  t.teardown(async () => { await close(); await vendor.close() })
  const ask = async (key: string, query = '') => await app.inject({ url: `/v1/servers${query}`, headers: { 'x-api-key': key } })
  t.same((await ask('me')).json<{ accounts: Array<{ account: string }> }>().accounts.map(({ account }) => account), ['mine'])
  t.same((await ask('all', '?accounts=theirs,mine,theirs')).json<{ accounts: Array<{ account: string }> }>().accounts.map(({ account }) => account), ['mine', 'theirs'])
  const [hidden, missing] = [await ask('me', '?accounts=mine,theirs'), await ask('me', '?accounts=mine,nobody')]
  t.same([hidden.statusCode, missing.statusCode], [404, 404])
  t.equal(hidden.body.replaceAll('theirs', 'nobody').replace(/"request_id":"[^"]+"/, ''), missing.body.replace(/"request_id":"[^"]+"/, ''))
  for (const query of ['?accounts=', '?accounts=Not_An_Id', '?deadline_ms=5', '?deadline_ms=x', '?limit=0', '?colour=red']) t.equal((await ask('all', query)).statusCode, 400, query)
  const empty = await composeGateway({ accounts: {} })
  t.teardown(empty.close)
  t.match((await empty.app.inject('/v1/servers')).json(), { data: [], accounts: [], page: { next_cursor: null } })
})

t.test('filters see every member, and secrets are removed from included raw objects', async t => {
  const { page } = await openFleet(t)
  const { data } = await page('?limit=500')
  const wanted = data.find(({ addresses }) => addresses.length > 0)
  const address = wanted?.addresses[0]?.address ?? ''
  const found = await page(`?ip=${encodeURIComponent(address)}`)
  t.ok(found.data.some(({ id, account }) => id === wanted?.id && account === wanted.account))
  t.ok(found.data.every(({ addresses }) => addresses.some(one => one.address === address)))
  t.same((await page(`?limit=500&name=${encodeURIComponent(wanted?.name ?? '')}`)).data.map(({ id }) => id), data.filter(({ name }) => name === wanted?.name).map(({ id }) => id))
  t.ok((await page('?include=raw&limit=3')).data.every(server => 'raw' in server))
})

t.test('a caller that hangs up ends the calls of the stream', async t => {
  const { app, vmmanager } = await openFleet(t)
  const held = vmmanager.hold({ match: ({ path }) => path === '/vm/v3/host' })
  const leaving = new AbortController()
  const left = app.inject({ url: '/v1/servers?accounts=vm6', headers: { accept: 'application/x-ndjson' }, signal: leaving.signal }).then(() => null, () => null)
  await held.reached()
  const before = vmmanager.calls.length
  leaving.abort()
  await left
  held.release()
  await new Promise(resolve => { setTimeout(resolve, 200) })
  t.ok(vmmanager.calls.length <= before + 1, 'nothing more is asked for')
})

t.test('a stream sends its first rows before the second page of the provider is requested', async t => {
  const vendor = await startVmmanager()
  const { app, close } = await composeGateway({ accounts: { vm6: { provider: 'vmmanager', ...vendor.settings.vm6 } } })
  t.teardown(async () => {
    await close()
    await vendor.close()
  })
  const [host] = vendor.servers.values()
  if (host === undefined) throw new Error('the provider has no server')
  for (let id = 10_000; id < 10_400; id += 1) vendor.servers.set(id, { ...host, id })
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const second = vendor.hold({ match: ({ path, rawQuery }) => path === '/vm/v3/host' && rawQuery.includes('GT') })
  const response = await fetch(`${base}/v1/servers`, { headers: { accept: 'application/x-ndjson' } })
  const reader = response.body?.getReader()
  const first = Buffer.from((await reader?.read())?.value ?? []).toString()
  t.match(first, /^\{"server":\{/)
  await second.reached()
  second.release()
  let lines = first
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) lines += Buffer.from(part.value).toString()
  t.equal(lines.split('\n').filter(line => line.startsWith('{"server"')).length, vendor.servers.size)
})
