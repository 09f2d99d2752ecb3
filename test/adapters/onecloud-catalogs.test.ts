import t from 'tap'
import { cidrOf } from '../../src/adapters/kit/addresses.ts'
import { onecloud } from '../../src/adapters/onecloud/adapter.ts'
import { capabilityNames } from '../../src/domain/capability.ts'
import { redact } from '../../src/domain/redact.ts'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import type { SimulatedReply, Simulator } from '../../sandbox/kit/simulator.ts'
import type { StillClock } from '../helpers/clock.ts'
import { failureOf, openBench } from '../helpers/line.ts'
import {
  webId, stoppedId, vpcId, demoId, ok, complaint, openSandbox, open, withServer, need, writesOf, refusalOf,
  type Handle
} from './onecloud-bench.ts'

const eipId = '8db7844b-7ccf-45fd-8479-b25a89f2dfa9'

const sample = { id: webId, name: 'web-1', status: 'running', power_states: 'on' }
const withSample = (handle: Handle, more: object = {}): Handle => withServer({ ...sample, ...more }, handle)

const sentOf = (vendor: Simulator): string[] => vendor.calls
  .filter(({ path }) => path !== '/v3/auth/tokens')
  .map(({ method, path, rawQuery }) => `${method} ${path}${rawQuery === '' ? '' : `?${rawQuery}`}`)
/** Lets time pass until the answer holds. */
async function until (pass: StillClock['pass'], holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return
    pass(10)
  }
  throw new Error('it never held')
}

t.test('all verbs are present but the two that the vendor does not support', async t => {
  const { operations } = await openSandbox(t)
  const known = Object.keys(operations)
  t.strictSame(capabilityNames.filter(name => !known.includes(name)), ['ptr', 'login_link'])
  t.strictSame(capabilityNames.filter(name => name !== 'ptr' && name !== 'login_link' && operations[name]?.evidence !== 'observed'), [], 'and each has been observed')
})

const page = 'limit=1000&offset=0&order_by=id&order=asc'

t.test('active images are listed, with their minima converted from MiB', async t => {
  const { vendor, operations } = await openSandbox(t)
  const rows = await need(operations.images).run({})
  t.strictSame(sentOf(vendor), [`GET /image/v1/images?${page}&status=active&details=true`])
  t.strictSame(rows.find(({ name }) => name === 'debian-12-fake'), {
    id: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0', name: 'debian-12-fake', os: 'Debian 12', region: null, min_disk_gib: 1, min_memory_mib: null
  })
  t.strictSame(rows.filter(({ os }) => os === null), [])
  t.equal(rows.find(({ os }) => os?.startsWith('Windows'))?.min_disk_gib, 40)
})

t.test('unusable images are left out even if the vendor ignores the filter', async t => {
  const { operations } = await open(t, () => ok({
    images: [
      { id: 'a', name: 'ok', status: 'active', properties: { os_type: 'Linux' }, min_disk: 0, min_ram: 512 },
      { id: 'b', name: 'queued', status: 'queued' },
      { id: 'c', name: 'binned', status: 'active', pending_deleted: true }
    ],
    total: 3
  }))
  t.strictSame(await need(operations.images).run({}), [{ id: 'a', name: 'ok', os: 'Linux', region: null, min_disk_gib: null, min_memory_mib: 512 }])
})

t.test('a plan\'s id is its name, which is all that a create accepts; disabled and foreign plans are not listed', async t => {
  const { vendor, operations } = await openSandbox(t)
  const rows = await need(operations.plans).run({})
  t.strictSame(sentOf(vendor), [`GET /compute/serverskus?${page}&provider=OneCloud&enabled=true`])
  t.strictSame(rows.find(({ id }) => id === 'ecs.g1.c2m4'), {
    id: 'ecs.g1.c2m4', name: 'ecs.g1.c2m4', cpus: 2, memory_mib: 4096, disk_gib: null, region: 'default', available: true, price: null
  })
  t.match(rows.find(({ id }) => id === 'ecs.t1.c2m3'), { available: false, disk_gib: 40 }, 'sold out; its disk is GiB')
  t.strictSame(rows.filter(({ id }) => id === 'ecs.old.c1m1' || id === 'ecs.foreign.large'), [])
  t.equal((await need(operations.plans).run({ region: 'default' })).length, rows.length)
  t.strictSame(await need(operations.plans).run({ region: 'elsewhere' }), [])
})

t.test('regions are those in service', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.strictSame(await need(operations.regions).run({}), [{ id: 'default', name: 'Default' }])
  t.strictSame(sentOf(vendor), [`GET /compute/cloudregions?${page}`])
  const odd = await open(t, () => ok({ cloudregions: [{ id: 'a', status: 'inservice' }, { id: 'b', status: 'outofservice' }, { id: 'c', status: 'inservice', enabled: false }] }))
  t.strictSame(await need(odd.operations.regions).run({}), [{ id: 'a', name: 'a' }])
})

t.test('the user\'s own keys are listed', async t => {
  const { vendor, operations } = await openSandbox(t)
  const rows = await need(operations.ssh_keys).run({})
  t.strictSame(sentOf(vendor), [`GET /compute/keypairs?${page}`])
  t.strictSame(rows.map(({ name }) => name).sort(), ['kp-a', 'kp-b'])
  t.match(rows[0], { public_key: 'ssh-rsa AAAAB3NzaC1yc2EFAKEFAKEFAKE fake@example', fingerprint: /^[\da-f:]+$/ })
})

t.test('guest networks are listed, public ones if they are routed to the outside', async t => {
  const { vendor, operations } = await openSandbox(t)
  const rows = await need(operations.networks).run({ region: 'default' })
  t.strictSame(sentOf(vendor), [`GET /compute/networks?${page}&server_type=guest`])
  t.strictSame(rows.map(({ name, region, scope, cidrs }) => [name, region, scope, cidrs]).sort(), [
    ['exitnet0', 'default', 'public', ['203.0.113.0/24']],
    ['vnet0', 'default', 'private', ['10.77.0.0/24']],
    ['vpcnet0', 'default', 'private', ['192.168.40.0/24']]
  ])
  const odd = await open(t, () => ok({ networks: [{ id: 'n1' }, { id: 'n2', status: 'init' }, { id: 'n3', server_type: 'baremetal' }] }))
  t.strictSame(await need(odd.operations.networks).run({}), [{ id: 'n1', name: 'n1', region: null, scope: 'unknown', cidrs: [] }])
})

t.test('any address of a range determines it, and an invalid address none', async t => {
  t.strictSame([cidrOf('10.77.3.10', 22), cidrOf('255.255.255.255', 1), cidrOf('1.2.3.4', 32), cidrOf('1.2.3.4', 0)], ['10.77.0.0/22', '128.0.0.0/1', '1.2.3.4/32', '0.0.0.0/0'])
  t.strictSame([cidrOf('2001:db8::1', 64), cidrOf('10.0.0.1', 33), cidrOf('10.0.0.1', null), cidrOf(null, 8)], [null, null, null, null])
})

t.test('a list is read to its end, page after page', async t => {
  const names = Array.from({ length: 2345 }, (_name, index) => ({ id: `k${index}`, name: `key-${index}` }))
  const { vendor, operations } = await open(t, request => {
    const offset = Number(request.query.get('offset'))
    return ok({ keypairs: names.slice(offset, offset + 1000), total: names.length })
  })
  t.equal((await need(operations.ssh_keys).run({})).length, 2345)
  t.equal(sentOf(vendor).length, 3)
})

t.test('an empty list has no total, and one that does not end is malformed', async t => {
  const empty = await open(t, () => ok({ keypairs: [] }))
  t.strictSame(await need(empty.operations.ssh_keys).run({}), [])
  const endless = await open(t, () => ok({ keypairs: [{ id: 'k' }], total: 1_000_000 }))
  t.equal((await failureOf(need(endless.operations.ssh_keys).run({}))).failure, 'malformed')
  t.equal(sentOf(endless.vendor).length, 2, 'a page without a new row is the last that is read')
})

t.test('a list is malformed if the service does not exist or its answer has another form', async t => {
  for (const reply of [complaint(404, 'NotFoundError', 'Handler not found'), ok({ servers: [] }), ok([]), ok({ images: [{ name: 'no id' }] })]) {
    const { operations } = await open(t, () => reply)
    t.equal((await failureOf(need(operations.images).run({}))).failure, 'malformed')
  }
})

t.test('an ordinary user, who may not list projects, sees the project of the sign-in', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.strictSame(await need(operations['owners.list']).run(), [{ id: demoId, name: 'demo', email: null, status: null }])
  t.strictSame(await need(operations['owners.list']).get(demoId), { id: demoId, name: 'demo', email: null, status: null })
  t.strictSame(sentOf(vendor), Array.from({ length: 2 }, () => `GET /v3/projects?${page}`))
  t.strictSame(await refusalOf(need(operations['owners.list']).get('nosuch')), ['not-found', 'path.owner'])
})

t.test('an administrator lists all projects', async t => {
  const vendor = await startOnecloud()
  const { operations } = openBench(t, onecloud, vendor, vendor.adminSettings)
  t.strictSame(await need(operations['owners.list']).run(), [
    { id: demoId, name: 'demo', email: null, status: 'enabled' },
    { id: '09a81e6f5a8e4d9684af74169473239f', name: 'system', email: null, status: 'enabled' }
  ])
})

t.test('with scope system, rows that belong to projects require the project', async t => {
  const vendor = await startOnecloud()
  const { operations } = openBench(t, onecloud, vendor, { ...vendor.adminSettings, scope: 'system' })
  t.equal((await need(operations['addresses.list']).all()).length, 2)
  t.equal((await need(operations['owners.list']).run()).length, 2)
  t.strictSame(await need(operations['snapshots.list']).run({ id: vpcId }), [])
  const scoped = (path: string): string[] => sentOf(vendor).filter(call => call.startsWith(`GET ${path}?`) && call.includes('scope=system'))
  t.strictSame(['/compute/eips', '/v3/projects', '/compute/instance_snapshots'].map(path => scoped(path).length), [1, 1, 1])
})

t.test('an account without a project in its token and without the right to list projects is refused', async t => {
  const refusal = complaint(403, 'ForbiddenError', 'not enough privilege to do identity:projects:list (require:domain,allow:project,query:domain)')
  const nobody = await open(t, () => refusal, null)
  t.equal((await failureOf(need(nobody.operations['owners.list']).run())).failure, 'forbidden')
})

t.test('an expired token is not mistaken for missing rights to list projects', async t => {
  const { vendor, operations } = await openSandbox(t)
  await operations.list.run({ filters: {}, offset: 0, after: null, limit: 1 })
  vendor.revokeTokens()
  t.equal((await need(operations['owners.list']).run()).length, 1)
  t.equal(vendor.logins, 2)
})

t.test('a project is created at the identity service, and the vendor\'s refusals are reported', async t => {
  let reply = ok({ project: { id: 'p7', name: 'customer-7', enabled: true } })
  const { vendor, operations } = await open(t, () => reply)
  t.strictSame(await need(operations['owners.create']).run({ name: 'customer-7' }), { id: 'p7', name: 'customer-7', email: null, status: 'enabled' })
  t.strictSame(writesOf(vendor), [['POST', '/identity/projects', { project: { name: 'customer-7' } }]])
  reply = complaint(409, 'DuplicateNameError', 'Duplicate name project customer-7')
  t.strictSame(await refusalOf(need(operations['owners.create']).run({ name: 'customer-7' })), ['conflict', 'body.name'])
  reply = complaint(403, 'ForbiddenError', 'not enough privilege (require:domain,allow:project)')
  t.strictSame(await refusalOf(need(operations['owners.create']).run({ name: 'customer-7' })), ['forbidden', ''])
  t.strictSame(await refusalOf(need(operations['owners.create']).run({ name: 'x' })), ['invalid-request', 'body.name'])
  reply = ok({ project: {} })
  t.match(await failureOf(need(operations['owners.create']).run({ name: 'customer-7' })), { failure: 'malformed', sideEffect: 'certain' }, 'it was made all the same')
})

t.test('snapshots of the whole server are listed; another server\'s are not, even if the vendor ignores the filter', async t => {
  const rows = [
    { id: 's1', name: 'one', status: 'ready', guest_id: webId, size: 40960, created_at: '2026-11-21T02:34:10.000000Z' },
    { id: 's2', name: 'two', status: 'instance_snapshot_create_failed', guest_id: webId },
    { id: 's3', status: 'instance_snapshot_start_delete', guest_id: webId },
    { id: 's4', name: 'four', status: 'wondrous', guest_id: webId },
    { id: 's5', name: 'five', status: 'ready', guest_id: vpcId }
  ]
  const { vendor, operations } = await open(t, withSample(() => ok({ instance_snapshots: rows, total: 5 })))
  t.strictSame(await need(operations['snapshots.list']).run({ id: webId }), [
    { id: 's1', name: 'one', server_id: webId, status: 'ready', provider_status: 'ready', size_gib: 40, created_at: '2026-11-21T02:34:10Z' },
    { id: 's2', name: 'two', server_id: webId, status: 'error', provider_status: 'instance_snapshot_create_failed', size_gib: null, created_at: null },
    { id: 's3', name: 's3', server_id: webId, status: 'deleting', provider_status: 'instance_snapshot_start_delete', size_gib: null, created_at: null },
    { id: 's4', name: 'four', server_id: webId, status: 'unknown', provider_status: 'wondrous', size_gib: null, created_at: null }
  ])
  t.equal(sentOf(vendor).at(-1), `GET /compute_v2/instance_snapshots?${page}&%40guest_id=${webId}`)
})

t.test('a snapshot is created, followed by the state of the server, and deleted', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  t.strictSame(await need(operations['snapshots.create']).run({ id: stoppedId, name: 'before' }), { goal: { statuses: ['running', 'stopped', 'rescue'], failed: ['instance_snapshot_failed', 'snapshot_failed'] } })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${stoppedId}/instance-snapshot`, { server: { name: 'before' } }]])
  t.match((await line.operations().get.run(stoppedId)).server, { status: 'stopped', task: 'start_instance_snapshot' })
  await until(pass, async () => (await need(line.operations()['snapshots.list']).run({ id: stoppedId })).length === 1)
  t.strictSame(await refusalOf(need(line.operations()['snapshots.create']).run({ id: webId, name: 'before' })), ['conflict', 'body.name'])
  const [made] = await need(line.operations()['snapshots.list']).run({ id: stoppedId })
  const snapshot = made?.id ?? ''
  t.strictSame(await need(line.operations()['snapshots.delete']).run({ id: stoppedId, snapshot }), {}, 'followed by the list of snapshots')
  t.strictSame(writesOf(vendor).at(-1), ['DELETE', `/compute/instance_snapshots/${snapshot}`, null])
  t.match(await need(line.operations()['snapshots.list']).run({ id: stoppedId }), [{ status: 'deleting' }])
  await until(pass, async () => (await need(line.operations()['snapshots.list']).run({ id: stoppedId })).length === 0)
})

t.test('a snapshot that the node refuses to delete stays in the list, in error', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  await need(operations['snapshots.create']).run({ id: stoppedId, name: 'before' })
  await until(pass, async () => (await need(line.operations()['snapshots.list']).run({ id: stoppedId })).length === 1)
  const [made] = await need(line.operations()['snapshots.list']).run({ id: stoppedId })
  vendor.behavior.failActions = ['snapshot-delete']
  await need(line.operations()['snapshots.delete']).run({ id: stoppedId, snapshot: made?.id ?? '' })
  await until(pass, async () => (await need(line.operations()['snapshots.list']).run({ id: stoppedId }))[0]?.status !== 'deleting')
  t.match(await need(line.operations()['snapshots.list']).run({ id: stoppedId }), [{ status: 'error', provider_status: 'instance_snapshot_delete_failed' }])
})

t.test('a snapshot that the server does not have, or that was deleted in the meantime, is not found', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.strictSame(await refusalOf(need(operations['snapshots.delete']).run({ id: webId, snapshot: 'f851ab0c-6fd9-4fe5-8924-8f3592c66eea' })), ['not-found', 'path.snapshot'])
  t.strictSame(await refusalOf(need(operations['snapshots.restore']).run({ id: webId, snapshot: '../x' })), ['not-found', 'path.snapshot'])
  t.strictSame(writesOf(vendor), [])
  let reply = complaint(404, 'ResourceNotFoundError', 'instance_snapshot s1 not found')
  const raced = await open(t, withSample(({ method }) => method === 'GET' ? ok({ instance_snapshots: [{ id: 's1', guest_id: webId }] }) : reply))
  t.strictSame(await refusalOf(need(raced.operations['snapshots.delete']).run({ id: webId, snapshot: 's1' })), ['not-found', 'path.snapshot'])
  reply = complaint(406, 'NotEmptyError', 'in use')
  t.strictSame(await refusalOf(need(raced.operations['snapshots.delete']).run({ id: webId, snapshot: 's1' })), ['conflict', ''])
})

t.test('a restore sends the snapshot and leaves the server stopped; a release without the action does not support it', async t => {
  let reply = ok({ server: {} })
  const { vendor, operations } = await open(t, withSample(({ method }) => method === 'GET' ? ok({ instance_snapshots: [{ id: 's1', guest_id: webId }] }) : reply, { status: 'ready', power_states: 'off' }))
  const restore = async () => await need(operations['snapshots.restore']).run({ id: webId, snapshot: 's1' })
  t.strictSame(await restore(), { goal: { statuses: ['stopped'], failed: ['snapshot_reset_failed', 'disk_reset_failed'] } })
  t.strictSame(writesOf(vendor), [['POST', `/compute_v2/servers/${webId}/instance-snapshot-reset`, { server: { instance_snapshot: 's1', auto_start: false } }]])
  reply = complaint(404, 'ActionNotFoundError', 'Action instance-snapshot-reset not found')
  t.strictSame(await refusalOf(restore()), ['unsupported', ''])
  reply = complaint(400, 'InvalidStatusError', 'guest can not do snapshot reset in status running')
  t.strictSame(await refusalOf(restore()), ['conflict', ''])
})

t.test('a server has its fixed addresses and the elastic one; only the latter has an id', async t => {
  const { operations } = await openSandbox(t)
  t.strictSame(await need(operations['addresses.list']).run(vpcId), [
    { id: eipId, address: '192.0.2.10', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: true, server_id: vpcId, region: 'default', ptr: null },
    { id: null, address: '192.168.40.253', family: 4, scope: 'private', prefix_length: 24, gateway: null, primary: false, server_id: vpcId, region: 'default', ptr: null }
  ])
})

t.test('an account lists its elastic addresses, attached or not, but none that is not allocated yet', async t => {
  const { operations } = await openSandbox(t)
  t.strictSame((await need(operations['addresses.list']).all()).map(({ address, server_id: server }) => [address, server]).sort(), [['192.0.2.10', vpcId], ['192.0.2.11', null]])
  const odd = await open(t, () => ok({ eips: [{ id: 'e1', status: 'allocate' }, { id: 'e2', ip_addr: '192.0.2.2', associate_id: 'lb1', associate_type: 'loadbalancer' }] }))
  t.strictSame(await need(odd.operations['addresses.list']).all(), [
    { id: 'e2', address: '192.0.2.2', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: null, server_id: null, region: null, ptr: null }
  ])
})

t.test('a detached elastic address is kept, and can be attached again by id or address', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  t.strictSame(await need(operations['addresses.detach']).run({ id: vpcId, address: '192.0.2.10' }), { goal: { statuses: ['running', 'stopped', 'rescue'], missing: ['192.0.2.10'], failed: ['dissociate_eip_failed'] } })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${vpcId}/dissociate-eip`, { server: { auto_delete: false } }]])
  await until(pass, async () => vendor.statusOf(vpcId) === 'running' && (await need(line.operations()['addresses.list']).run(vpcId)).length === 1)
  for (const wanted of ['192.0.2.10', eipId]) {
    const { operations: dryRunOf, calls } = line.dryRun()
    t.strictSame(await need(dryRunOf['addresses.attach']).run({ id: vpcId, addresses: [wanted] }), { goal: { statuses: ['running', 'stopped', 'rescue'], has: ['192.0.2.10'], failed: ['associate_eip_failed'] } })
    t.same(calls.map(({ method, url, body }) => [method, url, body]), [['POST', `${vendor.origin}/compute/servers/${vpcId}/associate-eip`, { server: { eip_id: eipId } }]])
  }
  await need(line.operations()['addresses.attach']).run({ id: vpcId, addresses: [eipId] })
  await until(pass, async () => (await line.operations().get.run(vpcId)).server.addresses[0]?.address === '192.0.2.10')
  t.strictSame(await need(line.operations()['addresses.attach']).run({ id: vpcId, addresses: [eipId] }), { done: true }, 'it has it already')
})

t.test('outside a VPC an attach is accepted and fails later, which the server shows', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations['addresses.attach']).run({ id: webId, addresses: ['192.0.2.11'] })
  t.strictSame(accepted.goal?.failed, ['associate_eip_failed'])
  await until(pass, async () => vendor.statusOf(webId) === 'associate_eip_failed')
  t.match((await line.operations().get.run(webId)).server, { status: 'running', provider_status: 'associate_eip_failed' })
})

t.test('two addresses, an unknown one and one that is taken are refused', async t => {
  const { vendor, operations } = await openSandbox(t)
  const attach = async (addresses: string[]) => await need(operations['addresses.attach']).run({ id: webId, addresses })
  t.strictSame(await refusalOf(attach(['192.0.2.10', '192.0.2.11'])), ['invalid-request', 'body.addresses'])
  t.strictSame(vendor.calls, [])
  t.strictSame(await refusalOf(attach(['192.0.2.99'])), ['rejected', 'body.addresses'])
  t.strictSame(writesOf(vendor), [])
  t.strictSame(await refusalOf(attach(['192.0.2.10'])), ['conflict', ''])
})

t.test('an address that the server does not have is not found, and a fixed one cannot be detached', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.strictSame(await refusalOf(need(operations['addresses.detach']).run({ id: webId, address: '192.0.2.10' })), ['not-found', 'path.address'])
  t.strictSame(await refusalOf(need(operations['addresses.detach']).run({ id: webId, address: '10.77.0.193' })), ['conflict', 'path.address'])
  t.strictSame(writesOf(vendor), [])
})

t.test('a raw call is sent to the compute endpoint with the token, and its body as JSON with a length', async t => {
  const { vendor, operations } = await openSandbox(t)
  const got = await need(operations.raw).run({ method: 'GET', path: `/servers/${webId}/status`, query: '', body: undefined })
  t.strictSame(got, { status: 200, body: { server: { status: 'running' } } })
  await need(operations.raw).run({ method: 'POST', path: `/servers/${stoppedId}/user-metadata`, query: 'a=b%20c', body: { env: 'prod' } })
  t.strictSame(sentOf(vendor), [`GET /compute/servers/${webId}/status`, `POST /compute/servers/${stoppedId}/user-metadata?a=b%20c`])
  t.match(vendor.calls.at(-1), { body: '{"env":"prod"}', lengthKnown: true, headers: { 'content-type': 'application/json' } })
})

t.test('a raw call returns any status, but not the texts of 499 and 5xx', async t => {
  let reply: SimulatedReply = complaint(404, 'ResourceNotFoundError', 'server nosuch not found')
  const { operations } = await open(t, () => reply)
  const get = async () => await need(operations.raw).run({ method: 'PUT', path: '/x', query: '', body: null })
  t.match(await get(), { status: 404, body: { class: 'ResourceNotFoundError', details: 'server nosuch not found' } })
  reply = complaint(403, 'ForbiddenError', 'not enough privilege (require:system,allow:project)')
  t.match(await get(), { status: 403 })
  reply = complaint(500, 'UnclassifiedError', 'dsn=region:SECRET-db-password@tcp')
  t.strictSame(await get(), { status: 500, body: { class: 'UnclassifiedError', details: null } })
  reply = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>SECRET</html>' }
  t.strictSame(await get(), { status: 502, body: null })
  reply = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'plain' }
  t.strictSame(await get(), { status: 200, body: 'plain' })
  reply = { status: 204 }
  t.strictSame(await get(), { status: 204, body: null })
})

t.test('a raw call with an expired token is repeated once after a sign-in', async t => {
  const { vendor, operations } = await openSandbox(t)
  await need(operations.raw).run({ method: 'GET', path: '/zones', query: '', body: undefined })
  vendor.revokeTokens()
  t.match(await need(operations.raw).run({ method: 'GET', path: '/zones', query: '', body: undefined }), { status: 200 })
  t.equal(vendor.logins, 2)
})

t.test('raw paths that sign in or return secrets are refused in any spelling', async t => {
  const { operations } = await openSandbox(t)
  const { isForbidden } = need(operations.raw)
  for (const path of [
    '/auth/tokens', '//auth//tokens', '/v3/auth/tokens', '/AUTH/Tokens', '/%61uth/tokens', '/%2561uth/x', '/v3%2Fauth%2Ftokens', '/x\\auth', '/credentials', `/servers/${webId}/login-info`,
    `/servers/${webId}/Login-Info/`, '/keypairs/kp-a/privatekey', '/keypairs/kp-a/%70rivatekey', '/sshkeypairs', `/servers/${webId}/vnc`, '/cloudproviders/x/clirc', '/auth;x=1/tokens', '/%', '/%25%2525252561',
    '/metadatas', '/Metadatas/x', '/events', '/%65vents'
  ]) t.equal(isForbidden(path), true, path)
  for (const path of ['/servers', `/servers/${webId}`, '/keypairs', '/authors', '/servers/my%20server/stop', '/']) t.equal(isForbidden(path), false, path)
})

t.test('console links and console parameters are secrets of this vendor', async t => {
  const shown = redact({ webconsole: { access_url: 'https://x/?data=abc', connect_params: 'YWJj', session: '1' } }, new Set(onecloud.secretMembers))
  t.same(shown, { webconsole: { access_url: '[redacted]', connect_params: '[redacted]', session: '1' } })
})
