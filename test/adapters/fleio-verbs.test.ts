import t from 'tap'
import type { Accepted } from '../../src/adapters/verbs.ts'
import type { Seen } from '../../src/domain/list.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import type { SimulatedCall, SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { failureOf, type DirectVerbs } from '../helpers/line.ts'
import {
  bodyOf, cirros, detail, enduser, failureFacts, html, id, network, ok, open, openSandbox, refusedMember, rows, tiny, verb, type Handle,
  type SandboxBench
} from './fleio-bench.ts'

const missing = '00000000-0000-4000-8000-00000000dead'
const small = 'f1a40001-0000-4000-8000-000000000001'
const medium = 'f1a40001-0000-4000-8000-000000000002'
const ubuntu = '1a6e0001-0000-4000-8000-000000000001'
const windows = '1a6e0001-0000-4000-8000-000000000003'
const seeded = (n: number): string => `5eed0000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

const html404 = html(404)

const shapeOf = (call: SimulatedCall): unknown[] => [call.method, call.path, bodyOf(call)]
const writesOf = (calls: readonly SimulatedCall[]): unknown[] => calls.filter(({ method }) => method !== 'GET').map(shapeOf)

const facts: ServerFacts = {
  id,
  name: 'newinstance',
  status: 'running',
  power: 'on',
  task: null,
  provider_status: 'active',
  cpus: 1,
  memory_mib: 256,
  disk_gib: 1,
  addresses: [],
  image: { id: cirros, name: 'cirros' },
  plan: { id: tiny, name: 'm1.tiny' },
  region: { id: 'Region1', name: 'Region1' },
  owner: { id: '722694', name: 'Jane Doe' },
  created_at: null,
  tags: [],
  locked: false,
  protected: null,
  allowed_actions: []
}
const seenOf = (more: Partial<ServerFacts> = {}): Seen => ({ server: { ...facts, ...more }, raw: {} })

/** The documented detail, as a vendor that knows nothing else shows it. */
const wire = {
  id,
  name: 'newinstance',
  status: 'active',
  display_task: null,
  locked: false,
  image: { id: cirros, name: 'cirros' },
  region: 'Region1',
  flavor: { id: tiny, name: 'm1.tiny', vcpus: 1, memory_mb: 256, root_gb: 1, ephemeral_gb: 0 },
  access_ip: '192.168.40.174',
  net_details: {
    ports: ['p1', 'p2'].map(port => ({
      id: port,
      ipv4s: port === 'p1' ? [{ ip_address: '192.168.40.174', subnet_id: 's4' }] : [],
      ipv6s: port === 'p1' ? [{ ip_address: '2001:db8:40::174', subnet_id: 's6' }] : [],
      floating_ips: [{ id: 'c0ffee00-0000-4000-8000-000000000001', floating_ip_address: '203.0.113.50' }]
    }))
  }
}

/** Answers reads of the server with `server`, and everything else with `reply`. */
const beside = (server: unknown, reply: SimulatedReply | Handle): Handle => request =>
  request.method === 'GET' && request.path.endsWith(`/instances/${id}`)
    ? server === null ? detail(404, 'Not found.') : ok(server)
    : typeof reply === 'function' ? reply(request) : reply

const order: CreateSpec = { name: 'web-1', region: 'Region1', plan: small, image: ubuntu, networks: [network], owner: '722694' }

t.test('create sends exactly the documented body', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 201, body: { name: 'newinstance', flavor: tiny, region: 'Region1' } }))
  const accepted = await verb(operations, 'create').run({ name: 'newinstance', region: 'Region1', plan: tiny, image: cirros, networks: [network], owner: '722694' })
  t.same(accepted, {}, 'the answer has no id')
  t.same(vendor.calls.map(shapeOf), [['POST', rows, {
    client: 722694,
    name: 'newinstance',
    region: 'Region1',
    flavor: tiny,
    boot_source: { source_type: 'image', source_id: cirros, delete_on_termination: false, create_new_volume: false, volume_type: '' },
    nics: [network],
    share_image: false
  }]])
})

t.test('create sends ssh_keys as a JSON text of ids, not as a list', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 201, body: {} }))
  await verb(operations, 'create').run({ ...order, ssh_keys: ['12', '15'], password: 'correct horse 1', user_data: '#cloud-config' })
  t.match(bodyOf(vendor.calls[0]), { ssh_keys: '[12,15]', root_password: 'correct horse 1', user_data: '#cloud-config' })
})

t.test('options choose the boot source and may replace networks', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 201, body: {} }))
  const { networks, ...rest } = order
  const accepted = await verb(operations, 'create').run({
    ...rest,
    options: { nics: [network], share_image: true, boot_source: { source_type: 'owned_image', create_new_volume: true, volume_size: 20, volume_type: 'ssd', delete_on_termination: true } }
  })
  t.match(bodyOf(vendor.calls[0]), {
    nics: [network],
    share_image: true,
    boot_source: { source_type: 'owned_image', source_id: ubuntu, delete_on_termination: true, create_new_volume: true, volume_size: 20, volume_type: 'ssd' }
  })
  t.match(accepted.note, /only queues/, 'a 201 for a queued order says nothing of its success')
})

t.test('an id in the answer to a create is used, and an unreadable answer still counts as accepted', async t => {
  for (const [reply, expected] of [
    [{ status: 201, body: { id: missing } }, { serverId: missing }],
    [{ status: 201, body: { uuid: missing } }, { serverId: missing }],
    [{ status: 201, body: { id: 7, name: null } }, {}],
    [{ status: 201, body: '' }, {}],
    [html(201), {}]
  ] as const) {
    const { vendor, operations } = await open(t, () => reply)
    t.same(await verb(operations, 'create').run(order), expected)
    t.equal(vendor.calls.length, 1)
  }
})

t.test('a create is never repeated, and its outcome is unknown when OpenStack does not answer', async t => {
  const { vendor, operations } = await open(t, () => detail(504, 'Can not connect to service api'))
  t.equal((await failureOf(verb(operations, 'create').run(order))).sideEffect, 'possible')
  t.equal(vendor.calls.length, 1)
})

t.test('an invalid create is refused before anything is sent', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 201, body: {} }))
  const create = verb(operations, 'create')
  const { networks, region, plan, owner, ...bare } = order
  const cases: ReadonlyArray<readonly [CreateSpec, string]> = [
    [{ ...order, owner: 'jane' }, 'body.owner'],
    [{ ...bare, region: 'Region1', plan: small, owner: '1' }, 'body.networks'],
    [{ ...order, networks: ['public'] }, 'body.networks'],
    [{ ...order, options: { nics: [network] } }, 'body.options.nics'],
    [{ ...order, image: 'ubuntu' }, 'body.image'],
    [{ ...order, name: 'x'.repeat(129) }, 'body.name'],
    [{ ...order, name: ' web' }, 'body.name'],
    [{ ...order, password: 'short1' }, 'body.password'],
    [{ ...order, password: 'onlyletters' }, 'body.password'],
    [{ ...order, ssh_keys: ['ssh-rsa AAAA x'] }, 'body.ssh_keys'],
    [{ ...order, user_data: 'x'.repeat(21_845) }, 'body.user_data'],
    [{ ...order, options: { boot_source: { source_id: cirros } } }, 'body.options.boot_source.source_id'],
    [{ ...order, options: { boot_source: { source_type: 'floppy' } } }, 'body.options.boot_source.source_type'],
    [{ ...order, options: { zone: 'a' } }, 'body.options.zone']
  ]
  for (const [spec, path] of cases) t.equal(await refusedMember(create.run(spec)), path)
  t.same(await create.run({ ...order, name: 'x'.repeat(128), user_data: 'x'.repeat(21_844) }), {})
  t.equal(vendor.calls.length, 1)
})

t.test('a refused field is reported as our member, and a missing image is not a missing server', async t => {
  let reply: SimulatedReply = detail(400, '')
  const { operations } = await open(t, () => reply)
  for (const [body, status, expected] of [
    [{ region: ['Invalid pk "Nope" - object does not exist.'] }, 400, ['rejected', 400, 'body.region']],
    [{ flavor: ['Invalid pk'] }, 400, ['rejected', 400, 'body.plan']],
    [{ client: ['Invalid pk'] }, 400, ['rejected', 400, 'body.owner']],
    [{ nics: ['Invalid pk'] }, 400, ['rejected', 400, 'body.networks']],
    [{ boot_source: 'Image not found' }, 400, ['rejected', 400, 'body.image']],
    [{ boot_source: { source_id: ['Must be a valid UUID.'] } }, 400, ['rejected', 400, 'body.image']],
    [{ boot_source: { volume_size: ['This field is required.'] } }, 400, ['rejected', 400, 'body.options.boot_source.volume_size']],
    [{ root_password: ['It should be at least 8 characters long.'] }, 400, ['rejected', 400, 'body.password']],
    [{ detail: 'Unable to find a client with an OpenStack project associated' }, 400, ['rejected', 400, undefined]],
    [{ detail: 'Image not found' }, 404, ['rejected', 404, undefined]],
    [{ detail: 'Unable to create instance web-9' }, 403, ['forbidden', 403, undefined]]
  ] as const) {
    reply = { status, body }
    t.same(await failureFacts(verb(operations, 'create').run(order)), expected)
  }
  reply = html404
  t.same(await failureFacts(verb(operations, 'create').run(order)), ['malformed', 404, undefined], 'a wrong url')
})

t.test('OpenStack\'s refusal for its quota is quota-exceeded, if the answer has its text', async t => {
  let reply: SimulatedReply = detail(403, '')
  const { operations } = await open(t, () => reply)
  for (const [status, text, expected] of [
    [403, 'Unable to create instance web-9 Quota exceeded for cores: Requested 4, but already used 20 of 20 cores (HTTP 403)', 'quota'],
    [409, 'Unable to create port Quota exceeded for resources: [\'port\'].', 'quota'],
    [413, 'VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota \'volumes\'.', 'quota'],
    [403, 'You do not have permissions to perform the requested action', 'forbidden'],
    [400, 'Quota exceeded for instances', 'rejected']
  ] as const) {
    reply = detail(status, text)
    t.same(await failureFacts(verb(operations, 'create').run(order)), [expected, status, undefined])
  }
})

t.test('a create over the client\'s quota is quota-exceeded', async t => {
  const { operations, vendor } = await openSandbox(t)
  vendor.behavior.instanceQuota = 0
  t.same(await failureFacts(verb(operations, 'create').run(order)), ['quota', 403, undefined])
  t.equal(vendor.created, 0)
})

t.test('a row is taken for the new server only if all of its members match, because names are not unique', async t => {
  const { operations } = await open(t, () => ok({}))
  const isLike = (server: Partial<ServerFacts>): boolean | undefined =>
    operations.create?.isLike?.({ ...order, name: 'newinstance', plan: tiny, image: cirros }, { ...facts, ...server })
  t.ok(isLike({}))
  t.ok(isLike({ plan: null, image: null, owner: null, addresses: [], status: 'provisioning' }), 'a row that is just being made')
  t.notOk(isLike({ name: 'other' }))
  t.notOk(isLike({ owner: { id: '599151', name: null } }), 'another client\'s server of the same name')
  t.notOk(isLike({ plan: { id: small, name: null } }))
  t.notOk(isLike({ region: { id: 'Region2', name: null } }))
  t.notOk(isLike({ image: { id: ubuntu, name: null } }))
})

t.test('end users create for their only client and have no image sharing', async t => {
  const { vendor, operations } = await openSandbox(t, {}, 'fleio-user')
  const create = verb(operations, 'create')
  t.same(create.requires, ['region', 'plan'])
  const { owner, ...own } = order
  t.same(await create.run(own), {})
  const made = bodyOf(vendor.calls.at(-1))
  t.match(made, { client: 722694 }, 'leaving it out would crash')
  t.notOk(Object.hasOwn(Object(made), 'share_image'))
  t.equal(await refusedMember(create.run({ ...own, options: { share_image: true } })), 'body.options.share_image')
})

t.test('an end user with several clients, or with none, must name the owner', async t => {
  const { owner, ...own } = order
  for (const objects of [[], [{ id: 1 }, { id: 2 }]]) {
    const { vendor, operations } = await open(t, () => ok({ objects, next: null }), enduser)
    t.equal(await refusedMember(verb(operations, 'create').run(own)), 'body.owner')
    t.same(writesOf(vendor.calls), [])
  }
})

t.test('a new server appears late, without an id in the answer, and runs', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  t.same(await verb(operations, 'create').run(order), {})
  const likely = async (): Promise<ServerFacts[]> => (await operations.list.run({ filters: { name: 'web-1' }, offset: 0, after: null, limit: 200 })).rows
    .map(({ server }) => server).filter(server => operations.create?.isLike?.(order, server) === true)
  t.same(await likely(), [], 'the row follows OpenStack\'s notifications')
  pass(600)
  t.match(await likely(), [{ name: 'web-1', status: 'provisioning', plan: { id: small }, owner: { id: '722694' } }])
  pass(2000)
  t.match(await likely(), [{ status: 'running' }])
  t.equal(vendor.created, 1)
})

t.test('the simulator accepts the published example of a create', async t => {
  const { operations } = await openSandbox(t)
  const create = verb(operations, 'create')
  t.same(await create.run(create.example), {})
})

t.test('a client without a project, an unknown image and a plan of another region are refused by the vendor', async t => {
  const { operations } = await openSandbox(t)
  const create = verb(operations, 'create')
  t.same(await failureFacts(create.run({ ...order, owner: '410077' })), ['rejected', 400, undefined])
  t.same(await failureFacts(create.run({ ...order, owner: '1' })), ['rejected', 400, 'body.owner'])
  t.same(await failureFacts(create.run({ ...order, image: missing })), ['rejected', 400, 'body.image'])
  t.same(await failureFacts(create.run({ ...order, region: 'Region2' })), ['rejected', 400, 'body.plan'])
  t.same(await failureFacts(create.run({ ...order, region: 'Region3' })), ['rejected', 400, 'body.region'])
})

t.test('a deleted server keeps its old label until it is gone', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  t.same(await verb(operations, 'delete').run({ seen: await operations.get.run(id) }), {})
  t.same(writesOf(vendor.calls), [['DELETE', `${rows}/${id}`, null]])
  t.match((await operations.get.run(id)).server, { status: 'deleting', provider_status: 'active' })
  pass(1000)
  t.equal((await failureOf(operations.get.run(id))).failure, 'not-found')
})

t.test('the deletion of a locked server, which the vendor answers with 400, is a conflict', async t => {
  const { vendor, operations } = await openSandbox(t, {}, 'fleio-user')
  const locked = [...vendor.servers.values()].find(server => server.name === 'locked')?.id ?? ''
  t.same(await failureFacts(verb(operations, 'delete').run({ seen: await operations.get.run(locked) })), ['conflict', 400, undefined])
  const other = await open(t, beside(wire, detail(400, 'Something else')))
  t.same(await failureFacts(verb(other.operations, 'delete').run({ seen: seenOf() })), ['rejected', 400, undefined])
})

t.test('a resize sends the plan and is confirmed once the server waits for it', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  const accepted = await verb(operations, 'resize').run({ seen: await operations.get.run(id), plan: small })
  t.same(accepted, { goal: { plan: small, statuses: ['running', 'stopped'], cpus: 1, memory_mib: 2048, disk_gib: 20 }, next: { name: 'confirm_resize', input: {} } }, 'the goal holds the sizes of the plan')
  const step = operations.steps?.['confirm_resize']
  const server = async (): Promise<ServerFacts> => (await operations.get.run(id)).server
  t.equal(step?.isDue(await server(), {}), false, 'it is still being moved')
  pass(1000)
  t.match(await server(), { status: 'resizing', provider_status: 'resized', plan: { id: small } }, 'the new plan shows before the end')
  t.equal(step?.isDue(await server(), {}), true)
  t.same(await step?.run(id, {}), {}, 'the goal stays')
  pass(1000)
  t.match(await server(), { status: 'running', cpus: 1, memory_mib: 2048, disk_gib: 20, plan: { id: small } })
  t.equal(step?.isDue(await server(), {}), false)
  t.same(writesOf(vendor.calls), [
    ['POST', `${rows}/${id}/resize`, { flavor: small }],
    ['POST', `${rows}/${id}/confirm_resize`, {}]
  ])
})

t.test('a confirmation that is sent too early is a conflict', async t => {
  const { operations } = await openSandbox(t)
  t.equal((await failureOf(operations.steps?.['confirm_resize']?.run(id, { plan: small }) ?? Promise.resolve())).failure, 'conflict')
  const step = operations.steps?.['confirm_resize']
  t.equal(step?.isDue({ ...facts, provider_status: 'resized', task: 'resize reverting', locked: true }, {}), false)
  t.equal(step?.isDue({ ...facts, provider_status: null }, {}), false)
})

t.test('a plan with a smaller disk is refused before the write, unless the server boots from a volume', async t => {
  const { vendor, operations } = await openSandbox(t)
  const huge = [...vendor.servers.values()].find(server => server.name === 'huge')?.id ?? ''
  const seen = await operations.get.run(huge)
  t.equal(seen.server.disk_gib, 800)
  t.equal(await refusedMember(verb(operations, 'resize').run({ seen, plan: small })), 'body.plan')
  t.same(writesOf(vendor.calls), [])
  const volume = await open(t, () => detail(200, 'Instance resize started successfully'))
  await verb(volume.operations, 'resize').run({ seen: seenOf({ image: null, disk_gib: 800 }), plan: small })
  t.same(writesOf(volume.vendor.calls).length, 1)
})

t.test('a second disk counts when plans are compared', async t => {
  const form = { flavors: [{ id: small, root_gb: 20, ephemeral_gb: 5 }, null, { id: medium, root_gb: 24, ephemeral_gb: 0 }, { id: tiny, root_gb: 0 }] }
  const { operations } = await open(t, ({ method }) => method === 'GET' ? ok(form) : detail(200, 'ok'))
  const resize = verb(operations, 'resize')
  t.equal(await refusedMember(resize.run({ seen: seenOf({ disk_gib: 25 }), plan: medium })), 'body.plan')
  t.ok((await resize.run({ seen: seenOf({ disk_gib: 25 }), plan: small })).next)
  t.ok((await resize.run({ seen: seenOf({ disk_gib: 25 }), plan: tiny })).next, 'as large as the image: nobody knows')
})

t.test('sizes require a plan, and a resize restarts a running server', async t => {
  const { vendor, operations } = await openSandbox(t)
  const resize = verb(operations, 'resize')
  t.same(resize.accepts, ['plan', 'restart'])
  t.equal(await refusedMember(resize.run({ seen: seenOf(), cpus: 2 })), 'body.plan')
  t.equal(await refusedMember(resize.run({ seen: seenOf(), plan: small, restart: false })), 'body.restart')
  t.equal(vendor.calls.length, 0)
  t.ok((await resize.run({ seen: seenOf(), plan: small, restart: true })).next)
})

t.test('an unknown plan, a sold-out plan and a wrong state are different problems', async t => {
  const { operations } = await openSandbox(t)
  const resize = verb(operations, 'resize')
  t.same(await failureFacts(resize.run({ seen: seenOf(), plan: missing })), ['rejected', 400, 'body.plan'])
  t.same(await failureFacts(resize.run({ seen: seenOf(), plan: 'f1a40001-0000-4000-8000-000000000005' })), ['forbidden', 403, undefined])
  const rescued = await operations.get.run(seeded(11))
  t.equal(rescued.server.status, 'rescue')
  t.same(await failureFacts(resize.run({ seen: rescued, plan: 'f1a40001-0000-4000-8000-000000000004' })), ['conflict', 409, undefined])
  t.same(await failureFacts(resize.run({ seen: seenOf({ id: missing }), plan: small })), ['not-found', 404, undefined])
})

t.test('rename sends the name and shows it', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.same(await verb(operations, 'rename').run({ id, name: 'renamed' }), {})
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/rename`, { name: 'renamed' }]])
  t.equal((await operations.get.run(id)).server.name, 'renamed')
  for (const name of ['', ' x', 'x ', 'x'.repeat(129)]) t.equal(await refusedMember(verb(operations, 'rename').run({ id, name })), 'body.name')
  t.same(await failureFacts(verb(operations, 'rename').run({ id: missing, name: 'x' })), ['not-found', 404, undefined])
})

t.test('rebuild sends image, password and keys, and the server is rebuilt', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  t.same(await verb(operations, 'rebuild').run({ seen: seenOf(), image: ubuntu, password: 'correct horse 1', ssh_keys: ['12'] }), {})
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/rebuild`, { image: ubuntu, root_password: 'correct horse 1', ssh_keys: '[12]' }]])
  t.equal((await operations.get.run(id)).server.status, 'rebuilding')
  pass(1000)
  t.match((await operations.get.run(id)).server, { status: 'running', image: { id: ubuntu, name: 'Ubuntu 18.04' } })
})

t.test('a rebuild without keys and password sends only the image', async t => {
  const { vendor, operations } = await open(t, () => detail(200, 'Instance rebuild started successfully'))
  await verb(operations, 'rebuild').run({ seen: seenOf(), image: ubuntu.toUpperCase() })
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/rebuild`, { image: ubuntu }]])
})

t.test('an invalid rebuild is refused before it is sent; the vendor refuses an unknown or too large image', async t => {
  const { vendor, operations } = await openSandbox(t)
  const rebuild = verb(operations, 'rebuild')
  t.equal(await refusedMember(rebuild.run({ seen: seenOf(), image: 'debian' })), 'body.image')
  t.equal(await refusedMember(rebuild.run({ seen: seenOf(), image: ubuntu, password: 'short' })), 'body.password')
  t.equal(await refusedMember(rebuild.run({ seen: seenOf(), image: ubuntu, ssh_keys: ['ssh-rsa x'] })), 'body.ssh_keys')
  t.equal(vendor.calls.length, 0)
  t.same(await failureFacts(rebuild.run({ seen: seenOf(), image: missing })), ['rejected', 400, 'body.image'])
  t.same(await failureFacts(rebuild.run({ seen: seenOf(), image: ubuntu, ssh_keys: ['999'] })), ['rejected', 400, 'body.ssh_keys'])
  t.same(await failureFacts(rebuild.run({ seen: seenOf(), image: windows })), ['rejected', 400, undefined], 'no field is named')
})

t.test('a 404 for a rebuild is about the image if the server exists, else about the server', async t => {
  const there = await open(t, beside(wire, detail(404, 'Image not found')))
  t.same(await failureFacts(verb(there.operations, 'rebuild').run({ seen: seenOf(), image: ubuntu })), ['rejected', 404, 'body.image'])
  t.same(there.vendor.calls.map(({ method }) => method), ['POST', 'GET'])
  const listed = await open(t, request => request.path.endsWith('/resize') && request.method === 'GET' ? ok({ flavors: [] }) : beside(wire, detail(404, 'Flavor not found'))(request))
  t.same(await failureFacts(verb(listed.operations, 'resize').run({ seen: seenOf(), plan: small })), ['rejected', 404, 'body.plan'], 'a plan likewise')
  const gone = await open(t, beside(null, detail(404, 'Not found.')))
  t.same(await failureFacts(verb(gone.operations, 'rebuild').run({ seen: seenOf(), image: ubuntu })), ['not-found', 404, undefined])
  const named = await open(t, () => ({ status: 404, body: { image: ['Not found.'] } }))
  t.same(await failureFacts(verb(named.operations, 'rebuild').run({ seen: seenOf(), image: ubuntu })), ['rejected', 404, 'body.image'])
  const blind = await open(t, ({ method }) => method === 'GET' ? detail(417, 'OpenStack authentication failed') : detail(404, 'Not found.'))
  t.same(await failureFacts(verb(blind.operations, 'rebuild').run({ seen: seenOf(), image: ubuntu })), ['not-found', 404, undefined], 'nothing more is known')
})

t.test('rescue boots from the server\'s own image, and unrescue ends it', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  t.same(await verb(operations, 'rescue').run({ id }), {})
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/rescue`, { image: cirros }]])
  pass(1000)
  t.match((await operations.get.run(id)).server, { status: 'rescue', provider_status: 'rescued' })
  t.same(await verb(operations, 'unrescue').run({ id }), {})
  t.same(writesOf(vendor.calls).at(-1), ['POST', `${rows}/${id}/unrescue`, {}])
  pass(1000)
  t.equal((await operations.get.run(id)).server.status, 'running')
})

t.test('a rescue in a wrong state, which the vendor answers with 400, is a conflict; so is one without an image', async t => {
  const { operations } = await openSandbox(t)
  const idOf = async (name: string): Promise<string> =>
    (await operations.list.run({ filters: { name }, offset: 0, after: null, limit: 200 })).rows[0]?.server.id ?? ''
  t.same(await failureFacts(verb(operations, 'rescue').run({ id: await idOf('in-rescue') })), ['conflict', 400, undefined])
  t.same(await failureFacts(verb(operations, 'rescue').run({ id: await idOf('from-volume') })), ['conflict', undefined, undefined])
  t.same(await failureFacts(verb(operations, 'rescue').run({ id: missing })), ['not-found', 404, undefined])
  t.same(await failureFacts(verb(operations, 'unrescue').run({ id })), ['conflict', 409, undefined])
  const lost = await open(t, beside(wire, detail(404, 'Image not found')))
  t.same(await failureFacts(verb(lost.operations, 'rescue').run({ id })), ['rejected', 404, undefined], 'the server is there: its image is not')
})

t.test('a new password needs a running server and follows the panel\'s rules', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  const password = verb(operations, 'password')
  t.same(password.accepts, ['password'])
  t.same(await password.run({ id, password: 'correct horse 1' }), { goal: { statuses: ['running'] } }, 'until then everything else is refused')
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/change_password`, { password: 'correct horse 1' }]])
  pass(1000)
  t.equal(vendor.servers.get(id)?.rootPassword, 'correct horse 1')
  for (const bad of [undefined, 'short1', 'onlyletters']) t.equal(await refusedMember(password.run({ id, password: bad })), 'body.password')
  t.same(await failureFacts(password.run({ id: seeded(2), password: 'correct horse 1' })), ['conflict', 409, undefined])
  t.same(await failureFacts(password.run({ id: missing, password: 'correct horse 1' })), ['not-found', 404, undefined])
  const off = await open(t, beside({ ...wire, status: 'stopped' }, detail(400, 'Instance must be active')))
  t.same(await failureFacts(verb(off.operations, 'password').run({ id, password: 'correct horse 1' })), ['conflict', 400, undefined])
  const rule = await open(t, () => ({ status: 400, body: { password: ['Too common.'] } }))
  t.same(await failureFacts(verb(rule.operations, 'password').run({ id, password: 'correct horse 1' })), ['rejected', 400, 'body.password'])
})

t.test('a console is read in its three shapes, of which LXD\'s is relative to the panel', async t => {
  const { vendor, operations } = await openSandbox(t)
  const link = async (): Promise<unknown> => await verb(operations, 'console').run({ id })
  t.match(await link(), { type: 'novnc', url: /^http:\/\/console\.example\.net:6080\/vnc_auto\.html\?token=SECRET-CONSOLE-\d+$/, expires_at: null })
  vendor.behavior.consoleShape = 'old-nova'
  t.match(await link(), { type: 'novnc', url: /^http:\/\/console\.example\.net/, expires_at: null })
  vendor.behavior.consoleShape = 'lxd'
  const lxd = await verb(operations, 'console').run({ id })
  t.equal(lxd.type, 'lxd')
  t.ok(lxd.url.startsWith(`${vendor.origin}/lxc/lxc.html?compute_node=node1&`))
  t.ok(vendor.calls.every(({ method, path }) => method === 'GET' && path === `${rows}/${id}/get_console_url`))
})

t.test('a missing console is a conflict; an unreadable one is malformed, and its link is not in the error', async t => {
  const { operations } = await openSandbox(t)
  t.same(await failureFacts(verb(operations, 'console').run({ id: seeded(2) })), ['conflict', 400, undefined])
  t.same(await failureFacts(verb(operations, 'console').run({ id: missing })), ['not-found', 404, undefined])
  for (const body of [{ link: 'http://console.example/?token=SECRETLINK' }, { console: { type: 'novnc', url: 'javascript:SECRETLINK' } }]) {
    const odd = await open(t, () => ok(body))
    const error = await failureOf(verb(odd.operations, 'console').run({ id }))
    t.equal(error.failure, 'malformed')
    t.notMatch(JSON.stringify([error.message, error.options]), /SECRETLINK/)
  }
  const plain = await open(t, () => ok({ remote_console: { protocol: 'spice', url: 'https://console.example/x' } }))
  t.same(await verb(plain.operations, 'console').run({ id }), { type: 'spice', url: 'https://console.example/x', expires_at: null })
})

t.test('a snapshot is an image, followed by a job until it is saved', async t => {
  const { vendor, operations, pass } = await openSandbox(t)
  const accepted = await verb(operations, 'snapshots.create').run({ id, name: 'before-upgrade' })
  const [image] = [...vendor.images.values()].filter(row => row.name === 'before-upgrade')
  const jobs = [{ id: image?.id ?? '', name: 'snapshot' }]
  t.same(accepted, { jobs })
  t.same(writesOf(vendor.calls), [['POST', `${rows}/${id}/create_snapshot`, { name: 'before-upgrade' }]])
  t.same(await operations.jobs?.(jobs), [{ ...jobs[0], status: 'running', vendorStatus: 'saving', error: null }])
  t.match((await operations.get.run(id)).server, { status: 'running', task: 'image snapshot' }, 'the server stays what it is')
  const list = verb(operations, 'snapshots.list')
  t.match(await list.run({ id }), [{ status: 'pending', provider_status: 'saving', size_gib: null }])
  pass(1000)
  t.same(await operations.jobs?.(jobs), [{ ...jobs[0], status: 'succeeded', vendorStatus: 'active', error: null }])
  t.same(await list.run({ id }), [{
    id: image?.id, name: 'before-upgrade', server_id: id, status: 'ready', provider_status: 'active', size_gib: 734003200 / 1024 ** 3, created_at: '2026-11-21T10:00:00Z'
  }])
  t.same(await list.run({ id: seeded(1) }), [])
  t.same(await failureFacts(list.run({ id: missing })), ['not-found', 404, undefined])
  t.same(await failureFacts(verb(operations, 'snapshots.create').run({ id: seeded(11), name: 'x' })), ['conflict', 409, undefined])
  const refused = await open(t, beside({ ...wire, status: 'rescued' }, detail(400, 'Unable to create snapshot')))
  t.same(await failureFacts(verb(refused.operations, 'snapshots.create').run({ id, name: 'x' })), ['conflict', 400, undefined])
  t.equal(operations['snapshots.restore'], undefined)
  t.equal(operations['snapshots.delete'], undefined)
})

t.test('if the vendor ignores the filter, the images of other servers are still left out', async t => {
  const image = { id: ubuntu, name: 'x', type: 'snapshot', status: 'active', instance_uuid: id }
  const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/images')
    ? ok({ next: null, objects: [image, { ...image, id: cirros, instance_uuid: missing }, { ...image, id: windows, type: 'template' }, { ...image, id: missing, status: 'deleted' }] })
    : ok(wire))
  t.same((await verb(operations, 'snapshots.list').run({ id })).map(row => row.id), [ubuntu])
  t.same(Object.fromEntries(vendor.calls[1]?.query ?? []), { instance_uuid: id, type: 'snapshot', ordering: 'created_at', page: '1', page_size: '200' })
})

t.test('every state of an image is mapped for the snapshot and for its job', async t => {
  const words = ['queued', 'saving', 'active', 'killed', 'deleted', 'pending_delete', 'deactivated', 'brand-new']
  const idOf = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`
  const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/images')
    ? ok({ next: null, objects: words.map((status, n) => ({ id: idOf(n), type: 'snapshot', status, instance_uuid: id })) })
    : ok(wire))
  t.same((await verb(operations, 'snapshots.list').run({ id })).map(row => row.status), ['pending', 'pending', 'ready', 'error', 'deleting', 'unknown', 'unknown'])
  const states = await operations.jobs?.([...words.map((_, n) => ({ id: idOf(n), name: 'snapshot' })), { id: missing, name: 'snapshot' }])
  t.same(states?.map(({ status }) => status), ['running', 'running', 'succeeded', 'failed', 'failed', 'failed', 'succeeded', 'running', 'running'])
  t.match(vendor.calls.at(-1)?.rawQuery, /filtering=id%3A00000000-0000-4000-8000-000000000000%2Bid%3A/, 'one call, joined by plus signs that arrive')
})

t.test('a snapshot whose answer lacks the image id is still accepted', async t => {
  for (const reply of [ok({}), ok({ image_uuid: '' }), html(200)]) {
    const { operations } = await open(t, () => reply)
    t.same(await verb(operations, 'snapshots.create').run({ id, name: 'x' }), {})
  }
})

t.test('floating addresses have ids and are listed once, although every port repeats them', async t => {
  const { operations } = await open(t, () => ok(wire))
  const fixed = { id: null, scope: 'private', prefix_length: null, gateway: null, server_id: id, region: 'Region1', ptr: null }
  t.same(await verb(operations, 'addresses.list').run(id), [
    { ...fixed, id: 'c0ffee00-0000-4000-8000-000000000001', address: '203.0.113.50', family: 4, scope: 'public', primary: false },
    { ...fixed, address: '192.168.40.174', family: 4, primary: true },
    { ...fixed, address: '2001:db8:40::174', family: 6, scope: 'public', primary: false }
  ])
})

t.test('the account\'s addresses are the floating ones, attached or free', async t => {
  const { operations } = await openSandbox(t)
  const all = await verb(operations, 'addresses.list').all()
  t.same(all[0], {
    id: 'c0ffee00-0000-4000-8000-000000000001', address: '203.0.113.50', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: null, server_id: id, region: 'Region1', ptr: null
  })
  t.match(all.map(row => [row.address, row.server_id]), [
    ['203.0.113.50', id], ['203.0.113.11', seeded(1)], ['203.0.113.12', seeded(1)], ['203.0.113.13', null], ['203.0.113.14', null]
  ])
  const odd = await open(t, () => ok({
    next: null,
    objects: [
      { id: 'x', floating_ip_address: 'pending' }, { id: 'y', floating_ip_address: '203.0.113.9', associated_object: { device_type: 'router', id: missing } }
    ]
  }))
  t.match(await verb(odd.operations, 'addresses.list').all(), [{ id: 'y', server_id: null }], 'what stands before a router is on no server')
  t.same(await failureFacts(verb(operations, 'addresses.list').run(missing)), ['not-found', 404, undefined])
})

t.test('attach and detach send the address, as floating_ip and as ip', async t => {
  const { vendor, operations } = await openSandbox(t)
  const free = 'c0ffee00-0000-4000-8000-000000000004'
  t.same(await verb(operations, 'addresses.attach').run({ id, addresses: [free, '203.0.113.13'] }), { goal: { has: ['203.0.113.13'] } })
  t.ok((await operations.get.run(id)).server.addresses.some(({ address }) => address === '203.0.113.13'))
  t.same(await verb(operations, 'addresses.detach').run({ id, address: '203.0.113.13' }), { goal: { missing: ['203.0.113.13'] } })
  t.same(await verb(operations, 'addresses.detach').run({ id, address: 'c0ffee00-0000-4000-8000-000000000001' }), { goal: { missing: ['203.0.113.50'] } })
  t.same(writesOf(vendor.calls), [
    ['POST', `${rows}/${id}/add_floating_ip`, { floating_ip: '203.0.113.13' }],
    ['POST', `${rows}/${id}/remove_floating_ip`, { ip: '203.0.113.13' }],
    ['POST', `${rows}/${id}/remove_floating_ip`, { ip: '203.0.113.50' }]
  ])
  t.notOk((await operations.get.run(id)).server.addresses.some(({ scope, family }) => scope === 'public' && family === 4))
})

t.test('an unknown address is a bad request in an attach, and not found in a detach', async t => {
  const { vendor, operations } = await openSandbox(t)
  const attach = verb(operations, 'addresses.attach')
  const detach = verb(operations, 'addresses.detach')
  t.equal(await refusedMember(attach.run({ id, addresses: ['web'] })), 'body.addresses')
  t.equal(vendor.calls.length, 0)
  t.equal(await refusedMember(attach.run({ id, addresses: [missing] })), 'body.addresses')
  t.same(await failureFacts(attach.run({ id, addresses: ['203.0.113.99'] })), ['rejected', 404, 'body.addresses'])
  t.same(await failureFacts(attach.run({ id, addresses: ['203.0.113.14'] })), ['rejected', 404, 'body.addresses'], 'another client\'s')
  t.same(await failureFacts(attach.run({ id, addresses: ['203.0.113.11'] })), ['conflict', 409, undefined], 'held by another server')
  t.same(await failureFacts(attach.run({ id: missing, addresses: ['203.0.113.13'] })), ['not-found', 404, undefined])
  const before = writesOf(vendor.calls).length
  t.same(await failureFacts(detach.run({ id, address: '203.0.113.13' })), ['not-found', undefined, 'path.address'])
  t.same(await failureFacts(detach.run({ id, address: 'web' })), ['not-found', undefined, 'path.address'])
  t.equal(await refusedMember(detach.run({ id, address: '192.168.40.174' })), 'path.address', 'fixed addresses stay')
  t.equal(writesOf(vendor.calls).length, before)
})

t.test('if the second of two addresses is refused, the first stays attached and the problem mentions it', async t => {
  const { operations } = await openSandbox(t)
  const error = await failureOf(verb(operations, 'addresses.attach').run({ id, addresses: ['203.0.113.13', '203.0.113.99'] }))
  t.equal(error.failure, 'rejected')
  t.equal(error.sideEffect, 'certain')
})

t.test('a route that the installation does not have is unsupported, not a missing server', async t => {
  const { operations } = await open(t, beside(wire, html404))
  const works: ReadonlyArray<() => Promise<unknown>> = [
    async () => await verb(operations, 'rename').run({ id, name: 'x' }),
    async () => await verb(operations, 'resize').run({ seen: seenOf(), plan: small }),
    async () => await verb(operations, 'rebuild').run({ seen: seenOf(), image: ubuntu }),
    async () => await verb(operations, 'rescue').run({ id }),
    async () => await verb(operations, 'unrescue').run({ id }),
    async () => await verb(operations, 'password').run({ id, password: 'correct horse 1' }),
    async () => await verb(operations, 'console').run({ id }),
    async () => await verb(operations, 'snapshots.create').run({ id, name: 'x' }),
    async () => await verb(operations, 'addresses.attach').run({ id, addresses: ['203.0.113.13'] }),
    async () => await verb(operations, 'addresses.detach').run({ id, address: '203.0.113.50' }),
    async () => await verb(operations, 'addresses.list').all()
  ]
  for (const work of works) t.same(await failureFacts(work()), ['unsupported', 404, undefined])
})

t.test('no verb sends anything for an id that is not a UUID', async t => {
  const { vendor, operations } = await open(t, () => ok(wire))
  const bad = '../clients'
  const seen = seenOf({ id: bad })
  const works: ReadonlyArray<() => Promise<unknown>> = [
    async () => await verb(operations, 'delete').run({ seen }),
    async () => await verb(operations, 'rename').run({ id: bad, name: 'x' }),
    async () => await verb(operations, 'resize').run({ seen, plan: small }),
    async () => await verb(operations, 'rebuild').run({ seen, image: ubuntu }),
    async () => await verb(operations, 'rescue').run({ id: bad }),
    async () => await verb(operations, 'unrescue').run({ id: bad }),
    async () => await verb(operations, 'password').run({ id: bad, password: 'correct horse 1' }),
    async () => await verb(operations, 'console').run({ id: bad }),
    async () => await verb(operations, 'snapshots.list').run({ id: bad }),
    async () => await verb(operations, 'snapshots.create').run({ id: bad, name: 'x' }),
    async () => await verb(operations, 'addresses.list').run(bad),
    async () => await verb(operations, 'addresses.attach').run({ id: bad, addresses: ['203.0.113.13'] }),
    async () => await verb(operations, 'addresses.detach').run({ id: bad, address: '203.0.113.50' })
  ]
  for (const work of works) t.equal((await failureOf(work())).failure, 'not-found')
  t.equal(vendor.calls.length, 0)
})

t.test('a dry run records the calls that the real run sends, and sends no write', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const free = ['203.0.113.13']
  const cases: ReadonlyArray<readonly [string, (on: DirectVerbs) => Promise<unknown>]> = [
    ['create', async on => await verb(on, 'create').run(order)],
    ['rename', async on => await verb(on, 'rename').run({ id, name: 'dry' })],
    ['attach', async on => await verb(on, 'addresses.attach').run({ id, addresses: free })],
    ['detach', async on => await verb(on, 'addresses.detach').run({ id, address: '203.0.113.50' })],
    ['snapshot', async on => await verb(on, 'snapshots.create').run({ id, name: 'dry' })],
    ['password', async on => await verb(on, 'password').run({ id, password: 'correct horse 1' })],
    ['rebuild', async on => await verb(on, 'rebuild').run({ seen: await on.get.run(id), image: ubuntu })],
    ['rescue', async on => await verb(on, 'rescue').run({ id })],
    ['unrescue', async on => await verb(on, 'unrescue').run({ id })],
    ['resize', async on => {
      const { next } = await verb(on, 'resize').run({ seen: await on.get.run(id), plan: small })
      if (on === operations) pass(1000)
      await on.steps?.[next?.name ?? '']?.run(id, next?.input ?? {})
    }],
    ['delete', async on => await verb(on, 'delete').run({ seen: await on.get.run(id) })]
  ]
  for (const [name, work] of cases) {
    const dryRun = line.dryRun()
    const before = vendor.calls.length
    await work(dryRun.operations)
    t.same(writesOf(vendor.calls.slice(before)), [], `${name}: no write is sent`)
    const middle = vendor.calls.length
    await work(operations)
    const sent = vendor.calls.slice(middle).filter(({ method }) => method !== 'GET')
    t.same(dryRun.calls.map(call => [call.method, call.url]), sent.map(call => [call.method, `${vendor.origin}${call.path}`]), name)
    if (name !== 'password') t.same(dryRun.calls.map(({ body }) => body), sent.map(bodyOf), name)
    else t.same(dryRun.calls[0]?.body, { password: '[redacted]' })
    t.notMatch(JSON.stringify(dryRun.calls), /SECRET/)
    pass(3000)
  }
})

/** Follows an accepted action as the gateway does: jobs, then steps, then the server. */
async function follow ({ operations, pass }: SandboxBench, server: string, accepted: Accepted, isDone: (facts: ServerFacts) => boolean): Promise<ServerFacts> {
  let { jobs = [], next } = accepted
  for (let round = 0; round < 40; round += 1) {
    pass(250)
    if (jobs.length > 0 && (await operations.jobs?.(jobs))?.every(({ status }) => status === 'succeeded') === true) jobs = []
    const { server: shown } = await operations.get.run(server)
    const step = next === undefined ? undefined : operations.steps?.[next.name]
    if (next !== undefined && step?.isDue(shown, next.input) === true) {
      const { input } = next
      next = undefined
      next = (await step.run(server, input)).next
      continue
    }
    if (jobs.length === 0 && next === undefined && shown.task === null && isDone(shown)) return shown
  }
  throw new Error('it did not end')
}

t.test('life of a server: create, find, resize, rename, snapshot, rebuild, rescue, attach an address, delete', async t => {
  const bench = await openSandbox(t)
  const { vendor, operations, pass } = bench
  await verb(operations, 'create').run(order)
  pass(3000)
  const found = (await operations.list.run({ filters: { name: 'web-1' }, offset: 0, after: null, limit: 200 })).rows
    .find(({ server }) => operations.create?.isLike?.(order, server) === true)
  const own = found?.server.id ?? ''
  t.match(found?.server, { status: 'running', plan: { id: small }, disk_gib: 20 })
  const see = async (): Promise<Seen> => await operations.get.run(own)
  const isUp = (server: ServerFacts): boolean => server.status === 'running'

  t.match(await follow(bench, own, await verb(operations, 'resize').run({ seen: await see(), plan: medium }), server => isUp(server) && server.plan?.id === medium),
    { cpus: 2, memory_mib: 4096, disk_gib: 40 })
  await follow(bench, own, await verb(operations, 'rename').run({ id: own, name: 'web-2' }), server => server.name === 'web-2')
  await follow(bench, own, await verb(operations, 'snapshots.create').run({ id: own, name: 'snap' }), isUp)
  t.match(await verb(operations, 'snapshots.list').run({ id: own }), [{ name: 'snap', status: 'ready' }])
  const [snapshot] = await verb(operations, 'snapshots.list').run({ id: own })
  t.match(await follow(bench, own, await verb(operations, 'rebuild').run({ seen: await see(), image: snapshot?.id ?? '' }), isUp), { image: { name: 'snap' } })
  await follow(bench, own, await verb(operations, 'rescue').run({ id: own }), server => server.status === 'rescue')
  await follow(bench, own, await verb(operations, 'unrescue').run({ id: own }), isUp)
  const attached = await verb(operations, 'addresses.attach').run({ id: own, addresses: ['203.0.113.13'] })
  await follow(bench, own, attached, server => server.addresses.some(({ address }) => address === attached.goal?.has?.[0]))
  const detached = await verb(operations, 'addresses.detach').run({ id: own, address: '203.0.113.13' })
  await follow(bench, own, detached, server => !server.addresses.some(({ address }) => address === detached.goal?.missing?.[0]))
  await verb(operations, 'delete').run({ seen: await see() })
  pass(1000)
  t.equal((await failureOf(see())).failure, 'not-found')
  t.equal(vendor.created, 1)
})
