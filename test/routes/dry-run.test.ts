import t, { type Test } from 'tap'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import type { SimulatedCall } from '../../sandbox/kit/simulator.ts'
import { askOf, isProblem, sentDuring, type Ask, type Method } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'

const heficed = await startHeficed({ behavior: { actionMs: 0, createMs: 20, cancelMs: 20 } })
const glesys = await startGlesys({ behavior: { actionMs: 0, createMs: 20, lingerMs: 20 } })
const glesysSettings = { provider: 'glesys', ...glesys.settings['glesys-lab'], raw: true }
const { app, close } = await composeGateway({
  accounts: { hef: { provider: 'heficed', ...heficed.settings['heficed-main'], raw: true }, gle: glesysSettings, xml: { ...glesysSettings, format: 'xml' } }
})
t.teardown(async () => { await close(); await heficed.close(); await glesys.close() })

const hef = askOf(app, 'hef')
const gle = askOf(app, 'gle')
const image = '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b'
const hefOrder = { name: 'web-1', region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image, ssh_keys: ['5f1c0a52-0000-4000-8000-0000000000aa'] }
const gleOrder = { name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Caller-SECRET-1', user_data: '#cloud-config Caller-SECRET-2' }

interface PlannedCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly depends_on?: readonly number[]
}

interface Planned {
  readonly of: string
  readonly ask: Ask
  readonly method: Method
  readonly path: string
  readonly body?: object
  /** The calls of the provider that only read. */
  readonly reads?: readonly string[]
}

const isRead = ({ method, path }: SimulatedCall): boolean => method === 'GET' || path === '/server/details'

/** Secrets of the real call as the plan shows them. */
const hidden = (text: string): string => text.replaceAll('"Caller-SECRET-1"', '"[redacted]"').replaceAll('"#cloud-config Caller-SECRET-2"', '"[redacted]"')
const bodyOf = ({ body, headers }: SimulatedCall): unknown => {
  if (body === '') return null
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(hidden(body))
}

/** The plan of a dry run is what the real run sends then, and the dry run itself only reads. */
async function isAsSent (t: Test, { of, ask, method, path, body }: Planned): Promise<void> {
  const vendor = ask === hef ? heficed : glesys
  const payload = body === undefined ? {} : { body }
  const asked = `${path}${path.includes('?') ? '&' : '?'}dry_run=true`
  let planned: readonly PlannedCall[] = []
  const read = await sentDuring(vendor.calls, async () => {
    const answer = await ask(method, asked, payload)
    t.equal(answer.statusCode, 200, `${of}: ${answer.body.slice(0, 300)}`)
    t.equal(answer.headers.location, undefined)
    t.notOk(/SECRET/.test(answer.body), `${of} shows no secret`)
    planned = answer.json<{ calls: PlannedCall[] }>().calls
  })
  t.ok(read.every(isRead), `${of}: nothing but reads was sent`)
  const real = await sentDuring(vendor.calls, async () => {
    const answer = await ask(method, path, payload)
    t.ok(answer.statusCode < 300, `${of}: ${answer.body.slice(0, 300)}`)
  })
  const writes = real.filter(call => !isRead(call))
  t.same(planned.map(call => [call.method, call.url, call.body]), writes.map(call => [call.method, `${vendor.origin}${call.path}${call.rawQuery === '' ? '' : `?${call.rawQuery}`}`, bodyOf(call)]), of)
  for (const [index, call] of planned.entries()) {
    t.equal(call.headers['authorization'], '[redacted]')
    t.equal(call.headers['content-type'], writes[index]?.headers['content-type'])
    t.same(call.depends_on, index === 0 ? undefined : [index - 1])
  }
}

const planned: readonly Planned[] = [
  { of: 'start', ask: hef, method: 'POST', path: '/servers/312020/start' },
  { of: 'stop', ask: hef, method: 'POST', path: '/servers/312019/stop', body: { force: true } },
  { of: 'create', ask: hef, method: 'POST', path: '/servers', body: hefOrder },
  { of: 'rename', ask: hef, method: 'PATCH', path: '/servers/337201', body: { name: 'edge-02.example.net' } },
  { of: 'resize', ask: hef, method: 'POST', path: '/servers/337201/resize', body: { cpus: 16 } },
  { of: 'rebuild', ask: hef, method: 'POST', path: '/servers/337201/rebuild', body: { image } },
  { of: 'attach', ask: hef, method: 'POST', path: '/servers/337201/addresses', body: { addresses: ['185.194.29.1'] } },
  { of: 'detach', ask: hef, method: 'DELETE', path: '/servers/337201/addresses/185.194.29.1' },
  { of: 'password', ask: hef, method: 'POST', path: '/servers/337291/password' },
  { of: 'rescue', ask: hef, method: 'POST', path: '/servers/337291/rescue' },
  { of: 'unrescue', ask: hef, method: 'POST', path: '/servers/337291/unrescue' },
  { of: 'console', ask: hef, method: 'POST', path: '/servers/337291/console' },
  { of: 'reboot', ask: gle, method: 'POST', path: '/servers/kvm123456/reboot' },
  { of: 'create with secrets', ask: gle, method: 'POST', path: '/servers', body: gleOrder },
  { of: 'rename', ask: gle, method: 'PATCH', path: '/servers/kvm140001', body: { name: 'app-1.example.org' } },
  { of: 'resize', ask: gle, method: 'POST', path: '/servers/kvm140002/resize', body: { cpus: 8, disk_gib: 200 } },
  { of: 'attach', ask: gle, method: 'POST', path: '/servers/kvm140002/addresses', body: { addresses: ['192.0.2.11', '2001:db8:a::11'] } },
  { of: 'detach', ask: gle, method: 'DELETE', path: '/servers/kvm140002/addresses/192.0.2.11' },
  { of: 'ptr', ask: gle, method: 'PUT', path: '/addresses/192.0.2.12/ptr', body: { ptr: 'a.example.com' } },
  { of: 'ptr taken away', ask: gle, method: 'PUT', path: '/addresses/192.0.2.12/ptr', body: { ptr: null } },
  { of: 'console', ask: gle, method: 'POST', path: '/servers/kvm123456/console' },
  { of: 'raw', ask: gle, method: 'POST', path: '/raw/server/edit', body: { serverid: 'kvm140007', description: 'raw' } },
  { of: 'delete with addresses kept', ask: gle, method: 'DELETE', path: '/servers/kvm140007?keep_addresses=true' },
  { of: 'delete in two steps', ask: hef, method: 'DELETE', path: '/servers/337291' }
]

t.test('the plan of each write equals what is sent, and making it changes nothing', async t => {
  heficed.servers.forEach(server => { if (server.id === 337291) server.status = 'running' })
  for (const write of planned) await isAsSent(t, write)
})

t.test('later steps are part of the plan, each after the one before', async t => {
  const answer = await hef('DELETE', '/servers/312019?dry_run=true')
  const { calls } = answer.json<{ calls: PlannedCall[] }>()
  t.ok(calls.every(({ depends_on: after }, index) => index === 0 ? after === undefined : after?.includes(index - 1)))
  t.equal((await hef('GET', '/servers/312019')).statusCode, 200)
})

t.test('dry_run=false is a real run, and other values are refused', async t => {
  for (const value of ['1', 'TRUE', 'yes', '', 'true&dry_run=true']) {
    isProblem(t, await gle('POST', `/servers/kvm123456/reboot?dry_run=${value}`), 400, 'invalid-request', 'query.dry_run')
  }
  const sent = await sentDuring(glesys.calls, async () => { t.equal((await gle('POST', '/servers/kvm123456/reboot?dry_run=false')).statusCode, 202) })
  t.same(sent.map(({ path }) => path), ['/server/reboot'])
})

t.test('a dry run refuses what the real run would refuse before sending', async t => {
  const sent = await sentDuring(glesys.calls, async () => {
    isProblem(t, await gle('POST', '/servers?dry_run=true', { body: { ...gleOrder, tags: ['a'] } }), 400, 'invalid-request', 'body.tags')
    isProblem(t, await gle('POST', '/servers/kvm123456/rebuild?dry_run=true', { body: { image } }), 501, 'operation-not-supported')
    isProblem(t, await gle('DELETE', '/servers/kvm999999?dry_run=true'), 404, 'server-not-found')
    isProblem(t, await gle('POST', '/servers/kvm140001/resize?dry_run=true', { body: { disk_gib: 1 } }), 400, 'invalid-request', 'body.disk_gib')
  })
  t.ok(sent.every(isRead))
})

t.test('a create with nested members to an account with XML is planned as it is sent', async t => {
  const answer = await askOf(app, 'xml')('POST', '/servers?dry_run=true', { body: gleOrder })
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { calls: [{ method: 'POST', url: `${glesys.origin}/server/create`, body: { hostname: 'web-9', users: [{ username: 'deploy', password: '[redacted]' }] } }] })
  t.notOk(answer.body.includes('SECRET'))
})

t.test('a dry run stores nothing', async t => {
  const operations = (await gle('GET', '/operations')).json<{ data: Array<{ action: string }> }>().data
  const before = operations.length
  const answer = await gle('POST', '/servers?dry_run=true', { body: { ...gleOrder, name: 'never-there' }, headers: { prefer: 'wait=5' } })
  t.equal(answer.headers['preference-applied'], undefined)
  t.equal((await gle('GET', '/operations')).json<{ data: unknown[] }>().data.length, before)
  t.notOk([...glesys.servers.values()].some(({ hostname }) => hostname === 'never-there'))
})
