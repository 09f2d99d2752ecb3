import t from 'tap'
import { startDigitalocean, type DigitaloceanSandbox } from '../../sandbox/digitalocean/simulator.ts'
import type { DigitaloceanBehavior } from '../../sandbox/digitalocean/behavior.ts'
import { createStillClock } from '../helpers/clock.ts'
import type { Test } from '../helpers/line.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

interface Bench {
  readonly vendor: DigitaloceanSandbox
  readonly pass: (ms: number) => void
  readonly ask: (method: string, path: string, body?: object, token?: string) => Promise<Answer>
}

async function open (test: Test, behavior: Partial<DigitaloceanBehavior> = {}): Promise<Bench> {
  const { now, pass } = createStillClock()
  const vendor = await startDigitalocean({ clock: now, behavior })
  test.teardown(() => vendor.close())
  const { token: own, api_url: url } = vendor.settings.do
  return {
    vendor,
    pass,
    ask: async (method, path, body, token = own) => {
      const response = await fetch(`${url}${path}`, {
        method, headers: { authorization: `Bearer ${token}` }, body: body === undefined ? null : JSON.stringify(body)
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
    }
  }
}

const dig = (value: unknown, ...path: Array<string | number>): unknown => path.reduce((inner: unknown, key) =>
  typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(String(key)) : undefined, value)

const order = { name: 'web-9', region: 'nyc3', size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', ipv6: true }
const refusal = (id: string, message: string): object => ({ id, message })

t.test('a new droplet has a create action, and has networks only when it is active', async t => {
  const { ask, pass } = await open(t)
  const made = await ask('POST', '/droplets', order)
  t.match(made, {
    status: 202, body: { droplet: { status: 'new', locked: false, networks: { v4: [], v6: [] } }, links: { actions: [{ rel: 'create' }] } }
  })
  const [id, action] = [dig(made.body, 'droplet', 'id'), dig(made.body, 'links', 'actions', 0, 'id')]
  t.match((await ask('GET', `/actions/${action}`)).body, {
    action: { status: 'in-progress', type: 'create', resource_id: id, completed_at: null, region_slug: 'nyc3' }
  })
  t.equal((await ask('GET', '/droplets?name=WEB-9')).status, 200)
  t.match((await ask('GET', '/droplets?name=WEB-9')).body, { droplets: [], meta: { total: 0 } }, 'the list lags behind')
  pass(3000)
  t.match((await ask('GET', `/actions/${action}`)).body, { action: { status: 'completed' } })
  t.match((await ask('GET', '/droplets?name=WEB-9')).body, { droplets: [{ id }] }, 'a name is found in any case')
  const { body } = await ask('GET', `/droplets/${id}`)
  t.match(body, {
    droplet: {
      status: 'active',
      networks: { v4: [{ gateway: '<nil>', type: 'private', netmask: '255.255.0.0' }, { type: 'public' }], v6: [{ netmask: 64 }] }
    }
  })
  t.match(dig(body, 'droplet', 'networks', 'v6', 0, 'ip_address'), /^2604:A880:0800:0010:/, 'IPv6 in capitals')
})

t.test('a running action is not visible on the droplet, and a second action is refused', async t => {
  const { ask, pass } = await open(t)
  const pending = refusal('unprocessable_entity', 'Droplet already has a pending event.')
  t.match(await ask('POST', '/droplets/3164444/actions', { type: 'reboot' }), {
    status: 201, body: { action: { status: 'in-progress', resource_type: 'droplet' } }
  })
  t.match((await ask('GET', '/droplets/3164444')).body, { droplet: { status: 'active', locked: false } })
  t.match(await ask('POST', '/droplets/3164444/actions', { type: 'shutdown' }), { status: 422, body: pending })
  t.match(await ask('DELETE', '/droplets/3164444'), { status: 422, body: pending })
  t.match(await ask('POST', '/reserved_ips/45.55.96.48/actions', { type: 'assign', droplet_id: 3164444 }), { status: 422, body: pending })
  pass(1500)
  t.match(await ask('POST', '/droplets/3164444/actions', { type: 'shutdown' }), { status: 201 })
})

t.test('droplets with a GPU have a separate list, and a page has links only if there are more pages', async t => {
  const { ask, vendor } = await open(t)
  t.match((await ask('GET', '/droplets?type=gpus&per_page=200')).body, { droplets: [{ id: 448543583 }], links: {}, meta: { total: 1 } })
  vendor.addServers(210)
  const first = await ask('GET', '/droplets?per_page=200')
  t.equal(dig(first.body, 'meta', 'total'), 217)
  t.match(dig(first.body, 'links', 'pages'), { next: /^http.*page=2/, last: /page=2/ })
  t.notOk(JSON.stringify(first.body).includes('gpu-h100x1-80gb","vcpus'))
  t.match((await ask('GET', '/droplets?per_page=200&page=2')).body, { links: { pages: { first: /page=1/, prev: /page=1/ } } })
  t.equal((await ask('GET', '/droplets?tag_name=web&type=gpus')).status, 400)
})

t.test('an accepted create may fail without a trace', async t => {
  const { ask, pass, vendor } = await open(t, { create: 'vanishes' })
  const vanish = async (): Promise<Answer[]> => {
    const { body } = await ask('POST', '/droplets', order)
    pass(3000)
    return [
      await ask('GET', `/droplets/${dig(body, 'droplet', 'id')}`), await ask('GET', `/actions/${dig(body, 'links', 'actions', 0, 'id')}`)
    ]
  }
  t.match(await vanish(), [
    { status: 404, body: refusal('not_found', 'The resource you were accessing could not be found.') },
    { body: { action: { status: 'errored' } } }
  ])
  vendor.behavior.create = 'vanishes-silently'
  t.match(await vanish(), [{ status: 404 }, { status: 404 }])
})

t.test('refusals have the vendor\'s status, id and message', async t => {
  const { ask, vendor } = await open(t)
  t.match(await ask('GET', '/droplets', undefined, 'wrong'), { status: 401, body: refusal('unauthorized', 'Unable to authenticate you.') })
  const create = async (change: object): Promise<unknown> => dig((await ask('POST', '/droplets', { ...order, ...change })).body, 'message')
  t.equal(await create({ image: 'nothing' }), 'You specified an invalid image for Droplet creation.')
  t.equal(await create({ size: 'huge' }), 'You specified an invalid size for Droplet creation.')
  t.equal(await create({ region: 'sfo1' }), 'Region is not available')
  t.equal(await create({ size: 's-4vcpu-8gb' }), 'Size is not available in this region.')
  t.equal(await create({ ssh_keys: ['main'] }), 'main are invalid key identifiers for Droplet creation.')
  t.match(await ask('POST', '/droplets', { ...order, vpc_uuid: 'web' }), { status: 404 })
  t.match(await ask('POST', '/droplets/3164459/actions', { type: 'power_off' }), {
    status: 422, body: { message: 'Droplet is already powered off' }
  })
  t.match(await ask('DELETE', '/snapshots/53893572'), {
    status: 400, body: { message: 'the resource is not a snapshot' }
  }, 'a backup is none')
  vendor.behavior.deniedScopes = ['image:read', 'droplet:create']
  t.match(await ask('POST', '/droplets', order), { status: 403, body: { message: 'You are not authorized to perform this operation' } })
  t.notOk(JSON.stringify((await ask('GET', '/droplets/3164444')).body).includes('snapshot_ids'), 'members hang on scopes')
})

t.test('each response has the remaining requests of the window and the time at which the oldest expires', async t => {
  const { ask, pass } = await open(t, { rate: { limit: 2, windowMs: 10_000 } })
  const left = async (): Promise<unknown[]> => {
    const { status, headers } = await ask('GET', '/regions')
    return [status, headers.get('ratelimit-remaining'), headers.get('ratelimit-limit')]
  }
  t.same(await left(), [200, '1', '2'])
  pass(4000)
  t.same([await left(), await left()], [[200, '0', '2'], [429, '0', '2']])
  pass(6000)
  t.same(await left(), [200, '0', '2'])
})

t.test('a reserved address is listed as another public address, and a brought address has no readable action', async t => {
  const { ask, pass } = await open(t)
  const assigned = await ask('POST', '/reserved_ips/45.55.96.48/actions', { type: 'assign', droplet_id: 3164444 })
  t.match(assigned, { status: 201, body: { action: { type: 'assign_ip', resource_type: 'reserved_ip', resource_id: 758603824 } } })
  pass(1500)
  t.match(dig((await ask('GET', '/droplets/3164444')).body, 'droplet', 'networks', 'v4', 2), { ip_address: '45.55.96.48', type: 'public' })
  const own = await ask('POST', '/reserved_ips/203.0.113.77/actions', { type: 'assign', droplet_id: 3164459 })
  pass(1500)
  t.equal((await ask('GET', `/actions/${dig(own.body, 'action', 'id')}`)).status, 404)
  t.match((await ask('GET', '/reserved_ips/203.0.113.77')).body, { reserved_ip: { droplet: { id: 3164459 } } })
})
