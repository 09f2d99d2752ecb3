import t from 'tap'
import { heficed } from '../../src/adapters/heficed/adapter.ts'
import { seenInstance } from '../../src/adapters/heficed/mapping.ts'
import type { Accepted } from '../../src/adapters/verbs.ts'
import { UpstreamError } from '../../src/domain/failure.ts'
import type { Seen } from '../../src/domain/list.ts'
import type { Goal } from '../../src/domain/operation.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { startHeficed, type HeficedSandbox } from '../../sandbox/heficed/simulator.ts'
import type { HeficedBehavior } from '../../sandbox/heficed/behavior.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { createStillClock, type StillClock } from '../helpers/clock.ts'
import { serverFacts } from '../helpers/facts.ts'
import { failureOf, listAll, openBench, type Bench, type Test } from '../helpers/line.ts'
import { badMembers } from '../helpers/verbs.ts'

const organization = '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd'
const instances = `/${organization}/kronoscloud/instances`
const image = '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b'
const ubuntu = '5f1c0a52-0000-4000-8000-000000000001'
const key = '5f1c0a52-0000-4000-8000-0000000000aa'

const spec: CreateSpec = { name: 'web-03', region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image }

/** A vendor that signs in whoever comes and gives the test's answers to the rest. */
async function open (test: Test, handle: (request: SimulatedRequest) => SimulatedReply): Promise<Bench> {
  const vendor = await startSimulator(request => request.path === '/oauth2/token'
    ? { status: 200, body: { access_token: 'tok', expires_in: 86399, scope: 'kronoscloud', token_type: 'bearer' } }
    : handle(request))
  return openBench(test, heficed, vendor, { organization_id: organization, client_id: 'id', client_secret: 'secret', api_url: vendor.origin, token_url: `${vendor.origin}/oauth2/token` })
}

type Sandbox = Bench<HeficedSandbox> & Pick<StillClock, 'pass'>

async function openSandbox (test: Test, behavior: Partial<HeficedBehavior> = {}): Promise<Sandbox> {
  const { now, pass } = createStillClock()
  const vendor = await startHeficed({ clock: now, behavior: { actionMs: 20, createMs: 40, cancelMs: 40, ...behavior } })
  return { ...openBench(test, heficed, vendor, vendor.settings['heficed-main']), pass }
}

const problem = (status: number, context: unknown = ''): SimulatedReply =>
  ({ status, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify({ type: 'about:blank', title: 'No', detail: 'No such luck', instance: '', context }) })
const html: SimulatedReply = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }

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
const event = { id: 881626, instanceId: 312019, entityType: 'vm', group: 'cloudServer', action: 'x', statusCode: 0, status: 'pending', resultCode: 0, result: null, timeCreated: 1625058478, timeUpdated: null }
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

/** What was sent beside the sign-in. */
const sent = ({ calls }: Pick<Simulator, 'calls'>): unknown[] => calls.filter(({ path }) => path !== '/oauth2/token').map(({ method, path, rawQuery, body }) =>
  [method, rawQuery === '' ? path : `${path}?${rawQuery}`, body === '' ? null : JSON.parse(body)])

const never = async (): Promise<never> => { throw new Error('the verb is absent') }
const isReached = ({ statuses, name, cpus, memory_mib: memory, disk_gib: disk }: Goal, server: ServerFacts): boolean =>
  (statuses?.includes(server.status) ?? true) && (name ?? server.name) === server.name && (cpus ?? server.cpus) === server.cpus &&
  (memory ?? server.memory_mib) === server.memory_mib && (disk ?? server.disk_gib) === server.disk_gib

/** Looks again and again, as the gateway does, until the goal is reached; null when the server is gone. */
async function follow ({ operations, pass }: Sandbox, id: string, goal: Goal): Promise<ServerFacts | null> {
  for (let look = 0; look < 200; look += 1) {
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

t.test('a server lives its whole life', async t => {
  const bench = await openSandbox(t, { orderHiddenMs: 30, connectFirst: true, transitional: true })
  const { operations, vendor } = bench
  const created = await operations.create?.run(spec)
  t.match(created, { serverId: '340001', upstream: { id: '684999', status: 'Paid' } })
  t.equal(created?.note, undefined)
  const id = created?.serverId ?? ''
  // Right after the order the vendor may not know it yet.
  t.equal((await failureOf(operations.get.run(id))).failure, 'not-found')
  t.match(await follow(bench, id, { statuses: ['running'] }), { name: 'web-03', cpus: 1, memory_mib: 2048, disk_gib: 10, image: { id: image }, region: { id: 'uk-lon1' } })

  t.match(await operations.resize?.run({ seen: await operations.get.run(id), cpus: 2, disk_gib: 30 }), { upstream: { id: '685000', status: 'Paid' } })
  t.match(await follow(bench, id, { cpus: 2, disk_gib: 30 }), { memory_mib: 2048 })
  t.same(await operations.rename?.run({ id, name: 'web-04.example.net' }), { done: true })
  t.match(await follow(bench, id, { name: 'web-04.example.net' }), { status: 'running' })
  await operations.rebuild?.run({ seen: await operations.get.run(id), image: ubuntu })
  t.equal(vendor.statusOf(Number(id)), 'installing')
  t.match(await follow(bench, id, { statuses: ['running'] }), { image: { id: ubuntu } })
  await operations.rescue?.run({ id })
  t.match((await follow(bench, id, { statuses: ['rescue'] }))?.allowed_actions, ['stop', 'reboot', 'rename', 'rebuild', 'unrescue', 'console', 'delete'])
  await operations.unrescue?.run({ id })
  await follow(bench, id, { statuses: ['running'] })
  await operations.delete?.run({ seen: await operations.get.run(id) })
  t.equal((await operations.get.run(id)).server.status, 'deleting')
  t.equal(await follow(bench, id, { absent: true }), null)
  t.equal(vendor.created, 1)
})

t.test('a create is one order, and its id is that of the server item, although the network product comes first', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: invoice() }))
  t.same(await operations.create?.run(spec), { serverId: '340001', upstream: { id: '684999', status: 'Paid' } })
  await operations.create?.run({ ...spec, ssh_keys: [key], options: { instance_type: 'windows', billing: 'hourly', use_credit: false, bandwidth_tb: 2 } })
  const body = { instanceTypeId: 'linux', locationId: 'uk-lon1', templateId: image, vcpu: 1, memory: 2048, disk: 10, hostname: 'web-03', billingTypeId: 1, additionalBandwidth: 0, useCredit: true }
  t.strictSame(sent(vendor), [
    ['POST', `${instances}/order`, body],
    ['POST', `${instances}/order`, { ...body, instanceTypeId: 'windows', sshKeyId: key, billingTypeId: -1, additionalBandwidth: 2, useCredit: false }]
  ])
})

t.test('the example of a create is one that the simulated vendor takes', async t => {
  const { operations } = await openSandbox(t)
  const create = operations.create
  t.match(await create?.run(create.example), { serverId: '340001' })
  t.same(create?.options.safeParse({}).data, { instance_type: 'linux', billing: 'monthly', use_credit: true, bandwidth_tb: 0 })
})

t.test('an invoice without an item for the server, or with nothing readable, is still an accepted create', async t => {
  const answers: ReadonlyArray<readonly [SimulatedReply, Accepted]> = [
    [{ status: 200, body: invoice({ items: [{ instanceId: 340000, configuration: { raw: { product: 'connect' } } }] }) }, { upstream: { id: '684999', status: 'Paid' } }],
    [{ status: 200, body: invoice({ items: [null, {}, { instanceId: null, configuration: { raw: { product: 'kronoscloud' } } }] }) }, { upstream: { id: '684999', status: 'Paid' } }],
    [{ status: 201, body: { id: '7', items: 'none', status: 5 } }, { upstream: { id: '7', status: null } }],
    [{ status: 200, body: invoice({ items: [{ instanceId: 'a1', configuration: { raw: { product: 'KronosCloud' } } }] }) }, { serverId: 'a1', upstream: { id: '684999', status: 'Paid' } }],
    [{ status: 200, body: [] }, {}],
    [{ status: 204 }, {}],
    [html, {}]
  ]
  for (const [answer, accepted] of answers) {
    const { operations } = await open(t, () => answer)
    t.strictSame(await operations.create?.run(spec), accepted)
  }
})

t.test('an unpaid create reports it with its invoice', async t => {
  for (const [changes, note] of [
    [{ leftToPay: 9.9, status: 'Unpaid' }, 'Invoice 684999 is not paid (9.9 USD left): the provider may do nothing until it is.'],
    [{ leftToPay: null, status: 'Payment Pending' }, 'Invoice 684999 is not paid: the provider may do nothing until it is.'],
    [{ leftToPay: 1, status: null, id: null, currency: null }, 'Invoice of an unknown number is not paid (1 left): the provider may do nothing until it is.']
  ] as const) {
    const { operations } = await open(t, () => ({ status: 200, body: invoice(changes) }))
    t.equal((await operations.create?.run(spec))?.note, note)
    t.equal((await operations.resize?.run({ seen: seen(), cpus: 4 }))?.note, note)
  }
  const bench = await openSandbox(t)
  const accepted = await bench.operations.create?.run({ ...spec, options: { use_credit: false } })
  t.match(accepted, { serverId: '340001', upstream: { id: '684999', status: 'Unpaid' }, note: 'Invoice 684999 is not paid (9.9 USD left): the provider may do nothing until it is.' })
  bench.pass(80)
  t.match((await bench.operations.get.run('340001')).server, { status: 'provisioning', allowed_actions: ['delete'] })
})

t.test('an invalid create is refused before anything is sent', async t => {
  const { vendor, operations } = await open(t, () => problem(500))
  const { region, ...nowhere } = spec
  const { cpus, ...unsized } = spec
  const orders: ReadonlyArray<readonly [CreateSpec, string]> = [
    [{ ...spec, memory_mib: 1000 }, 'body.memory_mib'],
    [{ ...spec, disk_gib: 15 }, 'body.disk_gib'],
    [{ ...spec, disk_gib: 10.5 }, 'body.disk_gib'],
    [{ ...spec, image: 'centos-7' }, 'body.image'],
    [{ ...spec, ssh_keys: ['ssh-ed25519 AAAA me'] }, 'body.ssh_keys'],
    [{ ...spec, ssh_keys: [key, key] }, 'body.ssh_keys'],
    [{ ...spec, options: { billing: 'weekly' } }, 'body.options.billing'],
    [{ ...spec, options: { bandwidth_tb: -1 } }, 'body.options.bandwidth_tb'],
    [{ ...spec, options: { colour: 'red' } }, 'body.options.colour'],
    [nowhere, 'body.region'],
    [unsized, 'body.cpus']
  ]
  for (const [wrong, member] of orders) t.same(await badMembers(operations.create?.run(wrong)), [member])
  t.equal(vendor.calls.length, 0)
})

t.test('a refused create names the vendor\'s member as ours, and is never a missing server', async t => {
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
    const error = await failureOf(operations.create?.run(spec) ?? never())
    t.equal(error.failure, failure)
    t.equal(error.options.member, member)
    t.equal(error.sideEffect, 'none')
    t.equal(sent(vendor).length, 1, 'an order is sent once')
  }
})

t.test('the simulated vendor\'s refusals of a create name our members, in both forms of their context', async t => {
  for (const problemContext of ['text', 'object'] as const) {
    const { operations, vendor } = await openSandbox(t, { problemContext })
    const refusal = async (changes: Partial<CreateSpec>) => (await failureOf(operations.create?.run({ ...spec, ...changes }) ?? never())).options.member
    t.equal(await refusal({ image: '00000000-0000-4000-8000-000000000000' }), 'body.image')
    t.equal(await refusal({ region: 'de-fra1' }), 'body.image', 'an image belongs to one region')
    t.equal(await refusal({ ssh_keys: ['00000000-0000-4000-8000-000000000000'] }), 'body.ssh_keys')
    t.equal(vendor.created, 0)
  }
})

t.test('a create whose answer is lost is not sent again', async t => {
  const { operations, vendor } = await openSandbox(t)
  vendor.fail({ kind: 'reset-after', match: ({ path }) => path.endsWith('/order') })
  const error = await failureOf(operations.create?.run(spec) ?? never())
  t.match(error, { failure: 'unreachable', sideEffect: 'possible' })
  t.equal(vendor.created, 1)
  const likely = (await listAll(operations)).filter(({ server }) => operations.create?.isLike?.(spec, server))
  t.same(likely.map(({ server }) => server.id), ['340001'])
})

t.test('a server whose name the vendor changed is found by the other facts of its row', async t => {
  const { operations, vendor } = await openSandbox(t, { orderHostname: 'ignore' })
  const before = new Set((await listAll(operations)).map(({ server }) => server.id))
  await operations.create?.run(spec)
  const rows = (await listAll(operations)).filter(({ server }) => !before.has(server.id) && operations.create?.isLike?.(spec, server))
  t.same(rows.map(({ server }) => server.id), ['340001'])
  t.not(vendor.servers.get(340001)?.hostname, 'web-03')
})

t.test('a row matches a create if the name may match and nothing else contradicts it', async t => {
  const { operations } = await open(t, () => html)
  const facts = { name: 'web-03', cpus: 1, memory_mib: 2048, disk_gib: 10, region: { id: 'uk-lon1', name: 'London' }, image: { id: image.toUpperCase(), name: null } }
  const isLike = (changes: Partial<ServerFacts>): boolean | undefined => operations.create?.isLike?.(spec, serverFacts('1', 'provisioning', { ...facts, ...changes }))
  for (const changes of [{}, { name: 'hhVyA97bBk' }, { name: '' }, { name: 'WEB-03' }, { name: 'web03' }, { name: 'web-03.example.net' }, { image: null }, { region: null }, { cpus: null }]) {
    t.equal(isLike(changes), true, JSON.stringify(changes))
  }
  for (const changes of [
    { name: 'web-033' }, { name: 'database.example.net' }, { cpus: 2 }, { memory_mib: 1024 }, { disk_gib: 20 }, { region: { id: 'de-fra1', name: null } }, { image: { id: ubuntu, name: null } }
  ]) t.equal(isLike(changes), false, JSON.stringify(changes))
})

t.test('a delete is a forced stop and an immediate cancellation', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: event }))
  t.same(await operations.delete?.run({ seen: seen() }), followed)
  t.strictSame(sent(vendor), [
    ['POST', `${instances}/312019/stop`, { force: true }],
    ['POST', `${instances}/312019/cancel`, { type: 'Immediate', reason: 'deleted through the gateway' }]
  ])
})

t.test('a stop that is refused because nothing runs does not prevent the cancellation', async t => {
  for (const refusal of [problem(409), problem(400), problem(422), problem(423)]) {
    const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/stop') ? refusal : { status: 200, body: event })
    t.same(await operations.delete?.run({ seen: seen() }), followed)
    t.equal(sent(vendor).length, 2)
  }
  for (const status of ['pending', 'suspended', 'error']) {
    const { vendor, operations } = await open(t, ({ path }) => path.endsWith('/stop') ? problem(409) : { status: 200, body: event })
    t.same(await operations.delete?.run({ seen: seen({ status }) }), followed)
    t.equal(sent(vendor).length, 2, status)
  }
})

t.test('what is off needs no stop before it is cancelled', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: event }))
  await operations.delete?.run({ seen: seen({ status: 'stopped' }) })
  t.strictSame(sent(vendor), [['POST', `${instances}/312019/cancel`, { type: 'Immediate', reason: 'deleted through the gateway' }]])
})

t.test('a stop that fails for another reason is reported, and nothing is cancelled', async t => {
  for (const [answer, failure] of [[problem(404), 'not-found'], [problem(403), 'forbidden'], [problem(500), 'unavailable'], [problem(429), 'rate-limited']] as const) {
    const { vendor, operations } = await open(t, () => answer)
    t.equal((await failureOf(operations.delete?.run({ seen: seen() }) ?? never())).failure, failure)
    t.equal(sent(vendor).length, 1)
  }
})

t.test('whatever a cancellation answers, the server is deleting', async t => {
  for (const cancelAnswer of ['event', 'request', 'empty'] as const) {
    const bench = await openSandbox(t, { cancelAnswer })
    for (const id of ['312019', '312020']) {
      const accepted = await bench.operations.delete?.run({ seen: await bench.operations.get.run(id) })
      t.equal(accepted?.upstream === undefined, cancelAnswer !== 'event', `${cancelAnswer} ${id}`)
      t.equal(await follow(bench, id, { absent: true }), null)
    }
  }
  const { operations } = await open(t, () => html)
  t.strictSame(await operations.delete?.run({ seen: seen({ status: 'stopped' }) }), {})
})

t.test('an already cancelled server cannot be deleted again', async t => {
  const { operations } = await openSandbox(t, { cancelMs: 60_000 })
  await operations.delete?.run({ seen: await operations.get.run('312019') })
  t.equal((await failureOf(operations.delete?.run({ seen: await operations.get.run('312019') }) ?? never())).failure, 'conflict')
})

t.test('a resize sends all sizes, and grows the main disk by what all disks together lack', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: invoice({ items: [] }) }))
  t.same(await operations.resize?.run({ seen: seen(), cpus: 4 }), { upstream: { id: '684999', status: 'Paid' } })
  await operations.resize?.run({ seen: seen(), memory_mib: 2560, disk_gib: 40 })
  await operations.resize?.run({ seen: seen({ additionalDisk1: 55, additionalDisk8: 20 }), disk_gib: 105 })
  await operations.resize?.run({ seen: seen({ additionalDisk1: 55 }), cpus: 3, disk_gib: 75 })
  await operations.resize?.run({ seen: seen({ vcpu: null, disk: null }), memory_mib: 4096 })
  await operations.resize?.run({ seen: seen({ disk: null }), disk_gib: 40 })
  const path = `${instances}/312019`
  t.strictSame(sent(vendor), [
    ['PATCH', path, { vcpu: 4, memory: 2048, disk: 20 }],
    ['PATCH', path, { vcpu: 2, memory: 2560, disk: 40 }],
    ['PATCH', path, { vcpu: 2, memory: 2048, disk: 30 }],
    ['PATCH', path, { vcpu: 3, memory: 2048, disk: 20 }],
    ['PATCH', path, { memory: 4096 }],
    ['PATCH', path, { vcpu: 2, memory: 2048, disk: 40 }]
  ])
})

t.test('a resize that the vendor cannot do is refused before anything is sent', async t => {
  const { vendor, operations } = await open(t, () => problem(500))
  for (const [asked, member] of [
    [{ disk_gib: 10 }, 'body.disk_gib'],
    [{ cpus: 1 }, 'body.cpus'],
    [{ memory_mib: 1024 }, 'body.memory_mib'],
    [{ memory_mib: 3000 }, 'body.memory_mib'],
    [{ disk_gib: 25 }, 'body.disk_gib']
  ] as const) t.same(await badMembers(operations.resize?.run({ seen: seen(), ...asked })), [member])
  t.same(await badMembers(operations.resize?.run({ seen: seen({ additionalDisk1: 55 }), disk_gib: 80 })), ['body.disk_gib'])
  t.equal(vendor.calls.length, 0)
})

t.test('a resize to the present sizes sends nothing', async t => {
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

t.test('a rename is done when the answer shows the name, else the server will', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: { ...row, hostname: 'web-05' } }))
  t.same(await operations.rename?.run({ id: '312019', name: 'web-05' }), { done: true })
  t.same(await operations.rename?.run({ id: '312019', name: 'web-06' }), {})
  t.strictSame(sent(vendor), [['PATCH', `${instances}/312019`, { hostname: 'web-05' }], ['PATCH', `${instances}/312019`, { hostname: 'web-06' }]])
  for (const answer of [html, { status: 204 }, { status: 200, body: event }]) {
    t.same(await (await open(t, () => answer)).operations.rename?.run({ id: '312019', name: 'web-05' }), {})
  }
  const refusing = await open(t, () => problem(422, 'hostname'))
  t.match(await failureOf(refusing.operations.rename?.run({ id: '312019', name: '_' }) ?? never()), { failure: 'rejected', options: { member: 'body.name' } })
})

t.test('a rebuild names the image; one that is not known is no missing server', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: event }))
  t.same(await operations.rebuild?.run({ seen: seen(), image: ubuntu }), followed)
  t.strictSame(sent(vendor), [['POST', `${instances}/312019/reinstall`, { templateId: ubuntu }]])
  t.same(await badMembers(operations.rebuild?.run({ seen: seen(), image: 'ubuntu' })), ['body.image'])
  t.equal(sent(vendor).length, 1)
  for (const status of [400, 404]) {
    const refusing = await open(t, () => problem(status, 'templateId'))
    t.match(await failureOf(refusing.operations.rebuild?.run({ seen: seen(), image: ubuntu }) ?? never()), { failure: 'rejected', options: { member: 'body.image' } })
  }
  const sandbox = await openSandbox(t)
  const foreign = '5f1c0a52-0000-4000-8000-000000000120'
  t.match(await failureOf(sandbox.operations.rebuild?.run({ seen: await sandbox.operations.get.run('312019'), image: foreign }) ?? never()), { failure: 'rejected', options: { member: 'body.image' } })
})

t.test('rescue and its end restart the server softly', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: event }))
  t.same(await operations.rescue?.run({ id: '312019' }), followed)
  t.same(await operations.unrescue?.run({ id: '312019' }), followed)
  t.strictSame(sent(vendor), [
    ['POST', `${instances}/312019/rescue`, { reboot: true, force: false }],
    ['POST', `${instances}/312019/unrescue`, { reboot: true, force: false }]
  ])
})

t.test('the vendor generates the password and shows it in its console unless the answer has it', async t => {
  const note = 'The provider generates the new password and shows it in its web console only.'
  const { vendor, operations } = await open(t, () => ({ status: 200, body: event }))
  t.same(await operations.password?.run({ id: '312019' }), { ...followed, note })
  t.strictSame(sent(vendor), [['POST', `${instances}/312019/resetRootPass`, null]])
  const telling = await open(t, () => ({ status: 200, body: { ...event, password: 'SECRET-new' } }))
  t.same(await telling.operations.password?.run({ id: '312019' }), { ...followed, password: 'SECRET-new' })
  const sandbox = await openSandbox(t)
  const before = sandbox.vendor.servers.get(312019)?.password
  t.match(await sandbox.operations.password?.run({ id: '312019' }), { note })
  sandbox.pass(40)
  await sandbox.operations.get.run('312019')
  t.not(sandbox.vendor.servers.get(312019)?.password, before)
})

t.test('a console is a link, and without one the answer is not quoted', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 200, body: { url: 'https://vnc.example.net/1?token=SECRET' } }))
  t.same(await operations.console?.run({ id: '312019' }), { type: 'vnc', url: 'https://vnc.example.net/1?token=SECRET', expires_at: null })
  t.strictSame(sent(vendor), [['POST', `${instances}/312019/vnc`, null]])
  const odd = await open(t, () => ({ status: 200, body: { link: 'https://vnc.example.net/1?token=SECRET' } }))
  const error = await failureOf(odd.operations.console?.run({ id: '312019' }) ?? never())
  t.equal(error.failure, 'malformed')
  t.notOk(JSON.stringify([error.message, error.options]).includes('SECRET'))
})

type Verbs = Bench['operations']

/** Every write on one server, as the gateway asks for it. */
const writes = (operations: Verbs, looked: Seen): ReadonlyArray<readonly [string, () => Promise<unknown>]> => [
  ['start', async () => await (operations.start?.run({ id: looked.server.id }) ?? never())],
  ['stop', async () => await (operations.stop?.run({ id: looked.server.id, force: true }) ?? never())],
  ['reboot', async () => await (operations.reboot?.run({ id: looked.server.id }) ?? never())],
  ['rename', async () => await (operations.rename?.run({ id: looked.server.id, name: 'other' }) ?? never())],
  ['resize', async () => await (operations.resize?.run({ seen: looked, cpus: 8 }) ?? never())],
  ['rebuild', async () => await (operations.rebuild?.run({ seen: looked, image: looked.server.image?.id ?? image }) ?? never())],
  ['rescue', async () => await (operations.rescue?.run({ id: looked.server.id }) ?? never())],
  ['unrescue', async () => await (operations.unrescue?.run({ id: looked.server.id }) ?? never())],
  ['password', async () => await (operations.password?.run({ id: looked.server.id }) ?? never())],
  ['console', async () => await (operations.console?.run({ id: looked.server.id }) ?? never())],
  ['delete', async () => await (operations.delete?.run({ seen: looked }) ?? never())]
]

t.test('every verb reports a missing server as not found', async t => {
  const { operations } = await openSandbox(t)
  for (const [verb, run] of writes(operations, seen({ id: 999999999 }))) t.match(await failureOf(run()), { failure: 'not-found', options: { status: 404 } }, verb)
  for (const id of ['x', '../order', 'order']) {
    for (const name of ['start', 'stop', 'reboot', 'rescue', 'unrescue', 'password', 'console'] as const) {
      t.match(await failureOf(operations[name]?.run({ id }) ?? never()), { failure: 'not-found', options: { notAttempted: true } })
    }
  }
})

t.test('a wrong state is a conflict', async t => {
  const { operations } = await openSandbox(t)
  const pending = await operations.get.run('337228')
  t.equal(pending.server.status, 'provisioning')
  const verbs = new Map(writes(operations, pending))
  for (const verb of ['start', 'stop', 'reboot', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console']) {
    t.equal((await failureOf(verbs.get(verb)?.() ?? never())).failure, 'conflict', verb)
  }
})

t.test('a vendor without the guessed endpoints answers each with 404 or 405, and only those verbs are inferred', async t => {
  const { operations } = await openSandbox(t, { inferred: false })
  const looked = await operations.get.run('312019')
  const guessed = new Set<string>()
  for (const [verb, run] of writes(operations, looked)) {
    try {
      await run()
    } catch (error) {
      if (error instanceof UpstreamError && (error.failure === 'not-found' || error.failure === 'unsupported') && error.options.member === undefined) guessed.add(verb)
      else throw error
    }
  }
  t.same([...guessed], ['start', 'reboot', 'rename', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console'])
  for (const verb of ['start', 'reboot', 'rename', 'resize', 'rebuild', 'rescue', 'unrescue', 'password', 'console'] as const) t.equal(operations[verb]?.evidence, 'inferred')
  t.same([operations.create?.evidence, operations.delete?.evidence, operations.stop?.evidence], ['observed', 'observed', 'documented'])
})

t.test('a dry run lists exactly the calls of the real run and sends none', async t => {
  const { line, vendor, operations } = await open(t, () => ({ status: 200, body: { ...event, url: 'https://vnc.example.net/' } }))
  const dryRun = line.dryRun()
  const dryRunOf = { ...dryRun.operations, counters: operations.counters }
  const both = (verbs: Verbs) => [...writes(verbs, seen()), ['create', async () => await (verbs.create?.run({ ...spec, ssh_keys: [key] }) ?? never())] as const]
  for (const [, run] of both(dryRunOf)) await run()
  t.equal(sent(vendor).length, 0)
  for (const [, run] of both(operations)) await run()
  const planned = dryRun.calls.map(({ method, url, body }) => [method, url.slice(vendor.origin.length), body])
  t.strictSame(JSON.parse(JSON.stringify(planned)), sent(vendor))
  t.notOk(JSON.stringify(dryRun.calls).includes('tok"'), 'the token is not shown')
})

t.test('a dry run goes on as if the vendor had accepted', async t => {
  const { line } = await open(t, () => problem(500))
  const { operations } = line.dryRun()
  t.match(await operations.create?.run(spec), { serverId: '{id}' })
  t.match(await operations.console?.run({ id: '1' }), { url: '{url}' })
  t.same(await operations.rename?.run({ id: '1', name: 'x' }), {})
})

t.test('what a server allows depends on its state, and on whether it is in rescue mode', async t => {
  const allowed = (changes: object): readonly string[] => seen(changes).server.allowed_actions
  t.same(allowed({ status: 'stopped' }), ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete'])
  t.same(allowed({ status: 'stopped', inRescueMode: true }), ['start', 'resize', 'rename', 'rebuild', 'unrescue', 'password', 'delete'])
  t.same(allowed({ inRescueMode: true }), ['stop', 'reboot', 'rename', 'rebuild', 'unrescue', 'console', 'delete'])
  t.same(allowed({ status: 'pending' }), ['delete'])
  t.same(allowed({ status: 'installing' }), [])
  t.same(allowed({ billing: { status: 'active', cancellationRequest: { type: 'Immediate' } } }), [])
  t.same(allowed({ billing: { status: 'suspended' } }), ['delete'])
  t.same(allowed({ status: 'new word' }), ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete'])
  t.same(allowed({ status: 'new word', inRescueMode: null }), ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete'])
})
