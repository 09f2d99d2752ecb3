import t from 'tap'
import { startOnecloud, type OnecloudOptions, type OnecloudSandbox } from '../../sandbox/onecloud/simulator.ts'
import { record as obj, records as list, send as sendTo, type Answer, type Json } from './wire.ts'

const webId = '6a10db1a-d5d6-4d75-867a-2c3cf06197c7'
const poolId = '755d30aa-b624-4248-8514-ba4b0d1a8c41'
const binId = 'a397f354-12e4-487c-8069-22e5aa6d5ffc'
const otherId = '581adcc2-964f-4ce7-88b9-da135edb706b'
const start = Date.parse('2026-11-21T03:00:00Z')

interface Sent { readonly body?: unknown, readonly token?: string, readonly headers?: Record<string, string> }

const send = async (url: string, method = 'GET', { body, token, headers }: Sent = {}): Promise<Answer> => await sendTo(url, {
  method,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(token === undefined ? {} : { 'x-auth-token': token }), ...headers },
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
})

const passwordLogin = (settings: Record<string, string> | undefined, change: Json = {}): Json => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name: settings?.['username'], password: settings?.['password'], domain: { name: 'Default' } } } },
    scope: { project: { name: settings?.['project'], domain: { name: 'Default' } } },
    ...change
  }
})

const signIn = async (sandbox: OnecloudSandbox, settings = sandbox.settings['pods']): Promise<string> => {
  const answer = await send(`${sandbox.origin}/v3/auth/tokens`, 'POST', { body: passwordLogin(settings) })
  return answer.headers.get('x-subject-token') ?? ''
}

const open = async (test: Tap, options: OnecloudOptions = {}) => {
  const time = { now: start }
  const sandbox = await startOnecloud({ clock: () => time.now, ...options })
  test.teardown(async () => await sandbox.close())
  const token = await signIn(sandbox)
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    await send(`${sandbox.origin}/compute${path}`, method, { token, headers, ...(body === undefined ? {} : { body }) })
  /** The different statuses that a poller sees while `ms` pass. */
  const watch = async (id: string, ms: number): Promise<unknown[]> => {
    const seen: unknown[] = []
    const end = time.now + ms
    for (; time.now <= end; time.now += 20) {
      const word = sandbox.statusOf(id) ?? 'HTTP 404'
      if (word !== seen.at(-1)) seen.push(word)
    }
    return seen
  }
  return { sandbox, time, token, call, watch }
}

type Tap = Pick<typeof t, 'teardown'>

const server = (answer: Answer): Json => obj(answer.body['server'])
const names = (answer: Answer): unknown[] => list(answer.body['servers']).map(row => row['name'])
const basic = { vcpu_count: 1, vmem_size: 1024, disks: [{ size: 10240 }], nets: [{ network: 'vnet0' }] }

t.test('a scoped sign-in returns the token in a header, and a catalog in varying order', async t => {
  const { sandbox } = await open(t)
  const first = await send(`${sandbox.origin}/v3/auth/tokens`, 'POST', { body: passwordLogin(sandbox.settings['pods']) })
  const second = await send(`${sandbox.origin}/v3/auth/tokens`, 'POST', { body: passwordLogin(sandbox.settings['pods']) })
  t.equal(first.status, 200)
  t.equal(first.headers.get('x-subject-token'), first.body['id'])
  t.match(first.headers.get('x-subject-token'), /^[0-9a-f]{64}$/)
  const token = obj(first.body['token'])
  t.equal(token['expires_at'], '2026-11-22T03:00:00.000719Z')
  t.match(token, { project: { name: 'demo', domain: { id: 'default' } }, user: { name: 'gateway' }, is_domain: false })
  const catalog = list(token['catalog'])
  const compute = list(catalog.find(service => service['type'] === 'compute_v2')?.['endpoints'])
  t.equal(compute.find(endpoint => endpoint['interface'] === 'public')?.['url'], `${sandbox.origin}/compute`)
  t.not(compute.find(endpoint => endpoint['interface'] === 'internal')?.['url'], `${sandbox.origin}/compute`)
  const types = (answer: Answer): unknown[] => list(obj(answer.body['token'])['catalog']).map(service => service['type'])
  t.notSame(types(first), types(second))
  t.same(types(first).sort(), types(second).sort())
  t.equal(sandbox.logins, 3)
})

t.test('a refused sign-in has the status and class of its reason', async t => {
  const { sandbox } = await open(t)
  const pods = sandbox.settings['pods'] ?? {}
  const url = `${sandbox.origin}/v3/auth/tokens`
  const attempt = async (body: unknown): Promise<string> => {
    const answer = await send(url, 'POST', { body })
    return `${answer.status} ${String(answer.body['class'])}`
  }
  const user = (change: Json): Json => ({ auth: { identity: { methods: ['password'], password: { user: { name: 'gateway', password: pods['password'], domain: { name: 'Default' }, ...change } } } } })
  t.equal(await attempt(user({ password: 'nope' })), '401 WrongPassword')
  t.equal(await attempt(user({ name: 'nobody' })), '404 UserNotFound')
  t.equal(await attempt(user({ domain: { name: 'NoSuch' } })), '404 UserNotFound')
  t.equal(await attempt(passwordLogin({ ...pods, project: 'nosuch' })), '401 UnauthorizedError')
  t.equal(await attempt(passwordLogin({ ...pods, project: 'system' })), '401 UnauthorizedError')
  t.equal(await attempt({ auth: { identity: { methods: ['password', 'token'] } } }), '401 UnauthorizedError')
  t.equal(await attempt({}), '401 UnauthorizedError')
  t.equal(await attempt('{"auth":'), '400 InputParameterError')
  t.equal(await attempt(user({ domain: undefined, Domain: { id: 'default' } })), '200 undefined')
  t.equal(await attempt({ auth: { identity: { methods: ['password'], password: { user: { name: 'twin', password: 'x' } } } } }), '409 ConflictError')
  t.equal(await attempt(passwordLogin(pods, { scope: { domain: { name: 'Default' } } })), '401 UnauthorizedError', 'no user is of a domain')
})

t.test('the recorded sign-in with an access key is accepted, and one with a wrong signature is refused', async t => {
  const { sandbox } = await open(t)
  const recorded = {
    access_key: '10272fe22b074a208baceedf643d555a',
    algorithm: 'AWS4-HMAC-SHA256',
    location: 'region0',
    request: 'AWS4-HMAC-SHA256\n20261121T023406Z\n20261121/region0/s3/aws4_request\n80b8ac9211fecd86f7e9d36d4c21c5f39b2d3862b079c3152d686875bdf85e6d',
    sign_date: '2026-11-21T02:34:06Z',
    signature: 'ed05da50af044ea58e11f493e21e7fff92c2a4bd2849870eeaaf21381151e7af',
    signed_headers: ['host', 'x-amz-content-sha256', 'x-amz-date']
  }
  const body = { auth: { identity: { methods: ['aksk'], access_key_secret: JSON.stringify(recorded) } } }
  t.equal((await send(`${sandbox.origin}/v3/auth/tokens`, 'POST', { body })).status, 200)
  const wrong = { auth: { identity: { methods: ['aksk'], access_key_secret: JSON.stringify({ ...recorded, request: `${recorded.request}0` }) } } }
  t.match((await send(`${sandbox.origin}/v3/auth/tokens`, 'POST', { body: wrong })).body, { code: 401, class: 'UnauthorizedError', details: /signature mismatch/ })
})

t.test('a bad, expired or revoked token is a 403 with allow:none, but an unknown path is a 404 first', async t => {
  const { sandbox, time, token } = await open(t)
  const refused = async (given?: string): Promise<void> => {
    const answer = await send(`${sandbox.origin}/compute/servers`, 'GET', given === undefined ? {} : { token: given })
    t.match(answer.body, { code: 403, class: 'ForbiddenError', details: /allow:none/ })
  }
  await refused()
  await refused('0'.repeat(64))
  t.equal((await send(`${sandbox.origin}/compute/servers/nosuch`, 'GET', { token: 'bad' })).status, 404)
  const known = await send(`${sandbox.origin}/compute/servers/${webId}`, 'GET', { token: 'bad' })
  t.match(known.body, { code: 403, details: /allow:none/ })
  t.match((await send(`${sandbox.origin}/compute/servers/${webId}/stop`, 'POST', { token: 'bad' })).body, { code: 403, details: /allow:none/ })
  t.match((await send(`${sandbox.origin}/compute/servers`, 'POST', { token: 'bad', body: { server: { name: 'x' } } })).body, { code: 403, details: /allow:none/ })
  t.match((await send(`${sandbox.origin}/image/v1/images`, 'GET', { token: 'bad' })).body, { code: 403, details: /allow:none/ })
  t.equal((await send(`${sandbox.origin}/webconsole-service/webconsole/server/${webId}`, 'POST', { token: 'bad', body: {} })).status, 401)
  t.equal(sandbox.created, 0)
  time.now += 86_400_000
  await refused(token)
  const fresh = await signIn(sandbox)
  sandbox.revokeTokens()
  await refused(fresh)
})

t.test('lists are paged newest first, and omit a total of zero', async t => {
  const { sandbox, call } = await open(t)
  const seen: unknown[] = []
  let total = Infinity
  for (let offset = 0; offset < total; offset += 7) {
    const page = await call('GET', `/servers?limit=7&offset=${offset}`)
    total = Number(page.body['total'])
    t.equal(page.body['offset'], offset > 0 ? offset : undefined)
    seen.push(...names(page))
  }
  t.equal(seen.length, total)
  t.equal(new Set(seen).size, total)
  t.ok(total >= 55)
  t.same(seen.slice(0, 3), ['vpc-1', 'fail-start-1', 'fail-deploy-1'])
  t.same((await call('GET', '/servers?name=none')).body, { servers: [] })
  const beyond = await call('GET', '/servers?limit=2&offset=1000')
  t.match(beyond.body, { servers: [], total, limit: 2, offset: 1000 })
  for (const limit of ['', '0', '-1']) t.equal((await call('GET', `/servers?limit=${limit}`)).body['limit'], 2048)
  t.equal((await call('GET', '/servers?limit=5000')).body['limit'], 5000)
  t.match((await call('GET', '/servers?limit=abc')).body, { code: 500, class: 'UnclassifiedError', details: /SECRET/ })
  sandbox.behavior.maxPage = 10
  const capped = await call('GET', '/servers?limit=5000')
  t.equal(capped.body['limit'], 10)
  t.equal(names(capped).length, 10)
  sandbox.addServers(3)
  t.equal((await call('GET', '/servers')).body['total'], total + 3)
})

t.test('a scope limits the list to a project, unless the legacy admin flag is set', async t => {
  const { sandbox, call } = await open(t)
  const own = Number((await call('GET', '/servers')).body['total'])
  t.match((await call('GET', '/servers?scope=system')).body, { code: 403, details: /allow:project/ })
  t.equal((await call('GET', '/servers?admin=true')).body['total'], own + 5)
  t.match((await call('GET', `/servers/${otherId}`)).body, { code: 403, details: /allow:project/ })
  t.equal((await call('POST', `/servers/${otherId}/start`)).status, 403)
  t.equal((await call('DELETE', `/servers/${otherId}`)).status, 403)
  const token = await signIn(sandbox, sandbox.adminSettings)
  const admin = async (query: string): Promise<unknown> => (await send(`${sandbox.origin}/compute/servers${query}`, 'GET', { token })).body['total']
  t.equal(await admin(''), 5)
  t.equal(await admin('?scope=system'), own + 5)
})

t.test('a recycled server is found by a GET without a query string only', async t => {
  const { call } = await open(t)
  t.match(server(await call('GET', `/servers/${binId}`)), { pending_deleted: true, status: 'ready' })
  t.equal((await call('GET', `/servers/${binId}?details=true`)).status, 404)
  t.equal((await call('GET', `/servers/${binId}?pending_delete=all`)).status, 200)
  t.equal((await call('GET', `/servers/${webId}?status=ready`)).status, 404)
  t.same(server(await call('GET', `/servers/${binId}/status`)), { status: 'ready' })
})

t.test('a create is accepted at once and carried out later', async t => {
  const { call, watch } = await open(t)
  const made = await call('POST', '/servers', { server: { ...basic, name: 'fresh-1', auto_start: true, disks: [{ image_id: 'debian-12-fake', size: 1024 }], __meta__: { 'user:env': 'x' } } })
  t.equal(made.status, 200)
  const early = server(made)
  t.match(early, { status: 'init', disk: 0, disable_delete: true, metadata: { 'user:env': 'x' } })
  t.notOk('ips' in early || 'zone' in early)
  const id = String(early['id'])
  t.same(await watch(id, 3100), ['init', 'schedule', 'network', 'image_caching', 'disk', 'start_deploy', 'deploying', 'starting', 'running'])
  const late = server(await call('GET', `/servers/${id}`))
  t.match(late, { status: 'running', power_states: 'on', disk: 10240, zone: 'zone0', ips: /^10\.77\.0\./ })
  const still = server(await call('POST', '/servers', { server: { ...basic, name: 'still' } }))
  t.equal((await watch(String(still['id']), 3100)).at(-1), 'ready')
})

t.test('a create for which there is no capacity, or whose node fails, fails after it was accepted', async t => {
  const { call, watch, sandbox } = await open(t)
  const huge = server(await call('POST', '/servers', { server: { ...basic, name: 'huge-2', vcpu_count: 32, vmem_size: 400000 } }))
  t.same(await watch(String(huge['id']), 3100), ['init', 'schedule', 'sched_fail'])
  t.equal(sandbox.servers.get(String(huge['id']))?.disableDelete, false)
  sandbox.behavior.failActions = ['create']
  const deploy = server(await call('POST', '/servers', { server: { ...basic, name: 'deploy-2' } }))
  t.equal((await watch(String(deploy['id']), 3100)).at(-1), 'deploy_fail')
})

t.test('a refused create has the status and class of its reason, and creates nothing', async t => {
  const { call, sandbox } = await open(t)
  const attempt = async (change: Json): Promise<string> => {
    const answer = await call('POST', '/servers', { server: { ...basic, name: 'refused', ...change } })
    return `${answer.status} ${String(answer.body['class'])}`
  }
  t.equal(await attempt({ disks: undefined }), '400 InputParameterError')
  t.equal(await attempt({ vmem_size: '1g' }), '500 UnclassifiedError')
  t.equal(await attempt({ vcpu_count: -1 }), '400 InputParameterError')
  t.equal(await attempt({ vmem_size: 99_999_999 }), '400 InputParameterError')
  t.equal(await attempt({ instance_type: 'nosuch' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ instance_type: '0a17971d-4c18-4446-8fb9-5da95de3e2a7' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ disks: [{ size: 10240, image_id: 'nosuch' }] }), '400 InputParameterError')
  t.equal(await attempt({ nets: [{ network: 'nosuch' }] }), '400 InputParameterError')
  t.equal(await attempt({ keypair_id: 'nosuch' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ keypair_id: 'kp-of-another' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ prefer_region_id: 'nosuch' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ hypervisor: 'nosuch' }), '400 InputParameterError')
  t.equal(await attempt({ password: 'short' }), '400 WeakPasswordError')
  t.equal(await attempt({ project_id: 'nosuch' }), '404 ResourceNotFoundError')
  t.equal(await attempt({ name: undefined }), '400 MissingParameterError')
  t.equal(await attempt({ name: 'a' }), '400 InputParameterError')
  t.equal(await attempt({ name: 'n'.repeat(129) }), '500 UnclassifiedError')
  t.equal(await attempt({ name: 'web-\u{1F680}' }), '500 UnclassifiedError')
  t.equal(await attempt({ name: 'web-1' }), '409 DuplicateNameError')
  t.match((await call('POST', '/servers', { server: { ...basic, name: 'x1', vmem_size: 'abc' } })).body['details'], /SECRET/)
  sandbox.behavior.quotaServers = 3
  t.equal(await attempt({}), '400 OutOfQuotaError')
  t.equal(sandbox.created, 0)
  sandbox.behavior.quotaServers = 0
  t.equal(await attempt({ vmem_size: '1024', name: 'old-1' }), '200 undefined')
})

t.test('a body without a JSON content type or a length is ignored, and its wrapper is required', async t => {
  const { call, sandbox, token } = await open(t)
  const body = JSON.stringify({ server: { ...basic, name: 'ignored' } })
  const plain = await call('POST', '/servers', body, { 'content-type': 'text/plain' })
  t.match(plain.body, { code: 500, class: 'InternalServerError' })
  t.equal((await call('POST', '/servers', '{"server":')).status, 500)
  t.match((await call('POST', '/servers', {})).body, { code: 400, details: 'No request key: server' })
  const stream = new ReadableStream({ start (controller) { controller.enqueue(new TextEncoder().encode(body)); controller.close() } })
  const chunked = await fetch(`${sandbox.origin}/compute/servers`, { method: 'POST', headers: { 'x-auth-token': token, 'content-type': 'application/json' }, body: stream, duplex: 'half' })
  t.equal(chunked.status, 500)
  await chunked.text()
  t.equal(sandbox.created, 0)
})

t.test('a rename validates the name, and unknown keys are ignored', async t => {
  const { call } = await open(t)
  const put = async (input: Json): Promise<Answer> => await call('PUT', `/servers/${webId}`, { server: input })
  t.match(server(await put({ name: 'renamed' })), { name: 'renamed', status: 'running' })
  t.equal((await put({ name: 'renamed' })).status, 200)
  t.equal((await put({ name: 'x' })).status, 400)
  t.equal((await put({ name: 'web' })).body['class'], 'DuplicateNameError')
  t.match((await put({ name: '' })).body, { code: 500, details: /SECRET/ })
  t.equal((await put({ name: 'n'.repeat(129) })).status, 500)
  t.match(server(await put({ vcpu_count: 64, status: 'ready', nosuch: 1 })), { vcpu_count: 2, status: 'running' })
  t.equal((await call('PUT', '/servers/nosuch', { name: 'zz' })).status, 404)
})

t.test('a protected server is not deleted, and an unprotected one goes to the recycle bin first', async t => {
  const { call, watch, time } = await open(t)
  t.match((await call('DELETE', `/servers/${webId}`)).body, { code: 400, class: 'InvalidStatusError', details: 'Virtual server is locked, cannot delete' })
  await call('PUT', `/servers/${webId}`, { server: { disable_delete: false } })
  const gone = await call('DELETE', `/servers/${webId}`, { server: { override_pending_delete: true } })
  t.equal(server(gone)['status'], 'start_delete')
  t.same(await watch(webId, 1600), ['start_delete', 'sync_status', 'ready'])
  t.match(server(await call('GET', `/servers/${webId}`)), { pending_deleted: true, power_states: 'off' })
  t.same((await call('GET', '/servers?name=web-1')).body, { servers: [] })
  t.equal(server(await call('POST', `/servers/${webId}/start`))['pending_deleted'], true)
  time.now += 2000
  await call('DELETE', `/servers/${webId}`)
  t.same(await watch(webId, 5000), ['start_delete'])
  await call('DELETE', `/servers/${webId}?override_pending_delete=true`)
  t.equal((await watch(webId, 1600)).at(-1), 'HTTP 404')
  t.equal((await call('DELETE', `/servers/${webId}`)).status, 404)
})

t.test('a final delete passes through ready before the record is gone', async t => {
  const { call, watch, sandbox } = await open(t)
  await call('PUT', `/servers/${poolId}`, { disable_delete: false })
  t.equal((await call('DELETE', `/servers/${poolId}?override_pending_delete=true`)).status, 200)
  const seen = await watch(poolId, 1600)
  t.same(seen.slice(0, 5), ['start_delete', 'deleting', 'sync_config', 'sync_status', 'ready'])
  t.equal(seen.at(-1), 'HTTP 404')
  t.notOk(sandbox.servers.has(poolId))
  const huge = '473f395d-b993-410c-8e1c-0e662ccff794'
  await call('DELETE', `/servers/${huge}`)
  t.equal((await watch(huge, 1600)).at(-1), 'HTTP 404')
  t.equal((await call('DELETE', '/servers/app-03')).status, 403)
})

t.test('a resize takes the name of a size, or numbers with units, and needs a stopped server', async t => {
  const { call, watch } = await open(t)
  const resize = async (input: Json): Promise<Answer> => await call('POST', `/servers/${poolId}/change-config`, { server: input })
  t.equal((await resize({ sku: 'nosuch' })).status, 404)
  t.match((await resize({ vcpu_count: 2 })).body, { code: 400, class: 'BadRequestError' })
  t.equal(server(await resize({ sku: 'ecs.g1.c2m4' }))['status'], 'change_flavor')
  t.same(await watch(poolId, 1600), ['change_flavor', 'sync_status', 'ready'])
  t.match(server(await call('GET', `/servers/${poolId}`)), { vcpu_count: 2, vmem_size: 4096, instance_type: 'ecs.g1.c2m4' })
  await resize({ vcpu_count: 3, vmem_size: '3g', auto_start: true })
  t.same(await watch(poolId, 1600), ['change_flavor', 'sync_status', 'starting', 'running'])
  t.match(server(await call('GET', `/servers/${poolId}`)), { vcpu_count: 3, vmem_size: 3072, instance_type: 'ecs.g1.c2m4' })
  t.match((await resize({ sku: 'ecs.g1.c1m1' })).body, { code: 400, class: 'InvalidStatusError' })
})

t.test('a rebuild needs a stopped server and removes the key pair', async t => {
  const { call, watch, time } = await open(t)
  const rebuild = async (input: Json): Promise<Answer> => await call('POST', `/servers/${webId}/rebuild-root`, { server: input })
  t.match((await rebuild({ image_id: 'debian-12-fake' })).body, { code: 400, details: 'Cannot reset root in status running' })
  await call('POST', `/servers/${webId}/stop`)
  time.now += 1500
  t.equal((await rebuild({ image_id: 'nosuch' })).body['class'], 'NotFoundError')
  t.equal((await rebuild({ image_id: 'windows-2022-fake' })).status, 400)
  t.match((await call('POST', `/servers/${poolId}/rebuild-root`, {})).body, { code: 400, class: 'BadRequestError' })
  t.equal((await rebuild({ image_id: 'ubuntu-24.04-fake' })).status, 200)
  t.same(await watch(webId, 1600), ['rebuild_root', 'image_caching', 'rebuild_root', 'start_deploy', 'deploying', 'sync_status', 'ready'])
  const after = server(await call('GET', `/servers/${webId}`))
  t.match(list(after['disks_info'])[0], { image: 'ubuntu-24.04-fake' })
  t.notOk('keypair' in after)
})

t.test('addresses can be bound on a VPC network but not on a classic one', async t => {
  const { call, watch } = await open(t)
  await call('POST', '/servers/vpc-1/dissociate-eip', {})
  t.equal((await watch('36fb67d5-2347-4887-8c8f-9d9694380258', 1600)).at(-1), 'running')
  t.notOk('eip' in server(await call('GET', '/servers/vpc-1')))
  await call('POST', '/servers/vpc-1/associate-eip', { eip_id: 'eip-spare' })
  await watch('36fb67d5-2347-4887-8c8f-9d9694380258', 1600)
  t.equal(server(await call('GET', '/servers/vpc-1'))['eip'], '192.0.2.11')
  t.match(list((await call('GET', '/eips')).body['eips']).find(row => row['name'] === 'eip-spare'), { associate_name: 'vpc-1', associate_type: 'server' })
  await call('POST', `/servers/${webId}/associate-eip`, { eip_id: 'eip-1' })
  t.same(await watch(webId, 1600), ['associate_eip', 'associate_eip_failed'])
})

t.test('only a running server has a console', async t => {
  const { sandbox, token, call, time } = await open(t)
  const url = (id: string): string => `${sandbox.origin}/webconsole-service/webconsole/server/${id}`
  const given = await send(url(webId), 'POST', { token, body: {} })
  const data = String(obj(given.body['webconsole'])['connect_params'])
  t.match(Buffer.from(data, 'base64').toString(), /access_token=FAKE-SECRET/)
  await call('POST', `/servers/${webId}/stop`)
  time.now += 2000
  t.match((await send(url(webId), 'POST', { token, body: {} })).body, { code: 406, class: 'NotAcceptableError' })
  t.equal((await send(url('nosuch'), 'POST', { token, body: {} })).status, 404)
})

t.test('errors have the zone of the control plane and a request id', async t => {
  const { call } = await open(t)
  const missing = await call('GET', '/servers/nosuch', undefined, { 'x-request-id': 'abc-123' })
  t.same(missing.body, { class: 'ResourceNotFoundError', code: 404, details: 'server nosuch not found', time: '2026-11-21T11:00:00+08:00' })
  t.match(missing.headers.get('x-request-id'), /^abc-123-[0-9a-f]{6}$/)
  t.equal((await call('GET', `/servers/${webId}`)).headers.get('content-type'), 'application/json;charset=utf-8')
  t.equal((await call('DELETE', `/servers/${webId}`)).headers.get('location'), 'Virtual server is locked, cannot delete')
})

/** As they were recorded from a control plane of release 3.10, with the words that a quick poller sees. */
const sequences: ReadonlyArray<readonly [string, string, Json, readonly string[]]> = [
  [webId, 'stop', {}, ['start_stop', 'stopping', 'ready']],
  [webId, 'start', {}, ['start_start', 'starting', 'running']],
  [webId, 'restart', { is_force: true }, ['stopping', 'ready', 'start_start', 'starting', 'running']],
  [webId, 'set-password', { password: 'Fake-SECRET-1x' }, ['qga_set_password', 'running']],
  [poolId, 'set-password', { password: 'Fake-SECRET-1x' }, ['start_deploy', 'deploying', 'sync_status', 'ready']],
  [webId, 'start-rescue', {}, ['stopping', 'start_rescue', 'running']],
  [webId, 'stop-rescue', {}, ['stopping', 'stop_rescue', 'starting', 'running']],
  [webId, 'instance-snapshot', { name: 'snap-9' }, ['start_instance_snapshot', 'running']],
  [webId, 'syncstatus', {}, ['sync_status', 'running']]
]

t.test('an action passes through its statuses over time, and a wrong initial status is a 400', async t => {
  const { call, watch } = await open(t)
  for (const [id, verb, input, words] of sequences) {
    t.equal((await call('POST', `/servers/${id}/${verb}`, { server: input })).status, 200, verb)
    t.same(await watch(id, 1600), words, verb)
    if (verb === 'start-rescue') t.equal(server(await call('GET', `/servers/${webId}`))['rescue_mode'], true)
  }
  t.match((await call('POST', `/servers/${webId}/start`)).body, { code: 400, class: 'InvalidStatusError', details: 'Cannot do start server in status running' })
  t.match((await call('POST', `/servers/${poolId}/restart`)).body, { code: 400, details: 'Cannot do restart server in status ready' })
  t.equal((await call('POST', `/servers/${webId}/frobnicate`, {})).body['class'], 'ActionNotFoundError')
  t.equal((await call('GET', `/servers/${webId}/frobnicate`)).body['class'], 'SpecNotFoundError')
})

t.test('a failing node leaves the failure status of the action, and syncstatus reads the node again', async t => {
  const { call, watch, sandbox } = await open(t, { behavior: { failActions: ['stop', 'snapshot-delete'] } })
  await call('POST', `/servers/${webId}/stop`)
  t.match((await call('POST', `/servers/${webId}/syncstatus`)).body, { code: 400, class: 'BadRequestError' })
  t.same(await watch(webId, 1600), ['start_stop', 'stopping', 'stop_fail'])
  t.equal(sandbox.powerOf(webId), 'on')
  await call('POST', `/servers/${webId}/syncstatus`)
  t.same(await watch(webId, 1600), ['sync_status', 'running'])
  await call('POST', `/servers/${webId}/instance-snapshot`, { name: 'snap-9' })
  await watch(webId, 1600)
  const [kept] = list((await call('GET', '/instance_snapshots')).body['instance_snapshots'])
  t.equal((await call('DELETE', `/instance_snapshots/${String(kept?.['id'])}`)).status, 200)
  t.same(await watch(webId, 1600), ['snapshot_delete', 'instance_snapshot_delete_failed'])
})

t.test('a resize to the current plan is ignored, including its sizes', async t => {
  const { call, watch } = await open(t)
  const resize = async (input: Json): Promise<Json> => {
    t.equal((await call('POST', `/servers/${poolId}/change-config`, { server: input })).status, 200)
    await watch(poolId, 1600)
    return server(await call('GET', `/servers/${poolId}`))
  }
  t.match(await resize({ sku: 'ecs.g1.c2m4' }), { vcpu_count: 2, vmem_size: 4096, instance_type: 'ecs.g1.c2m4' })
  t.match(await resize({ vcpu_count: 3, vmem_size: '4096M' }), { vcpu_count: 3, vmem_size: 4096, instance_type: 'ecs.g1.c2m4' })
  t.match(await resize({ sku: 'ecs.g1.c2m4' }), { vcpu_count: 3, vmem_size: 4096, instance_type: 'ecs.g1.c2m4' })
  t.match(await resize({ vcpu_count: 4, vmem_size: '12288M' }), { vcpu_count: 4, vmem_size: 12_288, instance_type: 'ecs.g1.c4m12' }, 'both change, and a size has exactly these')
})
