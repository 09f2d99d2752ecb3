import t from 'tap'
import { capabilitiesOf } from '../../src/adapters/capabilities.ts'
import type { Accepted } from '../../src/adapters/verbs.ts'
import type { Goal } from '../../src/domain/operation.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import type { SimulatedReply, SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import type { StillClock } from '../helpers/clock.ts'
import { failureOf, listAll } from '../helpers/line.ts'
import { envelope, ok, open, openSandbox, refusal, refusedMember, verbsOf, type Verbs } from './glesys-bench.ts'

const key = 'ssh-ed25519 AAAAEXAMPLE deploy@example'

const sentBy = ({ calls }: { calls: readonly SimulatedRequest[] }): string[] => calls.map(({ method, path, body }) => `${method} ${path} ${body}`)
const bodyOf = ({ calls }: { calls: readonly SimulatedRequest[] }): unknown => JSON.parse(calls.at(-1)?.body ?? '')

interface Following extends Pick<StillClock, 'pass'> {
  readonly verbs: Verbs
}

/** The server as the gateway would judge it: absent, or unlocked and as the goal says. */
async function follow ({ verbs, pass }: Following, id: string, goal: Goal): Promise<void> {
  for (let looks = 0; looks < 200; looks += 1) {
    const server = await verbs.get.run(id).then(seen => seen.server, error => {
      if (error.failure === 'not-found') return null
      throw error
    })
    if (server === null ? goal.absent === true : server.locked === false && isReached(goal, server)) return
    pass(10)
  }
  throw new Error('the goal was never reached')
}

function isReached ({ absent, statuses, name, cpus, memory_mib: memory, disk_gib: disk, has = [], missing = [] }: Goal, server: ServerFacts): boolean {
  const shown = server.addresses.map(({ address }) => address)
  const isAsAsked = <T>(asked: T | undefined, now: T): boolean => asked === undefined || asked === now
  return absent !== true && (statuses === undefined || statuses.includes(server.status)) && isAsAsked(name, server.name) && isAsAsked<number | null>(cpus, server.cpus) &&
    isAsAsked<number | null>(memory, server.memory_mib) && isAsAsked<number | null>(disk, server.disk_gib) &&
    has.every(address => shown.includes(address)) && !missing.some(address => shown.includes(address))
}

const running: Goal = { statuses: ['running'] }
const stopped: Goal = { statuses: ['stopped'] }
const gone: Goal = { absent: true }

const spec: CreateSpec = { name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', ssh_keys: [key] }
const vmware: CreateSpec = { ...spec, image: 'Debian 12 64-bit', options: { platform: 'VMware' } }
const order = { platform: 'KVM', datacenter: 'Falkenberg', hostname: 'web-9', templatename: 'debian-12', cpucores: 2, memorysize: 2048, disksize: 50, ip: 'any', ipv6: 'any' }
const vmwareOrder = { ...order, platform: 'VMware', templatename: 'Debian 12 64-bit' }
const without = (spec: CreateSpec, ...names: string[]): CreateSpec => ({ ...spec, ...Object.fromEntries(names.map(name => [name, undefined])) })
const users = [{ username: 'deploy', sshkeys: [key] }]

t.test('the verbs are these, with their evidence and what they accept', async t => {
  const { operations } = await open(t, () => ok())
  const shown = Object.entries(capabilitiesOf(operations)).filter(([, { support }]) => support !== 'none')
    .map(([name, { evidence, accepts }]) => [name, evidence, accepts.length === 0 ? undefined : accepts])
  t.same(shown, [
    ['list', 'documented', undefined],
    ['get', 'documented', undefined],
    ['create', 'documented', ['region', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'user_data', 'password', 'options']],
    ['delete', 'documented', ['keep_addresses']],
    ['start', 'documented', undefined],
    ['stop', 'documented', ['force']],
    ['reboot', 'documented', undefined],
    ['resize', 'documented', ['cpus', 'memory_mib', 'disk_gib']],
    ['rename', 'documented', undefined],
    ['console', 'observed', undefined],
    ['addresses.list', 'observed', undefined],
    ['addresses.attach', 'observed', undefined],
    ['addresses.detach', 'observed', undefined],
    ['ptr', 'documented', undefined],
    ['images', 'observed', undefined],
    ['regions', 'observed', undefined],
    ['ssh_keys', 'observed', undefined],
    ['networks', 'observed', undefined],
    ['raw', 'documented', undefined]
  ])
  t.same(operations.create?.requires, ['region', 'cpus', 'memory_mib', 'disk_gib'])
})

t.test('the simulator accepts the published example of a create', async t => {
  const { vendor, verbs } = await openSandbox(t)
  await verbs.create.run(verbs.create.example)
  t.equal(vendor.created, 1)
})

t.test('the lock in the answer to an action shows that its work has begun', async t => {
  for (const [server, begun] of [[{ state: 'locked' }, true], [{ islocked: true, isrunning: true }, true], [{ status: 'updating' }, true], [{ islocked: false, state: 'running' }, undefined], [{}, undefined]] as const) {
    const { operations } = await open(t, () => ok({ server: { serverid: 'kvm123456', ...server } }))
    t.equal((await operations.reboot?.run({ id: 'kvm123456' }))?.begun, begun, JSON.stringify(server))
  }
})

t.test('a KVM create makes a user from the keys and the password, adds an address of each family, and the note names the user', async t => {
  const { vendor, verbs } = await open(t, () => ok({ server: { serverid: 'kvm200001', state: 'locked' } }))
  const note = 'The user name on the new server is deploy.'
  t.same(await verbs.create.run(spec), { serverId: 'kvm200001', note })
  t.same(sentBy(vendor), [`POST /server/create ${JSON.stringify({ ...order, users })}`])
  await verbs.create.run({ ...spec, password: 'pass-SECRET' })
  t.same(bodyOf(vendor), { ...order, users: [{ username: 'deploy', sshkeys: [key], password: 'pass-SECRET' }] })
  await verbs.create.run({ ...without(spec, 'ssh_keys'), password: 'pass-SECRET' })
  t.same(bodyOf(vendor), { ...order, users: [{ username: 'deploy', password: 'pass-SECRET' }] })
})

t.test('options.users are sent unchanged, and the note does not mention a user named deploy', async t => {
  const { vendor, verbs } = await open(t, () => ok({ server: { serverid: 'kvm200001' } }))
  const own = [{ username: 'alice', sshkeys: [key], password: 'p' }, { username: 'bob' }]
  t.same(await verbs.create.run({ ...without(spec, 'ssh_keys'), options: { users: own } }), { serverId: 'kvm200001' })
  t.same(bodyOf(vendor), { ...order, users: own })
})

t.test('a VMware server gets a root password and a key instead of users', async t => {
  const { vendor, verbs } = await open(t, () => ok({ server: { serverid: 'wps1200001' } }))
  t.same(await verbs.create.run({ ...vmware, password: 'pass-SECRET' }), { serverId: 'wps1200001' })
  t.same(bodyOf(vendor), { ...vmwareOrder, rootpassword: 'pass-SECRET', sshkey: key })
  await verbs.create.run({ ...vmware, ssh_keys: ['101', key, '102'] })
  t.same(bodyOf(vendor), { ...vmwareOrder, sshkey: key, sshkeyids: '101,102' })
  t.equal(vendor.calls.length, 2)
  await verbs.create.run({ ...without(vmware, 'ssh_keys'), options: { platform: 'VMware', users } })
  t.same(bodyOf(vendor), { ...vmwareOrder, users })
})

t.test('ids of keys become the texts of the project\'s keys on KVM, where only users have keys', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.match(await verbs.create.run({ ...spec, ssh_keys: ['101'] }), { serverId: /^kvm2\d+$/ })
  t.same(vendor.calls.map(({ method, path }) => `${method} ${path}`), ['GET /sshkey/list', 'POST /server/create'])
  t.match(bodyOf(vendor), { users: [{ username: 'deploy', sshkeys: ['ssh-ed25519 AAAAEXAMPLE deploy@example'] }] })
  t.equal(await refusedMember(verbs.create.run({ ...spec, ssh_keys: ['102'] })), 'body.ssh_keys', 'a key of another project')
  t.equal(vendor.created, 1)
})

t.test('every other member of a create is sent where the vendor expects it', async t => {
  const { vendor, verbs } = await open(t, () => ok({ server: { serverid: 'kvm200001' } }))
  const backupschedules = [{ frequency: 'daily', numberofimagestokeep: 2 }]
  const userData = '## template: glesys\n#cloud-config\n{{> users}}'
  await verbs.create.run({ ...spec, user_data: userData, options: { bandwidth: 200, description: 'Å', ip: '192.0.2.11', ipv6: 'none', cloudconfigparams: { a: 1 }, backupschedules } })
  t.same(bodyOf(vendor), { ...order, bandwidth: 200, description: 'Å', ip: '192.0.2.11', ipv6: 'none', cloudconfig: userData, cloudconfigparams: { a: 1 }, backupschedules, users })
})

t.test('nested arguments are sent as JSON even with format xml, and plain ones as a form', async t => {
  const xml = '<?xml version="1.0"?><response><status><code>200</code><text>OK</text></status><server><serverid>kvm200001</serverid></server></response>'
  const { vendor, verbs } = await open(t, () => ({ status: 200, headers: { 'content-type': 'application/xml' }, body: xml }), { format: 'xml' })
  t.match(await verbs.create.run(spec), { serverId: 'kvm200001' })
  t.match(vendor.calls[0]?.headers, { accept: 'application/xml', 'content-type': 'application/json' })
  t.same(bodyOf(vendor), { ...order, users })
  await verbs.create.run(vmware)
  t.match(vendor.calls[1]?.headers, { accept: 'application/xml', 'content-type': 'application/x-www-form-urlencoded' })
  t.same(Object.fromEntries(new URLSearchParams(vendor.calls[1]?.body)), { ...Object.fromEntries(Object.entries(vmwareOrder).map(([name, value]) => [name, String(value)])), sshkey: key })
})

const badOrders: ReadonlyArray<readonly [string, CreateSpec]> = [
  ['body.options.users', without(spec, 'ssh_keys')],
  ['body.options.users', { ...without(spec, 'ssh_keys'), user_data: '#cloud-config' }],
  ['body.password', { ...spec, password: 'p', options: { users } }],
  ['body.ssh_keys', { ...spec, options: { users } }],
  ['body.ssh_keys', { ...spec, ssh_keys: ['deploy'] }],
  ['body.ssh_keys', { ...spec, ssh_keys: [`${key}\n${key}`] }],
  ['body.password', without(vmware, 'ssh_keys')],
  ['body.ssh_keys', { ...vmware, ssh_keys: [key, key] }],
  ['body.user_data', { ...vmware, user_data: '#cloud-config' }],
  ['body.options.backupschedules', { ...vmware, options: { platform: 'VMware', backupschedules: [{ frequency: 'daily', numberofimagestokeep: 1 }] } }],
  ['body.options.cloudconfigparams', { ...vmware, options: { platform: 'VMware', cloudconfigparams: {} } }],
  ['body.options.cloudconfigparams', { ...spec, options: { cloudconfigparams: {} } }],
  ['body.disk_gib', { ...spec, disk_gib: 20.5 }],
  ['body.options.platform', { ...spec, options: { platform: 'OpenVZ' } }],
  ['body.options.users.0.username', { ...spec, options: { users: [{ sshkeys: [key] }] } }],
  ['body.options.users.0.sshkeys', { ...spec, options: { users: [{ username: 'a', sshkeys: key }] } }],
  ['body.options.ip', { ...spec, options: { ip: '2001:db8::1' } }],
  ['body.options.ipv6', { ...spec, options: { ipv6: 'fe80::1%eth0' } }],
  ['body.options.campaign', { ...spec, options: { campaign: 'x' } }]
]
t.test('an invalid create is refused without a call and names the wrong member', async t => {
  const { vendor, verbs } = await open(t, () => ok())
  for (const [member, bad] of badOrders) t.equal(await refusedMember(verbs.create.run(bad)), member, JSON.stringify(bad))
  t.equal(vendor.calls.length, 0)
})

t.test('an accepted create with an unreadable id is not a failure', async t => {
  for (const payload of [{}, { server: {} }, { server: { serverid: null } }, { server: 'x' }, { server: { serverid: 'None' } }]) {
    const { vendor, verbs } = await open(t, () => ok(payload))
    t.same(await verbs.create.run(vmware), {}, JSON.stringify(payload))
    t.equal(vendor.calls.length, 1)
  }
  const { verbs } = await open(t, () => ({ status: 200, body: 'x' }))
  t.match(await failureOf(verbs.create.run(spec)), { failure: 'malformed', sideEffect: 'certain' })
})

t.test('a create without an answer is sent once and may have succeeded', async t => {
  for (const kind of ['reset-after', 'truncate'] as const) {
    const { vendor, verbs } = await openSandbox(t)
    vendor.fail({ kind })
    t.match((await failureOf(verbs.create.run(spec))).sideEffect, kind === 'truncate' ? 'certain' : 'possible')
    t.equal(vendor.created, 1)
    const made = (await listAll(verbs)).filter(({ server }) => verbs.create.isLike?.(spec, server))
    t.match(made.map(({ server }) => server.id), [/^kvm2\d+$/], 'and it is found in the list by its name')
  }
})

t.test('a row matches a create if the name is equal in any case, and the region where it is shown', async t => {
  const { verbs } = await open(t, () => ok())
  const { server } = (await (await openSandbox(t)).verbs.get.run('kvm123456'))
  const isLike = (name: string, region: string | null): unknown => verbs.create.isLike?.({ ...spec, name: 'Web-9' }, { ...server, name, region: region === null ? null : { id: region, name: region } })
  t.ok(isLike('web-9', 'Falkenberg'))
  t.ok(isLike('web-9', null))
  t.notOk(isLike('web-9', 'Stockholm'))
  t.notOk(isLike('web-8', 'Falkenberg'))
})

const refusedOrders: ReadonlyArray<readonly [SimulatedReply, string, string | undefined]> = [
  [refusal(500, 609, 'Unknown template.'), 'rejected', 'body.image'],
  [refusal(404, 404, 'Could not find the template'), 'rejected', 'body.image'],
  [refusal(404, 404, 'Not supported'), 'rejected', undefined],
  [refusal(400, 400, 'The selected datacenter is invalid.'), 'rejected', 'body.region'],
  [refusal(400, 400, 'The users field is required.'), 'rejected', 'body.options.users'],
  [refusal(400, 400, 'The selected sshkeyids is invalid.'), 'rejected', 'body.ssh_keys'],
  [refusal(400, 400, 'The rootpassword is too short.'), 'rejected', 'body.password'],
  [refusal(400, 400, 'The memorysize must be an integer.'), 'rejected', 'body.memory_mib'],
  [refusal(400, 400, 'There are no free addresses for ipv6.'), 'rejected', 'body.options.ipv6'],
  [refusal(400, 400, 'The selected platform is invalid.'), 'rejected', 'body.options.platform'],
  [refusal(500, 607, ''), 'conflict', 'body.name'],
  [refusal(500, 610, 'Bad configuration option for the template.'), 'rejected', undefined],
  [refusal(500, 603, 'No payment card'), 'quota', undefined],
  [refusal(500, 604, 'You are not allowed to create more servers.'), 'quota', undefined],
  [refusal(500, 617, 'Host has not enough memory'), 'capacity', undefined],
  [refusal(500, 618, 'Limit of test accounts'), 'quota', undefined],
  [refusal(500, 605, 'Create failed'), 'unavailable', undefined],
  [refusal(500, 619, 'Connection exception'), 'unavailable', undefined]
]
t.test('a refused create names the member and never looks like a missing server', async t => {
  for (const [reply, failure, member] of refusedOrders) {
    const { vendor, verbs } = await open(t, () => reply)
    const error = await failureOf(verbs.create.run(spec))
    t.match(error, { failure, sideEffect: failure === 'unavailable' ? 'possible' : 'none' }, JSON.stringify(reply.body))
    t.equal(error.options.member, member, JSON.stringify(reply.body))
    t.notMatch(error.message + JSON.stringify(error.options), /theSecretSauce/)
    t.equal(vendor.calls.length, 1)
  }
})

t.test('a dry run of a create is the call that would be sent, without secrets', async t => {
  const { vendor, line } = await openSandbox(t)
  const { operations, calls } = line.dryRun()
  t.same(await operations.create?.run({ ...spec, password: 'pass-SECRET', user_data: '#cloud-config SECRET' }), { serverId: '{id}', note: 'The user name on the new server is deploy.' })
  t.match(calls, [{ method: 'POST', url: `${vendor.origin}/server/create`, headers: { authorization: '[redacted]' }, body: { ...order, users: [{ username: 'deploy', sshkeys: [key], password: '[redacted]' }] } }])
  t.notMatch(JSON.stringify(calls), /SECRET/)
  t.equal(vendor.calls.length, 0)
})

t.test('a delete always says whether the addresses are kept', async t => {
  const { vendor, verbs, pass } = await openSandbox(t)
  const seen = await verbs.get.run('kvm130013')
  t.same(await verbs.delete.run({ seen }), {})
  t.same(sentBy(vendor).slice(1), ['POST /server/destroy {"serverid":"kvm130013","keepip":false}'])
  await follow({ verbs, pass }, 'kvm130013', gone)
  t.notOk((await verbs['addresses.list'].all()).some(({ address }) => address === '192.0.2.40'))
  const kept = await verbs.get.run('kvm123456')
  const keeping = { seen: kept, keep_addresses: true }
  await verbs.delete.run(keeping)
  t.same(bodyOf(vendor), { serverid: 'kvm123456', keepip: true })
  await follow({ verbs, pass }, 'kvm123456', gone)
  t.match((await verbs['addresses.list'].all()).find(({ address }) => address === '192.0.2.12'), { server_id: null })
  t.equal((await failureOf(verbs.delete.run({ seen: kept }))).failure, 'not-found')
})

t.test('a form has keepip as a digit, like the vendor\'s echo', async t => {
  const { vendor, verbs } = await openSandbox(t, { format: 'xml' })
  const seen = await verbs.get.run('kvm123456')
  t.same(await verbs.delete.run({ seen }), {})
  t.equal(vendor.calls.at(-1)?.body, 'serverid=kvm123456&keepip=0')
})

t.test('a delete is accepted without a payload, and with an unknown code beside OK', async t => {
  const { verbs: lab } = await openSandbox(t)
  const seen = await lab.get.run('kvm123456')
  for (const code of [200, '200', 0, 1234567]) {
    const { verbs } = await open(t, () => ({ status: 200, body: envelope({}, code) }))
    t.same(await verbs.delete.run({ seen }), {}, String(code))
  }
  const { verbs } = await open(t, () => ({ status: 200, body: envelope({}, 0, 'Timeout') }))
  t.match(await failureOf(verbs.delete.run({ seen })), { failure: 'unavailable', sideEffect: 'possible' }, 'nothing was seen as a code of a timeout inside')
})

t.test('both refusals for a locked server are conflicts, and nothing is repeated', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const seen = await verbs.get.run('kvm130002')
  for (const lockedError of ['http-403', 'http-500-code-606'] as const) {
    vendor.behavior.lockedError = lockedError
    vendor.calls.length = 0
    for (const work of [() => verbs.delete.run({ seen }), () => verbs.resize.run({ seen, cpus: 4 }), () => verbs.rename.run({ id: 'kvm130002', name: 'x' })]) {
      t.match(await failureOf(work()), { failure: 'conflict', sideEffect: 'none', options: { vendorMessage: 'Server Locked' } })
    }
    t.equal(vendor.calls.length, 3)
  }
})

t.test('managed hosting forbids changes', async t => {
  const { verbs } = await openSandbox(t)
  const seen = await verbs.get.run('kvm130008')
  t.equal((await failureOf(verbs.delete.run({ seen }))).failure, 'forbidden')
  t.equal((await failureOf(verbs.resize.run({ seen, cpus: 4 }))).failure, 'forbidden')
  t.equal((await failureOf(verbs.rename.run({ id: 'kvm130008', name: 'x' }))).failure, 'forbidden')
})

t.test('an action that the server does not support is refused without a call', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const server = vendor.servers.get('kvm123456')
  if (server === undefined) throw new Error('no server')
  server.supportedfeatures = { ...server.supportedfeatures, editdisksize: 'no', destroy: 'no' }
  const seen = await verbs.get.run('kvm123456')
  t.notOk(seen.server.allowed_actions.includes('delete'))
  vendor.calls.length = 0
  t.match(await failureOf(verbs.delete.run({ seen })), { failure: 'unsupported', options: { notAttempted: true } })
  t.match(await failureOf(verbs.resize.run({ seen, cpus: 4, disk_gib: 60 })), { failure: 'unsupported', options: { member: 'body.disk_gib' } })
  t.equal(vendor.calls.length, 0)
  t.same(await verbs.resize.run({ seen, cpus: 4, disk_gib: 50 }), {}, 'a disk that stays as it is needs no feature')
  t.same(sentBy(vendor), ['POST /server/edit {"serverid":"kvm123456","cpucores":4}'])
})

for (const editValues of ['at-once', 'when-unlocked'] as const) {
  t.test(`only what changes is sent to resize, and the lock is waited for when values are shown ${editValues}`, async t => {
    const { vendor, verbs, pass } = await openSandbox(t)
    vendor.behavior.editValues = editValues
    vendor.behavior.codeType = 'big-on-edit'
    const seen = await verbs.get.run('kvm123456')
    t.same(await verbs.resize.run({ seen, cpus: 4, memory_mib: 2048, disk_gib: 80 }), {})
    t.same(bodyOf(vendor), { serverid: 'kvm123456', cpucores: 4, disksize: 80 })
    await follow({ verbs, pass }, 'kvm123456', { cpus: 4, memory_mib: 2048, disk_gib: 80 })
    t.match((await verbs.get.run('kvm123456')).server, { cpus: 4, disk_gib: 80, locked: false, status: 'running' })
  })
}

t.test('a resize to the current sizes sends nothing', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const seen = await verbs.get.run('kvm123456')
  t.same(await verbs.resize.run({ seen, cpus: 2, memory_mib: 2048, disk_gib: 50 }), {})
  t.equal(vendor.calls.length, 1)
})

t.test('disk_gib of a resize is the sum of all disks, of which the main one grows', async t => {
  const { vendor, verbs, pass } = await openSandbox(t)
  const seen = await verbs.get.run('wps654321')
  t.equal(seen.server.disk_gib, 300)
  await verbs.resize.run({ seen, disk_gib: 350 })
  t.same(bodyOf(vendor), { serverid: 'wps654321', disksize: 150 })
  await follow({ verbs, pass }, 'wps654321', { disk_gib: 350 })
})

t.test('a smaller disk or a fraction of a GiB is refused without a call', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const seen = await verbs.get.run('wps654321')
  vendor.calls.length = 0
  for (const disk of [299, 100, 300.5]) t.equal(await refusedMember(verbs.resize.run({ seen, disk_gib: disk })), 'body.disk_gib', String(disk))
  t.equal(vendor.calls.length, 0)
})

t.test('sizes of a server that shows none are sent as requested', async t => {
  const { vendor, verbs } = await open(t, ({ path }) => ok({ server: path === '/server/details' ? { serverid: 'kvm1' } : {} }))
  await verbs.resize.run({ seen: await verbs.get.run('kvm1'), cpus: 1, memory_mib: 512, disk_gib: 10 })
  t.same(bodyOf(vendor), { serverid: 'kvm1', cpucores: 1, memorysize: 512, disksize: 10 })
})

t.test('the vendor\'s messages about sizes and names name our member', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const seen = await verbs.get.run('kvm123456')
  t.match(await failureOf(verbs.resize.run({ seen, cpus: 999 })), { failure: 'rejected', options: { member: 'body.cpus' } })
  t.match(await failureOf(verbs.rename.run({ id: 'kvm123456', name: 'twin' })), { failure: 'conflict', options: { code: 607, member: 'body.name' } })
  vendor.behavior.sixHundredHttp = 400
  t.match(await failureOf(verbs.rename.run({ id: 'kvm123456', name: 'TWIN' })), { failure: 'conflict', options: { member: 'body.name' } })
})

t.test('a rename is an edit of the host name, and follows the case that the vendor gives it', async t => {
  const { vendor, verbs, pass } = await openSandbox(t)
  t.same(await verbs.rename.run({ id: 'kvm123456', name: 'Ny-webb' }), {})
  t.same(sentBy(vendor), ['POST /server/edit {"serverid":"kvm123456","hostname":"Ny-webb"}'])
  await follow({ verbs, pass }, 'kvm123456', { name: 'Ny-webb' })
  const small = await open(t, () => ok({ server: { serverid: 'kvm1', hostname: 'ny-webb' } }))
  t.same(await small.verbs.rename.run({ id: 'kvm1', name: 'Ny-Webb' }), { goal: { name: 'ny-webb' } })
  const later = await open(t, () => ok({ server: { serverid: 'kvm1', hostname: 'old' } }))
  t.same(await later.verbs.rename.run({ id: 'kvm1', name: 'Ny-Webb' }), {}, 'an answer may still have the old name')
})

t.test('a console is a link, and only a running server has one', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.same(await verbs.console.run({ id: 'kvm123456' }), { type: 'url', url: 'https://console.example.com/view/SECRET-console-kvm123456', expires_at: null })
  t.same(sentBy(vendor), ['POST /server/console {"serverid":"kvm123456"}'])
  for (const http of [500, 400]) {
    vendor.behavior.sixHundredHttp = http
    t.match(await failureOf(verbs.console.run({ id: 'kvm130001' })), { failure: 'conflict', options: { code: 620 } })
  }
})

t.test('a console without a link is malformed, and the error has no password', async t => {
  const { verbs } = await open(t, () => ok({ console: { host: '192.0.2.4', port: '59478', protocol: 'vnc', password: 'SECRET' } }))
  const error = await failureOf(verbs.console.run({ id: 'vz1' }))
  t.equal(error.failure, 'malformed')
  t.notMatch(error.message + JSON.stringify(error.options), /SECRET|59478/)
  const named = await open(t, () => ok({ console: { host: 'None', password: '', protocol: 'vmrc', url: 'https://c.example.com/x' } }))
  t.same(await named.verbs.console.run({ id: 'wps1' }), { type: 'vmrc', url: 'https://c.example.com/x', expires_at: null })
})

t.test('a missing server is not found by any verb, and ids of another form without a call', async t => {
  for (const unknownServer of ['http-400', 'http-404'] as const) {
    const { vendor, verbs } = await openSandbox(t)
    vendor.behavior.unknownServer = unknownServer
    const known = await verbs.get.run('kvm123456')
    const seen = { ...known, server: { ...known.server, id: 'kvm999999' } }
    const works: ReadonlyArray<() => Promise<unknown>> = [
      () => verbs.delete.run({ seen }), () => verbs.resize.run({ seen, cpus: 4 }), () => verbs.rename.run({ id: 'kvm999999', name: 'x' }),
      () => verbs.console.run({ id: 'kvm999999' }), () => verbs['addresses.list'].run('kvm999999'),
      () => verbs['addresses.attach'].run({ id: 'kvm999999', addresses: ['192.0.2.11'] }),
      () => verbs['addresses.detach'].run({ id: 'kvm999999', address: '192.0.2.12' })
    ]
    for (const work of works) {
      const error = await failureOf(work())
      t.equal(error.failure, 'not-found', String(work))
      t.equal(error.options.member, undefined)
    }
    vendor.calls.length = 0
    for (const id of ['KVM123456', 'kvm/1', '']) {
      for (const work of [() => verbs.rename.run({ id, name: 'x' }), () => verbs.console.run({ id }), () => verbs['addresses.list'].run(id), () => verbs['addresses.attach'].run({ id, addresses: ['192.0.2.11'] }), () => verbs['addresses.detach'].run({ id, address: '192.0.2.12' })]) {
        t.match(await failureOf(work()), { failure: 'not-found', options: { notAttempted: true } })
      }
    }
    t.equal(vendor.calls.length, 0)
  }
})

t.test('a dry run of each change records the call of the real run, and changes nothing', async t => {
  const { vendor, line, verbs } = await openSandbox(t)
  const seen = await verbs.get.run('kvm123456')
  const keeping = { seen, keep_addresses: true }
  const runs: ReadonlyArray<readonly [string, (verbs: Verbs) => Promise<unknown>, unknown]> = [
    ['server/destroy', verbs => verbs.delete.run(keeping), { serverid: 'kvm123456', keepip: true }],
    ['server/edit', verbs => verbs.resize.run({ seen, cpus: 8 }), { serverid: 'kvm123456', cpucores: 8 }],
    ['server/edit', verbs => verbs.rename.run({ id: 'kvm123456', name: 'b' }), { serverid: 'kvm123456', hostname: 'b' }],
    ['server/console', verbs => verbs.console.run({ id: 'kvm123456' }), { serverid: 'kvm123456' }]
  ]
  vendor.calls.length = 0
  for (const [name, run, body] of runs) {
    const { operations, calls } = line.dryRun()
    await run(verbsOf(operations))
    t.same(calls.map(({ method, url, body }) => ({ method, url, body })), [{ method: 'POST', url: `${vendor.origin}/${name}`, body }])
  }
  t.equal(vendor.calls.length, 0)
})

for (const format of ['json', 'xml'] as const) {
  for (const mutationAnswers of ['plain', 'minimal'] as const) {
    t.test(`a server lives its whole life in ${format}, when answers are ${mutationAnswers}`, async t => {
      const { vendor, verbs, pass } = await openSandbox(t, { format })
      vendor.behavior.mutationAnswers = mutationAnswers
      const started: Accepted = await verbs.create.run(spec)
      const id = started.serverId ?? ''
      t.equal((await verbs.get.run(id)).server.locked, true)
      await follow({ verbs, pass }, id, started.goal ?? running)
      t.match((await verbs.get.run(id)).server, {
        name: 'web-9',
        status: 'running',
        cpus: 2,
        memory_mib: 2048,
        disk_gib: 50,
        region: { id: 'Falkenberg' },
        image: { id: '11111111-2222-4333-8444-555555555555', name: 'Debian 12 (Bookworm)' }
      })
      const seen = await verbs.get.run(id)
      const resized = await verbs.resize.run({ seen, cpus: 4, memory_mib: 4096, disk_gib: 100 })
      await follow({ verbs, pass }, id, resized.goal ?? { cpus: 4, memory_mib: 4096, disk_gib: 100 })
      const renamed = await verbs.rename.run({ id, name: 'web-10' })
      await follow({ verbs, pass }, id, renamed.goal ?? { name: 'web-10' })
      const attached = await verbs['addresses.attach'].run({ id, addresses: ['192.0.2.11', '2001:DB8:A:0::11'] })
      t.same(attached, { goal: { has: ['192.0.2.11', '2001:db8:a::11'] } })
      await follow({ verbs, pass }, id, attached.goal ?? {})
      const detached = await verbs['addresses.detach'].run({ id, address: '2001:db8:a:0:0::11' })
      t.same(detached, { goal: { missing: ['2001:db8:a::11'] } })
      await follow({ verbs, pass }, id, detached.goal ?? {})
      t.match(await verbs.console.run({ id }), { url: `https://console.example.com/view/SECRET-console-${id}` })
      await verbs.stop.run({ id, force: true })
      await follow({ verbs, pass }, id, stopped)
      await verbs.delete.run({ seen: await verbs.get.run(id) })
      await follow({ verbs, pass }, id, gone)
      t.equal((await failureOf(verbs.get.run(id))).failure, 'not-found')
      t.equal(vendor.created, 1)
      t.equal(vendor.functionCalls.get('server/create'), 1)
    })
  }
}
