import t from 'tap'
import type { Accepted } from '../../src/adapters/verbs.ts'
import { UpstreamError } from '../../src/domain/failure.ts'
import type { Goal } from '../../src/domain/operation.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { isInTransition, evaluateGoal } from '../../src/operations/goal.ts'
import type { Simulator } from '../../sandbox/kit/simulator.ts'
import type { StillClock } from '../helpers/clock.ts'
import { failureOf, type OpenedAdapter, type DirectVerbs } from '../helpers/line.ts'
import {
  webId, stoppedId, vpcId, recycledId, otherId, goneId, ok, complaint, openSandbox, open, withServer, need, writes,
  writesOf, refusalOf, type Handle
} from './onecloud-bench.ts'

const debianId = '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0'
const keyId = '2d5ba53d-4ba4-4ff1-8657-76f9ddf2b305'
const strong = 'Fake-Passw0rd-9x!'

const sample = {
  id: webId, name: 'web-1', status: 'running', power_states: 'on', hypervisor: 'kvm', vcpu_count: 2, vmem_size: 2048, disk: 40960, disks_info: [{ id: 'd1', index: 1, size: 10240 }, { id: 'd0', index: 0, size: 30720 }], disable_delete: false
}

const withSample = (handle: Handle, more: object = {}): Handle => withServer({ ...sample, ...more }, handle)

/** By verb: the words that say that it has failed. */
const failures = {
  resize: ['change_flavor_fail', 'resize_disk_fail', 'stop_fail', 'start_fail'],
  rebuild: ['rebuild_root_fail', 'deploy_fail', 'disk_fail', 'stop_fail', 'start_fail'],
  password: ['qga_exec_command_failed', 'deploy_fail']
} as const

const defaultGoals = {
  create: { statuses: ['running'] },
  delete: { absent: true },
  rebuild: { statuses: ['running', 'stopped'], transition: true },
  stop: { statuses: ['stopped'] }
} as const satisfies Readonly<Record<string, Goal>>

const actionsOf = (vendor: Simulator): unknown[] => writes(vendor).map(({ path }) => path.split('/').at(-1))

const seenOf = async (line: OpenedAdapter, id: string) => await line.operations().get.run(id)

interface Following extends Pick<StillClock, 'pass'> {
  readonly line: OpenedAdapter
}

/** Follows as the gateway does: looks, judges by the goal, and sends what is due. Answers the states that it saw. */
async function follow ({ line, pass }: Following, id: string, accepted: Accepted, usual: Goal): Promise<string[]> {
  if (accepted.done === true) return []
  const states: string[] = []
  let { goal = usual, next } = accepted
  let transitionSeen = false
  for (let looks = 0; looks < 400; looks += 1) {
    const server = await line.operations().get.run(id).then(seen => seen.server, async (error: unknown) => {
      if (error instanceof UpstreamError && error.failure === 'not-found') return null
      throw error
    })
    const state = server?.provider_status ?? 'absent'
    if (states.at(-1) !== state) states.push(state)
    transitionSeen ||= server !== null && isInTransition(goal, server)
    const { verdict, error } = evaluateGoal(goal, server, { sinceSentMs: 1000, transitionSeen, isNew: false, isAmbiguous: false })
    if (verdict === 'failed') return [...states, `failed: ${error ?? ''}`]
    if (verdict === 'done' && next === undefined) return states
    const step = next === undefined || server === null ? undefined : need(line.operations().steps?.[next.name])
    if (step !== undefined && server !== null && step.isDue(server, {})) {
      const more: Accepted = await step.run(id, next?.input ?? {})
      goal = more.goal ?? goal
      next = more.next
      transitionSeen = false
    }
    pass(5)
  }
  throw new Error(`no end: ${states.join(' > ')}`)
}

const spec = (more: Partial<CreateSpec> = {}): CreateSpec => ({ name: 'web-9', plan: 'ecs.g1.c2m4', disk_gib: 30, image: debianId, ...more })

t.test('a create always sends auto_start and disable_delete: the vendor\'s defaults are a stopped, locked server', async t => {
  const { vendor, operations } = await openSandbox(t)
  const accepted = await need(operations.create).run(spec())
  t.strictSame(writesOf(vendor), [['POST', '/compute/servers', {
    server: { name: 'web-9', instance_type: 'ecs.g1.c2m4', disks: [{ image_id: debianId, disk_type: 'sys', size: 30720 }], auto_start: true, disable_delete: false }
  }]])
  t.match(accepted.serverId, /^[\da-f-]{36}$/)
  t.strictSame(accepted.goal?.statuses, ['running'])
  t.equal(vendor.servers.get(accepted.serverId ?? '')?.disableDelete, false)
  const call = vendor.calls.find(({ method, path }) => method === 'POST' && path === '/compute/servers')
  t.same([call?.lengthKnown, call?.headers['content-type']], [true, 'application/json'])
})

t.test('a create sends every member, numbers as numbers and sizes in MiB', async t => {
  const { vendor, operations } = await openSandbox(t)
  const { plan: _plan, ...rest } = spec()
  await need(operations.create).run({
    ...rest,
    cpus: 3,
    memory_mib: 3072,
    disk_gib: 20.5,
    region: 'default',
    networks: ['vnet0'],
    ssh_keys: [keyId],
    password: strong,
    user_data: '#cloud-config\n',
    owner: '31c1aa2af0104f1d89faef0f0b9368e4',
    tags: ['env=test', 'note=a=b', 'empty='],
    protected: true,
    options: { hypervisor: 'kvm', auto_start: false, disk_backend: 'local', eip_bandwidth: 5 }
  })
  t.strictSame(writesOf(vendor), [['POST', '/compute/servers', {
    server: {
      name: 'web-9',
      vcpu_count: 3,
      vmem_size: 3072,
      disks: [{ image_id: debianId, disk_type: 'sys', size: 20992, backend: 'local' }],
      nets: [{ network: 'vnet0' }],
      prefer_region_id: 'default',
      hypervisor: 'kvm',
      keypair_id: keyId,
      password: strong,
      user_data: '#cloud-config\n',
      project_id: '31c1aa2af0104f1d89faef0f0b9368e4',
      __meta__: { 'user:env': 'test', 'user:note': 'a=b', 'user:empty': '' },
      eip_bw: 5,
      eip_charge_type: 'bandwidth',
      auto_start: false,
      disable_delete: true
    }
  }]])
})

t.test('a create with auto_start: false ends when the server is stopped', async t => {
  const { line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.create).run(spec({ options: { auto_start: false } }))
  t.strictSame(accepted.goal?.statuses, ['stopped'])
  t.equal((await follow({ line, pass }, accepted.serverId ?? '', accepted, defaultGoals.create)).at(-1), 'ready')
})

t.test('a plan without disk_gib sends no disk size: the vendor uses its smallest', async t => {
  const { vendor, operations } = await openSandbox(t)
  const { disk_gib: _gib, ...rest } = spec()
  const { serverId } = await need(operations.create).run(rest)
  t.match(writesOf(vendor), [['POST', '/compute/servers', { server: { disks: [{ image_id: debianId, disk_type: 'sys', size: undefined }] } }]])
  t.ok(vendor.servers.has(serverId ?? ''))
})

t.test('a server that fits on no host is accepted and fails later', async t => {
  const { line, operations, pass } = await openSandbox(t)
  const { plan: _plan, ...rest } = spec()
  const accepted = await need(operations.create).run({ ...rest, cpus: 32, memory_mib: 400_000 })
  t.match((await follow({ line, pass }, accepted.serverId ?? '', accepted, defaultGoals.create)).at(-1), /failed: .*sched_fail/)
})

t.test('a create that is visibly wrong is refused before anything is sent', async t => {
  const { vendor, operations } = await openSandbox(t)
  const { plan: _plan, ...rest } = spec()
  const faults: ReadonlyArray<readonly [string, CreateSpec]> = [
    ['body.name', spec({ name: 'a' })],
    ['body.name', spec({ name: 'n'.repeat(129) })],
    ['body.password', spec({ password: 'short' })],
    ['body.password', spec({ password: 'nocapital-12345' })],
    ['body.cpus', { ...rest, cpus: 129, memory_mib: 1024 }],
    ['body.memory_mib', { ...rest, cpus: 1, memory_mib: 7 }],
    ['body.memory_mib', { ...rest, cpus: 1, memory_mib: 524_289 }],
    ['body.disk_gib', spec({ disk_gib: 10.0001 })],
    ['body.ssh_keys', spec({ ssh_keys: ['a', 'b'] })],
    ['body.ssh_keys', spec({ ssh_keys: ['ssh-ed25519 AAAA me@example'] })],
    ['body.tags', spec({ tags: ['plain'] })],
    ['body.tags', spec({ tags: ['=x'] })],
    ['body.tags', spec({ tags: ['a=1', 'a=2'] })]
  ]
  for (const [member, fault] of faults) t.strictSame(await refusalOf(need(operations.create).run(fault)), ['invalid-request', member])
  t.strictSame(vendor.calls, [])
})

t.test('names are counted in characters, 2 and 128 are allowed, and other platforms have other limits', async t => {
  const { operations } = await open(t, () => ok({ server: { id: goneId } }))
  const { plan: _plan, ...rest } = spec()
  for (const name of ['ab', '服务', '服'.repeat(128)]) t.equal((await need(operations.create).run(spec({ name }))).serverId, goneId)
  t.equal((await need(operations.create).run({ ...rest, cpus: 200, memory_mib: 1024, options: { hypervisor: 'aliyun' } })).serverId, goneId)
})

t.test('an unknown plan, image, network, key, region or owner is refused with its member, and never a missing server', async t => {
  const { operations } = await openSandbox(t)
  const { create } = operations
  t.strictSame(await refusalOf(need(create).run(spec({ plan: 'nosuch' }))), ['rejected', 'body.plan'])
  t.strictSame(await refusalOf(need(create).run(spec({ plan: '0a17971d-4c18-4446-8fb9-5da95de3e2a7' }))), ['rejected', 'body.plan'], 'a size has a name only')
  t.strictSame(await refusalOf(need(create).run(spec({ plan: 'ecs.t1.c2m3' }))), ['rejected', 'body.plan'], 'sold out')
  t.strictSame(await refusalOf(need(create).run(spec({ image: 'nosuch' }))), ['rejected', 'body.image'])
  t.strictSame(await refusalOf(need(create).run(spec({ networks: ['nosuch'] }))), ['rejected', 'body.networks'])
  t.strictSame(await refusalOf(need(create).run(spec({ ssh_keys: ['nosuch'] }))), ['rejected', 'body.ssh_keys'])
  t.strictSame(await refusalOf(need(create).run(spec({ region: 'nosuch' }))), ['rejected', 'body.region'])
  t.strictSame(await refusalOf(need(create).run(spec({ owner: 'nosuch' }))), ['rejected', 'body.owner'])
  t.strictSame(await refusalOf(need(create).run(spec({ options: { hypervisor: 'nosuch' } }))), ['rejected', 'body.options'])
  t.strictSame(await refusalOf(need(create).run(spec({ name: 'web-1' }))), ['conflict', 'body.name'])
})

t.test('unknown objects are recognized in every language, and a 404 without such a word is not a missing server', async t => {
  let reply = complaint(404, 'ResourceNotFoundError', '找不到serversku资源nosuch')
  const { operations } = await open(t, () => reply)
  t.strictSame(await refusalOf(need(operations.create).run(spec())), ['rejected', 'body.plan'])
  reply = complaint(404, 'ResourceNotFoundError', 'Secgroup nosuch not found')
  t.strictSame(await refusalOf(need(operations.create).run(spec())), ['rejected', ''])
  reply = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>no image here</html>' }
  t.strictSame(await refusalOf(need(operations.create).run(spec())), ['rejected', ''])
})

t.test('an image service that is down is a transient failure, and its internal address is not shown', async t => {
  const text = 'Invalid root image: fillDiskConfigByImage: modules.Images.GetByName: Head "http://10.0.0.7:30292/v1/images/x": dial tcp 10.0.0.7:30292: connect: connection refused'
  const { operations } = await open(t, () => complaint(400, 'InputParameterError', text))
  const error = await failureOf(need(operations.create).run(spec()))
  t.match(error, { failure: 'unavailable', sideEffect: 'none', options: { status: 400, code: 'InputParameterError', member: undefined } })
  t.notMatch(JSON.stringify([error.message, error.options]), /10\.0\.0\.7|30292/)
})

t.test('an exhausted quota is recognized although the vendor sends 400, and a weak password names the password', async t => {
  const { operations } = await openSandbox(t, { quotaServers: 1 })
  t.equal((await failureOf(need(operations.create).run(spec()))).failure, 'quota')
  const weak = await open(t, () => complaint(400, 'WeakPasswordError', 'password must be better'))
  t.strictSame(await refusalOf(need(weak.operations.create).run(spec({ password: strong }))), ['rejected', 'body.password'])
})

t.test('an accepted create with an unreadable id still counts as accepted', async t => {
  let reply = ok({ server: { name: 'web-9' } })
  const { operations } = await open(t, () => reply)
  t.equal((await need(operations.create).run(spec())).serverId, undefined)
  reply = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'fine' }
  t.equal((await need(operations.create).run(spec())).serverId, undefined)
})

t.test('a create is never repeated, and the text of a 500 is not shown', async t => {
  const { vendor, operations } = await open(t, () => complaint(500, 'UnclassifiedError', 'dsn=region:SECRET@tcp'))
  const error = await failureOf(need(operations.create).run(spec()))
  t.match([error.failure, error.sideEffect, error.options.vendorMessage], ['unavailable', 'possible', null])
  t.equal(writesOf(vendor).length, 1)
})

t.test('the published example is accepted by the vendor', async t => {
  const { line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.create).run(need(operations.create).example)
  t.equal((await follow({ line, pass }, accepted.serverId ?? '', accepted, defaultGoals.create)).at(-1), 'running')
})

t.test('a permanent deletion is requested in the query, without a body, and ends when the server is gone, not at an intermediate ready', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t, { actionMs: 300 })
  const { serverId = '' } = await need(operations.create).run(spec())
  const accepted = await need(operations.delete).run({ seen: await seenOf(line, serverId) })
  t.strictSame(writesOf(vendor).slice(1), [['DELETE', `/compute/servers/${serverId}?override_pending_delete=true`, null]])
  const states = await follow({ line, pass }, serverId, accepted, defaultGoals.delete)
  t.ok(states.includes('ready'))
  t.equal(states.at(-1), 'absent')
})

t.test('a deletion notes the elastic address that outlives the server', async t => {
  const { vendor, line, pass } = await openSandbox(t)
  const made = await need(line.operations().create).run(spec({ networks: ['vpcnet0'], options: { eip_bandwidth: 5 } }))
  const id = made.serverId ?? ''
  await follow({ line, pass }, id, made, {})
  const [address] = (await need(line.operations()['addresses.list']).run(id)).filter(({ scope }) => scope === 'public')
  const accepted = await need(line.operations().delete).run({ seen: await seenOf(line, id) })
  t.match(accepted.note, new RegExp(`${address?.address}.*unattached and billed`))
  await follow({ line, pass }, id, accepted, {})
  t.match((await need(line.operations()['addresses.list']).all()).find(row => row.address === address?.address), { server_id: null }, 'it is still there')
  t.notOk(writes(vendor).some(({ path }) => path.includes('delete_eip')))
  const own = await open(t, withSample(() => ok({ server: {} }), { eip: '192.0.2.7', eip_mode: 'public_ip' }))
  t.equal((await need(own.operations.delete).run({ seen: await seenOf(own.line, webId) })).note, undefined, 'a public address of the server goes with it')
})

t.test('recycle=true deletes without the query; the server is then missing, although the vendor still shows it', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const { serverId = '' } = await need(operations.create).run(spec())
  const recycling = { seen: await seenOf(line, serverId), recycle: true }
  const accepted = await need(operations.delete).run(recycling)
  t.strictSame(writesOf(vendor).slice(1), [['DELETE', `/compute/servers/${serverId}`, null]])
  t.equal((await follow({ line, pass }, serverId, accepted, defaultGoals.delete)).at(-1), 'absent')
  t.ok(vendor.servers.has(serverId))
})

t.test('a server that the vendor locked against deletion is a conflict, although the vendor sends 400', async t => {
  const { line, operations } = await openSandbox(t)
  t.equal((await failureOf(need(operations.delete).run({ seen: await seenOf(line, webId) }))).failure, 'conflict')
})

t.test('deleting a server that was deleted in the meantime is not-found, and deleting a prepaid one forbidden', async t => {
  let reply = complaint(404, 'ResourceNotFoundError', 'server x not found')
  const { line, operations } = await open(t, withSample(() => reply))
  const seen = await seenOf(line, webId)
  t.equal((await failureOf(need(operations.delete).run({ seen }))).failure, 'not-found')
  reply = complaint(403, 'ForbiddenError', 'not allow to delete prepaid server in valid status')
  t.equal((await failureOf(need(operations.delete).run({ seen }))).failure, 'forbidden')
})

t.test('rename and protect are done when the vendor answers', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  t.strictSame(await need(operations.rename).run({ id: webId, name: 'web-renamed' }), { done: true })
  t.strictSame(await need(operations.protect).run({ id: webId, protected: false }), { done: true })
  t.strictSame(writesOf(vendor), [
    ['PUT', `/compute/servers/${webId}`, { server: { name: 'web-renamed' } }],
    ['PUT', `/compute/servers/${webId}`, { server: { disable_delete: false } }]
  ])
  t.match((await seenOf(line, webId)).server, { name: 'web-renamed', protected: false })
  await need(operations.protect).run({ id: webId, protected: true })
  t.match((await seenOf(line, webId)).server, { protected: true })
})

t.test('a name with an emoji is refused before anything is sent, in every verb with a name', async t => {
  const { vendor, operations } = await openSandbox(t)
  const name = 'web-\u{1F680}'
  t.strictSame(await refusalOf(need(operations.rename).run({ id: webId, name })), ['invalid-request', 'body.name'])
  t.strictSame(await refusalOf(need(operations.create).run(spec({ name }))), ['invalid-request', 'body.name'])
  t.strictSame(await refusalOf(need(operations['snapshots.create']).run({ id: webId, name })), ['invalid-request', 'body.name'])
  t.strictSame(await refusalOf(need(operations['owners.create']).run({ name })), ['invalid-request', 'body.name'])
  t.strictSame(vendor.calls, [])
})

t.test('a name that is empty, too short or too long would be a database error, and is refused here', async t => {
  const { vendor, operations } = await openSandbox(t)
  for (const name of ['', 'a', 'n'.repeat(129)]) t.strictSame(await refusalOf(need(operations.rename).run({ id: webId, name })), ['invalid-request', 'body.name'])
  t.strictSame(vendor.calls, [])
  t.strictSame(await refusalOf(need(operations.rename).run({ id: webId, name: 'pool' })), ['conflict', 'body.name'])
  t.strictSame(await need(operations.rename).run({ id: webId, name: 'web-1' }), { done: true }, 'the same name again')
})

const byId: ReadonlyArray<readonly [string, (operations: DirectVerbs, id: string) => Promise<unknown>]> = [
  ['rename', async (operations, id) => await need(operations.rename).run({ id, name: 'other-name' })],
  ['protect', async (operations, id) => await need(operations.protect).run({ id, protected: false })],
  ['rescue', async (operations, id) => await need(operations.rescue).run({ id })],
  ['unrescue', async (operations, id) => await need(operations.unrescue).run({ id })],
  ['password', async (operations, id) => await need(operations.password).run({ id, password: strong })],
  ['console', async (operations, id) => await need(operations.console).run({ id })],
  ['snapshots.list', async (operations, id) => await need(operations['snapshots.list']).run({ id })],
  ['snapshots.create', async (operations, id) => await need(operations['snapshots.create']).run({ id, name: 'snap' })],
  ['snapshots.restore', async (operations, id) => await need(operations['snapshots.restore']).run({ id, snapshot: 'x' })],
  ['snapshots.delete', async (operations, id) => await need(operations['snapshots.delete']).run({ id, snapshot: 'x' })],
  ['addresses.list', async (operations, id) => await need(operations['addresses.list']).run(id)],
  ['addresses.attach', async (operations, id) => await need(operations['addresses.attach']).run({ id, addresses: ['192.0.2.11'] })],
  ['addresses.detach', async (operations, id) => await need(operations['addresses.detach']).run({ id, address: '192.0.2.10' })]
]

t.test('every verb reads the server first: missing, foreign and recycled servers are not found, and nothing is changed', async t => {
  const { vendor, line } = await openSandbox(t)
  for (const [name, run] of byId) {
    for (const id of [goneId, otherId, recycledId, 'web-1', '../x']) t.strictSame(await refusalOf(run(line.operations(), id)), ['not-found', ''], `${name} of ${id}`)
  }
  t.strictSame(writesOf(vendor), [])
})

t.test('a resize of a stopped server sends cpus and memory together, memory as text with a unit', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.resize).run({ seen: await seenOf(line, stoppedId), cpus: 4 })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${stoppedId}/change-config`, { server: { vcpu_count: 4, vmem_size: '1024M', auto_start: false } }]])
  t.strictSame(accepted, { goal: { statuses: ['stopped'], cpus: 4, memory_mib: 1024, failed: failures.resize } })
  t.equal((await follow({ line, pass }, stoppedId, accepted, {})).at(-1), 'ready')
  t.match((await seenOf(line, stoppedId)).server, { cpus: 4, memory_mib: 1024, status: 'stopped' })
})

t.test('a plan is sent by name, and an unknown one is refused with its member', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const seen = await seenOf(line, stoppedId)
  const accepted = await need(operations.resize).run({ seen, plan: 'ecs.g1.c2m4' })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${stoppedId}/change-config`, { server: { sku: 'ecs.g1.c2m4', auto_start: false } }]])
  t.strictSame(accepted, { goal: { statuses: ['stopped'], plan: 'ecs.g1.c2m4', cpus: 2, memory_mib: 4096, failed: failures.resize } })
  await follow({ line, pass }, stoppedId, accepted, {})
  t.match((await seenOf(line, stoppedId)).server, { cpus: 2, memory_mib: 4096, plan: { id: 'ecs.g1.c2m4' } })
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, plan: 'nosuch' })), ['rejected', 'body.plan'])
})

t.test('a resize to the plan that a stale record already names sends the plan\'s numbers and ends when they show', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const resize = async (spec: object) => await need(operations.resize).run({ seen: await seenOf(line, stoppedId), ...spec })
  await follow({ line, pass }, stoppedId, await resize({ plan: 'ecs.g1.c2m4' }), {})
  await follow({ line, pass }, stoppedId, await resize({ cpus: 3 }), {})
  t.match((await seenOf(line, stoppedId)).server, { plan: { id: 'ecs.g1.c2m4' }, cpus: 3, memory_mib: 4096 }, 'the name is stale')
  const accepted = await resize({ plan: 'ecs.g1.c2m4', restart: true })
  t.match(writesOf(vendor).at(-1), ['POST', /change-config$/, { server: { vcpu_count: 2, vmem_size: '4096M' } }])
  t.strictSame(accepted.goal, { statuses: ['stopped'], cpus: 2, memory_mib: 4096, failed: failures.resize })
  await follow({ line, pass }, stoppedId, accepted, {})
  t.match((await seenOf(line, stoppedId)).server, { plan: { id: 'ecs.g1.c2m4' }, cpus: 2, memory_mib: 4096 })
  t.strictSame(await resize({ plan: 'ecs.g1.c2m4' }), { done: true }, 'it has that plan')
})

t.test('a plan whose sizes the provider does not return is refused: nothing would show when the resize is done', async t => {
  const { vendor, line, operations } = await open(t, withSample(() => ok({ serverskus: [{ name: 'odd' }] }), { status: 'ready', power_states: 'off' }))
  t.strictSame(await refusalOf(need(operations.resize).run({ seen: await seenOf(line, webId), plan: 'odd' })), ['rejected', 'body.plan'])
  t.strictSame(writesOf(vendor), [])
})

t.test('resizing a running server without restart is a conflict', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  const seen = await seenOf(line, webId)
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, cpus: 4 })), ['conflict', ''])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, disk_gib: 50 })), ['conflict', ''])
  const sent = writesOf(vendor).length
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, cpus: 4, disk_gib: 50 })), ['conflict', ''])
  t.equal(writesOf(vendor).length, sent, 'of two changes neither is begun')
})

t.test('a release that can resize running servers is allowed to', async t => {
  const { vendor, line, operations } = await open(t, withSample(() => ok({ server: {} })))
  t.strictSame(await need(operations.resize).run({ seen: await seenOf(line, webId), memory_mib: 4096 }), { goal: { statuses: ['running'], cpus: 2, memory_mib: 4096, failed: failures.resize } })
  t.strictSame(writesOf(vendor), [['POST', `/compute_v2/servers/${webId}/change-config`, { server: { vcpu_count: 2, vmem_size: '4096M' } }]])
})

t.test('with restart a running server is stopped, grown, resized and started again, one step when the server is ready for it', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.resize).run({ seen: await seenOf(line, webId), cpus: 4, memory_mib: 8192, disk_gib: 50, restart: true })
  t.equal(accepted.next?.name, 'resize.disk')
  t.equal((await follow({ line, pass }, webId, accepted, {})).at(-1), 'running')
  t.strictSame(writesOf(vendor), [
    ['POST', `/compute/servers/${webId}/stop`, { server: { is_force: false } }],
    ['POST', `/compute/servers/${webId}/resize-disk`, { server: { disk_id: 'fc2f485b-0c75-4ce9-8921-1c766e235493', size: 40960 } }],
    ['POST', `/compute/servers/${webId}/change-config`, { server: { vcpu_count: 4, vmem_size: '8192M', auto_start: true } }]
  ])
  t.match((await seenOf(line, webId)).server, { cpus: 4, memory_mib: 8192, disk_gib: 50, status: 'running', power: 'on' })
})

t.test('a larger disk alone leaves the sizes, and the server is started again', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.resize).run({ seen: await seenOf(line, webId), disk_gib: 45, restart: true })
  t.equal((await follow({ line, pass }, webId, accepted, {})).at(-1), 'running')
  t.strictSame(actionsOf(vendor), ['stop', 'resize-disk', 'start'])
  t.match((await seenOf(line, webId)).server, { cpus: 2, memory_mib: 2048, disk_gib: 45, status: 'running' })
})

t.test('a stopped server that grows in both stays stopped', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.resize).run({ seen: await seenOf(line, stoppedId), cpus: 2, disk_gib: 20, restart: true })
  t.equal((await follow({ line, pass }, stoppedId, accepted, {})).at(-1), 'ready')
  t.strictSame(actionsOf(vendor), ['resize-disk', 'change-config'])
  t.match((await seenOf(line, stoppedId)).server, { cpus: 2, memory_mib: 1024, disk_gib: 20, status: 'stopped' })
})

t.test('an unknown plan is refused before the server is stopped', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  for (const plan of ['nosuch', 'ecs.old.c1m1']) {
    t.strictSame(await refusalOf(need(operations.resize).run({ seen: await seenOf(line, webId), plan, restart: true })), ['rejected', 'body.plan'])
  }
  t.strictSame(writesOf(vendor), [])
})

t.test('a resize to the current sizes sends nothing', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  t.strictSame(await need(operations.resize).run({ seen: await seenOf(line, webId), cpus: 2, memory_mib: 2048, disk_gib: 40, restart: true }), { done: true })
  t.strictSame(writesOf(vendor), [])
})

t.test('a disk does not shrink, and a size that no server can have is refused, before anything is sent', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  const seen = await seenOf(line, stoppedId)
  const before = vendor.calls.length
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, disk_gib: 5 })), ['invalid-request', 'body.disk_gib'])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, disk_gib: 20.0001 })), ['invalid-request', 'body.disk_gib'])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, cpus: 129 })), ['invalid-request', 'body.cpus'])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, memory_mib: 4 })), ['invalid-request', 'body.memory_mib'])
  t.equal(vendor.calls.length, before)
})

t.test('sizes that the vendor does not return must be in the request, or the resize is a conflict', async t => {
  const { line, operations } = await open(t, withSample(() => ok({ server: {} }), { vcpu_count: null, vmem_size: null, disk: 0, disks_info: [], status: 'ready' }))
  const seen = await seenOf(line, webId)
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, cpus: 2 })), ['invalid-request', 'body.memory_mib'])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, memory_mib: 2048 })), ['invalid-request', 'body.cpus'])
  t.strictSame(await refusalOf(need(operations.resize).run({ seen, disk_gib: 20 })), ['conflict', ''])
})

t.test('a failed resize is recognized', async t => {
  const { line, operations, pass } = await openSandbox(t, { failActions: ['change-config'] })
  const accepted = await need(operations.resize).run({ seen: await seenOf(line, stoppedId), cpus: 2 })
  t.match((await follow({ line, pass }, stoppedId, accepted, {})).at(-1), /failed: .*change_flavor_fail/)
})

t.test('a step waits until the server is stopped and idle', async t => {
  const { line } = await openSandbox(t)
  const facts = (await seenOf(line, stoppedId)).server
  const { isDue } = need(line.operations().steps?.['rebuild.write'])
  t.strictSame([isDue(facts, {}), isDue({ ...facts, locked: true }, {}), isDue({ ...facts, status: 'stopping' }, {})], [true, false, false])
})

t.test('a stopped server is rebuilt at once and stays stopped', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.rebuild).run({ seen: await seenOf(line, stoppedId), image: debianId, password: strong, ssh_keys: [keyId] })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${stoppedId}/rebuild-root`, { server: { image_id: debianId, auto_start: false, password: strong, keypair_id: keyId } }]])
  t.strictSame(accepted, { goal: { statuses: ['stopped'], transition: true, failed: failures.rebuild } })
  t.equal((await follow({ line, pass }, stoppedId, accepted, defaultGoals.rebuild)).at(-1), 'ready')
  t.equal((await seenOf(line, stoppedId)).server.image?.id, debianId)
})

t.test('a running server is stopped before a rebuild, which starts it again', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.rebuild).run({ seen: await seenOf(line, webId), image: debianId })
  t.equal(accepted.next?.name, 'rebuild.write')
  const states = await follow({ line, pass }, webId, accepted, defaultGoals.rebuild)
  t.equal(states.at(-1), 'running')
  t.ok(states.includes('ready'))
  t.strictSame(writesOf(vendor), [
    ['POST', `/compute/servers/${webId}/stop`, { server: { is_force: false } }],
    ['POST', `/compute/servers/${webId}/rebuild-root`, { server: { image_id: debianId, auto_start: true } }]
  ])
})

t.test('the image is checked in the list before anything is stopped: a get of one image would be the file itself', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  const big = (await need(operations.images).run({})).find(image => image.min_disk_gib === 40)?.id ?? ''
  for (const image of ['nosuch', '../x', big]) {
    t.strictSame(await refusalOf(need(operations.rebuild).run({ seen: await seenOf(line, webId), image })), ['rejected', 'body.image'])
  }
  t.strictSame(writesOf(vendor), [])
  t.strictSame(vendor.calls.filter(({ path }) => path.startsWith('/image/v1/images/')), [])
})

t.test('a rebuild refuses a weak password, two keys and the text of a key before anything is sent', async t => {
  const { vendor, line, operations } = await openSandbox(t)
  const seen = await seenOf(line, stoppedId)
  const before = vendor.calls.length
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: debianId, password: 'weak' })), ['invalid-request', 'body.password'])
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: debianId, ssh_keys: ['a', 'b'] })), ['invalid-request', 'body.ssh_keys'])
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: debianId, ssh_keys: ['ssh-rsa AAAA'] })), ['invalid-request', 'body.ssh_keys'])
  t.equal(vendor.calls.length, before)
})

t.test('an image or key that the vendor does not find is refused with its member, never a missing server', async t => {
  let reply = complaint(404, 'NotFoundError', 'failed to find nosuch')
  const { line, operations } = await open(t, withSample(() => reply, { hypervisor: 'aliyun', status: 'ready', power_states: 'off' }))
  const seen = await seenOf(line, webId)
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: 'nosuch' })), ['rejected', 'body.image'])
  reply = complaint(404, 'ResourceNotFoundError', 'Keypair image not found')
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: 'nosuch', ssh_keys: ['image'] })), ['rejected', 'body.ssh_keys'])
  reply = complaint(400, 'InvalidStatusError', 'Cannot reset root in status deploying')
  t.strictSame(await refusalOf(need(operations.rebuild).run({ seen, image: 'nosuch' })), ['conflict', ''])
})

t.test('a rescue ends when the record has rescue_mode, because there is no such status, and an unrescue when it no longer does', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const states = await follow({ line, pass }, webId, await need(operations.rescue).run({ id: webId }), {})
  t.strictSame(states, ['stopping', 'start_rescue', 'running'])
  t.match((await seenOf(line, webId)).server, { status: 'rescue', power: 'on', provider_status: 'running', allowed_actions: ['rename', 'unrescue', 'console'] })
  t.strictSame(await refusalOf(need(operations.rescue).run({ id: webId })), ['conflict', ''], 'it is in rescue already')
  await follow({ line, pass }, webId, await need(operations.unrescue).run({ id: webId }), {})
  t.match((await seenOf(line, webId)).server, { status: 'running', provider_status: 'running' })
  t.strictSame(actionsOf(vendor), ['start-rescue', 'start-rescue', 'stop-rescue'])
})

t.test('the failed status of another action does not end a rescue, and its own does', async t => {
  const { line, operations } = await open(t, withSample(() => ok({ server: {} }), { status: 'instance_snapshot_failed' }))
  const { goal = {} } = await need(operations.rescue).run({ id: webId })
  const { server } = await seenOf(line, webId)
  const late = { sinceSentMs: 60_000, transitionSeen: true, isNew: false, isAmbiguous: false }
  t.match(server, { status: 'running', provider_status: 'instance_snapshot_failed' })
  t.equal(evaluateGoal(goal, server, late).verdict, 'going')
  t.match(evaluateGoal(goal, { ...server, status: 'error', provider_status: 'start_rescue_failed' }, late), { verdict: 'failed', error: /start_rescue_failed/ })
})

t.test('if a side action left the server in a failed status, the state is read again before a power verb is sent', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t, { failActions: ['set-password'] })
  const broken = await follow({ line, pass }, webId, await need(operations.password).run({ id: webId, password: strong }), {})
  t.match(broken.at(-1), /failed: .*qga_exec_command_failed/)
  t.match((await seenOf(line, webId)).server, { status: 'running', power: 'on', provider_status: 'qga_exec_command_failed', allowed_actions: ['stop', 'reboot', 'rename'] })
  const accepted = await need(operations.reboot).run({ id: webId })
  t.equal(accepted.next?.name, 'power.reboot')
  t.equal((await follow({ line, pass }, webId, accepted, {})).at(-1), 'running')
  t.strictSame(actionsOf(vendor), ['set-password', 'syncstatus', 'restart'])
})

t.test('a forced stop is accepted in any state, and a state that cannot be refreshed yet is a conflict', async t => {
  let reply = ok({ server: {} })
  const { vendor, operations } = await open(t, withSample(() => reply, { status: 'associate_eip_failed' }))
  t.equal((await need(operations.stop).run({ id: webId, force: true })).next, undefined)
  t.strictSame(actionsOf(vendor), ['stop'])
  t.equal((await need(operations.stop).run({ id: webId })).next?.name, 'power.stop')
  reply = complaint(400, 'BadRequestError', 'Guest has 1 task active, can\'t sync status')
  t.strictSame(await refusalOf(need(operations.stop).run({ id: webId })), ['conflict', ''])
})

t.test('a password is written to the disk of a stopped server, which stays stopped; a failure is recognized', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.password).run({ id: stoppedId, password: strong })
  t.strictSame(accepted, { goal: { statuses: ['stopped'], failed: failures.password } })
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${stoppedId}/set-password`, { server: { password: strong, auto_start: false } }]])
  t.equal((await follow({ line, pass }, stoppedId, accepted, {})).at(-1), 'ready')
  vendor.behavior.failActions = ['set-password']
  t.match((await follow({ line, pass }, stoppedId, await need(operations.password).run({ id: stoppedId, password: strong }), {})).at(-1), /failed: .*deploy_fail/)
})

t.test('the password of a running server is set by the guest agent, and a missing agent is recognized', async t => {
  const { vendor, line, operations, pass } = await openSandbox(t)
  const accepted = await need(operations.password).run({ id: webId, password: strong })
  t.strictSame(accepted, { goal: { statuses: ['running', 'rescue'], failed: failures.password } })
  t.strictSame(await follow({ line, pass }, webId, accepted, {}), ['qga_set_password', 'running'])
  t.strictSame(writesOf(vendor), [['POST', `/compute/servers/${webId}/set-password`, { server: { password: strong } }]])
})

t.test('a weak or missing password is refused before anything is sent', async t => {
  const { vendor, operations } = await openSandbox(t)
  for (const password of [undefined, 'short', 'alllowercase-123', 'ALLCAPITAL-123', 'NoDigitsAtAll-', 'NoPunctuation12']) {
    t.strictSame(await refusalOf(need(operations.password).run({ id: webId, password })), ['invalid-request', 'body.password'])
  }
  t.strictSame(vendor.calls, [])
})

t.test('a console is a link from the console service of the catalog', async t => {
  const { vendor, operations } = await openSandbox(t)
  const link = await need(operations.console).run({ id: webId })
  t.match(link, { type: 'novnc', url: /\/web-console\/no-vnc\?data=/, expires_at: null })
  t.strictSame(writesOf(vendor), [['POST', `/webconsole-service/webconsole/server/${webId}`, {}]])
})

t.test('a stopped server has no console: the vendor\'s 406 is a conflict', async t => {
  const { operations } = await openSandbox(t)
  t.equal((await failureOf(need(operations.console).run({ id: stoppedId }))).failure, 'conflict')
})

t.test('the type of a console is the protocol in the link, else url', async t => {
  let parameters: string | null = Buffer.from('protocol=spice&access_token=SECRET').toString('base64')
  const { operations } = await open(t, withSample(() => ok({ webconsole: { access_url: 'https://c.example.com/x', connect_params: parameters } })))
  t.equal((await need(operations.console).run({ id: webId })).type, 'spice')
  parameters = '!!'
  t.equal((await need(operations.console).run({ id: webId })).type, 'url')
  parameters = null
  t.equal((await need(operations.console).run({ id: webId })).type, 'url')
})

t.test('a 401 of the console service leads to one sign-in and one repeat', async t => {
  const { vendor, operations } = await openSandbox(t)
  await operations.list.run({ filters: {}, offset: 0, after: null, limit: 1 })
  vendor.fail({ match: ({ path }) => path.startsWith('/webconsole-service'), kind: 'reply', reply: complaint(401, 'UnauthorizedError', 'Unauthorized') })
  t.match(await need(operations.console).run({ id: webId }), { type: 'novnc' })
  t.equal(vendor.logins, 2)
})

t.test('without a usable console endpoint there is no console, and the rest works', async t => {
  const { operations } = await openSandbox(t, { withoutServices: ['webconsole', 'image', 'identity'] })
  t.match(await failureOf(need(operations.console).run({ id: webId })), { failure: 'forbidden', message: /no webconsole endpoint/ })
  t.match(await failureOf(need(operations.images).run({})), { failure: 'forbidden', message: /no image endpoint/ })
  t.match(await failureOf(need(operations['owners.list']).run()), { failure: 'forbidden', message: /no identity endpoint/ })
  t.equal((await need(operations.plans).run({})).length > 0, true)
})

t.test('a dry run builds exactly the calls of the real run and sends none of them', async t => {
  const runs: ReadonlyArray<readonly [string, (operations: DirectVerbs, line: OpenedAdapter) => Promise<unknown>]> = [
    ['create', async operations => await need(operations.create).run(spec())],
    ['delete', async (operations, line) => await need(operations.delete).run({ seen: await seenOf(line, '67811d6a-4979-4c7e-88b9-d84026da2883') })],
    ['resize', async (operations, line) => await need(operations.resize).run({ seen: await seenOf(line, stoppedId), cpus: 2 })],
    ['resize with restart', async (operations, line) => await need(operations.resize).run({ seen: await seenOf(line, webId), plan: 'ecs.g1.c2m4', restart: true })],
    ['rename', async operations => await need(operations.rename).run({ id: webId, name: 'renamed' })],
    ['protect', async operations => await need(operations.protect).run({ id: webId, protected: true })],
    ['rebuild', async (operations, line) => await need(operations.rebuild).run({ seen: await seenOf(line, '4f123772-6fd6-4099-8e04-121826212d9e'), image: debianId })],
    ['console', async operations => await need(operations.console).run({ id: vpcId })],
    ['password', async operations => await need(operations.password).run({ id: '7fffb526-dd8e-4668-88fe-244021a5a3fa', password: strong })],
    ['snapshots.create', async operations => await need(operations['snapshots.create']).run({ id: '76e42b58-ab23-47a9-8ee5-24a6e3752432', name: 'snap-9' })],
    ['addresses.detach', async operations => await need(operations['addresses.detach']).run({ id: vpcId, address: '192.0.2.10' })],
    ['owners.create', async operations => await need(operations['owners.create']).run({ name: 'customer-7' })],
    ['raw', async operations => await need(operations.raw).run({ method: 'PUT', path: `/servers/${vpcId}`, query: '', body: { server: { description: 'x' } } })]
  ]
  const { vendor, line } = await openSandbox(t)
  const lock = need(vendor.servers.get('67811d6a-4979-4c7e-88b9-d84026da2883'))
  lock.disableDelete = false
  for (const [name, run] of runs) {
    const before = writesOf(vendor).length
    const { operations, calls } = line.dryRun()
    await run(operations, line)
    t.equal(writesOf(vendor).length, before, `${name} sends nothing`)
    await run(line.operations(), line).catch((error: unknown) => { if (name !== 'owners.create') throw error })
    const planned = calls.map(({ method, url, body }) => [method, url.replace(vendor.origin, ''), body])
    const sent = writes(vendor).slice(before).map(({ method, path, body }) =>
      [method, path, JSON.parse(JSON.stringify(body, (key, value) => key === 'password' ? '[redacted]' : value))])
    t.same(planned, sent, name)
    t.notMatch(JSON.stringify(calls), strong)
  }
})

t.test('a dry run includes the later steps, each with its own name', async t => {
  const { vendor, line } = await openSandbox(t)
  const { operations, calls } = line.dryRun()
  let accepted = await need(operations.resize).run({ seen: await seenOf(line, webId), plan: 'ecs.g1.c4m4', disk_gib: 50, restart: true })
  const names: string[] = []
  for (let { next } = accepted; next !== undefined; { next } = accepted) {
    names.push(next.name)
    accepted = await need(operations.steps?.[next.name]).run(webId, next.input)
  }
  t.strictSame(names, ['resize.disk', 'resize.sizes'])
  t.strictSame(accepted, { goal: { statuses: ['running'], plan: 'ecs.g1.c4m4', cpus: 4, memory_mib: 4096, disk_gib: 50, failed: failures.resize } })
  t.same(calls.map(({ url, body }) => [url.split('/').at(-1), body]), [
    ['stop', { server: { is_force: false } }],
    ['resize-disk', { server: { disk_id: 'fc2f485b-0c75-4ce9-8921-1c766e235493', size: 40960 } }],
    ['change-config', { server: { sku: 'ecs.g1.c4m4', auto_start: true } }]
  ])
  t.strictSame(writesOf(vendor), [])
})

t.test('a server passes through all verbs from create to delete', async t => {
  const { line, pass } = await openSandbox(t)
  const made = await need(line.operations().create).run(spec({ tags: ['env=test'] }))
  const id = made.serverId ?? ''
  await follow({ line, pass }, id, made, defaultGoals.create)
  t.match((await seenOf(line, id)).server, { name: 'web-9', status: 'running', cpus: 2, memory_mib: 4096, disk_gib: 30, tags: ['env=test'], protected: false, image: { id: debianId } })
  await follow({ line, pass }, id, await need(line.operations().resize).run({ seen: await seenOf(line, id), cpus: 3, memory_mib: 3072, disk_gib: 35, restart: true }), {})
  t.match((await seenOf(line, id)).server, { status: 'running', cpus: 3, memory_mib: 3072, disk_gib: 35 })
  await need(line.operations().rename).run({ id, name: 'web-10' })
  await follow({ line, pass }, id, await need(line.operations()['snapshots.create']).run({ id, name: 'before' }), {})
  t.match(await need(line.operations()['snapshots.list']).run({ id }), [{ name: 'before', status: 'ready' }])
  await follow({ line, pass }, id, await need(line.operations().rebuild).run({ seen: await seenOf(line, id), image: debianId }), defaultGoals.rebuild)
  t.match((await seenOf(line, id)).server, { name: 'web-10', status: 'running' })
  await follow({ line, pass }, id, await need(line.operations().stop).run({ id }), defaultGoals.stop)
  await follow({ line, pass }, id, await need(line.operations().password).run({ id, password: strong }), {})
  await need(line.operations().protect).run({ id, protected: true })
  t.equal((await failureOf(need(line.operations().delete).run({ seen: await seenOf(line, id) }))).failure, 'conflict')
  await need(line.operations().protect).run({ id, protected: false })
  await follow({ line, pass }, id, await need(line.operations().delete).run({ seen: await seenOf(line, id) }), defaultGoals.delete)
  t.equal((await failureOf(line.operations().get.run(id))).failure, 'not-found')
})
