import t from 'tap'
import { startHeficed, type HeficedOptions, type HeficedSandbox, type HeficedSettings } from '../../sandbox/heficed/simulator.ts'
import type { Test } from '../helpers/line.ts'
import { send, type Answer } from './wire.ts'

type Scope = 'kronoscloud' | 'ipswitch' | 'sshkeys'

interface Bench {
  readonly vendor: HeficedSandbox
  readonly settings: HeficedSettings
  readonly pass: (ms: number) => void
  readonly now: () => number
  readonly login: (scope: string, more?: { basic?: string, grant?: string }) => Promise<Answer>
  /** `path` begins after the organization unless it starts with a slash. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>
}

const started = 1_625_058_478_000

/** Walks into an unknown JSON value. */
const dig = (value: unknown, ...path: Array<string | number>): unknown => path.reduce((inner: unknown, key) =>
  typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(String(key)) : undefined, value)

const rowsOf = (body: unknown): unknown[] => {
  const data = dig(body, 'data')
  return Array.isArray(data) ? data : []
}

const allScopes: readonly Scope[] = ['kronoscloud', 'ipswitch', 'sshkeys']

async function open (test: Test, options: HeficedOptions = {}, scopes = allScopes): Promise<Bench> {
  let time = started
  const vendor = await startHeficed({ clock: () => time, ...options })
  test.teardown(() => vendor.close())
  const settings = vendor.settings['heficed-main']
  if (settings === undefined) throw new Error('no settings')
  const login: Bench['login'] = async (scope, more = {}) => await send(settings.token_url, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(more.basic ?? `${settings.client_id}:${settings.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: more.grant ?? 'client_credentials', scope })
  })
  const token = String(dig((await login(scopes.join(' '))).body, 'access_token'))
  const urlOf = (path: string): string => `${settings.api_url}${path.startsWith('/') ? '' : `/${settings.organization_id}/`}${path}`
  const ask: Bench['ask'] = async (method, path, body) => await send(urlOf(path), {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  })
  return { vendor, settings, login, ask, pass: ms => { time += ms }, now: () => time }
}

const orderBody = {
  instanceTypeId: 'linux',
  locationId: 'uk-lon1',
  templateId: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b',
  sshKeyId: '5f1c0a52-0000-4000-8000-0000000000aa',
  vcpu: 1,
  memory: 2048,
  disk: 10,
  billingTypeId: 1,
  additionalBandwidth: 0,
  useCredit: true
}

const K = 'kronoscloud/instances'

t.test('id and secret are exchanged for a token of type bearer that is valid for a day', async t => {
  const { login, vendor } = await open(t)
  const answer = await login('kronoscloud')
  t.equal(answer.status, 200)
  t.match(answer.body, { expires_in: 86_399, scope: 'kronoscloud', token_type: 'bearer', access_token: /^SECRET.{37}\.SECRET.{37}$/ })
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(answer.headers.get('content-type'), 'application/json;charset=UTF-8')
  t.equal(vendor.logins, 2)
})

t.test('the token endpoint refuses with the error codes of OAuth', async t => {
  const { login, settings } = await open(t)
  const post = async (init: RequestInit): Promise<Answer> => await send(settings.token_url, { method: 'POST', ...init })
  t.match(await login('kronoscloud', { basic: 'nobody:wrong' }), { status: 401, body: { error: 'invalid_client' } })
  const { client_id: id, client_secret: secret } = settings
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
  t.match(await post({ body: form }), { status: 401, body: { error: 'invalid_client' } }, 'credentials in the form are ignored')
  t.match(await login('kronoscloud nosuchscope'), { status: 400, body: { error: 'invalid_scope' } })
  t.match(await login('kronoscloud', { grant: 'password' }), { status: 400, body: { error: 'unsupported_grant_type' } })
  t.match(await post({ body: JSON.stringify({ grant_type: 'client_credentials' }), headers: { 'content-type': 'application/json' } }),
    { status: 400, body: { error: 'invalid_request' } })
  t.match(await post({ body: new URLSearchParams({ scope: 'kronoscloud' }) }), { status: 400, body: { error: 'invalid_request' } })
  t.equal((await send(settings.token_url)).status, 405)
})

t.test('a missing, bare, expired or revoked token is a 401 with www-authenticate', async t => {
  const { ask, settings, vendor, pass, login } = await open(t)
  const list = `${settings.api_url}/${settings.organization_id}/${K}`
  const token = String(dig((await login('kronoscloud')).body, 'access_token'))
  const without = await send(list)
  t.match(without, { status: 401, body: { title: 'Unauthorized', type: 'about:blank', context: '' } })
  t.equal(without.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
  t.equal(without.headers.get('content-type'), 'application/problem+json')
  t.equal((await fetch(list, { headers: { authorization: token } })).status, 401)
  pass(86_399_999)
  t.equal((await ask('GET', K)).status, 200)
  pass(1)
  t.equal((await ask('GET', K)).status, 401)
  const fresh = String(dig((await login('kronoscloud')).body, 'access_token'))
  t.equal((await fetch(list, { headers: { authorization: `Bearer ${fresh}` } })).status, 200)
  vendor.revokeTokens()
  t.equal((await fetch(list, { headers: { authorization: `Bearer ${fresh}` } })).status, 401)
})

t.test('a token is valid only for its scopes and its organization', async t => {
  const { ask, vendor } = await open(t, {}, ['kronoscloud'])
  const refused = await ask('GET', 'ipswitch/v4/subnets?parentUuid=')
  t.match(refused, { status: 403, body: { title: 'Forbidden' } })
  t.equal(refused.headers.get('www-authenticate'), 'Bearer error="insufficient_scope"')
  t.equal((await ask('GET', 'sshkeys')).status, 403)
  const foreign = `/00000000-2dfb-11e9-895d-c8dbf32f12cd/${K}`
  t.equal((await ask('GET', foreign)).status, 403)
  vendor.behavior.unknownOrganization = 404
  t.equal((await ask('GET', foreign)).status, 404)
  t.equal((await ask('GET', '/common/kronoscloud/templates')).status, 200)
})

t.test('the first row is the vendor\'s sample', async t => {
  const { ask } = await open(t)
  const { body, text } = await ask('GET', K)
  t.same(dig(body, 'data', 0), {
    id: 312019,
    status: 'running',
    hostname: 'hhVyA97bBk',
    instanceType: { id: 'linux', name: 'Linux' },
    location: { id: 'uk-lon1', name: 'London, United Kingdom', continent: 'Europe' },
    inRescueMode: false,
    template: {
      id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b',
      created: null,
      size: null,
      version: null,
      name: 'CentOS 7 v2.0.23',
      locationId: { id: 'uk-lon1', name: 'London, United Kingdom', continent: 'Europe' },
      instanceTypeId: { id: 'linux', name: 'Linux' }
    },
    iso: null,
    network: {
      v4: {
        ipaddress: '2.58.28.45',
        netmask: '255.255.255.0',
        gateway: '2.58.28.1',
        additionalIps: [],
        resolvers: ['181.41.222.18', '181.41.223.18']
      },
      v6: {
        ipaddress: '2a03:fbc6:1:829a::',
        netmask: 48,
        gateway: '2a03:fbc6:1:8000:8000::1',
        additionalIps: [],
        resolvers: ['181.41.222.18', '181.41.223.18']
      }
    },
    billing: {
      product: 'Kronos Cloud',
      type: { id: 1, name: 'monthly' },
      status: 'active',
      hourlySpendingRate: null,
      invoiceId: 684282,
      invoiceStatus: 'Paid',
      price: 0,
      startDate: 1613174400,
      endDate: 1627257600,
      sla: { id: 0, name: 'Standard' },
      cancellationRequest: null
    },
    vcpu: 1,
    memory: 512,
    disk: 10,
    ip: 1,
    backup: 0,
    additionalDisk1: 0,
    additionalDisk2: 0,
    additionalDisk3: 0,
    additionalDisk4: 0,
    additionalDisk5: 0,
    additionalDisk6: 0,
    additionalDisk7: 0,
    additionalDisk8: 0,
    cpuLimited: false,
    networkLimited: false,
    password: 'SECRET-FAKE-root-312019-0'
  })
  t.match(text, /\\\/kronoscloud\\\/instances\?limit=200/, 'slashes arrive escaped')
})

t.test('the default page has 200 rows, and the second page ends the list', async t => {
  const { ask, settings } = await open(t)
  const path = `/${settings.organization_id}/${K}`
  const one = await ask('GET', K)
  t.equal(rowsOf(one.body).length, 200)
  t.same(dig(one.body, 'links', 'paging'), { self: `${path}?limit=200&offset=0`, next: `${path}?limit=200&offset=200`, previous: '' })
  t.same(dig(one.body, 'metadata', 'paging'), {
    total: 230, limit: 200, offsets: { current: 0, next: 200, previous: null }, sort: null, sdir: null
  })
  const two = await ask('GET', `${K}?limit=200&offset=200`)
  t.equal(rowsOf(two.body).length, 30)
  t.same(dig(two.body, 'links', 'paging'), { self: `${path}?limit=200&offset=200`, next: '', previous: `${path}?limit=200&offset=0` })
  t.same(dig(two.body, 'metadata', 'paging', 'offsets'), { current: 200, next: null, previous: 0 })
  const ids = new Set([...rowsOf(one.body), ...rowsOf(two.body)].map(row => dig(row, 'id')))
  t.equal(ids.size, 230)
  t.same(rowsOf((await ask('GET', `${K}?offset=900`)).body), [])
})

t.test('the total counts the filtered rows, and the links keep the filter', async t => {
  const { ask, vendor } = await open(t)
  const { body } = await ask('GET', `${K}?status=stopped&limit=2`)
  const down = [...vendor.servers.values()].filter(server => server.status.toLowerCase() === 'stopped').length
  t.match(dig(body, 'links', 'paging', 'next'), /\?status=stopped&limit=2&offset=2$/)
  t.equal(dig(body, 'metadata', 'paging', 'total'), down)
  t.same(rowsOf(body).map(row => dig(row, 'status')), ['stopped', 'STOPPED'], 'letter case does not matter')
})

t.test('one server has no envelope, and a missing one is a 404 problem', async t => {
  const { ask, settings } = await open(t)
  t.match(await ask('GET', `${K}/312019`), { status: 200, body: { id: 312019, hostname: 'hhVyA97bBk' } })
  t.same((await ask('GET', `${K}/999999`)).body, {
    type: 'about:blank',
    title: 'Not Found',
    detail: 'Instance not found',
    instance: `/${settings.organization_id}/${K}/999999`,
    context: ''
  })
  t.equal((await ask('POST', `${K}/999999/stop`)).status, 404)
})

t.test('stop returns a pending event at once, and the status changes later', async t => {
  const { ask, vendor, pass } = await open(t)
  const stop = await ask('POST', `${K}/312019/stop`)
  t.equal(stop.status, 200)
  t.match(stop.body, {
    instanceId: 312019,
    entityType: 'vm',
    group: 'cloudServer',
    action: 'stop',
    statusCode: 0,
    status: 'pending',
    resultCode: 0,
    result: null,
    timeCreated: 1625058478,
    timeUpdated: null
  })
  pass(1499)
  t.equal(dig((await ask('GET', `${K}/312019`)).body, 'status'), 'running')
  pass(1)
  t.equal(dig((await ask('GET', `${K}/312019`)).body, 'status'), 'stopped')
  t.equal((await ask('POST', `${K}/312019/start`)).status, 200)
  pass(1500)
  t.equal(vendor.statusOf(312019), 'running')
  t.equal((await ask('POST', `${K}/312019/reboot`, { force: true })).status, 200)
  pass(1500)
  t.equal(vendor.statusOf(312019), 'running')
})

t.test('an action in the wrong state is a conflict', async t => {
  const { ask } = await open(t)
  t.match(await ask('POST', `${K}/312020/stop`), { status: 409, body: { title: 'Conflict' } })
  t.equal((await ask('POST', `${K}/312019/start`)).status, 409)
})

t.test('an order returns an invoice, and its server is pending, then running', async t => {
  const { ask, vendor, pass } = await open(t)
  const order = await ask('POST', `${K}/order`, { ...orderBody, hostname: 'web-03.example.net' })
  t.equal(order.status, 200)
  t.match(order.body, {
    id: 684_999,
    status: 'Paid',
    leftToPay: 0,
    total: 9.9,
    currency: 'USD',
    asyncTaskIds: [881_626],
    billingDetails: { email: /SECRET/ },
    transactions: [{ ref: /SECRET/ }],
    items: [
      { instanceId: 340_001, total: 9.3, configuration: { raw: { product: 'kronoscloud' } }, periodStart: 1625011200 },
      { instanceId: 340_000, total: 0.6, configuration: { raw: { product: 'connect' } } }
    ]
  })
  t.match(await ask('GET', `${K}/340001`), {
    status: 200, body: { status: 'pending', hostname: 'web-03.example.net', billing: { invoiceId: 684_999 } }
  })
  t.equal((await ask('GET', `${K}/340000`)).status, 404, 'Connect is no server')
  pass(3000)
  t.equal(dig((await ask('GET', `${K}/340001`)).body, 'status'), 'running')
  t.equal(vendor.created, 1)
})

t.test('an order that is not paid leaves its server pending', async t => {
  const { ask, vendor, pass } = await open(t, { behavior: { credit: 5 } })
  t.match((await ask('POST', `${K}/order`, orderBody)).body, { status: 'Unpaid', leftToPay: 9.9, datePaid: null })
  vendor.behavior.credit = 100
  t.match((await ask('POST', `${K}/order`, { ...orderBody, useCredit: false })).body, { status: 'Unpaid' })
  pass(60_000)
  t.equal(vendor.statusOf(340_001), 'pending')
  t.equal(vendor.statusOf(340_003), 'pending')
})

t.test('every member of an order is checked, and a rejected order creates nothing', async t => {
  const { ask, vendor } = await open(t)
  const wrong = [
    { vcpu: 0 }, { vcpu: '1' }, { memory: 2 }, { memory: 1000 }, { disk: 15 }, { disk: 0 }, { billingTypeId: 2 }, { useCredit: 1 },
    { locationId: 'de-fra1' }, { instanceTypeId: 'windows' }, { templateId: 'nope' }, { sshKeyId: 'nope' }, { additionalBandwidth: -1 },
    { colour: 'red' }
  ]
  for (const change of wrong) {
    const answer = await ask('POST', `${K}/order`, { ...orderBody, ...change })
    t.equal(answer.status, 400, JSON.stringify(change))
    t.not(dig(answer.body, 'context'), '')
  }
  t.equal((await ask('POST', `${K}/order`)).status, 400)
  t.equal((await ask('GET', `${K}/order`)).status, 405)
  t.equal(vendor.created, 0)
})

t.test('cancel needs no stop; the row shows the request and later disappears', async t => {
  const { ask, pass } = await open(t)
  t.equal((await ask('POST', `${K}/337201/cancel`, { type: 'Soon', reason: 'x' })).status, 400)
  const answer = await ask('POST', `${K}/337201/cancel`, { type: 'Immediate', reason: 'deleted through the gateway' })
  t.match(answer, { status: 200, body: { action: 'cancel', instanceId: 337_201 } })
  t.match(dig((await ask('GET', `${K}/337201`)).body, 'billing', 'cancellationRequest'), {
    type: 'Immediate', created: 1625058478, reason: 'deleted through the gateway'
  })
  t.equal((await ask('POST', `${K}/337201/cancel`, { type: 'Immediate' })).status, 409)
  t.equal((await ask('POST', `${K}/337201/reboot`)).status, 409)
  pass(3000)
  t.equal((await ask('GET', `${K}/337201`)).status, 404)
})

t.test('a subnet is found level by level, routed, released, and routed again after a pause', async t => {
  const { ask, vendor, pass } = await open(t)
  const list = async (parent: string): Promise<unknown> => (await ask('GET', `ipswitch/v4/subnets?parentUuid=${parent}`)).body
  t.same(Object.keys(Object(await list(''))), ['data'])
  t.match(rowsOf(await list('')).map(row => dig(row, 'cidr')), [24, 25])
  t.match(await list('60bde87f311fc2ed1f6aea00'), {
    data: [
      {
        id: '60bde87f311fc2ed1f6aeac9', address: 3116506368, lastAddress: 3116506368, cidr: 32, metadata: { switch: { instanceId: 337201 } }
      },
      { id: '60bde87f311fc2ed1f6aeacb', address: 3116506369, metadata: { switch: {} } }
    ]
  })
  const free = { 0: '60bde87f311fc2ed1f6aeacb' }
  t.match(await ask('POST', 'ipswitch/v4/subnets/route/kronoscloud/312019', free),
    { status: 200, body: { instanceId: 312019, entityType: 'ipv4', group: '', action: 'route', status: 'pending' } })
  t.same(vendor.servers.get(312019)?.network.v4.additionalIps, [])
  pass(1500)
  t.same(dig((await ask('GET', `${K}/312019`)).body, 'network', 'v4', 'additionalIps'), ['185.194.29.1'])

  const moved = { 0: '60bde87f311fc2ed1f6aeac9' }
  t.equal((await ask('POST', 'ipswitch/v4/subnets/route/kronoscloud/312019', moved)).status, 409, 'routed elsewhere')
  t.equal((await ask('POST', 'ipswitch/v4/subnets/release/kronoscloud/312019', moved)).status, 409, 'the old server is named')
  t.equal((await ask('POST', 'ipswitch/v4/subnets/release/kronoscloud/337201', moved)).status, 200)
  pass(3999)
  t.equal((await ask('POST', 'ipswitch/v4/subnets/route/kronoscloud/312019', moved)).status, 409, 'too soon')
  pass(1)
  t.equal(
    (await ask('POST', 'ipswitch/v4/subnets/route/kronoscloud/312019', ['60bde87f311fc2ed1f6aeac9'])).status,
    200,
    'an array is taken too'
  )
  pass(1500)
  t.same(dig((await ask('GET', `${K}/312019`)).body, 'network', 'v4', 'additionalIps'), ['185.194.29.1', '185.194.29.0'])
  t.same(vendor.servers.get(337201)?.network.v4.additionalIps, ['203.0.113.22'])
})

t.test('one request routes two subnets, and an invalid list is rejected', async t => {
  const { ask, pass, vendor } = await open(t)
  const route = async (body: unknown): Promise<number> => (await ask('POST', 'ipswitch/v4/subnets/route/kronoscloud/312020', body)).status
  for (const body of [
    '', '{', {}, [], 'null', { 1: '60bde87f311fc2ed1f6aeacb' }, { 0: 5 }, { 0: '185.194.29.1' }, { 0: '60bde87f311fc2ed1f6aea00' },
    ['60bde87f311fc2ed1f6aeacb', '60bde87f311fc2ed1f6aeacb']
  ]) {
    t.equal(await route(body), 400, JSON.stringify(body))
  }
  t.equal(await route({ 0: 'ffffffffffffffffffffffff' }), 404)
  t.equal(await route({ 0: '60bde87f311fc2ed1f6aeacb', 1: '60bde87f311fc2ed1f6aeb20' }), 200)
  pass(1500)
  vendor.statusOf(312020)
  t.equal(vendor.servers.get(312020)?.network.v4.additionalIps.length, 1 + 1 + 8)
  t.equal((await ask('GET', 'ipswitch/v4/subnets?parentUuid=ffffffffffffffffffffffff')).status, 404)
})

t.test('templates belong to a location and a type', async t => {
  const { ask } = await open(t)
  const { body } = await ask('GET', '/common/kronoscloud/templates?instanceTypeId=linux&locationId=uk-lon1')
  t.equal(dig(body, 'links', 'paging', 'self'), '/common/kronoscloud/templates?instanceTypeId=linux&locationId=uk-lon1&limit=200&offset=0')
  t.same(dig(body, 'data', 0), {
    id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', created: null, size: null, version: null, name: 'CentOS 7 v2.0.23'
  })
  t.equal(rowsOf(body).length, 3)
  t.equal(rowsOf((await ask('GET', '/common/kronoscloud/templates')).body).length, 24)
  t.equal(rowsOf((await ask('GET', '/common/kronoscloud/templates?locationId=xx')).body).length, 0)
})

t.test('rename returns the server; resize returns an invoice and only grows', async t => {
  const { ask, vendor, pass } = await open(t)
  t.match(await ask('PATCH', `${K}/312019`, { hostname: 'new.example.net' }), {
    status: 200, body: { id: 312019, hostname: 'new.example.net' }
  })
  for (const body of [{}, { hostname: '' }, { hostname: 'x', vcpu: 2 }, { memory: 256 }, { memory: 700 }, { disk: 5 }, { vcpu: 1 }]) {
    t.equal((await ask('PATCH', `${K}/312019`, body)).status, 400, JSON.stringify(body))
  }
  t.match(await ask('PATCH', `${K}/312019`, { vcpu: 2, memory: 1024, disk: 20 }), {
    status: 200, body: { status: 'Paid', total: 6.07, items: [{ instanceId: 312019 }] }
  })
  t.equal(vendor.servers.get(312019)?.vcpu, 1)
  pass(1500)
  t.match((await ask('GET', `${K}/312019`)).body, { vcpu: 2, memory: 1024, disk: 20 })
  t.equal((await ask('PATCH', `${K}/312019`, { disk: 10 })).status, 400)
})
