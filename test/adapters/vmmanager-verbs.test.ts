import t from 'tap'
import { z } from 'zod'
import type { Accepted } from '../../src/adapters/verbs.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { listAll, type DirectVerbs, type Test } from '../helpers/line.ts'
import { badMembers } from '../helpers/verbs.ts'
import {
  complaint, dryRunOf, failureOf, html, jobsEnd, list, must, ok, open, openSandbox, running, seenOf, sentTo, stopped, web,
  writesOf, type Handle
} from './vmmanager-bench.ts'

const taskAnswer = ok({ id: 41, task: 1341774671 })
const spec: CreateSpec = {
  name: 'new-1', region: '1', cpus: 1, memory_mib: 1024, disk_gib: 10, image: '25', password: 'Example-Pass1', owner: '3'
}
const post = (path: string, body: unknown) => ({ method: 'POST', path, body })

t.test('exactly the verbs that the vendor has are declared, with their evidence', async t => {
  const { operations } = await open(t, () => list([]))
  const { jobs, steps, counters, ...verbs } = operations
  t.same(Object.fromEntries(Object.entries(verbs).map(([name, verb]) => [name, 'evidence' in verb ? verb.evidence : null])), {
    list: 'documented',
    get: 'documented',
    create: 'observed',
    start: 'observed',
    stop: 'observed',
    reboot: 'observed',
    delete: 'observed',
    rename: 'observed',
    rebuild: 'observed',
    rescue: 'inferred',
    unrescue: 'inferred',
    password: 'observed',
    resize: 'observed',
    console: 'inferred',
    'addresses.list': 'observed',
    'addresses.attach': 'documented',
    'addresses.detach': 'documented',
    ptr: 'observed',
    images: 'observed',
    plans: 'documented',
    regions: 'observed',
    ssh_keys: 'documented',
    networks: 'documented',
    'owners.list': 'observed',
    'owners.create': 'observed',
    login_link: 'documented',
    raw: 'documented'
  })
  t.equal(operations.protect, undefined, 'how protection is lifted is not known')
})

t.test('create', async t => {
  const create = async (operations: DirectVerbs, more: Partial<CreateSpec> = {}): Promise<Accepted> =>
    await must(operations.create?.run({ ...spec, ...more }))
  const answer: Handle = () => ok({ id: 43, task: 1341774670, recipe_task_list: [7], recipe_task: 7, spice_task: 0 })
  const bodyOf = async (t: Test, more: Partial<CreateSpec>): Promise<unknown> => {
    const { vendor, operations } = await open(t, answer)
    await create(operations, more)
    return sentTo(vendor)[0]?.body
  }
  const plain = { name: 'new-1', password: 'Example-Pass1', os: 25, cpu_number: 1, ram_mib: 1024, hdd_mib: 10240, cluster: 1, account: 3 }
  const { cpus, memory_mib: memory, disk_gib: disk, ...unsized } = spec

  t.test('sends only known members, numbers as numbers, and is followed by the task called host_create', async t => {
    const { vendor, line, operations } = await open(t, answer)
    t.same(await create(operations), { serverId: '43', jobs: [{ id: '1341774670', name: 'host_create' }] })
    t.same(sentTo(vendor), [post('/vm/v3/host', plain)])
    t.same(await dryRunOf(line, vendor, async dry => { t.same(await create(dry), { serverId: '{id}' }) }), [
      post('/vm/v3/host', { ...plain, password: '[redacted]' })
    ])
  })
  t.test('leaves out the sizes if a preset is given', async t => {
    const { vendor, operations } = await open(t, answer)
    await must(operations.create?.run({ ...unsized, plan: '2' }))
    t.same(sentTo(vendor)[0]?.body, { name: 'new-1', password: 'Example-Pass1', os: 25, preset: 2, cluster: 1, account: 3 })
  })
  t.test('leaves out node, cluster and account if they are not given', async t => {
    const { vendor, operations } = await open(t, answer)
    const { region, owner, ...rest } = spec
    await must(operations.create?.run(rest))
    const { cluster, account, ...body } = plain
    t.same(sentTo(vendor)[0]?.body, body)
  })
  t.test('sends a disk beside a preset in the longer form, and no other size', async t => {
    const { vendor, operations } = await open(t, answer)
    await must(operations.create?.run({ ...unsized, plan: '2', disk_gib: 30 }))
    const { cpu_number: _cpus, ram_mib: _memory, hdd_mib: _disk, ...body } = plain
    t.same(sentTo(vendor)[0]?.body, { ...body, preset: 2, disks: [{ size_mib: 30 * 1024, boot_order: 1, tags: [] }] })
  })
  t.test('accepts a saved image by its prefix, without a password', async t => {
    const { vendor, operations } = await open(t, answer)
    const { password, ...rest } = spec
    await must(operations.create?.run({ ...rest, image: 'image:7' }))
    const { os, password: _, ...body } = plain
    t.same(sentTo(vendor)[0]?.body, { ...body, image: 7 })
  })
  t.test('sends the pools as a list, a domain in lower case, and no count of 0', async t => {
    const options = {
      ipv4_number: 2,
      ipv4_pool: ['5', 6],
      domain: 'New-1.Example.COM',
      node: 2,
      recipe: 11,
      comment: 'x',
      ipv6_enabled: true,
      ipv6_prefix: 64,
      storage: 1,
      net_in_mbitps: 100,
      net_out_mbitps: 50
    }
    t.same(await bodyOf(t, { options }), { ...plain, ...options, ipv4_pool: [5, 6], domain: 'new-1.example.com' })
    t.same(await bodyOf(t, { options: { ipv4_number: 0, ipv4_pool: [5] } }), plain)
    t.same(await bodyOf(t, { options: { ipv4_pool: [5] } }), { ...plain, ipv4_number: 1, ipv4_pool: [5] })
    t.same(await bodyOf(t, { options: { ipv4_number: 1 } }), { ...plain, ipv4_number: 1 })
    t.same(await bodyOf(t, { options: { cluster: 1 } }), plain)
  })
  t.test('requests an address of each pool and each private network in networks', async t => {
    t.same(await bodyOf(t, { networks: ['5', 'vxlan:1:2', '6', 'vxlan:3'] }), {
      ...plain, ipv4_number: 2, ipv4_pool: [5, 6], vxlan: [{ id: 1, ipnet: 2, ipv4_number: 1 }, { id: 3 }]
    })
  })
  t.test('refuses invalid members before anything is sent', async t => {
    const { vendor, operations } = await open(t, answer)
    const cases: ReadonlyArray<readonly [Partial<CreateSpec>, string]> = [
      [{ name: ' ' }, 'body.name'],
      [{ image: 'debian' }, 'body.image'], [{ image: 'image:' }, 'body.image'], [{ image: '0' }, 'body.image'],
      [{ image: '9'.repeat(18) }, 'body.image'],
      [{ region: 'eu' }, 'body.region'], [{ owner: 'a@example.com' }, 'body.owner'],
      [{ disk_gib: 10.0001 }, 'body.disk_gib'],
      [{ networks: ['vxlan:1:2:3'] }, 'body.networks'], [{ networks: ['vxlan:x'] }, 'body.networks'],
      [{ networks: ['lan'] }, 'body.networks'],
      [{ networks: ['5'], options: { ipv4_pool: [6] } }, 'body.options.ipv4_pool'],
      [{ options: { cluster: 2 } }, 'body.options.cluster'],
      [{ options: { ipv4_number: -1 } }, 'body.options.ipv4_number'],
      [{ options: { firewall: 1 } }, 'body.options.firewall']
    ]
    for (const [more, member] of cases) {
      t.same(await badMembers(operations.create?.run({ ...spec, ...more })), [member], JSON.stringify(more))
    }
    const { password, ...rest } = spec
    t.same(await badMembers(operations.create?.run(rest)), ['body.password'], 'a template needs a password')
    t.same(await badMembers(operations.create?.run({ ...unsized, plan: 'S-1' })), ['body.plan'])
    t.equal(vendor.calls.length, 0)
  })
  t.test('keeps fractions of a GiB that are whole MiB', async t => {
    t.same(await bodyOf(t, { disk_gib: 5.859375 }), { ...plain, hdd_mib: 6000 })
  })
  t.test('is accepted if the answer has no id or no task', async t => {
    for (const [body, accepted] of [
      [{}, {}], [{ id: 43, task: 0 }, { serverId: '43' }], [{ id: null, task: 'x' }, {}], [{ id: '43' }, { serverId: '43' }]
    ] as const) {
      const { operations } = await open(t, () => ok(body))
      t.same(await create(operations), accepted)
    }
  })
  t.test('is rejected with our member for the vendor\'s, and never a missing server', async t => {
    const cases = [
      [complaint(400, 1006, 'Invalid value', { name: 'os' }), 'rejected', 'body.image'],
      [complaint(404, 1002, 'Not found', { name: 'preset' }), 'rejected', 'body.plan'],
      [complaint(404, 1002, 'Not found', { cluster: 9 }), 'rejected', 'body.region'],
      [complaint(400, 1006, 'Invalid value', { name: 'account' }), 'rejected', 'body.owner'],
      [complaint(400, 1006, 'Invalid value', { name: 'ipv4_pool' }), 'rejected', 'body.options.ipv4_pool'],
      [complaint(200, 1005, 'Unexpected property', { name: 'constructor' }), 'rejected', undefined],
      [complaint(404, 5021, 'Host id unknown'), 'rejected', undefined],
      [complaint(409, 5030, 'Busy', { name: 'os' }), 'conflict', undefined],
      [html(404), 'malformed', undefined]
    ] as const
    for (const [reply, failure, member] of cases) {
      const { operations } = await open(t, () => reply)
      const error = await failureOf(create(operations))
      t.same([error.failure, error.options.member], [failure, member])
      t.notMatch(JSON.stringify([error.message, error.options]), 'Example-Pass1')
    }
    const { operations } = await open(t, () => complaint(400, 1006, 'Invalid value', { name: 'ipv4_pool' }))
    t.equal((await failureOf(create(operations, { networks: ['99'] }))).options.member, 'body.networks')
  })
  t.test('is sent once if the answer is lost, and again only after 503', async t => {
    const { vendor, operations } = await openSandbox(t)
    vendor.fail({ kind: 'reset-after', match: ({ path, method }) => method === 'POST' && path === '/vm/v3/host' })
    t.match(await failureOf(create(operations)), { failure: 'unreachable', sideEffect: 'possible' })
    t.equal(vendor.created, 1)
    vendor.suspend(3)
    await create(operations)
    t.equal(vendor.created, 2)
  })
  t.test('is recognized by name, cluster and owner, since names are not unique', async t => {
    const { operations } = await open(t, answer)
    const { server } = seenOf({ ...web, name: 'new-1' })
    const isLike = (more: Partial<CreateSpec>, row = server): boolean | undefined => operations.create?.isLike?.({ ...spec, ...more }, row)
    t.same([isLike({}), isLike({ name: 'new-2' }), isLike({ region: '2' }), isLike({ owner: '4' })], [true, false, false, false])
    const { region, ...rest } = spec
    t.equal(operations.create?.isLike?.({ ...rest, options: { cluster: 2 } }, server), false)
    t.equal(isLike({}, { ...server, region: null, owner: null }), true)
  })
  t.test('on the simulated platform is found in its list, and its own example is accepted', async t => {
    const { operations, pass } = await openSandbox(t)
    const example = operations.create?.example
    t.ok(example)
    if (example === undefined) return
    const { serverId, jobs } = await must(operations.create?.run(example))
    t.equal((await operations.get.run(serverId ?? '')).server.status, 'provisioning')
    t.same(await jobsEnd({ operations, pass }, jobs ?? []), ['succeeded'])
    t.match((await operations.get.run(serverId ?? '')).server, { name: 'web-1', status: 'running', cpus: 2, disk_gib: 20 })
    t.ok((await listAll(operations)).some(({ server }) => server.id === serverId && operations.create?.isLike?.(example, server)))
  })
  t.test('on the simulated platform is rejected with the member that is unknown there', async t => {
    const { operations } = await openSandbox(t)
    const cases = [
      [{ image: '42' }, 'body.image'], [{ image: 'image:9' }, 'body.image'], [{ region: '9' }, 'body.region'],
      [{ owner: '99' }, 'body.owner'], [{ password: 'short' }, 'body.password']
    ] as const
    for (const [more, member] of cases) t.match(await failureOf(create(operations, more)), { failure: 'rejected', options: { member } })
    t.match(await failureOf(operations.create?.run({ ...unsized, plan: '99' })), {
      failure: 'rejected', options: { member: 'body.plan' }
    })
  })
  t.test('publishes its options', async t => {
    const { operations } = await open(t, answer)
    const schema = z.toJSONSchema(operations.create?.options ?? z.never())
    t.match(schema, {
      additionalProperties: false, properties: { cluster: {}, node: {}, ipv4_number: {}, ipv4_pool: {}, domain: {}, recipe: {} }
    })
    t.same(operations.create?.accepts, ['region', 'plan', 'cpus', 'memory_mib', 'disk_gib', 'password', 'networks', 'owner', 'options'])
  })
})

t.test('one write to a server', async t => {
  type Work = (operations: DirectVerbs) => Promise<Accepted> | undefined
  const host = '/vm/v3/host/41'
  const cases: ReadonlyArray<readonly [string, Work, { method: string, path: string, body: unknown }, string]> = [
    ['delete', o => o.delete?.run({ seen: running }), { method: 'DELETE', path: host, body: null }, 'host_delete'],
    [
      'rebuild of a template', o => o.rebuild?.run({ seen: running, image: '12', password: 'Example-Pass2' }),
      post(`${host}/reinstall`, { os: 12, password: 'Example-Pass2' }), 'host_reinstall'
    ],
    [
      'rebuild of a saved image', o => o.rebuild?.run({ seen: running, image: 'image:7' }),
      post(`${host}/reinstall`, { image: 7 }), 'host_reinstall'
    ],
    ['rescue', o => o.rescue?.run({ id: '41' }), post(`${host}/rescue_mode`, { rescue_mode: true }), 'host_rescue_mode'],
    ['unrescue', o => o.unrescue?.run({ id: '41' }), post(`${host}/rescue_mode`, { rescue_mode: false }), 'host_rescue_mode'],
    [
      'password', o => o.password?.run({ id: '41', password: 'Example-Pass3' }),
      post(`${host}/password`, { password: 'Example-Pass3' }), 'host_password'
    ]
  ]
  for (const [name, work, call, job] of cases) {
    t.test(`${name} sends its one call and is followed by its task`, async t => {
      const { vendor, line, operations } = await open(t, () => taskAnswer)
      t.same(await work(operations), { jobs: [{ id: '1341774671', name: job }] })
      t.same(sentTo(vendor), [call])
      const hidden = JSON.parse(JSON.stringify(call).replaceAll(/Example-Pass\d/g, '[redacted]'))
      t.same(await dryRunOf(line, vendor, work), [hidden])
    })
    t.test(`${name} without a task is followed by polling`, async t => {
      for (const body of [{ id: 41 }, { id: 41, task: 0 }, {}]) {
        const { operations } = await open(t, () => ok(body))
        t.same(await work(operations), {})
      }
    })
    t.test(`${name} of a missing server is not found, of a busy one a conflict`, async t => {
      for (const [reply, failure] of [
        [complaint(404, 5021, 'Host id unknown'), 'not-found'],
        [complaint(200, 5021, 'Host id unknown'), 'not-found'],
        [complaint(409, 5030, 'Host is busy'), 'conflict'],
        [complaint(405, 1003, 'Method not allowed'), 'unsupported']
      ] as const) {
        const { vendor, operations } = await open(t, () => reply)
        const error = await failureOf(work(operations))
        t.same([error.failure, error.options.member, vendor.calls.length], [failure, undefined, 1])
      }
    })
  }
  t.test('rename sends only the name and is followed by the name of the server', async t => {
    const { vendor, line, operations } = await open(t, () => ok({ id: 41 }))
    const rename = async (o: DirectVerbs) => await must(o.rename?.run({ id: '41', name: 'web-2' }))
    t.same(await rename(operations), {})
    t.same(sentTo(vendor), [post('/vm/v3/host/41', { name: 'web-2' })])
    t.same(await dryRunOf(line, vendor, rename), [post('/vm/v3/host/41', { name: 'web-2' })])
    t.same(await badMembers(operations.rename?.run({ id: '41', name: '  ' })), ['body.name'])
    t.equal(vendor.calls.length, 1)
  })
  t.test('with an unknown image or a weak password is rejected with that member, and the server is not missing', async t => {
    const refusals = [
      [complaint(404, 1002, 'Not found', { name: 'os' }), 'body.image'],
      [complaint(400, 1006, 'Invalid value', { image: 3 }), 'body.image'],
      [complaint(400, 1006, 'Invalid value', { name: 'password' }), 'body.password']
    ] as const
    for (const [reply, member] of refusals) {
      const { operations } = await open(t, () => reply)
      t.match(await failureOf(operations.rebuild?.run({ seen: running, image: '99', password: 'x' })), {
        failure: 'rejected', options: { member }
      })
    }
    const { operations } = await openSandbox(t)
    t.match(await failureOf(operations.password?.run({ id: '41', password: 'short' })), {
      failure: 'rejected', options: { member: 'body.password' }
    })
    t.match(await failureOf(operations.rebuild?.run({ seen: running, image: '42' })), {
      failure: 'rejected', options: { member: 'body.image' }
    })
    t.match(await failureOf(operations.rename?.run({ id: '99999', name: 'x' })), { failure: 'not-found' })
  })
  t.test('is refused before anything is sent if it is invalid', async t => {
    const { vendor, operations } = await open(t, () => taskAnswer)
    t.same(await badMembers(operations.rebuild?.run({ seen: running, image: 'debian-12' })), ['body.image'])
    t.same(await badMembers(operations.password?.run({ id: '41' })), ['body.password'], 'the vendor makes no password')
    for (const id of ['', '0', 'x', '41) OR (id GT 0', '../41']) {
      for (const work of [
        operations.rename?.run({ id, name: 'x' }), operations.rescue?.run({ id }), operations.unrescue?.run({ id }),
        operations.password?.run({ id, password: 'Example-Pass3' }), operations.console?.run({ id })
      ]) {
        t.match(await failureOf(work), { failure: 'not-found', options: { notAttempted: true } })
      }
    }
    t.equal(vendor.calls.length, 0)
  })
  t.test('the deletion of a protected server is rejected by the vendor', async t => {
    const { vendor, operations } = await openSandbox(t)
    const seen = (await listAll(operations)).find(({ server }) => server.protected === true)
    t.notOk(seen?.server.allowed_actions.includes('delete'))
    if (seen !== undefined) t.match(await failureOf(operations.delete?.run({ seen })), { failure: 'rejected', sideEffect: 'none' })
    t.equal(vendor.powerOf(seen?.server.id ?? ''), 'active')
  })
})

t.test('resize', async t => {
  const restartAnswer = ok({ id: 41, stop_task: 12, start_task: 13 })
  const answer: Handle = ({ path }) => path.endsWith('/restart') ? restartAnswer : ok({ id: 41, task: path.includes('/disk/') ? 11 : 10 })
  const defer = { action: 'host_stop' }
  const resource = '/vm/v3/host/41/resource'
  const both = { cpus: 4, memory_mib: 4096, disk_gib: 40 }
  type Input = Parameters<NonNullable<DirectVerbs['resize']>['run']>[0]
  const resize = (input: Input) => async (o: DirectVerbs): Promise<Accepted> => await must(o.resize?.run(input))
  t.test('of a stopped server is one call for the server and one for its disk, followed by both tasks', async t => {
    const { vendor, line, operations } = await open(t, answer)
    const input = { seen: stopped, ...both }
    t.same(await resize(input)(operations), { jobs: [{ id: '10', name: 'host_change_params' }, { id: '11', name: 'disk_resize' }] })
    t.same(sentTo(vendor), [post(resource, { cpu_number: 4, ram_mib: 4096 }), post('/vm/v3/disk/101', { size_mib: 40960 })])
    t.same(await dryRunOf(line, vendor, resize(input)), writesOf(vendor))
  })
  t.test('of a running server is deferred until it stops, as the note of the operation says', async t => {
    const { vendor, line, operations } = await open(t, answer)
    const input = { seen: running, ...both }
    const accepted = await resize(input)(operations)
    t.same(accepted.jobs, [{ id: '10', name: 'host_change_params' }, { id: '11', name: 'disk_resize' }])
    t.match(accepted.note, /takes effect when it is stopped or restarted/)
    t.same(sentTo(vendor), [post(resource, { cpu_number: 4, ram_mib: 4096, defer }), post('/vm/v3/disk/101', { size_mib: 40960, defer })])
    t.same(await dryRunOf(line, vendor, resize(input)), writesOf(vendor))
  })
  t.test('of a running server with restart restarts it last, and reads start_task or task', async t => {
    for (const [reply, job] of [
      [restartAnswer, { id: '13', name: 'host_start' }],
      [ok({ id: 41, task: 14 }), { id: '14', name: 'host_restart' }]
    ] as const) {
      const { vendor, line, operations } = await open(t, request => request.path.endsWith('/restart') ? reply : answer(request))
      const input = { seen: running, memory_mib: 4096, restart: true }
      t.same(await resize(input)(operations), { jobs: [{ id: '10', name: 'host_change_params' }, job] })
      t.same(sentTo(vendor), [post(resource, { ram_mib: 4096, defer }), post('/vm/v3/host/41/restart', {})])
      t.same(await dryRunOf(line, vendor, resize(input)), writesOf(vendor))
    }
  })
  t.test('of a stopped server with restart does not start it', async t => {
    const { vendor, operations } = await open(t, answer)
    await resize({ seen: stopped, cpus: 4, restart: true })(operations)
    t.same(sentTo(vendor), [post(resource, { cpu_number: 4 })])
  })
  t.test('sends only sizes that differ from the current or pending ones', async t => {
    const { vendor, operations } = await open(t, answer)
    t.same(await resize({ seen: running, cpus: 2, memory_mib: 2048, disk_gib: 20, restart: true })(operations), { done: true })
    t.equal(vendor.calls.length, 0)
    const pending = seenOf({ ...web, state: 'stopped', cpu_number_new: 8, disk: { id: 101, disk_mib: 20480, disk_mib_new: 81920 } })
    await resize({ seen: pending, cpus: 2, memory_mib: 2048, disk_gib: 20 })(operations)
    t.same(sentTo(vendor), [post(resource, { cpu_number: 2 }), post('/vm/v3/disk/101', { size_mib: 20480 })])
    await resize({ seen: stopped, disk_gib: 30 })(operations)
    t.same(sentTo(vendor).slice(2), [post('/vm/v3/disk/101', { size_mib: 30720 })])
  })
  t.test('is refused if the disk would shrink or is unknown', async t => {
    const { vendor, operations } = await open(t, answer)
    t.same(await badMembers(resize({ seen: stopped, cpus: 4, disk_gib: 19 })(operations)), ['body.disk_gib'])
    t.same(await badMembers(resize({ seen: stopped, disk_gib: 20.0001 })(operations)), ['body.disk_gib'])
    t.same(await badMembers(resize({ seen: seenOf({ ...web, disk: null }), disk_gib: 40 })(operations)), ['body.disk_gib'])
    t.equal(vendor.calls.length, 0)
    t.same(operations.resize?.accepts, ['cpus', 'memory_mib', 'disk_gib', 'restart'], 'a preset can not be changed')
  })
  t.test('is followed by polling if one of the tasks has no number', async t => {
    const { operations } = await open(t, ({ path }) => ok({ id: 41, task: path.includes('/disk/') ? 0 : 10 }))
    t.same(await resize({ seen: stopped, ...both })(operations), {})
  })
  t.test('with a missing disk is not a missing server, and the side effect of the first call is reported', async t => {
    const { operations } = await open(t, ({ path }) => path.includes('/disk/')
      ? complaint(404, 1002, 'Not found', { name: 'disk' })
      : taskAnswer)
    t.match(await failureOf(resize({ seen: stopped, ...both })(operations)), {
      failure: 'rejected', sideEffect: 'certain', options: { member: 'body.disk_gib' }
    })
    const gone = await open(t, () => complaint(404, 5021, 'Host id unknown'))
    t.match(await failureOf(resize({ seen: stopped, ...both })(gone.operations)), { failure: 'not-found', sideEffect: 'none' })
  })
  t.test('is rejected with our member for the vendor\'s size', async t => {
    for (const [name, member] of [['cpu_number', 'body.cpus'], ['ram_mib', 'body.memory_mib']] as const) {
      const { operations } = await open(t, () => complaint(400, 1006, 'Invalid value', { name }))
      t.match(await failureOf(resize({ seen: stopped, ...both })(operations)), { failure: 'rejected', options: { member } })
    }
  })
  t.test('of a server with snapshots is rejected by the vendor', async t => {
    const { vendor, operations } = await openSandbox(t)
    const row = [...vendor.servers.values()].find(({ snapshotCount }) => snapshotCount > 0)
    const seen = await operations.get.run(String(row?.id))
    t.match(await failureOf(resize({ seen, cpus: 16 })(operations)), { failure: 'rejected', sideEffect: 'none' })
  })
  t.test('on the simulated platform waits for the stop of a running server', async t => {
    const { operations, pass } = await openSandbox(t)
    const { jobs = [] } = await resize({ seen: await operations.get.run('41'), ...both })(operations)
    pass(60)
    t.match(await operations.jobs?.(jobs), [{ status: 'running', vendorStatus: 'deferred' }, { status: 'running' }])
    t.match((await operations.get.run('41')).server, { cpus: 2, disk_gib: 20 })
    await operations.stop?.run({ id: '41' })
    t.same(await jobsEnd({ operations, pass }, jobs), ['succeeded', 'succeeded'])
    t.match((await operations.get.run('41')).server, { ...both, status: 'stopped' })
  })
  t.test('resizes the disk in a later step if the platform is busy with the first change', async t => {
    let isBusy = true
    const { vendor, operations } = await open(t, request => request.path.includes('/disk/') && isBusy
      ? complaint(409, 5030, 'Host is busy')
      : answer(request))
    const accepted = await resize({ seen: running, ...both, restart: true })(operations)
    t.same(accepted, {
      jobs: [{ id: '10', name: 'host_change_params' }],
      next: { name: 'resize', input: { disk: '101', size_mib: 40960, deferred: true, restart: true } }
    })
    const step = operations.steps?.['resize']
    t.equal(step?.isDue(running.server, {}), true)
    const go = async () => await must(step?.run('41', accepted.next?.input ?? {}))
    t.equal((await failureOf(go())).failure, 'conflict', 'which counts as not sent')
    isBusy = false
    t.same(await go(), { jobs: [{ id: '11', name: 'disk_resize' }, { id: '13', name: 'host_start' }] })
    t.same(sentTo(vendor).map(({ path }) => path), [
      resource, '/vm/v3/disk/101', '/vm/v3/disk/101', '/vm/v3/disk/101', '/vm/v3/host/41/restart'
    ])
    t.same(sentTo(vendor)[3]?.body, { size_mib: 40960, defer })
    t.same(await must(step?.run('41', { disk: '101', size_mib: 40960, deferred: false, restart: false })), {
      jobs: [{ id: '11', name: 'disk_resize' }]
    })
    t.same(sentTo(vendor).at(-1)?.body, { size_mib: 40960 })
  })
  t.test('is a conflict if the first call is refused', async t => {
    const { vendor, operations } = await open(t, () => complaint(409, 5030, 'Host is busy'))
    t.match(await failureOf(resize({ seen: running, ...both, restart: true })(operations)), { failure: 'conflict', sideEffect: 'none' })
    t.equal(vendor.calls.length, 1)
  })
  t.test('sends a refused restart in a later step, and nothing twice', async t => {
    let isBusy = true
    const { vendor, operations } = await open(t, request => request.path.endsWith('/restart') && isBusy
      ? complaint(409, 5030, 'Host is busy')
      : answer(request))
    const accepted = await resize({ seen: running, ...both, restart: true })(operations)
    t.same(accepted, {
      jobs: [{ id: '10', name: 'host_change_params' }, { id: '11', name: 'disk_resize' }],
      next: { name: 'resize', input: { disk: null, size_mib: null, deferred: true, restart: true } }
    })
    isBusy = false
    t.same(await must(operations.steps?.['resize']?.run('41', accepted.next?.input ?? {})), { jobs: [{ id: '13', name: 'host_start' }] })
    t.same(sentTo(vendor).map(({ path }) => path), [resource, '/vm/v3/disk/101', '/vm/v3/host/41/restart', '/vm/v3/host/41/restart'])
  })
  for (const restart of ['two-tasks', 'single-task'] as const) {
    t.test(`on the simulated platform restarts a running server by ${restart}`, async t => {
      const { operations, pass } = await openSandbox(t, { restart })
      const { jobs = [] } = await resize({ seen: await operations.get.run('41'), ...both, restart: true })(operations)
      t.same(await jobsEnd({ operations, pass }, jobs), ['succeeded', 'succeeded', 'succeeded'])
      t.match((await operations.get.run('41')).server, { ...both, status: 'running' })
    })
  }
})

t.test('the console', async t => {
  const answers = (vnc: unknown, row: object = web): Handle => ({ path }) => path.endsWith('/vnc_settings') ? ok(vnc) : list([row])
  t.test('is a VNC URL on the node, with members of either name', async t => {
    for (const vnc of [{ vnc_port: 5941, vnc_password: 'a&b' }, { port: 5941, password: 'a&b' }]) {
      const { vendor, operations } = await open(t, answers(vnc))
      t.same(await operations.console?.run({ id: '41' }), {
        type: 'vnc', url: 'vnc://198.51.100.11:5941?VncPassword=a%26b', expires_at: null
      })
      t.same(sentTo(vendor).map(({ method, path }) => [method, path]), [
        ['GET', '/vm/v3/host?where=%28id+EQ+41%29'], ['GET', '/vm/v3/host/41/vnc_settings']
      ])
    }
    const { operations } = await open(t, answers({ vnc_port: 5941 }, { ...web, node: { ip_addr: '2001:db8::1' } }))
    t.equal((await operations.console?.run({ id: '41' }))?.url, 'vnc://[2001:db8::1]:5941')
  })
  t.test('of a stopped server is a conflict, of a missing one not found', async t => {
    for (const [rows, failure] of [
      [[{ ...web, state: 'stopped' }], 'conflict'], [[{ ...web, state: 'creating' }], 'conflict'], [[], 'not-found']
    ] as const) {
      const { vendor, operations } = await open(t, () => list(rows))
      t.equal((await failureOf(operations.console?.run({ id: '41' }))).failure, failure)
      t.equal(vendor.calls.length, 1)
    }
  })
  t.test('without a port or a node is malformed, and the error has no password', async t => {
    for (const [vnc, row] of [
      [{ vnc_password: 'geheim-1' }, web],
      [{ vnc_port: 0 }, web],
      [{ vnc_port: 5941, vnc_password: 'geheim-1' }, { ...web, node: null }]
    ] as const) {
      const { operations } = await open(t, answers(vnc, row))
      const error = await failureOf(operations.console?.run({ id: '41' }))
      t.equal(error.failure, 'malformed')
      t.notMatch(JSON.stringify([error.message, error.options]), 'geheim')
    }
  })
  t.test('that the platform does not have is reported with its 404, so that it counts as unsupported', async t => {
    const { operations } = await openSandbox(t, { inferred: false })
    t.match(await failureOf(operations.console?.run({ id: '41' })), { failure: 'not-found', options: { status: 404 } })
  })
})

t.test('on the simulated platform a server is created, changed and deleted', async t => {
  for (const behavior of [
    {},
    { errorsAs200: true, hostUnknownStatus: 400, taskRowDelayMs: 15, restart: 'single-task', suspend: 2 }
  ] as const) {
    t.test(`with ${JSON.stringify(behavior)}`, async t => {
      const { vendor, operations, pass } = await openSandbox(t, behavior)
      const options = { ipv4_number: 1, ipv4_pool: ['5'], domain: 'Whole.example.com' }
      const created = await must(operations.create?.run({ ...spec, name: 'whole', options }))
      const id = created.serverId ?? ''
      const read = async () => await operations.get.run(id)
      const end = async ({ jobs = [] }: Accepted): Promise<void> => {
        t.same([...new Set(await jobsEnd({ operations, pass }, jobs))], ['succeeded'])
      }
      await end(created)
      t.match((await read()).server, {
        name: 'whole',
        status: 'running',
        cpus: 1,
        memory_mib: 1024,
        disk_gib: 10,
        owner: { id: '3' },
        region: { id: '1' },
        addresses: { length: 1 }
      })

      await end(await must(operations.resize?.run({ seen: await read(), cpus: 2, memory_mib: 2048, disk_gib: 20, restart: true })))
      t.match((await read()).server, { status: 'running', cpus: 2, memory_mib: 2048, disk_gib: 20 })

      await must(operations.rename?.run({ id, name: 'renamed' }))
      t.equal((await read()).server.name, 'renamed')

      const rebuilt = await must(operations.rebuild?.run({ seen: await read(), image: '12', password: 'Example-Pass2' }))
      t.match((await read()).server, { status: 'unknown', provider_status: 'reinstalling' })
      await end(rebuilt)
      t.match((await read()).server, { status: 'running', image: { id: '12' } })

      await end(await must(operations.rescue?.run({ id })))
      t.equal((await read()).server.status, 'rescue')
      await end(await must(operations.unrescue?.run({ id })))
      t.equal((await read()).server.status, 'running')
      await end(await must(operations.password?.run({ id, password: 'Example-Pass3' })))
      t.equal(vendor.servers.get(Number(id))?.password, 'Example-Pass3')
      t.match(await operations.console?.run({ id }), { type: 'vnc', url: /^vnc:\/\/198\.51\.100\.11:\d+\?VncPassword=SECRET-vnc-/ })

      await end(await must(operations.delete?.run({ seen: await read() })))
      t.equal((await failureOf(read())).failure, 'not-found')
      t.equal((await failureOf(operations.delete?.run({ seen: seenOf({ ...web, id: Number(id) }) }))).failure, 'not-found')
      t.notOk((await listAll(operations)).some(({ server }) => server.id === id))
    })
  }
})
