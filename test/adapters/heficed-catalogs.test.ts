import t from 'tap'
import { heficed } from '../../src/adapters/heficed/adapter.ts'
import type { Accepted, Job, JobState, RawRequest } from '../../src/adapters/verbs.ts'
import { providerCapabilities } from '../../src/adapters/capabilities.ts'
import type { Bench } from '../helpers/line.ts'
import { badMemberOf, failureOf, instances, must, ok, open, openSandbox, organization, problem, sentTo } from './heficed-bench.ts'

const subnets = `/${organization}/ipswitch/v4/subnets`

/** Subnets of the simulated vendor: one routed to 337201, two free ones beside it; elsewhere a free block of eight, and a divided one. */
const routed = '60bde87f311fc2ed1f6aeac9'
const free = '60bde87f311fc2ed1f6aeacb'
const alsoFree = '60bde87f311fc2ed1f6aeacd'
const eight = '60bde87f311fc2ed1f6aeb20'
const divided = '60bde87f311fc2ed1f6aeb10'

const sent = (vendor: Parameters<typeof sentTo>[0]): string[] => sentTo(vendor)
  .map(([method, path, body]) => body === null ? `${method} ${path}` : `${method} ${path} ${JSON.stringify(body)}`)
const levels = (...parents: string[]): string[] => parents.map(parent => `GET ${subnets}?parentUuid=${parent}`)

type Operations = Bench['operations']
const attach = async (operations: Operations, id: string, ...addresses: string[]): Promise<Accepted> =>
  await must(operations['addresses.attach']?.run({ id, addresses }))
const detach = async (operations: Operations, id: string, address: string): Promise<Accepted> =>
  await must(operations['addresses.detach']?.run({ id, address }))
const poll = async (operations: Operations, jobs: readonly Job[] | undefined): Promise<readonly JobState[]> =>
  await must(operations.jobs?.(jobs ?? []))
const shownAt = async (operations: Operations, id: string): Promise<string[]> =>
  (await operations.get.run(id)).server.addresses.map(({ address }) => address)

t.test('verbs that need a scope are absent without it', async t => {
  const verbs = async (...scopes: string[]): Promise<string[]> => Object.keys((await open(t, () => problem(500), { scopes })).operations)
    .filter(name => name.startsWith('addresses') || name === 'ssh_keys' || name === 'jobs')
  t.same(await verbs('kronoscloud'), [])
  t.same(await verbs('kronoscloud', 'ipswitch'), ['addresses.list', 'addresses.attach', 'addresses.detach', 'jobs'])
  t.same(await verbs('kronoscloud', 'sshkeys'), ['ssh_keys'])
})

t.test('the published capabilities are those of the matrix', async t => {
  const published = Object.entries(providerCapabilities(heficed)).map(([name, { evidence, accepts }]) =>
    [name, evidence, accepts.join(' ')].filter(part => part).join(' '))
  t.same(published, [
    'list documented', 'get observed', 'create observed region cpus memory_mib disk_gib ssh_keys options', 'delete observed',
    'start inferred',
    'stop documented force', 'reboot inferred force', 'resize inferred cpus memory_mib disk_gib', 'rename inferred', 'protect',
    'rebuild inferred',
    'rescue inferred', 'unrescue inferred', 'password inferred', 'console inferred', 'snapshots.list', 'snapshots.create',
    'snapshots.restore',
    'snapshots.delete', 'addresses.list observed', 'addresses.attach documented', 'addresses.detach observed', 'ptr',
    'images observed region instance_type', 'plans', 'regions', 'ssh_keys observed', 'networks', 'owners.list', 'owners.create',
    'login_link',
    'raw documented'
  ])
})

t.test('images are read by region and instance type, from a path without the organization', async t => {
  const { operations, vendor } = await openSandbox(t)
  t.same(await operations.images?.run({ region: 'uk-lon1', instance_type: 'windows' }), [
    {
      id: '5f1c0a52-0000-4000-8000-000000000103',
      name: 'Windows Server 2019',
      os: 'windows',
      region: 'uk-lon1',
      min_disk_gib: null,
      min_memory_mib: null
    }
  ])
  t.same((await operations.images?.run({ region: 'uk-lon1', instance_type: 'linux' }))?.map(({ id, name }) => [id, name]), [
    ['92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', 'CentOS 7 v2.0.23'],
    ['5f1c0a52-0000-4000-8000-000000000001', 'Ubuntu LTS 20.04'],
    ['5f1c0a52-0000-4000-8000-000000000102', 'Debian 10']
  ])
  t.equal(sent(vendor)[0], 'GET /common/kronoscloud/templates?instanceTypeId=windows&locationId=uk-lon1')
  t.same(
    operations.images?.parameters?.safeParse({}).error?.issues.map(({ path }) => path[0]),
    ['region', 'instance_type'],
    'both are required'
  )
})

t.test('a catalog is read to its last page, each row once', async t => {
  const { operations, vendor } = await openSandbox(t, { pageLimit: 2 })
  t.equal((await operations.images?.run({ region: 'de-fra1', instance_type: 'linux' }))?.length, 3)
  t.same(sent(vendor), ['', '&offset=2'].map(more => `GET /common/kronoscloud/templates?instanceTypeId=linux&locationId=de-fra1${more}`))
  const bare = await open(t, ({ query }) => ok(query.has('offset')
    ? { data: [{ id: 'b', name: null }, { id: 'a' }] }
    : { data: [{ id: 'a', name: 'x' }], links: { paging: { next: '/x' } } }))
  t.same(
    (await bare.operations.images?.run({ region: 'a&b', instance_type: 'l=1' }))?.map(({ id, name }) => [id, name]),
    [['a', 'a'], ['b', 'b']]
  )
  t.equal(sent(bare.vendor)[1], 'GET /common/kronoscloud/templates?instanceTypeId=l%3D1&locationId=a%26b&offset=1')
})

t.test('a catalog that never ends is malformed, whether it repeats rows or not', async t => {
  let number = 0
  for (const [id, calls] of [[() => 'same', 2], [() => String(++number), 100]] as const) {
    const { operations, vendor } = await open(t, () => ok({ data: [{ id: id() }], links: { paging: { next: '/more' } } }))
    t.match(await failureOf(operations.images?.run({ region: 'r', instance_type: 'linux' })), {
      failure: 'malformed', message: 'the provider\'s list does not end'
    })
    t.equal(sent(vendor).length, calls)
  }
})

t.test('a filter that the vendor rejects is reported as our parameter, and a 404 is not a missing server', async t => {
  for (const [answer, failure, member] of [
    [problem(400, 'locationId'), 'rejected', 'query.region'],
    [problem(404, 'instanceTypeId'), 'rejected', 'query.instance_type'],
    [problem(404), 'malformed', undefined],
    [problem(403), 'forbidden', undefined]
  ] as const) {
    const { operations } = await open(t, () => answer)
    const error = await failureOf(operations.images?.run({ region: 'r', instance_type: 'linux' }))
    t.same([error.failure, error.options.member], [failure, member])
  }
})

t.test('SSH keys have a name, fingerprint or public key only if the vendor returns it', async t => {
  const { operations, vendor } = await openSandbox(t)
  t.same(await operations.ssh_keys?.run({}), [
    {
      id: '5f1c0a52-0000-4000-8000-0000000000aa',
      name: 'ops-key',
      public_key: null,
      fingerprint: '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff'
    },
    {
      id: '5f1c0a52-0000-4000-8000-0000000000ab',
      name: 'ci',
      public_key: null,
      fingerprint: 'ff:ee:dd:cc:bb:aa:99:88:77:66:55:44:33:22:11:00'
    }
  ])
  t.same(sent(vendor), [`GET /${organization}/sshkeys`])
  const odd = await open(t, ({ query }) => ok({
    data: [{ id: query.has('offset') ? 8 : 7, label: null, publicKey: 'ssh-ed25519 AAAA' }],
    metadata: { paging: { total: 2 } }
  }))
  t.same(
    await odd.operations.ssh_keys?.run({}),
    [7, 8].map(id => ({ id: String(id), name: String(id), public_key: 'ssh-ed25519 AAAA', fingerprint: null }))
  )
  t.same(sent(odd.vendor), [`GET /${organization}/sshkeys`, `GET /${organization}/sshkeys?offset=1`])
})

t.test('the account\'s addresses are the undivided subnets, found by walking the whole tree', async t => {
  const { operations, vendor } = await openSandbox(t)
  const rows = await operations['addresses.list']?.all() ?? []
  t.equal(rows.length, 3 + 1 + 16)
  t.same(rows.slice(0, 2), [
    {
      id: routed,
      address: '185.194.29.0',
      family: 4,
      scope: 'public',
      prefix_length: 32,
      gateway: null,
      primary: false,
      server_id: '337201',
      region: null,
      ptr: null
    },
    {
      id: free,
      address: '185.194.29.1',
      family: 4,
      scope: 'public',
      prefix_length: 32,
      gateway: null,
      primary: false,
      server_id: null,
      region: null,
      ptr: null
    }
  ])
  t.match(rows.find(({ id }) => id === eight), { address: '203.0.113.144', prefix_length: 29, server_id: null })
  t.same(sent(vendor), levels('', '60bde87f311fc2ed1f6aea00', '60bde87f311fc2ed1f6aeb00', divided, eight))
})

t.test('a tree with a cycle is read once, and an endless one is malformed', async t => {
  const block = { id: 'a', address: 3116506368, lastAddress: 3116506623, cidr: 24, metadata: { switch: [] } }
  const cyclic = await open(t, () => ok({ data: [block] }))
  t.match(await cyclic.operations['addresses.list']?.all(), [{ id: 'a', address: '185.194.29.0', server_id: null }])
  t.equal(sent(cyclic.vendor).length, 2)
  let number = 0
  const endless = await open(t, () => ok({ data: [{ ...block, id: String(++number), metadata: null }] }))
  t.equal((await failureOf(endless.operations['addresses.list']?.all())).failure, 'malformed')
  t.equal(sent(endless.vendor).length, 500)
})

t.test('a server\'s addresses carry the ids of their subnets', async t => {
  const { operations } = await openSandbox(t)
  const rows = await operations['addresses.list']?.run('337201') ?? []
  t.match(rows, [
    { id: null, address: '192.0.2.11', prefix_length: 24, primary: true },
    { id: null, address: '203.0.113.22', prefix_length: null, primary: false },
    { id: routed, address: '185.194.29.0', prefix_length: 32, primary: false },
    { id: null, address: '2001:db8:2::', prefix_length: 48, primary: false }
  ])
  t.ok(rows.every(({ server_id: server, region }) => server === '337201' && region === 'uk-lon1'))
  t.equal(rows.length, 4)
  t.equal((await failureOf(operations['addresses.list']?.run('999999999'))).failure, 'not-found')
})

t.test('a subnet that is routed but not yet shown on the server is listed', async t => {
  const row = { id: 1, status: 'running', hostname: 'a', network: { v4: { ipaddress: '192.0.2.1', additionalIps: [] } } }
  const subnet = { id: free, address: 3116506369, lastAddress: 3116506369, cidr: 32, metadata: { switch: { instanceId: 1 } } }
  const { operations } = await open(t, ({ path }) => ok(path === subnets ? { data: [subnet] } : row))
  t.match(await operations['addresses.list']?.run('1'), [
    { id: null, address: '192.0.2.1' },
    { id: free, address: '185.194.29.1', server_id: '1' }
  ])
})

t.test('an attach sends the ids as an object with numeric keys and is followed by the state of the subnets', async t => {
  const { operations, vendor, pass } = await openSandbox(t)
  const { jobs, ...more } = await attach(operations, '312019', '185.194.29.1', alsoFree)
  t.same(more, {})
  t.same(jobs, [{ id: free, name: 'route 312019 185.194.29.1' }, { id: alsoFree, name: 'route 312019 185.194.29.2' }])
  t.equal(sent(vendor).at(-1), `POST ${subnets}/route/kronoscloud/312019 {"0":"${free}","1":"${alsoFree}"}`)
  const before = sent(vendor).length
  t.same((await poll(operations, jobs)).map(({ id, status, error }) => [id, status, error]), [
    [free, 'running', null], [alsoFree, 'running', null]
  ])
  t.same(sent(vendor).slice(before), levels('', '60bde87f311fc2ed1f6aea00'), 'only the blocks that hold them are read')
  pass(50)
  t.same((await poll(operations, jobs)).map(({ status }) => status), ['succeeded', 'succeeded'])
  t.same((await shownAt(operations, '312019')).slice(1, 3), ['185.194.29.1', '185.194.29.2'])
})

t.test('an address is searched only in the blocks that contain it', async t => {
  const { operations, vendor } = await openSandbox(t)
  await attach(operations, '312019', '203.0.113.131', '203.0.113.131')
  t.same(sent(vendor), [
    ...levels('', '60bde87f311fc2ed1f6aeb00', divided),
    `POST ${subnets}/route/kronoscloud/312019 {"0":"60bde87f311fc2ed1f6aec13"}`
  ])
})

t.test('a subnet of several addresses is attached as a whole, by its id or first address', async t => {
  const { operations, pass } = await openSandbox(t)
  t.same(await badMemberOf(attach(operations, '312019', '203.0.113.146')), [
    'body.addresses', 'the address belongs to 203.0.113.144/29, which can only be attached as a whole'
  ])
  const { jobs } = await attach(operations, '312019', '203.0.113.144')
  t.same(jobs, [{ id: eight, name: 'route 312019 203.0.113.144' }])
  pass(50)
  t.equal((await poll(operations, jobs))[0]?.status, 'succeeded')
  t.equal((await operations['addresses.list']?.run('312019'))?.filter(({ id }) => id === eight).length, 8)
  t.same(await badMemberOf(detach(operations, '312019', '203.0.113.146')), [
    'path.address', 'cannot be detached: it came with the server, or belongs to a larger subnet'
  ])
  await detach(operations, '312019', eight.toUpperCase())
  pass(50)
  t.notOk((await shownAt(operations, '312019')).includes('203.0.113.144'))
})

t.test('an address that cannot be attached is refused before anything is changed', async t => {
  const { operations, vendor } = await openSandbox(t)
  for (const address of ['2001:db8::1', 'web-1', '60bde87f', '185.194.29.0/24']) {
    t.same(await badMemberOf(attach(operations, '312019', address)), ['body.addresses', 'must be IPv4 addresses or subnet ids'])
  }
  t.equal(vendor.calls.length, 0, 'a wrong form costs no call')
  for (const unknown of ['198.51.100.1', '60bde87f311fc2ed1f6aefff', divided]) {
    t.same(await badMemberOf(attach(operations, '312019', free, unknown)), ['body.addresses', 'the account has no such undivided subnet'])
  }
  t.match(await failureOf(attach(operations, '312019', routed)), {
    failure: 'conflict', message: '185.194.29.0 is attached to another server', options: { notAttempted: true }
  })
  t.same(sent(vendor).filter(call => call.startsWith('POST')), [])
})

t.test('subnets that are already attached are not sent again', async t => {
  const { operations, vendor } = await openSandbox(t)
  t.same(await attach(operations, '337201', routed), { done: true })
  await attach(operations, '337201', '185.194.29.0', '185.194.29.1')
  t.same(sent(vendor).filter(call => call.startsWith('POST')), [`POST ${subnets}/route/kronoscloud/337201 {"0":"${free}"}`])
})

t.test('attach and detach report a missing server', async t => {
  const { operations } = await openSandbox(t)
  t.match(await failureOf(attach(operations, '999999999', free)), { failure: 'not-found', options: { status: 404 } })
  const error = await failureOf(detach(operations, '999999999', '185.194.29.0'))
  t.equal(error.failure, 'not-found')
  t.equal(error.options.member, undefined)
  for (const act of [attach, detach]) {
    t.match(await failureOf(act(operations, 'x', free)), { failure: 'not-found', options: { notAttempted: true } })
  }
})

t.test('a detach is sent for the server that has the subnet, and followed by the state of the subnet', async t => {
  const { operations, vendor, pass } = await openSandbox(t)
  const { jobs } = await detach(operations, '337201', '185.194.29.0')
  t.same(jobs, [{ id: routed, name: 'release 337201 185.194.29.0' }])
  t.equal(sent(vendor).at(-1), `POST ${subnets}/release/kronoscloud/337201 {"0":"${routed}"}`)
  t.equal((await poll(operations, jobs))[0]?.status, 'running')
  pass(50)
  t.equal((await poll(operations, jobs))[0]?.status, 'succeeded')
  t.notOk((await shownAt(operations, '337201')).includes('185.194.29.0'))
})

t.test('an address that the server does not have is not found; an address that came with it cannot be detached', async t => {
  const { operations, vendor } = await openSandbox(t)
  for (const address of ['185.194.29.1', '198.51.100.77', 'nonsense', '2001:db8:ffff::', '60bde87f311fc2ed1f6aefff']) {
    t.match(await failureOf(detach(operations, '337201', address)), { failure: 'not-found', options: { member: 'path.address' } }, address)
  }
  t.match(
    await failureOf(detach(operations, '312019', '185.194.29.0')),
    { failure: 'not-found', options: { member: 'path.address' } },
    'it belongs to another server'
  )
  for (const own of ['192.0.2.11', '2001:db8:2::']) t.equal((await badMemberOf(detach(operations, '337201', own)))?.[0], 'path.address')
  t.same(sent(vendor).filter(call => call.startsWith('POST')), [])
})

t.test('attaching a subnet too soon after its release is a conflict', async t => {
  const { operations, pass } = await openSandbox(t, { moveMs: 60_000 })
  await detach(operations, '337201', '185.194.29.0')
  pass(50)
  t.equal((await failureOf(attach(operations, '312019', '185.194.29.0'))).failure, 'conflict')
})

t.test('jobs of several operations are read in one walk, and a subnet that was routed elsewhere is a failure', async t => {
  const { operations, vendor } = await openSandbox(t)
  const states = await poll(operations, [
    { id: routed, name: 'route 337201 185.194.29.0' },
    { id: routed, name: 'route 312019 185.194.29.0' },
    { id: routed, name: 'release 337201 185.194.29.0' },
    { id: free, name: 'release 337201 185.194.29.1' },
    { id: free, name: 'route 312019 185.194.29.1' },
    { id: '60bde87f311fc2ed1f6aefff', name: 'route 312019 185.194.29.77' },
    { id: '60bde87f311fc2ed1f6aefff', name: 'release 312019 185.194.29.77' }
  ])
  t.same(states.map(({ status, error }) => [status, error]), [
    ['succeeded', null], ['failed', 'the subnet went to another server'], ['running', null], ['succeeded', null], ['running', null],
    ['failed', 'the subnet is gone'], ['succeeded', null]
  ])
  t.equal(sent(vendor).length, 2)
})

t.test('a dry run of an attach reads the tree and sends nothing else', async t => {
  const { line, vendor } = await openSandbox(t)
  const { operations, calls } = line.dryRun()
  await operations['addresses.attach']?.run({ id: '312019', addresses: [free, '185.194.29.2'] })
  await operations['addresses.detach']?.run({ id: '337201', address: '185.194.29.0' })
  t.same(calls.map(({ method, url, body }) => [method, url.slice(vendor.origin.length), body]), [
    ['POST', `${subnets}/route/kronoscloud/312019`, { 0: free, 1: alsoFree }],
    ['POST', `${subnets}/release/kronoscloud/337201`, { 0: routed }]
  ])
  t.same(sent(vendor).filter(call => !call.startsWith('GET')), [])
})

t.test('a token without the scope is forbidden, and a rejected list of subnets is reported as body.addresses', async t => {
  const refusing = await open(t, ({ method }) => method === 'GET'
    ? ok({ data: [{ id: free, address: 3116506369, cidr: 32, metadata: { switch: {} } }] })
    : problem(400, 'body'))
  t.match(await failureOf(attach(refusing.operations, '1', free)), { failure: 'rejected', options: { member: 'body.addresses' } })
  const { operations } = await open(t, () => problem(403))
  for (const work of [operations.ssh_keys?.run({}), operations['addresses.list']?.all()]) {
    t.equal((await failureOf(work)).failure, 'forbidden')
  }
})

const request = (changes: Partial<RawRequest>): RawRequest =>
  ({ method: 'GET', path: `${instances}/312019`, query: '', body: undefined, ...changes })

t.test('a raw call is forwarded unchanged, and an answer of any status is returned', async t => {
  const { vendor, operations } = await open(t, ({ method }) => method === 'GET'
    ? { status: 200, body: 'null', headers: { 'content-type': 'application/json' } }
    : problem(422))
  t.same(await operations.raw?.run(request({ query: 'a=1&b=%20' })), ok(null))
  t.same(await operations.raw?.run(request({ method: 'PUT', body: { a: [1] } })), {
    status: 422, body: { type: 'about:blank', title: 'No', detail: 'No such luck', instance: '', context: '' }
  })
  t.same(await operations.raw?.run(request({ method: 'DELETE', body: null })), {
    status: 422, body: { type: 'about:blank', title: 'No', detail: 'No such luck', instance: '', context: '' }
  })
  t.same(sent(vendor), [`GET ${instances}/312019?a=1&b=%20`, `PUT ${instances}/312019 {"a":[1]}`, `DELETE ${instances}/312019`])
  t.match(vendor.calls[2]?.headers, { authorization: 'Bearer tok', 'content-type': 'application/json' })
  t.notOk(vendor.calls[3]?.headers['content-type'])
})

t.test('a raw answer that is not JSON is returned as text, an empty one as null', async t => {
  for (const [reply, answer] of [
    [{ status: 404, body: '<html></html>' }, { status: 404, body: '<html></html>' }],
    [{ status: 302, headers: { location: 'http://elsewhere.invalid/' } }, { status: 302, body: null }],
    [{ status: 204 }, { status: 204, body: null }]
  ] as const) {
    const { operations } = await open(t, () => reply)
    t.same(await operations.raw?.run(request({})), answer)
  }
})

t.test('a raw call whose token is rejected signs in again', async t => {
  const { operations, vendor } = await openSandbox(t)
  t.match(await operations.raw?.run(request({})), ok({ id: 312019 }))
  vendor.revokeTokens()
  t.match(
    await operations.raw?.run(request({ method: 'POST', path: `${instances}/312019/stop`, body: { force: true } })),
    { status: 200, body: { action: 'stop' } }
  )
  t.equal(vendor.logins, 2)
})

t.test('a dry run of a raw write sends nothing', async t => {
  const { line, vendor } = await open(t, () => problem(500))
  const { operations, calls } = line.dryRun()
  t.same(await operations.raw?.run(request({ method: 'PATCH', body: { hostname: 'x' } })), ok(null))
  t.match(calls, [{ method: 'PATCH', url: `${vendor.origin}${instances}/312019`, body: { hostname: 'x' } }])
  t.same(sent(vendor), [])
})

t.test('raw refuses the paths of the sign-in in any spelling', async t => {
  const { operations } = await open(t, () => problem(500))
  const isForbidden = (path: string): boolean | undefined => operations.raw?.isForbidden(path)
  for (const path of [
    '/oauth2/token', '/OAuth2/Token', '//oauth2//token', '/oauth2%2Ftoken', '/o%61uth2/token', '/o%2561uth2/token', '/oauth2;x=1/token',
    '/oauth2\\token',
    '/%2e%2e/oauth2/token', '/x/../y', '/x%3F/oauth2/token', '/x/%2E/y', '/oauth2/introspect', `/${organization}/tokens`, '/login',
    '/%zz', '/%25%32%35%32%35%32%35%32%35'
  ]) t.equal(isForbidden(path), true, path)
  for (const path of [
    `${instances}/312019`, `${subnets}`, '/common/kronoscloud/templates', '/', `/${organization}/sshkeys`,
    `/${organization}/billing/invoices/1`, '/a%20b'
  ]) {
    t.equal(isForbidden(path), false, path)
  }
})

t.test('raw refuses a token endpoint that is configured below the base of the API', async t => {
  const settings = { api_url: 'http://127.0.0.1:9/api', token_url: 'http://127.0.0.1:9/api/desk/get' }
  const { operations } = await open(t, () => problem(500), settings)
  t.equal(operations.raw?.isForbidden('/DESK//get'), true)
  t.equal(operations.raw?.isForbidden('/desk/get/more'), true)
  t.equal(operations.raw?.isForbidden('/desk/other'), false)
})
