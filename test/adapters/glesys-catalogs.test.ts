import t from 'tap'
import type { RawRequest } from '../../src/adapters/verbs.ts'
import type { SimulatedReply, SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { failureOf } from '../helpers/line.ts'
import { ok, open, openSandbox, refusal, refusedMember, verbsOf, type Verbs } from './glesys-bench.ts'

const xml = (inside: string, status = 200): SimulatedReply =>
  ({ status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0"?><response><status><code>200</code><text>OK</text></status>${inside}<debug><input><password>theSecretSauce</password></input></debug></response>` })

const sentBy = ({ calls }: { calls: readonly SimulatedRequest[] }): string[] =>
  calls.map(({ method, path, body }) => `${method} ${path}${body === '' ? '' : ` ${body}`}`)

for (const format of ['json', 'xml'] as const) {
  t.test(`the addresses of the project and of one server are read in ${format}`, async t => {
    const { vendor, verbs } = await openSandbox(t, { format })
    const all = await verbs['addresses.list'].all()
    t.equal(all.length, (await verbs['addresses.list'].all()).length)
    t.same(all.find(({ address }) => address === '192.0.2.11'), {
      id: null,
      address: '192.0.2.11',
      family: 4,
      scope: 'public',
      prefix_length: 24,
      gateway: '192.0.2.1',
      primary: null,
      server_id: null,
      region: 'Falkenberg',
      ptr: '192-0-2-11-static.glesys.net'
    })
    t.same(sentBy(vendor).slice(0, 1), ['GET /ip/listown'], 'all that the project holds, without arguments')
    vendor.calls.length = 0
    t.same(await verbs['addresses.list'].run('kvm123456'), [
      { id: null, address: '192.0.2.12', family: 4, scope: 'public', prefix_length: 24, gateway: '192.0.2.1', primary: null, server_id: 'kvm123456', region: 'Falkenberg', ptr: '192-0-2-12-static.glesys.net' },
      { id: null, address: '2001:db8:a::10', family: 6, scope: 'public', prefix_length: null, gateway: '2001:db8:a::ffff', primary: null, server_id: 'kvm123456', region: 'Falkenberg', ptr: '2001-db8-a--10-static.glesys.net' }
    ])
    t.same(sentBy(vendor), [format === 'json' ? 'POST /ip/listown {"serverid":"kvm123456"}' : 'POST /ip/listown serverid=kvm123456'])
    t.same(await verbs['addresses.list'].run('kvm130005'), [], 'a server without addresses')
    t.equal((await failureOf(verbs['addresses.list'].run('kvm999999'))).failure, 'not-found', 'an empty list may be of a server that is missing')
  })
}

t.test('absent members are read in all four notations', async t => {
  const bare = { ipaddress: '127.0.0.1', netmask: 'None', broadcast: 'None', gateway: 'None', serverid: null, ptr: '' }
  const { verbs } = await open(t, () => ok({ iplist: [bare, { ipaddress: '10.0.0.5', netmask: '255.255.254.0', gateway: '10.0.0.1', serverid: 'kvm1', ptr: 'a.example.com.' }, null, 'x', { ipaddress: 'None' }] }))
  t.same(await verbs['addresses.list'].all(), [
    { id: null, address: '127.0.0.1', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: null, server_id: null, region: null, ptr: null },
    { id: null, address: '10.0.0.5', family: 4, scope: 'private', prefix_length: 23, gateway: '10.0.0.1', primary: null, server_id: 'kvm1', region: null, ptr: 'a.example.com' }
  ])
})

t.test('the three shapes of an iplist are kept apart', async t => {
  const own = { iplist: [{ ipaddress: '192.0.2.12', serverid: 'kvm1', ipversion: 4, cost: { amount: 20 } }] }
  const ofServer = { server: { serverid: 'kvm1', iplist: [{ ipaddress: '192.0.2.12', version: 4, lockedtoaccount: false, cost: 20 }] } }
  const { verbs } = await open(t, ({ path }) => ok(path === '/ip/listown' ? own : ofServer))
  t.match(await verbs['addresses.list'].run('kvm1'), [{ address: '192.0.2.12', server_id: 'kvm1' }])
  t.match((await verbs.get.run('kvm1')).server.addresses, [{ address: '192.0.2.12', family: 4 }])
  const free = await open(t, () => ok({ iplist: { ipversion: 4, datacenter: 'Falkenberg', platform: 'KVM', ipaddresses: ['192.0.2.48'] } }))
  t.equal((await failureOf(free.verbs['addresses.list'].all())).failure, 'malformed', 'what is free is not ours')
})

t.test('an empty list of addresses is empty, in JSON and in XML', async t => {
  t.same(await (await open(t, () => ok({ iplist: [] }))).verbs['addresses.list'].all(), [])
  t.same(await (await open(t, () => xml('<iplist/>'))).verbs['addresses.list'].all(), [])
  t.match(await (await open(t, () => xml('<iplist><item><ipaddress>192.0.2.9</ipaddress><serverid/></item></iplist>'))).verbs['addresses.list'].all(), [{ address: '192.0.2.9', server_id: null }])
})

t.test('addresses are attached one after the other, each once, in one spelling', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.same(await verbs['addresses.attach'].run({ id: 'kvm130005', addresses: ['192.0.2.11', '2001:DB8:A:0::11', '2001:db8:a::11', '192.0.2.11'] }), { goal: { has: ['192.0.2.11', '2001:db8:a::11'] } })
  t.same(sentBy(vendor), ['POST /ip/add {"ipaddress":"192.0.2.11","serverid":"kvm130005"}', 'POST /ip/add {"ipaddress":"2001:db8:a::11","serverid":"kvm130005"}'])
  t.same((await verbs.get.run('kvm130005')).server.addresses.map(({ address }) => address), ['192.0.2.11', '2001:db8:a::11'])
})

t.test('a string that is not an address is refused without a call', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.equal(await refusedMember(verbs['addresses.attach'].run({ id: 'kvm130005', addresses: ['192.0.2.11', '501'] })), 'body.addresses.1')
  t.equal(await refusedMember(verbs['addresses.attach'].run({ id: 'kvm130005', addresses: ['fe80::1%eth0'] })), 'body.addresses.0')
  for (const address of ['501', '192.0.2', 'fe80::1%eth0', '']) {
    t.match(await failureOf(verbs['addresses.detach'].run({ id: 'kvm123456', address })), { failure: 'not-found', options: { notAttempted: true, member: 'path.address' } })
    t.match(await failureOf(verbs.ptr.run({ address, ptr: null })), { failure: 'not-found', options: { notAttempted: true, member: 'path.address' } })
  }
  t.equal(vendor.calls.length, 0)
})

t.test('an address that cannot be attached is a bad member, never a missing server', async t => {
  const { vendor, verbs } = await openSandbox(t)
  const attach = async (address: string) => await failureOf(verbs['addresses.attach'].run({ id: 'kvm130005', addresses: [address] }))
  const refused = { failure: 'rejected', sideEffect: 'none', options: { member: 'body.addresses' } }
  t.match(await attach('192.0.2.99'), refused, 'not held by the project, which is a 404')
  t.match(await attach('192.0.2.12'), refused, 'of another server')
  t.match(await failureOf(verbs['addresses.attach'].run({ id: 'wps654321', addresses: ['192.0.2.11'] })), refused, 'of another platform')
  vendor.behavior.errorBody = 'html'
  t.match(await attach('192.0.2.99'), refused, 'a page instead of a sentence')
  const second = await failureOf(verbs['addresses.attach'].run({ id: 'kvm130005', addresses: ['192.0.2.11', '192.0.2.99'] }))
  t.match(second, { failure: 'rejected', sideEffect: 'certain' }, 'the first one is attached')
  const locked = await open(t, () => refusal(403, 403, 'Server Locked'))
  const error = await failureOf(locked.verbs['addresses.attach'].run({ id: 'kvm1', addresses: ['192.0.2.11'] }))
  t.equal(error.failure, 'conflict')
  t.equal(error.options.member, undefined)
})

t.test('an answer of an old release has no details, and the goal is what was requested', async t => {
  const { verbs } = await open(t, () => ok())
  t.same(await verbs['addresses.attach'].run({ id: 'kvm1', addresses: ['192.0.2.11'] }), { goal: { has: ['192.0.2.11'] } })
  t.same(await verbs.ptr.run({ address: '192.0.2.11', ptr: 'a.example.com.' }), { address: '192.0.2.11', ptr: 'a.example.com' })
  t.same(await verbs.ptr.run({ address: '192.0.2.11', ptr: null }), { address: '192.0.2.11', ptr: null }, 'not told')
})

t.test('an address is detached only from the server that has it, and stays with the project', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.same(await verbs['addresses.detach'].run({ id: 'kvm123456', address: '2001:DB8:A:0::10' }), { goal: { missing: ['2001:db8:a::10'] } })
  t.same(sentBy(vendor), ['POST /server/details {"serverid":"kvm123456","includestate":"yes"}', 'POST /ip/remove {"ipaddress":"2001:db8:a::10"}'])
  t.match((await verbs['addresses.list'].all()).find(({ address }) => address === '2001:db8:a::10'), { server_id: null })
  vendor.calls.length = 0
  for (const address of ['192.0.2.40', '192.0.2.11', '192.0.2.99']) {
    t.match(await failureOf(verbs['addresses.detach'].run({ id: 'kvm123456', address })), { failure: 'not-found', options: { member: 'path.address' } }, address)
  }
  t.notOk(vendor.calls.some(({ path }) => path === '/ip/remove'), 'the vendor would take it from any server')
})

t.test('an address that disappears during a detach is not found', async t => {
  const server = { serverid: 'kvm1', iplist: [{ ipaddress: '192.0.2.11', version: 4 }] }
  const { verbs } = await open(t, ({ path }) => path === '/server/details' ? ok({ server }) : refusal(404, 404, 'Could not find the ip address.'))
  t.match(await failureOf(verbs['addresses.detach'].run({ id: 'kvm1', address: '192.0.2.11' })), { failure: 'not-found', options: { status: 404, member: 'path.address' } })
})

t.test('a reverse name is sent with a trailing dot and returned without it', async t => {
  const { vendor, verbs } = await openSandbox(t)
  t.same(await verbs.ptr.run({ address: '192.0.2.12', ptr: 'host.example.com' }), { address: '192.0.2.12', ptr: 'host.example.com' })
  t.same(await verbs.ptr.run({ address: '2001:DB8:A::10', ptr: 'a_b.host.example.com.' }), { address: '2001:db8:a::10', ptr: 'a_b.host.example.com' })
  t.same(sentBy(vendor), ['POST /ip/setptr {"ipaddress":"192.0.2.12","data":"host.example.com."}', 'POST /ip/setptr {"ipaddress":"2001:db8:a::10","data":"a_b.host.example.com."}'])
  t.equal((await verbs['addresses.list'].run('kvm123456'))[0]?.ptr, 'host.example.com')
  t.same(await verbs.ptr.run({ address: '192.0.2.12', ptr: null }), { address: '192.0.2.12', ptr: '192-0-2-12-static.glesys.net' }, 'no name is the vendor\'s own')
  t.equal(sentBy(vendor).at(-1), 'POST /ip/resetptr {"ipaddress":"192.0.2.12"}')
})

t.test('an invalid reverse name is refused without a call', async t => {
  const { vendor, verbs } = await openSandbox(t)
  for (const ptr of ['', '.', 'host', 'a b.example.com', '-a.example.com', 'a..example.com', `${'a'.repeat(64)}.example.com`, `${'a.'.repeat(127)}com`, '192.0.2.1', 'å.example.com']) {
    t.equal(await refusedMember(verbs.ptr.run({ address: '192.0.2.12', ptr })), 'body.ptr', ptr)
  }
  t.equal(vendor.calls.length, 0)
})

t.test('a reverse name for an unknown address is not found, and one that the vendor refuses is a bad member', async t => {
  const { verbs } = await openSandbox(t)
  t.match(await failureOf(verbs.ptr.run({ address: '192.0.2.99', ptr: 'host.example.com' })), { failure: 'not-found', options: { member: 'path.address' } })
  t.match(await failureOf(verbs.ptr.run({ address: '192.0.2.99', ptr: null })), { failure: 'not-found', options: { member: 'path.address' } })
  const picky = await open(t, () => refusal(400, 400, 'The data format is invalid.'))
  t.match(await failureOf(picky.verbs.ptr.run({ address: '192.0.2.12', ptr: 'host.example.com' })), { failure: 'rejected', options: { member: 'body.ptr' } })
})

t.test('a dry run of address verbs records the writes of the real run', async t => {
  const { vendor, line } = await openSandbox(t)
  const run = async (work: (verbs: Verbs) => Promise<unknown>): Promise<unknown> => {
    const { operations, calls } = line.dryRun()
    await work(verbsOf(operations))
    return calls.map(({ method, url, body, depends_on: depends }) => [method, url.slice(vendor.origin.length), body, depends])
  }
  t.same(await run(verbs => verbs['addresses.attach'].run({ id: 'kvm130005', addresses: ['192.0.2.11', '2001:db8:a::11'] })), [
    ['POST', '/ip/add', { ipaddress: '192.0.2.11', serverid: 'kvm130005' }, undefined], ['POST', '/ip/add', { ipaddress: '2001:db8:a::11', serverid: 'kvm130005' }, [0]]
  ])
  t.same(await run(verbs => verbs['addresses.detach'].run({ id: 'kvm123456', address: '192.0.2.12' })), [['POST', '/ip/remove', { ipaddress: '192.0.2.12' }, undefined]])
  t.same(await run(verbs => verbs.ptr.run({ address: '192.0.2.12', ptr: 'a.example.com' })), [['POST', '/ip/setptr', { ipaddress: '192.0.2.12', data: 'a.example.com.' }, undefined]])
  t.same(await run(verbs => verbs.ptr.run({ address: '192.0.2.12', ptr: null })), [['POST', '/ip/resetptr', { ipaddress: '192.0.2.12' }, undefined]])
  t.same(await run(verbs => verbs.raw.run({ method: 'POST', path: '/server/start', query: '', body: { serverid: 'kvm130001', rootpassword: 'SECRET' } })),
    [['POST', '/server/start', { serverid: 'kvm130001', rootpassword: '[redacted]' }, undefined]])
  t.same(sentBy(vendor), ['POST /server/details {"serverid":"kvm123456","includestate":"yes"}'], 'only a look was sent')
})

for (const format of ['json', 'xml'] as const) {
  t.test(`images, regions, keys and networks are read in ${format}`, async t => {
    const { vendor, verbs } = await openSandbox(t, { format })
    const images = await verbs.images.run({})
    t.equal(images.length, 9)
    t.same(images[0], { id: 'ac7c05f1-4cb6-4330-a0a2-d1f2e6244b21', name: 'AlmaLinux 8', os: 'linux', region: null, min_disk_gib: 5, min_memory_mib: 512 })
    t.same(images.at(-1), { id: 'Windows Server 2022 Standard LTSC', name: 'Windows Server 2022 Standard LTSC (VMware)', os: 'windows', region: null, min_disk_gib: 30, min_memory_mib: 1024 })
    t.same(await verbs.regions.run({}), [{ id: 'Falkenberg', name: 'Falkenberg' }, { id: 'Stockholm', name: 'Stockholm' }])
    t.same(await verbs.ssh_keys.run({}), [{ id: '101', name: 'deploy', public_key: 'ssh-ed25519 AAAAEXAMPLE deploy@example', fingerprint: null }])
    t.same(await verbs.networks.run({}), [
      { id: 'internet-fbg', name: 'Internet', region: 'Falkenberg', scope: 'public', cidrs: [] },
      { id: 'internet-sth', name: 'Internet', region: 'Stockholm', scope: 'public', cidrs: [] },
      { id: 'vl123456', name: 'db & cache', region: 'Falkenberg', scope: 'private', cidrs: [] }
    ])
    t.same(sentBy(vendor), ['GET /server/templates', format === 'json' ? 'POST /server/allowedarguments {}' : 'POST /server/allowedarguments', 'GET /sshkey/list', 'GET /network/list'])
  })
}

t.test('create accepts the id of every image and region', async t => {
  const { vendor, operations, verbs } = await openSandbox(t)
  const common = { region: (await verbs.regions.run({}))[1]?.id, cpus: 1, memory_mib: 1024, disk_gib: 30, password: 'long enough' }
  const images = await verbs.images.run({})
  for (const [index, { id, name }] of images.entries()) {
    const platform = name.endsWith('(VMware)') ? 'VMware' : 'KVM'
    await operations.create?.run({ ...common, name: `try-${index}`, image: id, options: { platform, ip: 'none' } })
  }
  t.equal(vendor.created, images.length)
})

t.test('images of former platforms and unreadable images are left out', async t => {
  const templates = { OpenVZ: [{ name: 'Centos 5' }], KVM: [{ name: 'Debian 6', minimumdisksize: '5' }, { id: 'x' }, null, 'x'], VMware: '' }
  const { verbs } = await open(t, () => ok({ templates }))
  t.same(await verbs.images.run({}), [{ id: 'Debian 6', name: 'Debian 6', os: null, region: null, min_disk_gib: 5, min_memory_mib: null }])
  for (const nothing of [[], {}, { KVM: [] }]) t.same(await (await open(t, () => ok({ templates: nothing }))).verbs.images.run({}), [], JSON.stringify(nothing))
  t.same(await (await open(t, () => xml('<templates/>'))).verbs.images.run({}), [])
})

t.test('regions are read from both shapes of the list, and a list without any is malformed', async t => {
  const regions = async (argumentslist: unknown) => await (await open(t, () => ok({ argumentslist }))).verbs.regions.run({})
  t.same(await regions({ KVM: { disksize: [5, 10], datacenter: ['Falkenberg'] }, VMware: { disksize: { units: [5] }, datacenter: ['Stockholm', 'Falkenberg'] }, OpenVZ: { datacenter: ['New York City'] } }),
    [{ id: 'Falkenberg', name: 'Falkenberg' }, { id: 'Stockholm', name: 'Stockholm' }])
  for (const nothing of [{}, [], { KVM: { datacenter: [] } }, { Xen: { datacenter: ['Falkenberg'] } }]) t.equal((await failureOf(regions(nothing))).failure, 'malformed', JSON.stringify(nothing))
})

t.test('keys and networks without a description are named by their ids', async t => {
  const { verbs } = await open(t, ({ path }) => ok(path === '/sshkey/list'
    ? { sshkeys: [{ id: '7', description: '', data: 'None' }, {}] }
    : { networks: [{ networkid: 'vl1', description: null, datacenter: 'Oslo', public: 'perhaps' }, null] }))
  t.same(await verbs.ssh_keys.run({}), [{ id: '7', name: '7', public_key: null, fingerprint: null }])
  t.same(await verbs.networks.run({}), [{ id: 'vl1', name: 'vl1', region: 'Oslo', scope: 'unknown', cidrs: [] }])
})

t.test('a missing catalog is malformed, and the error has no values of it', async t => {
  for (const reply of [refusal(404, 404, 'No such function.'), refusal(404, 404, 'Not supported'), ok({}), ok({ templates: 'SECRET', argumentslist: 'SECRET', sshkeys: 'SECRET', networks: 'SECRET', iplist: 'SECRET' })]) {
    const { verbs } = await open(t, () => reply)
    for (const work of [() => verbs.images.run({}), () => verbs.regions.run({}), () => verbs.ssh_keys.run({}), () => verbs.networks.run({}), () => verbs['addresses.list'].all()]) {
      const error = await failureOf(work())
      t.equal(error.failure, 'malformed', JSON.stringify(reply.body))
      t.notMatch(error.message + JSON.stringify(error.options), /SECRET|theSecretSauce/)
    }
  }
})

const raw = (request: Partial<RawRequest>): RawRequest => ({ method: 'GET', path: '/server/list', query: '', body: undefined, ...request })

t.test('a raw call is sent below the base with the key, and its answer has no echo', async t => {
  const { vendor, verbs } = await open(t, () => ok({ servers: [] }))
  t.same(await verbs.raw.run(raw({ path: '/server/details/serverid/kvm1', query: 'includestate=yes&a=%20' })), { status: 200, body: { response: { status: { code: 200, text: 'OK' }, servers: [] } } })
  await verbs.raw.run(raw({ method: 'POST', path: '/server/start', body: { serverid: 'kvm1' } }))
  await verbs.raw.run(raw({ method: 'DELETE', path: '/x', body: null }))
  t.same(vendor.calls.map(({ method, path, rawQuery, body }) => [method, path, rawQuery, body]), [
    ['GET', '/server/details/serverid/kvm1', 'includestate=yes&a=%20', ''], ['POST', '/server/start', '', '{"serverid":"kvm1"}'], ['DELETE', '/x', '', '']
  ])
  t.match(vendor.calls[1]?.headers, { 'content-type': 'application/json', accept: 'application/json', authorization: /^Basic / })
})

t.test('characters that would end a path are encoded', async t => {
  const { vendor, verbs } = await open(t, () => ok())
  await verbs.raw.run(raw({ path: '/server/details?serverid=kvm1#x', query: 'a=1#b' }))
  t.same(vendor.calls.map(({ path, rawQuery }) => [path, rawQuery]), [['/server/details%3Fserverid=kvm1%23x', 'a=1%23b']])
})

t.test('raw returns any answer, XML as a tree and other formats as text', async t => {
  const answers: ReadonlyArray<readonly [SimulatedReply, unknown]> = [
    [refusal(404, 404, 'Not found. These are the modules.'), { response: { status: { code: 404, text: 'Not found. These are the modules.' } } }],
    [refusal(403, 403, 'Server Locked'), { response: { status: { code: 403, text: 'Server Locked' } } }],
    [xml('<servers><item><serverid>kvm1</serverid><supportedfeatures><start>no</start></supportedfeatures></item></servers>'), { response: { status: { code: '200', text: 'OK' }, servers: [{ serverid: 'kvm1', supportedfeatures: { start: 'no' } }] } }],
    [{ status: 500, body: '<!DOCTYPE html><p>no' }, '<!DOCTYPE html><p>no'],
    [{ status: 302, body: '' }, null],
    [{ status: 200, body: 'null' }, null],
    [{ status: 200, body: '[1]' }, [1]],
    [{ status: 503, body: ' ' }, null]
  ]
  for (const [reply, body] of answers) {
    const { vendor, verbs } = await open(t, () => reply)
    const answer = await verbs.raw.run(raw({ method: 'POST', path: '/x' }))
    t.match(answer, { status: reply.status })
    t.same(JSON.parse(JSON.stringify(answer.body)), body)
    t.notMatch(JSON.stringify(answer), /theSecretSauce/)
    t.equal(vendor.calls.length, 1)
  }
})

t.test('a raw call that is refused for its credentials fails, so that the login is renewed', async t => {
  for (const reply of [refusal(401, 401, 'Access Denied.'), refusal(419, 419, 'project'), refusal(200, 401, 'Access Denied.')]) {
    const { verbs } = await open(t, () => reply)
    t.match(await failureOf(verbs.raw.run(raw({}))), { failure: 'authentication' })
  }
  const { vendor, verbs } = await openSandbox(t, {}, 'glesys-user')
  t.equal((await verbs.raw.run(raw({}))).status, 200)
  vendor.revokeTokens()
  t.equal((await verbs.raw.run(raw({}))).status, 200)
  t.equal(vendor.logins, 2)
})

t.test('a raw answer in XML is read in any configured format', async t => {
  const { vendor, verbs } = await openSandbox(t, { format: 'xml' })
  const { status, body } = await verbs.raw.run(raw({ method: 'POST', path: '/server/details', body: { serverid: 'kvm123456' } }))
  t.equal(status, 200)
  t.match(body, { response: { server: { serverid: 'kvm123456', hostname: 'web-1' } } })
  t.notMatch(body, { response: { debug: {} } })
  t.match(vendor.calls[0]?.headers, { accept: 'application/xml', 'content-type': 'application/json' })
})

t.test('raw refuses paths that sign in or return credentials, in any spelling', async t => {
  const { verbs } = await open(t, () => ok())
  for (const path of [
    '/user/login', '/user/login/', '/USER/Login', '//user//login', '/user/login/username/x', '/%75ser/login', '/user%2flogin', '/%2575ser/login', '/us%0aer/login', '/user;x=1/login',
    '/server/../user/login', '/server/%2e%2e/user/login', '/./user/details', '\\user\\login', '/user', '/user/logout', '/%zz', '/objectstorage/createcredential', '/apikey/list', '/a%252525252525b'
  ]) t.equal(verbs.raw.isForbidden(path), true, path)
  for (const path of ['/', '/server/list', '/ip/listown/', '/server/details/serverid/kvm1', '/customer/listprojects', '/sshkey/list', '/server/resetpassword', '/api/listfunctions', '/users/x']) t.equal(verbs.raw.isForbidden(path), false, path)
})
