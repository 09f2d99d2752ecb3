import t from 'tap'
import { z } from 'zod'
import { serverSchema } from '../../src/domain/server.js'
import { startGlesys } from '../../src/sandbox/glesys/simulator.js'
import { startOnecloud } from '../../src/sandbox/onecloud/simulator.js'
import { startVmmanager } from '../../src/sandbox/vmmanager/simulator.js'
import { composeGateway } from '../helpers/gateway.js'

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

t.test('a walk over all accounts gives every server once, in every order', async t => {
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
  vmmanager.latencyMs = 30_000
  const began = performance.now()
  const { data, accounts } = await page('?deadline_ms=8000&limit=500')
  t.ok(performance.now() - began < 20_000, 'nobody waits past the deadline')
  t.match(accounts, [
    { account: 'dead', status: 'error', count: 0, problem: { type: '/problems/upstream-unreachable', account: 'dead' } },
    { account: 'lab', status: 'ok', problem: null }, { account: 'pods', status: 'ok' },
    { account: 'vm6', status: 'error', problem: { type: '/problems/upstream-timeout' } }
  ])
  t.same(new Set(data.map(({ account }) => account)), new Set(['lab', 'pods']))
})

t.test('a stream gives every match as a line, and a line for each account at its end', async t => {
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
