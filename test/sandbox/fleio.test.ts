import t, { type Test } from 'tap'
import { documented, flavorIds, imageIds } from '../../sandbox/fleio/seed-catalog.ts'
import { startFleio, type FleioOptions, type FleioSandbox } from '../../sandbox/fleio/simulator.ts'
import { record as row, records as rows, send, type Answer, type Json as Row } from './wire.ts'

interface Bench {
  readonly sandbox: FleioSandbox
  wait(ms: number): void
  staff(method: string, path: string, body?: unknown): Promise<Answer>
  user(method: string, path: string, body?: unknown): Promise<Answer>
}

const texts = (value: unknown): string[] => Array.isArray(value) ? value.map(String) : []

async function bench (t: Test, options: FleioOptions = {}): Promise<Bench> {
  let now = Date.parse('2026-02-03T10:00:00Z')
  const sandbox = await startFleio({ clock: () => now, ...options })
  t.teardown(() => sandbox.close())
  const as = (account: 'fleio-staff' | 'fleio-user') => async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const { url, token } = sandbox.settings[account]
    const headers = { authorization: `Token ${token}`, accept: 'application/json', ...body === undefined ? {} : { 'content-type': 'application/json' } }
    return await send(`${url}${path}`, { method, headers, ...body === undefined ? {} : { body: JSON.stringify(body) } })
  }
  return { sandbox, wait: ms => { now += ms }, staff: as('fleio-staff'), user: as('fleio-user') }
}

const instances = '/openstack/instances'
const own = `${instances}/${documented.instance}`
const named = (sandbox: FleioSandbox, name: string): string =>
  [...sandbox.servers.values()].find(server => server.name === name)?.id ?? ''

const statusOf = (sandbox: FleioSandbox, id: string): { readonly status: string, readonly task: string | null } | undefined => {
  const { status, task } = sandbox.servers.get(id) ?? {}
  return status === undefined || task === undefined ? undefined : { status, task }
}

const wish = {
  client: documented.client,
  name: 'fresh',
  region: 'Region1',
  flavor: documented.flavor,
  nics: [documented.network],
  share_image: false,
  boot_source: { source_type: 'image', source_id: documented.image, delete_on_termination: false, create_new_volume: false, volume_type: '' }
}

t.test('only a token of the right kind of user is accepted', async t => {
  const { sandbox, staff } = await bench(t)
  const { 'fleio-staff': operator, 'fleio-user': endUser } = sandbox.settings
  const attempt = async (url: string, authorization?: string): Promise<[number, unknown]> => {
    const answer = await send(`${url}${instances}`, { headers: authorization === undefined ? {} : { authorization } })
    if (answer.status === 401) t.equal(answer.headers.get('www-authenticate'), 'Token')
    return [answer.status, answer.body['detail']]
  }
  const nothing = 'Authentication credentials were not provided.'
  t.strictSame(await attempt(operator.url), [401, nothing])
  t.strictSame(await attempt(operator.url, `Bearer ${operator.token}`), [401, nothing])
  t.strictSame(await attempt(operator.url, 'Token nope'), [401, 'Invalid token.'])
  t.strictSame(await attempt(operator.url, `Token ${endUser.token}`), [401, 'Incorrect authentication credentials.'])
  t.strictSame(await attempt(endUser.url, `Token ${operator.token}`), [401, 'Incorrect authentication credentials.'])
  t.equal((await attempt(operator.url, `token ${operator.token}`))[0], 200)
  sandbox.behavior.licensed = false
  t.equal((await staff('GET', instances)).status, 402)
})

t.test('unknown routes and trailing slashes are answered with HTML, wrong methods with JSON', async t => {
  const { sandbox, staff, user } = await bench(t)
  for (const path of ['/clients/', `${own}/`, '/openstack/nothing', `${instances}/a.b`, `${own}/%E0%A4%A`]) {
    const answer = await staff('GET', path)
    t.equal(answer.status, 404, path)
    t.equal(answer.headers.get('content-type'), 'text/html')
  }
  t.equal((await send(`${sandbox.origin}/openstack/instances`, {})).status, 404)
  t.equal((await user('GET', '/openstack/flavors')).headers.get('content-type'), 'text/html')
  const patched = await staff('PATCH', own, { name: 'x' })
  t.equal(patched.status, 405)
  t.equal(patched.body['detail'], 'Method "PATCH" not allowed.')
  t.equal((await staff('GET', `${own}/start`)).status, 405)
  const { url, token } = sandbox.settings['fleio-staff']
  const authorization = `Token ${token}`
  t.equal((await send(`${url}${own}/stop`, { method: 'POST', headers: { authorization }, body: 'a=1' })).status, 415)
  const broken = await send(`${url}${own}/rename`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{' })
  t.match([broken.status, broken.body['detail']], [400, /^JSON parse error/])
  t.equal((await staff('POST', `${own}/rename`, [1])).status, 400)
})

t.test('the documented instance comes first, with the documented members', async t => {
  const { staff, user } = await bench(t)
  const list = (await staff('GET', instances)).body
  const first = row(rows(list['objects'])[0])
  t.match(first, {
    id: documented.instance,
    uuid: documented.instance,
    name: 'newinstance',
    status: 'active',
    display_status: 'Running',
    display_task: null,
    image: documented.image,
    access_ip: '192.168.40.174',
    created: '2019-11-27T14:36:45+02:00',
    client: { name: 'Jane Doe', id: 722694 },
    flavor: { memory_gb: 0.25, memory_mb: 256, vcpus: 1 }
  })
  t.equal(texts(first['allowed_actions']).length, 23)
  t.notOk('net_details' in first)
  t.equal(row(list['permissions'])['instances.confirm-resize'], true)
  t.equal(Object.keys(row(list['permissions'])).length, 30)
  const detail = (await staff('GET', own)).body
  t.match(detail, { image: { id: documented.image, name: 'cirros' }, project: documented.project, net_details: { ports: [{ floating_ips: [{ floating_ip_address: '203.0.113.50' }] }] } })
  const ours = (await user('GET', own)).body
  t.notOk('client' in ours)
  t.match(ours, { net_details: { grouped_ips: [{ network_name: 'public' }] } })
  t.notOk(texts(ours['allowed_actions']).includes('lock'))
})

t.test('both APIs can be paged to the end', async t => {
  const { sandbox, staff, user } = await bench(t)
  const seen: string[] = []
  let page = 0
  let next: unknown = ''
  while (next !== null) {
    page += 1
    const { body } = await staff('GET', `${instances}?ordering=name&page=${page}`)
    t.match(body, { count: 60, totalCount: 60, pageNo: String(page) })
    seen.push(...rows(body['objects']).map(server => String(server['id'])))
    next = body['next']
    if (page === 1) t.equal(next, `${sandbox.origin}/backend/staffapi${instances}?ordering=name&page=2`)
    if (page === 2) t.equal(body['previous'], `${sandbox.origin}/backend/staffapi${instances}?ordering=name`)
  }
  t.equal(page, 3)
  t.equal(new Set(seen).size, 60)
  const beyond = await staff('GET', `${instances}?page=4`)
  t.match([beyond.status, beyond.body], [404, { detail: 'Invalid page.' }])
  t.equal((await staff('GET', `${instances}?page=0`)).status, 404)
  t.equal((await staff('GET', instances)).body['pageNo'], 1)
  t.equal(rows((await staff('GET', `${instances}?page_size=500`)).body['objects']).length, 60)
  const ours = (await user('GET', `${instances}?page_size=100`)).body
  t.equal(ours['count'], 25)
  t.equal((await user('GET', `${instances}/${named(sandbox, 'orphan')}`)).status, 404)
  t.equal((await user('GET', `${instances}?status=nosuch`)).body['count'], 0)
  sandbox.behavior.unorderedShift = true
  sandbox.behavior.nextOrigin = 'http://inside:8000'
  const moved = (await staff('GET', `${instances}?page=1`)).body
  t.match(moved['next'], /^http:\/\/inside:8000\//)
  const second = (await staff('GET', `${instances}?page=2`)).body
  t.equal(rows(second['objects'])[0]?.['id'], rows(moved['objects'])[19]?.['id'])
})

t.test('a plus sign in a filter must be percent-encoded', async t => {
  const { staff } = await bench(t)
  const count = async (query: string): Promise<unknown> => {
    const answer = await staff('GET', `${instances}?page_size=100&${query}`)
    return answer.body['count'] ?? answer.status
  }
  t.equal(await count('filtering=project__service__client__id:722694%2Bname:twin'), 2)
  t.equal(await count('filtering=project__service__client__id:722694+name:twin'), 0)
  t.equal(await count('filtering=name:twin%2Bname:locked'), 3)
  t.equal(await count('filtering=locked:true'), 1)
  t.equal(await count('filtering=name'), 500)
  const unknown = await staff('GET', `${instances}?filtering=foo:1`)
  t.match([unknown.status, unknown.body['detail']], [400, /^Cannot resolve keyword 'foo'/])
  t.equal(await count('name=twin&status=stopped'), 1)
  t.equal(await count('nmae=twin'), 60)
  t.match((await staff('GET', `${instances}?flavor=nope`)).body, { flavor: [/^Select a valid choice/] })
  t.equal(await count('search=203.0.113.50'), 1)
  t.equal(await count('search=jane%20twin'), 2)
  const ordered = (await staff('GET', `${instances}?ordering=-created,name&page_size=2`)).body
  t.equal(rows(ordered['objects'])[0]?.['name'], 'newinstance')
})

t.test('power actions are accepted at once and completed later', async t => {
  const { sandbox, staff, user, wait } = await bench(t)
  const stopped = await staff('POST', `${own}/stop`)
  t.match([stopped.status, stopped.body], [200, { detail: 'Instance is stopping' }])
  t.match((await staff('GET', own)).body, { status: 'active', display_status: 'Stopping', display_task: 'powering-off' })
  t.match((await staff('POST', `${own}/start`)).status, 409)
  wait(1500)
  t.match((await staff('GET', own)).body, { status: 'stopped', display_status: 'Stopped', display_task: null })
  const again = await staff('POST', `${own}/stop`)
  t.equal(again.status, 409)
  t.equal(again.body['detail'], `Unable to stop instance newinstance Cannot 'stop' instance ${documented.instance} while it is in vm_state stopped (HTTP 409)`)
  t.equal((await user('POST', `${own}/stop`)).body['detail'], 'Unable to stop instance newinstance')
  t.match((await user('POST', `${own}/start`)).body, { detail: 'Instance is starting' })
  wait(1500)
  t.strictSame(statusOf(sandbox, documented.instance), { status: 'active', task: null })
  t.equal((await staff('POST', `${own}/reboot`)).body['detail'], 'Rebooting')
  wait(800)
  t.match((await staff('GET', own)).body, { display_status: 'Reboot', display_task: 'reboot started' })
  wait(800)
  wait(1500)
  wait(1500)
  t.equal(statusOf(sandbox, documented.instance)?.status, 'active')
  const unknown = await staff('POST', `${instances}/nope/stop`)
  t.match([unknown.status, unknown.body], [404, { detail: 'Not found.' }])
})

t.test('a delete is answered with 204, and the row disappears later', async t => {
  const { sandbox, staff, wait } = await bench(t)
  t.equal((await staff('DELETE', own)).status, 204)
  t.match((await staff('GET', own)).body, { display_status: 'Running', display_task: 'deleting' })
  t.equal((await staff('DELETE', own)).status, 204)
  wait(1500)
  t.match(await staff('GET', own), { status: 404, body: { detail: 'Not found.' } })
  t.equal((await staff('DELETE', own)).status, 404)
  t.equal([...sandbox.floatingIps.values()].find(address => address.floating_ip_address === '203.0.113.50')?.attached, null)
})

t.test('a create is answered without an id, appears late, and sent twice makes two instances', async t => {
  const { sandbox, staff, user, wait } = await bench(t)
  const made = await staff('POST', instances, wish)
  t.equal(made.status, 201)
  t.strictSame(made.body, { name: 'fresh', flavor: documented.flavor, region: 'Region1' })
  const find = `${instances}?filtering=project__service__client__id:722694%2Bname:fresh&ordering=-created`
  t.equal((await staff('GET', find)).body['count'], 0)
  wait(500)
  t.match(rows((await staff('GET', find)).body['objects'])[0], { status: 'building', access_ip: null, display_task: 'scheduling', created: '2026-02-03T12:00:00+02:00' })
  wait(2500)
  const done = rows((await staff('GET', find)).body['objects'])[0]
  t.match(done, { status: 'active', display_task: null, access_ip: /^192\.168\.40\./ })
  t.equal((await user('POST', instances, wish)).status, 201)
  wait(3000)
  t.equal((await staff('GET', find)).body['count'], 2)
  t.equal(sandbox.created, 2)
  sandbox.behavior.createEndsIn = 'error'
  await staff('POST', instances, { ...wish, client: String(documented.client), root_password: 'SECRET-pass1', ssh_keys: '[12]' })
  wait(3000)
  t.equal([...sandbox.servers.values()].at(-1)?.status, 'error')
})

t.test('each field of a create is validated', async t => {
  const { sandbox, staff, user } = await bench(t)
  const refused = async (change: Row, status = 400): Promise<Row> => {
    const answer = await staff('POST', instances, { ...wish, ...change })
    t.equal(answer.status, status)
    return answer.body
  }
  t.match((await staff('POST', instances, {})).body, { client: ['This field is required.'], name: ['This field is required.'], boot_source: ['This field is required.'] })
  t.match(await refused({ region: 'Nope' }), { region: ['Invalid pk "Nope" - object does not exist.'] })
  t.match(await refused({ region: 'Region3' }), { region: [/Invalid pk/] })
  t.match(await refused({ flavor: flavorIds.region2 }), { flavor: [/Invalid pk/] })
  t.match(await refused({ name: 'x'.repeat(129) }), { name: [/no more than 128/] })
  t.match(await refused({ boot_source: { source_type: 'image' } }), { boot_source: { source_id: ['This field is required.'] } })
  t.match(await refused({ boot_source: { source_type: 'floppy', source_id: 'x' } }), { boot_source: { source_type: [/valid choice/], source_id: [/UUID/] } })
  t.match(await refused({ boot_source: { ...wish.boot_source, source_id: imageIds.vanished } }), { boot_source: 'Image not found' })
  t.match(await refused({ boot_source: { ...wish.boot_source, source_id: imageIds.private } }), { boot_source: 'Image not found' })
  t.match(await refused({ root_password: 'short1' }), { root_password: ['It should be at least 8 characters long.'] })
  t.match(await refused({ ssh_keys: [12] }), { ssh_keys: ['Not a valid string.'] })
  t.match(await refused({ ssh_keys: '[999]' }), { ssh_keys: [/not found/] })
  t.match(await refused({ nics: ['nope'] }), { nics: [/Invalid pk/] })
  t.match(await refused({ client: 410077 }), { detail: 'Unable to find a client with an OpenStack project associated' })
  t.match(await refused({ flavor: flavorIds.soldOut }, 403), { detail: /stock/ })
  sandbox.behavior.instanceQuota = 25
  t.match(await refused({}, 403), { detail: /^Unable to create instance .+ Quota exceeded for instances: Requested 1, but already used \d+ of \d+ instances \(HTTP 403\)$/ })
  sandbox.behavior.instanceQuota = 100
  t.equal(sandbox.created, 0)
  const { client, nics, ...bare } = wish
  t.equal((await user('POST', instances, { ...bare, nics })).status, 500)
  t.equal((await user('POST', instances, { ...wish, client: 599151 })).status, 400)
  t.equal((await staff('POST', instances, { ...wish, share_image: true, boot_source: { ...wish.boot_source, source_id: imageIds.private } })).status, 201)
})

t.test('a resize waits for its confirmation', async t => {
  const { sandbox, staff, user, wait } = await bench(t)
  const form = (await user('GET', `${own}/resize`)).body
  t.ok(rows(form['flavors']).some(flavor => flavor['id'] === flavorIds.small))
  t.match((await staff('POST', `${own}/resize`, {})).body, { flavor: ['This field is required.'] })
  t.equal((await staff('POST', `${own}/resize`, { flavor: documented.flavor })).status, 400)
  t.equal((await staff('POST', `${own}/confirm_resize`)).status, 409)
  t.equal((await staff('POST', `${own}/resize`, { flavor: flavorIds.small })).body['detail'], 'Instance resize started successfully')
  t.match((await staff('GET', own)).body, { display_status: 'Resize', display_task: 'resize prep', flavor: { id: documented.flavor } })
  wait(1500)
  t.match((await staff('GET', own)).body, { status: 'resized', display_status: 'Verify Resize', flavor: { id: flavorIds.small } })
  await staff('POST', `${own}/confirm_resize`)
  wait(1500)
  t.match((await staff('GET', own)).body, { status: 'active', flavor: { id: flavorIds.small } })
  await staff('POST', `${own}/stop`)
  wait(1500)
  await staff('POST', `${own}/resize`, { flavor: flavorIds.medium })
  wait(1500)
  await staff('POST', `${own}/confirm_resize`)
  wait(1500)
  t.strictSame(statusOf(sandbox, documented.instance), { status: 'stopped', task: null })
  t.equal(sandbox.servers.get(documented.instance)?.flavor, flavorIds.medium)
  t.match((await user('POST', `${own}/resize`, { flavor: documented.flavor })).body, { flavor: [/Invalid pk/] }, 'a smaller disk is not offered')
})

t.test('rename, rebuild, password and rescue change the instance', async t => {
  const { sandbox, staff, wait } = await bench(t)
  t.equal((await staff('POST', `${own}/rename`, { name: 'renamed' })).body['detail'], 'Renamed')
  t.equal((await staff('GET', own)).body['name'], 'renamed')
  t.equal((await staff('POST', `${own}/rebuild`, { image: imageIds.windows })).status, 400)
  t.equal((await staff('POST', `${own}/rebuild`, { image: imageIds.rescueIso })).status, 400)
  t.equal((await staff('POST', `${own}/rebuild`, { image: imageIds.debian, root_password: 'SECRET-pass1' })).status, 200)
  t.equal((await staff('GET', own)).body['display_status'], 'Rebuild')
  wait(1500)
  t.match((await staff('GET', own)).body, { image: { name: 'Debian 10' }, os_distro: 'debian' })
  t.match((await staff('POST', `${own}/change_password`, { password: 'short' })).body, { password: [/8 characters/] })
  t.equal((await staff('POST', `${own}/change_password`, { password: 'SECRET-pass2' })).status, 200)
  wait(1500)
  t.notMatch((await staff('GET', own)).text, /SECRET/)
  t.equal((await staff('POST', `${own}/rescue`, { image: imageIds.ubuntu })).status, 200)
  wait(1500)
  t.equal(statusOf(sandbox, documented.instance)?.status, 'rescued')
  t.equal((await staff('POST', `${own}/rescue`, { image: imageIds.ubuntu })).status, 400)
  t.equal((await staff('POST', `${own}/unrescue`)).body['detail'], 'Leaving rescue mode')
  wait(1500)
  wait(1500)
  wait(1500)
})

t.test('a snapshot becomes an image, and the console has a URL', async t => {
  const { sandbox, staff, user, wait } = await bench(t)
  const made = await staff('POST', `${own}/create_snapshot`, { name: 'before' })
  const image = String(made.body['image_uuid'])
  t.equal(sandbox.images.get(image)?.status, 'saving')
  t.match((await staff('GET', own)).body, { display_status: 'Running', display_task: 'image snapshot' })
  wait(1500)
  const snapshots = (await user('GET', `/openstack/images?instance_uuid=${documented.instance}&type=snapshot`)).body
  t.match(rows(snapshots['objects'])[0], { id: image, status: 'active' })
  const shapes = { remote: { remote_console: { url: /SECRET/ } }, 'old-nova': { console: { url: /SECRET/ } }, lxd: { lxc: true, url: /auth=SECRET/ } }
  for (const shape of ['remote', 'old-nova', 'lxd'] as const) {
    sandbox.behavior.consoleShape = shape
    t.match((await user('GET', `${own}/get_console_url`)).body, shapes[shape])
  }
  t.equal((await staff('GET', `${instances}/${named(sandbox, 'web-off')}/get_console_url`)).status, 400)
})

t.test('floating addresses are attached and detached by address, not by id', async t => {
  const { user, wait } = await bench(t)
  const address = '203.0.113.13'
  t.equal((await user('POST', `${own}/add_floating_ip`, { floating_ip: 'c0ffee00-0000-4000-8000-000000000004' })).status, 404)
  t.equal((await user('POST', `${own}/add_floating_ip`, { floating_ip: address })).body['detail'], 'Floating ip associated')
  t.match((await user('GET', own)).text, address)
  t.equal((await user('POST', `${own}/remove_floating_ip`, { floating_ip: address })).status, 400)
  t.equal((await user('POST', `${own}/remove_floating_ip`, { ip: address })).body['detail'], 'Floating ip dissociated')
  wait(1500)
})

t.test('the catalog differs between operators and end users', async t => {
  const { staff, user } = await bench(t)
  t.equal((await staff('GET', '/openstack/flavors')).body['count'], 9)
  t.notOk('memory_gb' in row(rows((await staff('GET', '/openstack/flavors')).body['objects'])[0]))
  t.equal((await staff('GET', '/openstack/regions')).body['count'], 3)
  t.equal((await user('GET', '/openstack/regions')).body['count'], 2)
  t.equal((await staff('GET', '/openstack/networks?region=Region1')).body['count'], 3)
  t.equal((await user('GET', '/openstack/images')).body['count'], 1, 'public images are not listed')
  const options = (await user('GET', `${instances}/create_options?client=722694&region=Region1`)).body
  t.match(options, { selected_region: 'Region1', client: { id: 722694 }, nics: [{ id: documented.network }] })
  t.ok(rows(options['flavor']).some(flavor => flavor['id'] === documented.flavor))
  t.equal((await staff('GET', `${instances}/create_options?client=410077`)).status, 400)
  t.equal((await staff('GET', '/pkm')).body['count'], 1)
})

t.test('clients are listed and created with a project, and end users see only themselves', async t => {
  const { staff, user, wait } = await bench(t)
  const list = (await staff('GET', '/clients')).body
  t.notOk('permissions' in list)
  t.match(rows(list['objects']).find(client => client['id'] === 322208), { long_name: 'My Co (Demo2 Demo2)', uptodate_credit: '0.00', country_name: 'Germany' })
  t.equal((await user('GET', '/clients')).body['count'], 1)
  t.equal((await user('POST', '/clients', {})).status, 409)
  const order = { first_name: 'New', last_name: 'One', address1: 'a', city: 'b', country: 'US', zip_code: '1', phone: '2', create_auto_order_service: true }
  t.match((await staff('POST', '/clients', { ...order, phone: undefined })).body, { phone: ['This field is required.'] })
  const made = await staff('POST', '/clients', order)
  t.match([made.status, made.body], [201, { create_auto_order_service: false, configuration: 'default' }])
  const client = made.body['id']
  wait(1000)
  t.equal((await staff('POST', instances, { ...wish, client })).status, 201)
  wait(1500)
})
