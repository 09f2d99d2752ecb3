import t from 'tap'
import { seenInstance } from '../../src/adapters/heficed/mapping.ts'
import type { Accepted } from '../../src/adapters/verbs.ts'
import { UpstreamError } from '../../src/domain/failure.ts'
import type { Seen } from '../../src/domain/list.ts'
import type { Goal } from '../../src/domain/operation.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import type { SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { serverFacts } from '../helpers/facts.ts'
import { listAll, type Bench } from '../helpers/line.ts'
import { badMembers } from '../helpers/verbs.ts'
import {
  event, failureOf, html, instances, must, ok, open, openSandbox, problem, sentTo, type Sandbox
} from './heficed-bench.ts'

const image = '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b'
const ubuntu = '5f1c0a52-0000-4000-8000-000000000001'
const key = '5f1c0a52-0000-4000-8000-0000000000aa'

const spec: CreateSpec = { name: 'web-03', region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image }

/** A row as the vendor shows it. */
const row = {
  id: 312019,
  status: 'running',
  hostname: 'hhVyA97bBk',
  location: { id: 'uk-lon1', name: 'London, United Kingdom' },
  inRescueMode: false,
  template: { id: image, name: 'CentOS 7 v2.0.23' },
  vcpu: 2,
  memory: 2048,
  disk: 20,
  additionalDisk1: 0
}
const followed: Accepted = { upstream: { id: '881626', status: null } }
const seen = (changes: object = {}): Seen => seenInstance.parse({ ...row, ...changes })

const invoice = (changes: object = {}): object => ({
  id: 684999,
  items: [
    { total: 0.6, instanceId: 340000, configuration: { raw: { product: 'connect' } }, periodStart: false, periodEnd: false },
    { total: 9.3, instanceId: 340001, configuration: { raw: { product: 'kronoscloud' } }, periodStart: 1625011200, periodEnd: 1627603200 }
  ],
  currency: 'USD',
  total: 9.9,
  leftToPay: 0,
  status: 'Paid',
  asyncTaskIds: [881700],
  ...changes
})

const isReached = ({ statuses, name, cpus, memory_mib: memory, disk_gib: disk }: Goal, server: ServerFacts): boolean =>
  (statuses?.includes(server.status) ?? true) && (name ?? server.name) === server.name && (cpus ?? server.cpus) === server.cpus &&
  (memory ?? server.memory_mib) === server.memory_mib && (disk ?? server.disk_gib) === server.disk_gib

/** Polls as the gateway does until the goal is reached; null once the server is gone. */
async function follow ({ operations, pass }: Sandbox, id: string, goal: Goal): Promise<ServerFacts | null> {
  for (let polls = 0; polls < 200; polls += 1) {
    try {
      const { server } = await operations.get.run(id)
      if (goal.absent !== true && isReached(goal, server)) return server
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error
      if (goal.absent === true) return null
    }
    pass(10)
  }
  throw new Error('the goal was never reached')
}

t.test('a server is created, resized, renamed, rebuilt, rescued and deleted', async t => {
  const bench = await openSandbox(t, { orderHiddenMs: 30, connectFirst: true, transitional: true })
  const { operations, vendor } = bench
  const created = await operations.create?.run(spec)
  t.match(created, { serverId: '340001', upstream: { id: '684999', status: 'Paid' } })
  t.equal(created?.note, undefined)
  const id = created?.serverId ?? ''
  // Right after the order the vendor may not know it yet.
  t.equal((await failureOf(operations.get.run(id))).failure, 'not-found')
  t.match(await follow(bench, id, { statuses: ['running'] }), {
    name: 'web-03', cpus: 1, memory_mib: 2048, disk_gib: 10, image: { id: image }, region: { id: 'uk-lon1' }
  })

  t.match(await operations.resize?.run({ seen: await operations.get.run(id), cpus: 2, disk_gib: 30 }), {
    upstream: { id: '685000', status: 'Paid' }
  })
  t.match(await follow(bench, id, { cpus: 2, disk_gib: 30 }), { memory_mib: 2048 })
  t.same(await operations.rename?.run({ id, name: 'web-04.example.net' }), { done: true })
  t.match(await follow(bench, id, { name: 'web-04.example.net' }), { status: 'running' })
  await operations.rebuild?.run({ seen: await operations.get.run(id), image: ubuntu })
  t.equal(vendor.statusOf(Number(id)), 'installing')
  t.match(await follow(bench, id, { statuses: ['running'] }), { image: { id: ubuntu } })
  await operations.rescue?.run({ id })
  t.match((await follow(bench, id, { statuses: ['rescue'] }))?.allowed_actions, [
    'stop', 'reboot', 'rename', 'rebuild', 'unrescue', 'console', 'delete'
  ])
  await operations.unrescue?.run({ id })
  await follow(bench, id, { statuses: ['running'] })
  await operations.delete?.run({ seen: await operations.get.run(id) })
  t.equal((await operations.get.run(id)).server.status, 'deleting')
  t.equal(await follow(bench, id, { absent: true }), null)
  t.equal(vendor.created, 1)
})

t.test('a create is one order; the server\'s id is that of the server\'s item, although the network product comes first', async t => {
  const { vendor, operations } = await open(t, () => ok(invoice()))
  t.same(await operations.create?.run(spec), { serverId: '340001', upstream: { id: '684999', status: 'Paid' } })
  await operations.create?.run({
    ...spec, ssh_keys: [key], options: { instance_type: 'windows', billing: 'hourly', use_credit: false, bandwidth_tb: 2 }
  })
  const body = {
    instanceTypeId: 'linux',
    locationId: 'uk-lon1',
    templateId: image,
    vcpu: 1,
    memory: 2048,
    disk: 10,
    hostname: 'web-03',
    billingTypeId: 1,
    additionalBandwidth: 0,
    useCredit: true
  }
  t.strictSame(sentTo(vendor), [
    ['POST', `${instances}/order`, body],
    [
      'POST', `${instances}/order`,
      { ...body, instanceTypeId: 'windows', sshKeyId: key, billingTypeId: -1, additionalBandwidth: 2, useCredit: false }
    ]
  ])
})

t.test('the simulated vendor accepts the example of a create', async t => {
  const { operations } = await openSandbox(t)
  const create = operations.create
  t.match(await create?.run(create.example), { serverId: '340001' })
  t.same(create?.options.safeParse({}).data, { instance_type: 'linux', billing: 'monthly', use_credit: true, bandwidth_tb: 0 })
})

t.test('a create is accepted even if the invoice has no item for the server or cannot be read', async t => {
  const answers: ReadonlyArray<readonly [SimulatedReply, Accepted]> = [
    [
      ok(invoice({ items: [{ instanceId: 340000, configuration: { raw: { product: 'connect' } } }] })),
      { upstream: { id: '684999', status: 'Paid' } }
    ],
    [
      ok(invoice({ items: [null, {}, { instanceId: null, configuration: { raw: { product: 'kronoscloud' } } }] })),
      { upstream: { id: '684999', status: 'Paid' } }
    ],
    [{ status: 201, body: { id: '7', items: 'none', status: 5 } }, { upstream: { id: '7', status: null } }],
    [
      ok(invoice({ items: [{ instanceId: 'a1', configuration: { raw: { product: 'KronosCloud' } } }] })),
      { serverId: 'a1', upstream: { id: '684999', status: 'Paid' } }
    ],
    [ok([]), {}],
    [{ status: 204 }, {}],
    [html(200), {}]
  ]
  for (const [answer, accepted] of answers) {
    const { operations } = await open(t, () => answer)
    t.strictSame(await operations.create?.run(spec), accepted)
  }
})

t.test('the note of an unpaid create names the invoice', async t => {
  for (const [changes, note] of [
    [{ leftToPay: 9.9, status: 'Unpaid' }, 'Invoice 684999 is not paid (9.9 USD left): the provider may do nothing until it is.'],
    [{ leftToPay: null, status: 'Payment Pending' }, 'Invoice 684999 is not paid: the provider may do nothing until it is.'],
    [
      { leftToPay: 1, status: null, id: null, currency: null },
      'Invoice of an unknown number is not paid (1 left): the provider may do nothing until it is.'
    ]
  ] as const) {
    const { operations } = await open(t, () => ok(invoice(changes)))
    t.equal((await operations.create?.run(spec))?.note, note)
    t.equal((await operations.resize?.run({ seen: seen(), cpus: 4 }))?.note, note)
  }
  const bench = await openSandbox(t)
  const accepted = await bench.operations.create?.run({ ...spec, options: { use_credit: false } })
  t.match(accepted, {
    serverId: '340001',
    upstream: { id: '684999', status: 'Unpaid' },
    note: 'Invoice 684999 is not paid (9.9 USD left): the provider may do nothing until it is.'
  })
  bench.pass(80)
  t.match((await bench.operations.get.run('340001')).server, { status: 'provisioning', allowed_actions: ['delete'] })
})

t.test('an invalid create is refused before anything is sent', async t => {
  const { vendor, operations } = await open(t, () => problem(500))
  const orders: ReadonlyArray<readonly [CreateSpec, string]> = [
    [{ ...spec, memory_mib: 1000 }, 'body.memory_mib'],
    [{ ...spec, disk_gib: 15 }, 'body.disk_gib'],
    [{ ...spec, disk_gib: 10.5 }, 'body.disk_gib'],
    [{ ...spec, image: 'centos-7' }, 'body.image'],
    [{ ...spec, ssh_keys: ['ssh-ed25519 AAAA me'] }, 'body.ssh_keys'],
    [{ ...spec, ssh_keys: [key, key] }, 'body.ssh_keys'],
    [{ ...spec, options: { billing: 'weekly' } }, 'body.options.billing'],
    [{ ...spec, options: { bandwidth_tb: -1 } }, 'body.options.bandwidth_tb'],
    [{ ...spec, options: { colour: 'red' } }, 'body.options.colour']
  ]
  for (const [wrong, member] of orders) t.same(await badMembers(operations.create?.run(wrong)), [member])
  t.equal(vendor.calls.length, 0)
})

t.test('a rejected create names our member for the vendor\'s, and is never a missing server', async t => {
  for (const [answer, failure, member] of [
    [problem(400, 'templateId'), 'rejected', 'body.image'],
    [problem(422, 'locationId, templateId'), 'rejected', 'body.image'],
    [problem(404, { fields: ['locationId'] }), 'rejected', 'body.region'],
    [problem(400, { errors: { sshKeyId: 'is unknown' } }), 'rejected', 'body.ssh_keys'],
    [problem(400, ['body.memory']), 'rejected', 'body.memory_mib'],
    [problem(400, 'the disk is full of stars'), 'rejected', undefined],
    [problem(404), 'rejected', undefined],
    [{ status: 404 }, 'rejected', undefined],
    [problem(402), 'quota', undefined],
    [problem(403, 'templateId'), 'forbidden', undefined],
    [problem(409, 'templateId'), 'conflict', undefined],
    [problem(429), 'rate-limited', undefined]
  ] as const) {
    const { vendor, operations } = await open(t, () => answer)
    const error = await failureOf(operations.create?.run(spec))
    t.equal(error.failure, failure)
    t.equal(error.options.member, member)
    t.equal(error.sideEffect, 'none')
    t.equal(sentTo(vendor).length, 1, 'an order is sent once')
  }
})

t.test('a rejection of a create by the simulated vendor names our member, in both forms of its context', async t => {
  for (const problemContext of ['text', 'object'] as const) {
    const { operations, vendor } = await openSandbox(t, { problemContext })
    const refusal = async (changes: Partial<CreateSpec>) =>
      (await failureOf(operations.create?.run({ ...spec, ...changes }))).options.member
    t.equal(await refusal({ image: '00000000-0000-4000-8000-000000000000' }), 'body.image')
    t.equal(await refusal({ region: 'de-fra1' }), 'body.image', 'an image belongs to one region')
    t.equal(await refusal({ ssh_keys: ['00000000-0000-4000-8000-000000000000'] }), 'body.ssh_keys')
    t.equal(vendor.created, 0)
  }
})

t.test('a create whose answer is lost is not sent again', async t => {
  const { operations, vendor } = await openSandbox(t)
  vendor.fail({ kind: 'reset-after', match: ({ path }) => path.endsWith('/order') })
  const error = await failureOf(operations.create?.run(spec))
  t.match(error, { failure: 'unreachable', sideEffect: 'possible' })
  t.equal(vendor.created, 1)
  const likely = (await listAll(operations)).filter(({ server }) => operations.create?.isLike?.(spec, server))
  t.same(likely.map(({ server }) => server.id), ['340001'])
})

t.test('a new server whose name the vendor has replaced is found by the other members of its row', async t => {
  const { operations, vendor } = await openSandbox(t, { orderHostname: 'ignore' })
  const before = new Set((await listAll(operations)).map(({ server }) => server.id))
  await operations.create?.run(spec)
  const rows = (await listAll(operations)).filter(({ server }) => !before.has(server.id) && operations.create?.isLike?.(spec, server))
  t.same(rows.map(({ server }) => server.id), ['340001'])
  t.not(vendor.servers.get(340001)?.hostname, 'web-03')
})

t.test('a row matches a create if its name may be the ordered one and no other member differs', async t => {
  const { operations } = await open(t, () => html(200))
  const facts = {
    name: 'web-03',
    cpus: 1,
    memory_mib: 2048,
    disk_gib: 10,
    region: { id: 'uk-lon1', name: 'London' },
    image: { id: image.toUpperCase(), name: null }
  }
  const isLike = (changes: Partial<ServerFacts>): boolean | undefined =>
    operations.create?.isLike?.(spec, serverFacts('1', 'provisioning', { ...facts, ...changes }))
  for (const changes of [
    {}, { name: 'hhVyA97bBk' }, { name: '' }, { name: 'WEB-03' }, { name: 'web03' }, { name: 'web-03.example.net' }, { image: null },
    { region: null }, { cpus: null }
  ]) {
    t.equal(isLike(changes), true, JSON.stringify(changes))
  }
  for (const changes of [
    { name: 'web-033' }, { name: 'database.example.net' }, { cpus: 2 }, { memory_mib: 1024 }, { disk_gib: 20 },
    { region: { id: 'de-fra1', name: null } }, { image: { id: ubuntu, name: null } }
  ]) t.equal(isLike(changes), false, JSON.stringify(changes))
})

t.test('a delete is a forced stop and an immediate cancellation', async t => {
  const { vendor, operations } = await open(t, () => ok(event))
  t.same(await operations.delete?.run({ seen: seen() }), followed)
  t.strictSame(sentTo(vendor), [
    ['POST', `${instances}/312019/stop`, { force: true }],
    ['POST', `${instances}/312019/cancel`, { type: 'Immediate', reason: 'deleted through the gateway' }]
  ])
})

t.test('the cancellation is sent even if the stop is refused because the server does not run', async t => {
  for (const refusal of [problem(409), problem(400), problem(422), problem(423)]) {
    const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/stop') ? refusal : ok(event))
    t.same(await operations.delete?.run({ seen: seen() }), followed)
    t.equal(sentTo(vendor).length, 2)
  }
  for (const status of ['pending', 'suspended', 'error']) {
    const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/stop') ? problem(409) : ok(event))
    t.same(await operations.delete?.run({ seen: seen({ status }) }), followed)
    t.equal(sentTo(vendor).length, 2, status)
  }
})

t.test('a server that is off is cancelled without a stop', async t => {
  const { vendor, operations } = await open(t, () => ok(event))
  await operations.delete?.run({ seen: seen({ status: 'stopped' }) })
  t.strictSame(sentTo(vendor), [['POST', `${instances}/312019/cancel`, { type: 'Immediate', reason: 'deleted through the gateway' }]])
})

t.test('if the stop fails for another reason, the failure is reported and nothing is cancelled', async t => {
  for (const [answer, failure] of [
    [problem(404), 'not-found'], [problem(403), 'forbidden'], [problem(500), 'unavailable'], [problem(429), 'rate-limited']
  ] as const) {
    const { vendor, operations } = await open(t, () => answer)
    t.equal((await failureOf(operations.delete?.run({ seen: seen() }))).failure, failure)
    t.equal(sentTo(vendor).length, 1)
  }
})

t.test('the server is deleting whatever the answer to the cancellation is', async t => {
  for (const cancelAnswer of ['event', 'request', 'empty'] as const) {
    const bench = await openSandbox(t, { cancelAnswer })
    for (const id of ['312019', '312020']) {
      const accepted = await bench.operations.delete?.run({ seen: await bench.operations.get.run(id) })
      t.equal(accepted?.upstream === undefined, cancelAnswer !== 'event', `${cancelAnswer} ${id}`)
      t.equal(await follow(bench, id, { absent: true }), null)
    }
  }
  const { operations } = await open(t, () => html(200))
  t.strictSame(await operations.delete?.run({ seen: seen({ status: 'stopped' }) }), {})
})

t.test('an already cancelled server cannot be deleted again', async t => {
  const { operations } = await openSandbox(t, { cancelMs: 60_000 })
  await operations.delete?.run({ seen: await operations.get.run('312019') })
  t.equal((await failureOf(operations.delete?.run({ seen: await operations.get.run('312019') }))).failure, 'conflict')
})

t.test('a resize sends all sizes, and the main disk grows by the difference to the sum of all disks', async t => {
  const { vendor, operations } = await open(t, () => ok(invoice({ items: [] })))
  t.same(await operations.resize?.run({ seen: seen(), cpus: 4 }), { upstream: { id: '684999', status: 'Paid' } })
  await operations.resize?.run({ seen: seen(), memory_mib: 2560, disk_gib: 40 })
  await operations.resize?.run({ seen: seen({ additionalDisk1: 55, additionalDisk8: 20 }), disk_gib: 105 })
  await operations.resize?.run({ seen: seen({ additionalDisk1: 55 }), cpus: 3, disk_gib: 75 })
  await operations.resize?.run({ seen: seen({ vcpu: null, disk: null }), memory_mib: 4096 })
  await operations.resize?.run({ seen: seen({ disk: null }), disk_gib: 40 })
  const path = `${instances}/312019`
  t.strictSame(sentTo(vendor), [
    ['PATCH', path, { vcpu: 4, memory: 2048, disk: 20 }],
    ['PATCH', path, { vcpu: 2, memory: 2560, disk: 40 }],
    ['PATCH', path, { vcpu: 2, memory: 2048, disk: 30 }],
    ['PATCH', path, { vcpu: 3, memory: 2048, disk: 20 }],
    ['PATCH', path, { memory: 4096 }],
    ['PATCH', path, { vcpu: 2, memory: 2048, disk: 40 }]
  ])
})

t.test('a resize that the vendor does not support is refused before anything is sent', async t => {
  const { vendor, operations } = await open(t, () => problem(500))
  for (const [sizes, member] of [
    [{ disk_gib: 10 }, 'body.disk_gib'],
    [{ cpus: 1 }, 'body.cpus'],
    [{ memory_mib: 1024 }, 'body.memory_mib'],
    [{ memory_mib: 3000 }, 'body.memory_mib'],
    [{ disk_gib: 25 }, 'body.disk_gib']
  ] as const) t.same(await badMembers(operations.resize?.run({ seen: seen(), ...sizes })), [member])
  t.same(await badMembers(operations.resize?.run({ seen: seen({ additionalDisk1: 55 }), disk_gib: 80 })), ['body.disk_gib'])
  t.equal(vendor.calls.length, 0)
})

t.test('a resize to the current sizes sends nothing', async t => {
  const { vendor, operations } = await open(t, () => problem(500))
  t.same(await operations.resize?.run({ seen: seen(), cpus: 2, memory_mib: 2048, disk_gib: 20 }), { done: true })
  t.same(await operations.resize?.run({ seen: seen({ additionalDisk1: 55 }), disk_gib: 75 }), { done: true })
  t.equal(vendor.calls.length, 0)
})

t.test('an unpaid resize changes nothing and reports the reason', async t => {
  const { operations, pass } = await openSandbox(t, { credit: 0 })
  const accepted = await operations.resize?.run({ seen: await operations.get.run('312019'), cpus: 2 })
  t.equal(accepted?.note, 'Invoice 684999 is not paid (3 USD left): the provider may do nothing until it is.')
  pass(40)
  t.equal((await operations.get.run('312019')).server.cpus, 1)
})

t.test('a rename is done if the answer shows the new name; otherwise the server is polled', async t => {
  const { vendor, operations } = await open(t, () => ok({ ...row, hostname: 'web-05' }))
  t.same(await operations.rename?.run({ id: '312019', name: 'web-05' }), { done: true })
  t.same(await operations.rename?.run({ id: '312019', name: 'web-06' }), {})
  t.strictSame(sentTo(vendor), [
    ['PATCH', `${instances}/312019`, { hostname: 'web-05' }],
    ['PATCH', `${instances}/312019`, { hostname: 'web-06' }]
  ])
  for (const answer of [html(200), { status: 204 }, ok(event)]) {
    t.same(await (await open(t, () => answer)).operations.rename?.run({ id: '312019', name: 'web-05' }), {})
  }
  const refusing = await open(t, () => problem(422, 'hostname'))
  t.match(await failureOf(refusing.operations.rename?.run({ id: '312019', name: '_' })), {
    failure: 'rejected', options: { member: 'body.name' }
  })
})

t.test('an unknown image of a rebuild is a rejected member, not a missing server', async t => {
  const { vendor, operations } = await open(t, () => ok(event))
  t.same(await operations.rebuild?.run({ seen: seen(), image: ubuntu }), followed)
  t.strictSame(sentTo(vendor), [['POST', `${instances}/312019/reinstall`, { templateId: ubuntu }]])
  t.same(await badMembers(operations.rebuild?.run({ seen: seen(), image: 'ubuntu' })), ['body.image'])
  t.equal(sentTo(vendor).length, 1)
  for (const status of [400, 404]) {
    const refusing = await open(t, () => problem(status, 'templateId'))
    t.match(await failureOf(refusing.operations.rebuild?.run({ seen: seen(), image: ubuntu })), {
      failure: 'rejected', options: { member: 'body.image' }
    })
  }
  const sandbox = await openSandbox(t)
  const foreign = '5f1c0a52-0000-4000-8000-000000000120'
  t.match(await failureOf(sandbox.operations.rebuild?.run({ seen: await sandbox.operations.get.run('312019'), image: foreign })), {
    failure: 'rejected', options: { member: 'body.image' }
  })
})

t.test('rescue and unrescue restart the server softly', async t => {
  const { vendor, operations } = await open(t, () => ok(event))
  t.same(await operations.rescue?.run({ id: '312019' }), followed)
  t.same(await operations.unrescue?.run({ id: '312019' }), followed)
  t.strictSame(sentTo(vendor), [
    ['POST', `${instances}/312019/rescue`, { reboot: true, force: false }],
    ['POST', `${instances}/312019/unrescue`, { reboot: true, force: false }]
  ])
})

t.test('a generated password is returned if the answer has it; otherwise the note refers to the vendor\'s console', async t => {
  const note = 'The provider generates the new password and shows it in its web console only.'
  const { vendor, operations } = await open(t, () => ok(event))
  t.same(await operations.password?.run({ id: '312019' }), { ...followed, note })
  t.strictSame(sentTo(vendor), [['POST', `${instances}/312019/resetRootPass`, null]])
  const withPassword = await open(t, () => ok({ ...event, password: 'SECRET-new' }))
  t.same(await withPassword.operations.password?.run({ id: '312019' }), { ...followed, password: 'SECRET-new' })
  const sandbox = await openSandbox(t)
  const before = sandbox.vendor.servers.get(312019)?.password
  t.match(await sandbox.operations.password?.run({ id: '312019' }), { note })
  sandbox.pass(40)
  await sandbox.operations.get.run('312019')
  t.not(sandbox.vendor.servers.get(312019)?.password, before)
})

t.test('a console is a link; an answer without one is malformed and not quoted', async t => {
  const { vendor, operations } = await open(t, () => ok({ url: 'https://vnc.example.net/1?token=SECRET' }))
  t.same(await operations.console?.run({ id: '312019' }), { type: 'vnc', url: 'https://vnc.example.net/1?token=SECRET', expires_at: null })
  t.strictSame(sentTo(vendor), [['POST', `${instances}/312019/vnc`, null]])
  const odd = await open(t, () => ok({ link: 'https://vnc.example.net/1?token=SECRET' }))
  const error = await failureOf(odd.operations.console?.run({ id: '312019' }))
  t.equal(error.failure, 'malformed')
  t.notOk(JSON.stringify([error.message, error.options]).includes('SECRET'))
})

type Verbs = Bench['operations']

/** Every write to one server, called as the gateway does. */
const writes = (operations: Verbs, seen: Seen): ReadonlyArray<readonly [string, () => Promise<unknown>]> => [
  ['start', async () => await must(operations.start?.run({ id: seen.server.id }))],
  ['stop', async () => await must(operations.stop?.run({ id: seen.server.id, force: true }))],
  ['reboot', async () => await must(operations.reboot?.run({ id: seen.server.id }))],
  ['rename', async () => await must(operations.rename?.run({ id: seen.server.id, name: 'other' }))],
  ['resize', async () => await must(operations.resize?.run({ seen, cpus: 8 }))],
  ['rebuild', async () => await must(operations.rebuild?.run({ seen, image: seen.server.image?.id ?? image }))],
  ['rescue', async () => await must(operations.rescue?.run({ id: seen.server.id }))],
  ['unrescue', async () => await must(operations.unrescue?.run({ id: seen.server.id }))],
  ['password', async () => await must(operations.password?.run({ id: seen.server.id }))],
  ['console', async () => await must(operations.console?.run({ id: seen.server.id }))],
  ['delete', async () => await must(operations.delete?.run({ seen }))]
]

t.test('every verb reports a missing server as not found', async t => {
  const { operations } = await openSandbox(t)
  for (const [verb, run] of writes(operations, seen({ id: 999999999 }))) {
    t.match(await failureOf(run()), { failure: 'not-found', options: { status: 404 } }, verb)
  }
  for (const id of ['x', '../order', 'order']) {
    for (const name of ['start', 'stop', 'reboot', 'rescue', 'unrescue', 'password', 'console'] as const) {
      t.match(await failureOf(operations[name]?.run({ id })), { failure: 'not-found', options: { notAttempted: true } })
    }
  }
})

t.test('a wrong state is a conflict', async t => {
  const { operations } = await openSandbox(t)
  const pending = await operations.get.run('337228')
  t.equal(pending.server.status, 'provisioning')
  const verbs = new Map(writes(operations, pending))
  for (const verb of ['start', 'stop', 'reboot', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console']) {
    t.equal((await failureOf(verbs.get(verb)?.())).failure, 'conflict', verb)
  }
})

t.test('the verbs whose endpoints are guesses are inferred, and the others work without those endpoints', async t => {
  const { operations } = await openSandbox(t, { inferred: false })
  const server = await operations.get.run('312019')
  const guessed = new Set<string>()
  for (const [verb, run] of writes(operations, server)) {
    try {
      await run()
    } catch (error) {
      const isAbsent = error instanceof UpstreamError && ['not-found', 'unsupported'].includes(error.failure)
      if (!isAbsent || error.options.member !== undefined) throw error
      guessed.add(verb)
    }
  }
  t.same([...guessed], ['start', 'reboot', 'rename', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console'])
  for (const verb of ['start', 'reboot', 'rename', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console'] as const) {
    t.equal(operations[verb]?.evidence, 'inferred')
  }
  t.same([operations.create?.evidence, operations.delete?.evidence, operations.stop?.evidence], ['observed', 'observed', 'documented'])
})

t.test('a dry run lists exactly the calls of the real run and sends none', async t => {
  const { line, vendor, operations } = await open(t, () => ok({ ...event, url: 'https://vnc.example.net/' }))
  const dryRun = line.dryRun()
  const dryRunOf = { ...dryRun.operations, counters: operations.counters }
  const both = (verbs: Verbs) =>
    [...writes(verbs, seen()), ['create', async () => await must(verbs.create?.run({ ...spec, ssh_keys: [key] }))] as const]
  for (const [, run] of both(dryRunOf)) await run()
  t.equal(sentTo(vendor).length, 0)
  for (const [, run] of both(operations)) await run()
  const planned = dryRun.calls.map(({ method, url, body }) => [method, url.slice(vendor.origin.length), body])
  t.strictSame(JSON.parse(JSON.stringify(planned)), sentTo(vendor))
  t.notOk(JSON.stringify(dryRun.calls).includes('tok"'), 'the token is not shown')
})

t.test('a dry run continues as if the vendor had accepted the call', async t => {
  const { line } = await open(t, () => problem(500))
  const { operations } = line.dryRun()
  t.match(await operations.create?.run(spec), { serverId: '{id}' })
  t.match(await operations.console?.run({ id: '1' }), { url: '{url}' })
  t.same(await operations.rename?.run({ id: '1', name: 'x' }), {})
})

t.test('the allowed actions depend on the state and on the rescue mode', async t => {
  const allowed = (changes: object): readonly string[] => seen(changes).server.allowed_actions
  t.same(allowed({ status: 'stopped' }), ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete'])
  t.same(allowed({ status: 'stopped', inRescueMode: true }), ['start', 'resize', 'rename', 'rebuild', 'unrescue', 'password', 'delete'])
  t.same(allowed({ inRescueMode: true }), ['stop', 'reboot', 'rename', 'rebuild', 'unrescue', 'console', 'delete'])
  t.same(allowed({ status: 'pending' }), ['delete'])
  t.same(allowed({ status: 'installing' }), [])
  t.same(allowed({ billing: { status: 'active', cancellationRequest: { type: 'Immediate' } } }), [])
  t.same(allowed({ billing: { status: 'suspended' } }), ['delete'])
  t.same(allowed({ status: 'new word' }), [
    'start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete'
  ])
  t.same(allowed({ status: 'new word', inRescueMode: null }), [
    'start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete'
  ])
})
