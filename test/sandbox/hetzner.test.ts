import t from 'tap'
import type { HetznerBehavior } from '../../sandbox/hetzner/behavior.ts'
import { parseSelector } from '../../sandbox/hetzner/call.ts'
import { startHetzner, type HetznerSandbox } from '../../sandbox/hetzner/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

interface Bench {
  readonly vendor: HetznerSandbox
  readonly pass: (ms: number) => void
  readonly ask: (method: string, path: string, body?: object, token?: string | null) => Promise<Answer>
}

async function open (test: { teardown: (close: () => Promise<void>) => void }, behavior: Partial<HetznerBehavior> = {}): Promise<Bench> {
  const { now, pass } = createStillClock()
  const vendor = await startHetzner({ clock: now, behavior })
  test.teardown(() => vendor.close())
  const { token: own, api_url: url } = vendor.settings.hz
  return {
    vendor,
    pass,
    ask: async (method, path, body, token = own) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        body: body === undefined ? null : JSON.stringify(body)
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
    }
  }
}

const error = (code: string, message?: string) => ({ error: { code, ...(message === undefined ? {} : { message }) } })
const order = { name: 'web-9', server_type: 'cx23', image: 'ubuntu-24.04', location: 'fsn1' }

t.test('an unknown path is refused before the token is checked, an unknown method afterwards', async t => {
  const { ask, vendor } = await open(t)
  t.match(await ask('GET', '/nothing', undefined, null), { status: 404, body: error('not_found', 'api route not found') })
  t.match(await ask('GET', '/servers', undefined, null), { status: 401, body: error('unauthorized', 'token is required') })
  t.match(await ask('PUT', '/servers', undefined, 'wrong'), {
    status: 401, body: error('unauthorized', 'the token you have provided is invalid')
  })
  t.match(await ask('PUT', '/servers'), { status: 405, body: error('method_not_allowed') })
  t.match(await ask('POST', '/servers', order, vendor.settings['hz-readonly'].token), { status: 401, body: error('token_readonly') })
  t.match(await ask('GET', '/datacenters'), { status: 410, body: error('deprecated_api_endpoint') })
})

t.test('pages have at most 50 rows, page numbers and the vendor\'s headers', async t => {
  const { ask } = await open(t)
  const { headers, body } = await ask('GET', '/servers?per_page=500&sort=id:desc')
  t.match(body, {
    servers: [{ id: 117_700_064 }],
    meta: { pagination: { page: 1, per_page: 50, previous_page: null, next_page: 2, last_page: 2, total_entries: 64 } }
  })
  t.match([
    headers.get('link'), headers.get('ratelimit-limit'), headers.get('ratelimit-remaining'), headers.get('x-correlation-id')
  ], [/page=2>; rel=next/, '3600', '3599', /./])
  t.match(await ask('GET', '/servers?sort=colour'), { status: 422, body: error('invalid_input') })
  t.match((await ask('GET', '/servers?name=web-2')).body, {
    servers: [{ name: 'web-2' }], meta: { pagination: { total_entries: 1, next_page: null } }
  })
  t.match(
    (await ask('GET', '/servers?status=off&status=deleting&label_selector=!env&per_page=1')).body,
    { meta: { pagination: { per_page: 1 } } }
  )
})

t.test('a label selector supports equality, sets and presence, but no quoting', async t => {
  const labels = { env: 'prod', 'a/b': '', team: 'x' }
  for (const text of [
    'env', 'env=prod', 'env==prod', 'env!=test', 'a/b', '!gone', 'env in (prod, test)', 'team notin (y)', 'env=prod,team=x', 'gone!=1'
  ]) {
    t.equal(parseSelector(text)?.(labels), true, text)
  }
  for (const text of [
    'gone', 'env=test', '!env', 'env notin (prod)', 'env=prod,team=y'
  ]) {
    t.equal(parseSelector(text)?.(labels), false, text)
  }
  for (const text of ['', '"env"=prod', 'env=a b', 'env in prod', '=x', 'env=prod,']) t.equal(parseSelector(text), null, text)
})

t.test('a create returns the server and its actions, which lock it until they end', async t => {
  const { ask, pass } = await open(t)
  t.match(await ask('POST', '/servers', { ...order, datacenter: 'fsn1-dc14' }), {
    status: 422, body: error('invalid_input', 'invalid input: unknown field name \'datacenter\'')
  })
  t.match(await ask('POST', '/servers', { ...order, name: 'web-1' }), { status: 409, body: error('uniqueness_error') })
  const made = await ask('POST', '/servers', order)
  t.match(made, {
    status: 201,
    body: {
      server: { status: 'initializing', locked: true, public_net: { ipv6: { ip: /\/64$/ } } },
      action: { command: 'create_server', status: 'running' },
      next_actions: [{ command: 'start_server' }],
      root_password: /./
    }
  })
  t.match(await ask('POST', '/servers/117700502/actions/poweroff'), { status: 423, body: error('locked') })
  pass(3000)
  t.match((await ask('GET', '/servers/117700502')).body, { server: { status: 'running', locked: false } })
  t.match((await ask('POST', '/servers', { ...order, name: 'web-8', ssh_keys: ['deploy'] })).body, { root_password: null })
})

t.test('shutdown only sends a signal, and the type can be changed only while the server is off', async t => {
  const { ask, pass } = await open(t)
  await ask('POST', '/servers/117700001/actions/shutdown')
  pass(1500)
  t.match((await ask('GET', '/servers/117700001')).body, { server: { status: 'running', locked: false } }, 'the action has succeeded')
  pass(1500)
  t.match((await ask('GET', '/servers/117700001')).body, { server: { status: 'off' } })
  t.match(await ask('POST', '/servers/117700001/actions/change_type', { server_type: 'cpx22' }), {
    status: 422, body: error('invalid_input')
  })
  t.match(await ask('POST', '/servers/117700004/actions/change_type', { server_type: 'cpx22', upgrade_disk: false }), {
    status: 422, body: error('server_not_stopped')
  })
  t.match(await ask('POST', '/servers/117700001/actions/change_type', { server_type: 'cax11', upgrade_disk: false }), {
    status: 422, body: error('invalid_server_type')
  })
  t.match(await ask('POST', '/servers/117700001/actions/change_type', { server_type: 'cpx22', upgrade_disk: false }), { status: 201 })
  t.match((await ask('GET', '/servers/117700001')).body, { server: { status: 'migrating', locked: true } })
})

t.test('protection covers delete and rebuild together', async t => {
  const { ask } = await open(t)
  t.match(await ask('POST', '/servers/117700001/actions/change_protection', { delete: true }), {
    status: 422, body: error('invalid_input')
  })
  t.match(await ask('DELETE', '/servers/117700005'), { status: 423, body: error('protected') })
  t.match(await ask('POST', '/servers/117700005/actions/rebuild', { image: 'debian-13' }), { status: 423, body: error('protected') })
})

t.test('at most 25 actions are read at once, and unknown ids are omitted', async t => {
  const { ask } = await open(t)
  t.match(await ask('GET', '/actions'), { status: 410, body: error('deprecated_api_endpoint') })
  const made = await ask('POST', '/servers', order)
  const first = 606_028_482_673_874
  t.match(made.body, { action: { id: first } })
  t.match(await ask('GET', `/actions?id=1&id=${first}`), {
    status: 200, body: { actions: [{ id: first, error: { code: 'action_failed' } }] }
  }, 'with an error while it runs')
  const many = Array.from({ length: 25 }, (_, index) => `id=${index + 1}`).join('&')
  t.same((await ask('GET', `/actions?${many}&id=${first}`)).body, { actions: [] })
})

t.test('a primary address can be moved only while its server is off, a floating one at any time', async t => {
  const { ask, pass } = await open(t)
  t.match((await ask('GET', '/primary_ips?ip=192.0.2.240')).body, {
    primary_ips: [{ id: 478_001, assignee_id: null, assignee_type: 'unassigned' }]
  })
  t.match(await ask('POST', '/primary_ips/478001/actions/assign', { assignee_id: 117_700_001, assignee_type: 'server' }), {
    status: 422, body: error('server_not_stopped')
  })
  t.match(await ask('POST', '/floating_ips/478001/actions/assign', { server: 117_700_004 }), {
    status: 422, body: error('floating_ip_assigned')
  })
  t.match(await ask('POST', '/floating_ips/478001/actions/unassign'), {
    status: 201, body: { action: { command: 'unassign_floating_ip' } }
  })
  pass(1500)
  t.match((await ask('GET', '/servers/117700001')).body, { server: { public_net: { floating_ips: [] } } })
  t.match(await ask('POST', '/primary_ips/91000001/actions/change_dns_ptr', {
    ip: '192.0.2.12', dns_ptr: 'a.example.com.'
  }), { status: 422 })
})

t.test('requests beyond the limit are refused, and the limit refills over time', async t => {
  const { ask, pass } = await open(t, { rateLimit: 1 })
  t.equal((await ask('GET', '/locations')).status, 200)
  const limited = await ask('GET', '/locations')
  t.match(limited, {
    status: 429,
    body: error('rate_limit_exceeded', 'Limit of \'1\' requests per hour for token \'SECRET0write0token0of0the0projec...\' reached.')
  })
  t.ok(Number(limited.headers.get('ratelimit-reset')) > Date.now() / 1000)
  pass(3_600_000)
  t.equal((await ask('GET', '/locations')).status, 200)
})
