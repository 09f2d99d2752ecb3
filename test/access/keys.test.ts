import { pino } from 'pino'
import t, { type Test } from 'tap'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { isProblem, sha256 } from '../helpers/api.ts'
import { createManualClock } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'

const vendor = await startGlesys()
t.teardown(async () => { await vendor.close() })

const dayMs = 86_400_000
const start = Date.parse('2026-11-21T10:00:00Z')

interface Warning { readonly key?: string, readonly expires_at?: string, readonly days_left?: number, readonly msg: string }

async function open (test: Test, keys: readonly object[], more: object = {}) {
  const clock = createManualClock(start)
  const lines: string[] = []
  const audited: string[] = []
  const composed = await composeGateway({
    accounts: { lab: { provider: 'glesys', ...vendor.settings['glesys-lab'] } },
    auth: { keys: keys.map(key => ({ accounts: ['*'], permissions: ['read', 'operate', 'admin'], ...key })) },
    more: { ...more },
    clock,
    audit: { write: text => { audited.push(text) }, reopen: () => {}, close: () => {} },
    logger: pino({ base: null }, { write: (line: string) => { lines.push(line) } })
  })
  test.teardown(composed.close)
  const ask = async (key: string, url = '/v1/accounts', method: 'GET' | 'POST' = 'GET', headers = {}) =>
    await composed.app.inject({ method, url, headers: { 'x-api-key': key, ...headers } })
  const warnings = (): Warning[] => lines.splice(0).map(line => JSON.parse(line)).filter(({ level }) => level === 40)
  const secondsLeft = async (key: string): Promise<number> =>
    Number(new RegExp(`^hawser_key_expires_in_seconds\\{key="${key}"\\} (\\S+)$`, 'm').exec((await ask('forever', '/metrics')).body)?.[1])
  return { clock, ask, warnings, secondsLeft, audited }
}

const forever = { name: 'forever', sha256: sha256('forever') }

t.test('a key is accepted until the moment at which it expires, and 401 from then on', async t => {
  const { clock, ask } = await open(t, [forever, { name: 'day', sha256: sha256('day'), expires_at: '2026-11-22' }, { name: 'time', sha256: sha256('time'), expires_at: '2026-11-21T13:00:00+02:00' }])
  await clock.run(3_599_999)
  t.equal((await ask('time')).statusCode, 200)
  await clock.run(1)
  const refused = await ask('time')
  t.match(isProblem(t, refused, 401, 'unauthenticated').detail, 'this key expired at 2026-11-21T11:00:00.000Z')
  t.match(refused.headers['www-authenticate'], /^Bearer/)
  await clock.run(13 * 3_600_000 - 1)
  t.equal((await ask('day')).statusCode, 200)
  await clock.run(1)
  isProblem(t, await ask('day'), 401, 'unauthenticated')
  t.notMatch(isProblem(t, await ask('unknown'), 401, 'unauthenticated').detail, 'expired', 'only the holder of a key learns that it has expired')
  t.equal((await ask('forever')).statusCode, 200)
})

t.test('from 14 days before a key expires there are warnings and a metric', async t => {
  const keys = [forever, { name: 'soon', id: 'key-7', sha256: sha256('soon'), expires_at: '2026-12-06T10:00:00Z' }, { name: 'over', sha256: sha256('over'), expires_at: '2020-01-01' }]
  const { clock, warnings, secondsLeft } = await open(t, keys)
  t.match(warnings(), [{ key: 'over', msg: 'an API key has expired' }], 'logged at the start')
  t.equal(await secondsLeft('key-7'), 15 * 86_400)
  await clock.run(dayMs - 1)
  t.notOk(warnings().some(({ key }) => key === 'key-7'), 'not earlier')
  await clock.run(1)
  t.match(warnings().filter(({ key }) => key === 'key-7'), [{ expires_at: '2026-12-06T10:00:00.000Z', days_left: 14, msg: 'an API key is about to expire' }])
  t.equal(await secondsLeft('key-7'), 14 * 86_400)
  await clock.run(14 * dayMs)
  t.same(warnings().filter(({ key }) => key === 'key-7').map(({ days_left: left, msg }) => left ?? msg), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 'an API key has expired'], 'once a day')
  await clock.run(1000)
  t.equal(await secondsLeft('key-7'), -1)
  t.ok(Number.isNaN(await secondsLeft('forever')), 'a key without an end has no series')
})

t.test('during a rotation both keys of an entry are one caller, in the audit, limits and idempotency keys', async t => {
  const { ask, audited } = await open(t, [{ ...forever, id: 'robot', sha256: [sha256('forever'), sha256('next')] }, { name: 'other', sha256: sha256('other') }], { rate_limit: { per_minute: 5 } })
  const stop = async (key: string) => await ask(key, '/v1/lab/servers/kvm123456/stop', 'POST', { 'idempotency-key': 'same' })
  const first = await stop('forever')
  t.equal(first.statusCode, 202, first.body)
  const again = await stop('next')
  t.equal(again.headers['idempotency-replayed'], 'true')
  t.equal(again.headers.location, first.headers.location)
  t.same(audited.map(line => JSON.parse(line)).filter(({ action }) => action === 'stopServer').map(({ key }) => key), ['robot', 'robot'])
  for (const key of ['forever', 'next']) t.equal((await ask(key)).statusCode, 200)
  t.equal((await ask('next')).statusCode, 200)
  isProblem(t, await ask('forever'), 429, 'rate-limited')
  t.equal((await ask('other')).statusCode, 200)
})
