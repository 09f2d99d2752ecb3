import t from 'tap'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import { composeGateway } from '../helpers/gateway.ts'

// Its lists are the same bytes each time, and their rows are used as they were read: only then is a page found again.
const vendor = await startOnecloud()
t.teardown(async () => { await vendor.close() })
// Zero considers every answer.
const { app, close } = await composeGateway({ accounts: { one: { provider: 'onecloud', ...vendor.settings.pods } }, random: () => 0 })
t.teardown(close)

const withoutTimes = (body: string): string => body.replaceAll(/"observed_at":"[^"]*"/g, '')
const timesIn = (body: string): ReadonlySet<string> => new Set([...body.matchAll(/"observed_at":"([^"]*)"/g)].map(([, time = '']) => time))
const list = async (query = '', headers: Record<string, string> = {}) => await app.inject({ url: `/v1/one/servers${query}`, headers })

t.test('a list that has not changed is read from the provider each time, with its own time and the same ETag', async t => {
  for (const query of ['', '?include=raw', '?limit=3', '?sort=-name', '?status=running']) {
    const [first, , second, third] = [await list(query), await list(query), await list(query), await list(query)]
    for (const later of [second, third]) {
      t.equal(withoutTimes(later.body), withoutTimes(first.body), query)
      t.equal(later.headers.etag, first.headers.etag)
      t.ok(Number(later.headers['hawser-upstream-calls']) >= 1)
      t.match(later.body, '"source":"live"')
    }
    const times = [second, third].map(({ body }) => timesIn(body))
    for (const one of times) t.equal(one.size, 1, 'one time for all rows')
    t.not([...times[0] ?? []][0], [...timesIn(first.body)][0], 'and it is new')
    t.equal((await list(query, { 'if-none-match': String(first.headers.etag) })).statusCode, 304)
  }
})

t.test('a change at the provider shows in the next list', async t => {
  await list()
  await list()
  const before = await list()
  const [server] = vendor.servers.values()
  if (server === undefined) throw new Error('the provider has no server')
  server.name = 'renamed-meanwhile'
  const after = await list()
  t.match(after.body, 'renamed-meanwhile')
  t.not(after.headers.etag, before.headers.etag)
  t.match((await list()).body, 'renamed-meanwhile')
  t.match((await list('?include=raw')).body, 'renamed-meanwhile')
})
