import t from 'tap'
import { vmmanager } from '../../src/adapters/vmmanager/adapter.ts'
import { createClient } from '../../src/adapters/vmmanager/client.ts'
import { createOwners } from '../../src/adapters/vmmanager/owners.ts'
import { createVmmanagerSend } from '../../src/adapters/vmmanager/send.ts'
import type { DirectVerbs } from '../helpers/line.ts'
import { badMembers } from '../helpers/verbs.ts'
import {
  complaint, dryRunOf, failureOf, html, jobsEnd, list, ok, open, openSandbox, sentTo, web, writesOf, type Handle
} from './vmmanager-bench.ts'

const ip = {
  id: 501,
  ip_addr: '192.0.2.10',
  domain: 'web-1.example.com',
  gateway: '192.0.2.1',
  mask: '255.255.255.0',
  state: 'used',
  family: 4,
  ippool: 5,
  network: 7,
  host: { id: 41, name: 'web-1', interface: 0 },
  cluster_interface: 0
}
const free = { ...ip, id: 502, ip_addr: '192.0.2.20', domain: '', host: null }
const taken = { ...ip, id: 503, ip_addr: '192.0.2.30', host: { id: 42 } }
const row = {
  id: '501',
  address: '192.0.2.10',
  family: 4,
  scope: 'public',
  prefix_length: 24,
  gateway: '192.0.2.1',
  primary: true,
  server_id: '41',
  region: '1',
  ptr: 'web-1.example.com'
}
const task = ok({ id: 501, task: 1341774671 })
const deletion = (path: string) => ({ method: 'DELETE', path, body: null })
const post = (path: string, body: unknown) => ({ method: 'POST', path, body })

/** A platform with these addresses that accepts every write. */
const withIps = (rows: readonly unknown[], reply = task): Handle => ({ method, path, query }) => {
  if (method !== 'GET') return reply
  if (path === '/vm/v3/host') return list([web])
  const wanted = /EQ '?([^')]+)/.exec(query.get('where') ?? '')?.[1]
  return list(rows.filter(one =>
    wanted === undefined || JSON.stringify(one).includes(`"id":${wanted},"ip_addr"`) ||
    JSON.stringify(one).includes(`"ip_addr":"${wanted}"`)))
}

t.test('the addresses of a server', async t => {
  t.test('are those of its list, with its IPv6 ones, which have no id', async t => {
    const { vendor, operations } = await open(t, withIps([ip]))
    t.same(await operations['addresses.list']?.run('41'), [
      row,
      {
        id: null,
        address: '2001:db8:1::41',
        family: 6,
        scope: 'public',
        prefix_length: 64,
        gateway: null,
        primary: false,
        server_id: '41',
        region: '1',
        ptr: null
      }
    ])
    t.same(sentTo(vendor).map(({ path }) => path), ['/vm/v3/host?where=%28id+EQ+41%29', '/vm/v3/host/41/ipv4?orderby=id+asc&limit=0,200'])
  })
  t.test('have their address in ip_addr, unlike in the list of servers', async t => {
    const { operations } = await open(t, withIps([{ ...ip, ip: '192.0.2.99' }, { ...ip, id: 504, ip_addr: null }]))
    t.same((await operations['addresses.list']?.run('41'))?.map(({ address }) => address), ['192.0.2.10', '2001:db8:1::41'])
  })
  t.test('of a missing server are not found, without a call if the id is invalid', async t => {
    const { operations } = await openSandbox(t)
    t.match(await failureOf(operations['addresses.list']?.run('99999')), { failure: 'not-found' })
    const none = await open(t, () => list([]))
    t.match(await failureOf(none.operations['addresses.list']?.run('4x')), { failure: 'not-found' })
    t.equal(none.vendor.calls.length, 0)
  })
  t.test('of the account are listed with the servers that have them, free ones without', async t => {
    const { vendor, operations } = await open(t, withIps([ip, free, { id: 505, ip_addr: 'odd' }]))
    t.same(await operations['addresses.list']?.all(), [
      { ...row, primary: null, region: null },
      { ...row, id: '502', address: '192.0.2.20', primary: null, region: null, server_id: null, ptr: null }
    ])
    t.same(sentTo(vendor).map(({ path }) => path), ['/vm/v3/ip?orderby=id+asc&limit=0,200'])
  })
})

t.test('an address is attached', async t => {
  const attach = (...addresses: string[]) => async (o: DirectVerbs) => await o['addresses.attach']?.run({ id: '41', addresses })
  const fixed = (name: string) => post('/vm/v3/host/41/ip', { ip_addr: { name } })

  t.test('by itself, each with its own call, followed by its task', async t => {
    const { vendor, line, operations } = await open(t, withIps([free]))
    const work = attach('192.0.2.21', '192.0.2.22')
    t.same(await work(operations), {
      jobs: [{ id: '1341774671', name: 'ip_change' }, { id: '1341774671', name: 'ip_change' }],
      goal: { has: ['192.0.2.21', '192.0.2.22'] }
    })
    t.same(sentTo(vendor), [fixed('192.0.2.21'), fixed('192.0.2.22')])
    t.same(await dryRunOf(line, vendor, work), [fixed('192.0.2.21'), fixed('192.0.2.22')])
  })
  t.test('by its id, which is looked up, since the platform takes addresses', async t => {
    const { vendor, line, operations } = await open(t, withIps([free], ok({ id: 41 })))
    t.same(await attach('502')(operations), { goal: { has: ['192.0.2.20'] } })
    t.same(sentTo(vendor).map(({ path }) => path), ['/vm/v3/ip?where=%28id+EQ+502%29', '/vm/v3/host/41/ip'])
    t.same(await dryRunOf(line, vendor, attach('502')), [fixed('192.0.2.20')])
  })
  t.test('later, where the platform takes only one at a time', async t => {
    const { operations, pass } = await openSandbox(t, { busy: 'refuse' })
    const accepted = await attach('192.0.2.50', '192.0.2.51', '192.0.2.52')(operations)
    t.same(accepted?.goal, { has: ['192.0.2.50', '192.0.2.51', '192.0.2.52'] })
    t.same(accepted?.next, { name: 'attach', input: { addresses: '192.0.2.51,192.0.2.52' } })
    await jobsEnd({ operations, pass }, accepted?.jobs ?? [])
    const step = operations.steps?.['attach']
    t.equal(step?.isDue((await operations.get.run('41')).server, {}), true)
    t.same((await step?.run('41', accepted?.next?.input ?? {}))?.next, { name: 'attach', input: { addresses: '192.0.2.52' } })
    t.equal((await failureOf(step?.run('41', accepted?.next?.input ?? {}))).failure, 'conflict')
  })
  t.test('not again if the server has it, and not if another server has it', async t => {
    const { vendor, operations } = await open(t, withIps([ip, taken]))
    t.same(await attach('501')(operations), { done: true })
    t.match(await failureOf(attach('503')(operations)), { failure: 'conflict', options: { member: 'body.addresses' } })
    t.match(await failureOf(attach('599')(operations)), { failure: 'rejected', options: { member: 'body.addresses' } })
    t.same(writesOf(vendor), [])
  })
  t.test('only if it is IPv4, which is checked before anything is sent', async t => {
    const { vendor, operations } = await open(t, withIps([free]))
    for (const odd of ['2001:db8::1', '192.0.2', 'web-1', '0', "1' OR '1"]) {
      t.same(await badMembers(attach('192.0.2.21', odd)(operations)), ['body.addresses'], odd)
    }
    t.equal((await failureOf(operations['addresses.attach']?.run({ id: 'x', addresses: ['192.0.2.21'] }))).failure, 'not-found')
    t.equal(vendor.calls.length, 0)
  })
  t.test('or reported as body.addresses if the vendor rejects it; a missing server is still not found', async t => {
    const { operations } = await openSandbox(t)
    t.match(await failureOf(attach('192.0.2.11')(operations)), { failure: 'rejected', options: { member: 'body.addresses' } })
    t.match(await failureOf(operations['addresses.attach']?.run({ id: '99999', addresses: ['192.0.2.50'] })), {
      failure: 'not-found', options: { code: 5021 }
    })
  })
})

t.test('an address is detached', async t => {
  const detach = (address: string, id = '41') => async (o: DirectVerbs) => await o['addresses.detach']?.run({ id, address })

  t.test('by its id, which is looked up among those of the server', async t => {
    const { vendor, line, operations } = await open(t, withIps([ip]))
    for (const name of ['192.0.2.10', '501']) {
      t.same(await detach(name)(operations), { jobs: [{ id: '1341774671', name: 'ip_delete' }], goal: { missing: ['192.0.2.10'] } })
    }
    t.same(sentTo(vendor).slice(0, 2), [
      { method: 'GET', path: '/vm/v3/host/41/ipv4?orderby=id+asc&limit=0,200', body: null }, deletion('/vm/v3/ip/501')
    ])
    t.same(await dryRunOf(line, vendor, detach('501')), [deletion('/vm/v3/ip/501')])
  })
  t.test('only if the server has it', async t => {
    const { vendor, operations } = await open(t, withIps([ip]))
    for (const name of ['192.0.2.11', '999', 'web-1', "1' OR '1"]) {
      t.match(await failureOf(detach(name)(operations)), { failure: 'not-found', options: { member: 'path.address' } }, name)
    }
    t.same(await badMembers(detach('2001:db8:1::41')(operations)), ['path.address'])
    t.same(writesOf(vendor), [])
  })
  t.test('only if it was not removed meanwhile and the server exists', async t => {
    const { operations } = await open(t, withIps([ip], complaint(404, 1002, 'Not found', { name: 'ip' })))
    t.match(await failureOf(detach('501')(operations)), { failure: 'not-found', options: { member: 'path.address', status: 404 } })
    const sandbox = await openSandbox(t)
    const error = await failureOf(detach('192.0.2.10', '99999')(sandbox.operations))
    t.same([error.failure, error.options.member], ['not-found', undefined])
  })
})

t.test('a reverse name', async t => {
  const point = (address: string, ptr: string | null) => async (o: DirectVerbs) => await o.ptr?.run({ address, ptr })
  const found = (condition: string) =>
    ({ method: 'GET', path: `/vm/v3/ip?${new URLSearchParams({ where: condition }).toString()}`, body: null })

  t.test('is set by the id of the address', async t => {
    const { vendor, line, operations } = await open(t, withIps([ip]))
    t.same(await point('192.0.2.10', 'a.example.com')(operations), { address: '192.0.2.10', ptr: 'a.example.com' })
    t.same(await point('501', 'b.example.com')(operations), { address: '192.0.2.10', ptr: 'b.example.com' })
    t.same(sentTo(vendor), [
      found("(ip_addr EQ '192.0.2.10')"), post('/vm/v3/ip/501/ptr', { domain: 'a.example.com' }),
      found('(id EQ 501)'), post('/vm/v3/ip/501/ptr', { domain: 'b.example.com' })
    ])
    t.same(await dryRunOf(line, vendor, point('501', 'c.example.com')), [post('/vm/v3/ip/501/ptr', { domain: 'c.example.com' })])
  })
  t.test('is removed through the server, without a call if there is none', async t => {
    const { vendor, line, operations } = await open(t, withIps([ip, free]))
    t.same(await point('501', null)(operations), { address: '192.0.2.10', ptr: null })
    t.same(await point('502', null)(operations), { address: '192.0.2.20', ptr: null })
    t.same(writesOf(vendor), [deletion('/vm/v3/host/41/ptr/192.0.2.10')])
    t.same(await dryRunOf(line, vendor, point('501', null)), [deletion('/vm/v3/host/41/ptr/192.0.2.10')])
    const lonely = await open(t, withIps([{ ...free, domain: 'old.example.com' }]))
    t.same(await badMembers(point('502', null)(lonely.operations)), ['body.ptr'])
  })
  t.test('must be a host name, for an existing address', async t => {
    const { vendor, operations } = await open(t, withIps([]))
    for (const odd of ['', 'a b', '-a.example.com', 'a..b', 'a.', `${'a'.repeat(64)}.example.com`]) {
      t.same(await badMembers(point('501', odd)(operations)), ['body.ptr'], odd)
    }
    for (const odd of ['web-1', "1') OR ('1'='1", '0501', 'fe80::1%25eth0', 'fe80::1%eth0']) {
      t.match(await failureOf(point(odd, 'a.example.com')(operations)), { failure: 'not-found', options: { member: 'path.address' } }, odd)
    }
    t.equal(vendor.calls.length, 0)
    t.match(await failureOf(point('2001:db8::1', 'a.example.com')(operations)), {
      failure: 'not-found', options: { member: 'path.address' }
    })
  })
  t.test('is reported as body.ptr if the vendor rejects it', async t => {
    const { operations } = await open(t, withIps([ip], complaint(400, 1006, 'Invalid value', { name: 'domain' })))
    t.match(await failureOf(point('501', 'a.example.com')(operations)), { failure: 'rejected', options: { member: 'body.ptr' } })
    const gone = await open(t, withIps([ip], html(404)))
    t.match(await failureOf(point('501', 'a.example.com')(gone.operations)), { failure: 'malformed' })
  })
})

t.test('addresses on the simulated platform are attached, named and detached', async t => {
  const { operations, pass } = await openSandbox(t)
  const attached = await operations['addresses.attach']?.run({ id: '41', addresses: ['192.0.2.40', '192.0.2.41'] })
  t.same(await jobsEnd({ operations, pass }, attached?.jobs ?? []), ['succeeded', 'succeeded'])
  t.same((await operations.get.run('41')).server.addresses.map(({ address }) => address), ['192.0.2.10', '192.0.2.40', '192.0.2.41'])
  t.same(await operations.ptr?.run({ address: '192.0.2.40', ptr: 'forty.example.com' }), {
    address: '192.0.2.40', ptr: 'forty.example.com'
  })
  const rows = await operations['addresses.list']?.run('41')
  t.match(rows, [
    { address: '192.0.2.10', primary: true },
    { address: '192.0.2.40', primary: false, ptr: 'forty.example.com', prefix_length: 24, gateway: '192.0.2.1' },
    {}
  ])
  await operations.ptr?.run({ address: '192.0.2.40', ptr: null })
  t.match((await operations['addresses.list']?.all())?.find(({ address }) => address === '192.0.2.40'), { ptr: null, server_id: '41' })
  for (const name of [rows?.[1]?.id ?? '', '192.0.2.41']) {
    const detached = await operations['addresses.detach']?.run({ id: '41', address: name })
    t.same(await jobsEnd({ operations, pass }, detached?.jobs ?? []), ['succeeded'])
  }
  t.same((await operations.get.run('41')).server.addresses.map(({ address }) => address), ['192.0.2.10'])
})

t.test('catalogs', async t => {
  const names = ['images', 'plans', 'regions', 'ssh_keys', 'networks'] as const
  const template = {
    id: 25,
    name: 'Ubuntu 22.04',
    os_group: 'ubuntu',
    state: 'active',
    adminonly: false,
    clusters: [{ id: 1 }],
    hdd_mib_required: 5120,
    min_ram_mib: 512,
    product_key: 'geheim'
  }
  const at = (answers: Record<string, readonly unknown[]>): Handle => ({ path }) => list(answers[path.replace('/vm/v3/', '')] ?? [])

  t.test('images are usable templates, and saved images with a prefix', async t => {
    const { vendor, operations } = await open(t, at({
      os: [
        template,
        { ...template, id: 26, clusters: [{ id: 1 }, { id: 2 }], hdd_mib_required: null, min_ram_mib: null },
        { ...template, id: 27, state: 'disabled' },
        { ...template, id: 28, adminonly: true },
        { ...template, id: 51, clusters: [{ id: 2 }] }
      ],
      image: [{ id: 7, name: 'golden', state: 'active', size_mib: 10240 }, { id: 9, name: 'half', state: 'creating' }]
    }))
    const ubuntu = { id: '25', name: 'Ubuntu 22.04', os: 'ubuntu', region: '1', min_disk_gib: 5, min_memory_mib: 512 }
    const golden = { id: 'image:7', name: 'golden', os: null, region: null, min_disk_gib: 10, min_memory_mib: null }
    t.same(await operations.images?.run({}), [
      ubuntu,
      { ...ubuntu, id: '26', region: null, min_disk_gib: null, min_memory_mib: null },
      { ...ubuntu, id: '51', region: '2' },
      golden
    ])
    t.same((await operations.images?.run({ region: '2' }))?.map(({ id }) => id), ['26', '51', 'image:7'])
    t.same(sentTo(vendor).slice(0, 2).map(({ path }) => path), [
      '/vm/v3/os?orderby=id+asc&limit=0,200', '/vm/v3/image?orderby=id+asc&limit=0,200'
    ])
  })
  t.test('plans add up the disks, or take the one number of older platforms', async t => {
    const preset = { id: 1, name: 'S-1', cpu_number: 2, ram_mib: 2048 }
    const { operations } = await open(t, at({
      preset: [{ ...preset, disks: [{ size_mib: 20480 }, { size_mib: 6000 }] }, { ...preset, id: 2, hdd_mib: 6000 }, { id: 3 }]
    }))
    const plan = { id: '1', name: 'S-1', cpus: 2, memory_mib: 2048, disk_gib: 25.859375, region: null, available: null, price: null }
    t.same(await operations.plans?.run({}), [
      plan, { ...plan, id: '2', disk_gib: 5.859375 }, { ...plan, id: '3', name: '3', cpus: null, memory_mib: null, disk_gib: null }
    ])
  })
  t.test('regions are clusters, and SSH keys belong to clusters', async t => {
    const { operations } = await open(t, at({
      cluster: [{ id: 1, name: 'cluster-kvm-1' }, { id: 2 }],
      ssh_key: [{ id: 1, name: 'operator', ssh_key: 'ssh-ed25519 AAAA', clusters: [1] }, { id: 2, clusters: null }]
    }))
    t.same(await operations.regions?.run({}), [{ id: '1', name: 'cluster-kvm-1' }, { id: '2', name: '2' }])
    const key = { id: '1', name: 'operator', public_key: 'ssh-ed25519 AAAA', fingerprint: null }
    t.same(await operations.ssh_keys?.run({}), [key, { id: '2', name: '2', public_key: null, fingerprint: null }])
    t.same(await operations.ssh_keys?.run({ region: '1' }), [key])
  })
  t.test('networks are pools of either form, and private networks with each of their ranges', async t => {
    const { operations } = await open(t, at({
      ippool: [
        { id: 5, name: 'pool-1', total_ip: '64', using_ip: '3', clusters: [{ id: 1, type: 'kvm' }] },
        { id: 6, name: 'pool-2', ipv4: { total: 64, used: 3 }, ipv6: null, clusters: [{ id: 1, interface: 0 }, { id: 2, interface: 0 }] }
      ],
      vxlan: [
        { id: 1, name: 'lan1', clusters: [{ id: 1 }], ipnets: [{ id: 1, name: '198.51.100.128/26' }, { id: 2, name: '' }] },
        { id: 3, name: 'bare', clusters: [{ id: 2 }], ipnets: null }
      ]
    }))
    const pool = { id: '5', name: 'pool-1', region: '1', scope: 'unknown', cidrs: [] }
    const lan = { id: 'vxlan:1:1', name: 'lan1', region: '1', scope: 'private', cidrs: ['198.51.100.128/26'] }
    t.same(await operations.networks?.run({}), [
      pool,
      { ...pool, id: '6', name: 'pool-2', region: null },
      lan,
      { ...lan, id: 'vxlan:1:2', cidrs: [] },
      { ...lan, id: 'vxlan:3', name: 'bare', region: '2', cidrs: [] }
    ])
    t.same((await operations.networks?.run({ region: '2' }))?.map(({ id }) => id), ['6', 'vxlan:3'])
  })
  t.test('accept a region only where they can be narrowed by it, and only its id', async t => {
    const { vendor, operations } = await open(t, at({}))
    t.same(names.map(name => Object.keys(operations[name]?.parameters?.shape ?? {})), [['region'], [], [], ['region'], ['region']])
    for (const name of ['images', 'ssh_keys', 'networks'] as const) {
      t.same(await badMembers(operations[name]?.run({ region: 'eu' })), ['query.region'])
    }
    t.equal(vendor.calls.length, 0)
  })

  for (const behavior of [
    {}, { limit: 'from-to' }, { size: false }, { sizeMeans: 'page' }, { pageCap: 3 }, { filterFields: 'evidenced' }
  ] as const) {
    t.test(`on the simulated platform are complete with ${JSON.stringify(behavior)}`, async t => {
      const { operations } = await openSandbox(t, behavior)
      const ids = async (name: typeof names[number]): Promise<string[] | undefined> =>
        (await operations[name]?.run({}))?.map(({ id }) => id)
      t.same(await Promise.all(names.map(ids)), [
        ['12', '25', '26', '31', '33', '40', '51', 'image:7', 'image:8'],
        ['1', '2', '3', '4', '5'],
        ['1', '2'],
        ['1'],
        ['5', '6', 'vxlan:1:1']
      ])
      t.ok((await operations['addresses.list']?.all() ?? []).length > 100)
    })
  }
  t.test('of hundreds are read after the last id, each row once', async t => {
    const rows = Array.from({ length: 450 }, (_, index) => ({ id: index + 1, name: `c-${index + 1}` }))
    const { vendor, operations } = await open(t, ({ query }) => {
      const after = Number(/GT (\d+)/.exec(query.get('where') ?? '')?.[1] ?? 0)
      return list(rows.filter(({ id }) => id > after).slice(0, 200), 450 - after)
    })
    t.equal((await operations.regions?.run({}))?.length, 450)
    t.same(vendor.calls.map(({ rawQuery }) => rawQuery), [
      'orderby=id+asc&limit=0,200', 'where=%28id+GT+200%29&orderby=id+asc&limit=0,200',
      'where=%28id+GT+400%29&orderby=id+asc&limit=0,200'
    ])
  })
  t.test('that never end are malformed, whether they repeat rows or not', async t => {
    const same = await open(t, () => list(Array.from({ length: 200 }, (_, index) => ({ id: index + 1 }))))
    t.equal((await failureOf(same.operations.regions?.run({}))).failure, 'malformed')
    t.equal(same.vendor.calls.length, 2)
    const endless = await open(t, ({ query }) => list([{ id: Number(/GT (\d+)/.exec(query.get('where') ?? '')?.[1] ?? 0) + 1 }], 1e6))
    t.equal((await failureOf(endless.operations.regions?.run({}))).failure, 'malformed')
    t.equal(endless.vendor.calls.length, 100)
  })
  t.test('are read even if members have unexpected types, but are malformed if a row has no id', async t => {
    const odd = {
      id: '1',
      name: 7,
      os_group: {},
      state: null,
      clusters: [null, 5, { id: 'x' }, { id: 1 }],
      ipnets: 'x',
      disks: [null, { size_mib: 'big' }],
      ssh_key: 5
    }
    const { operations } = await open(t, () => list([odd]))
    for (const name of names) t.ok((await operations[name]?.run({}))?.every(({ id, name }) => id !== '' && name !== ''), name)
    const broken = await open(t, () => list([{ name: 'x' }]))
    for (const name of names) t.equal((await failureOf(broken.operations[name]?.run({}))).failure, 'malformed', name)
  })
  t.test('that the user may not read are forbidden, and missing lists are malformed', async t => {
    for (const [reply, failure] of [
      [complaint(403, 3001, 'Unauthorized'), 'forbidden'],
      [html(404), 'malformed'],
      [complaint(404, 1002, 'Not found'), 'malformed']
    ] as const) {
      const { operations } = await open(t, () => reply)
      for (const name of names) t.equal((await failureOf(operations[name]?.run({}))).failure, failure)
    }
  })
})

t.test('owners', async t => {
  const client = { id: 3, email: 'client@example.com', state: 'active', roles: ['@user'] }
  const owner = { id: '3', name: null, email: 'client@example.com', status: 'active' }
  const account = { email: 'new@example.com', password: 'Example-Pass1' }

  t.test('are accounts', async t => {
    const { vendor, operations } = await open(t, () => list([client]))
    t.same(await operations['owners.list']?.run(), [owner])
    t.same(await operations['owners.list']?.get('3'), owner)
    t.same(sentTo(vendor).map(({ path }) => path), ['/vm/v3/account?orderby=id+asc&limit=0,200', '/vm/v3/account?where=%28id+EQ+3%29'])
  })
  t.test('that are missing are not missing servers', async t => {
    const { vendor, operations } = await open(t, () => list([]))
    for (const id of ['99', 'x', '../3']) {
      t.match(await failureOf(operations['owners.list']?.get(id)), { failure: 'not-found', options: { member: 'path.owner' } })
    }
    t.equal(vendor.calls.length, 1)
  })
  t.test('are created as plain users unless a role is given', async t => {
    const { vendor, line, operations } = await open(t, () => ok({ id: 25 }, 201))
    t.same(await operations['owners.create']?.run(account), { id: '25', name: null, email: 'new@example.com', status: null })
    t.same(await operations['owners.create']?.run({ ...account, name: 'New', options: { role: '@advanced_user', phone_number: '1' } }), {
      id: '25', name: 'New', email: 'new@example.com', status: null
    })
    t.same(sentTo(vendor), [
      post('/vm/v3/account', { ...account, role: '@user' }),
      post('/vm/v3/account', { ...account, role: '@advanced_user', full_name: 'New', phone_number: '1' })
    ])
    t.same(await dryRunOf(line, vendor, async o => { t.equal((await o['owners.create']?.run(account))?.id, '{id}') }), [
      post('/vm/v3/account', { email: 'new@example.com', password: '[redacted]', role: '@user' })
    ])
    t.same([operations['owners.create']?.accepts, operations['owners.create']?.requires], [
      ['name', 'email', 'password', 'options'], ['email', 'password']
    ])
  })
  t.test('that are invalid are refused before anything is sent', async t => {
    const { vendor, operations } = await open(t, () => ok({ id: 25 }))
    t.same(await badMembers(operations['owners.create']?.run({ ...account, options: { role: 'root' } })), ['body.options.role'])
    t.same(await badMembers(operations['owners.create']?.run({ ...account, options: { admin: true } })), ['body.options.admin'])
    t.equal(vendor.calls.length, 0)
  })
  t.test('without an id in the answer are found by their e-mail address', async t => {
    const { operations } = await open(t, ({ method }) => method === 'POST'
      ? ok({})
      : list([client, { ...client, id: 25, email: 'New@Example.com' }]))
    t.equal((await operations['owners.create']?.run(account))?.id, '25')
    const lost = await open(t, ({ method }) => method === 'POST' ? ok({}) : list([client]))
    t.match(await failureOf(lost.operations['owners.create']?.run(account)), { failure: 'malformed' })
  })
  t.test('that the vendor rejects are reported with our member', async t => {
    for (const [name, member] of [
      ['email', 'body.email'], ['password', 'body.password'], ['full_name', 'body.name'], ['role', 'body.options.role']
    ] as const) {
      const { operations } = await open(t, () => complaint(400, 1006, 'Invalid value', { name }))
      const error = await failureOf(operations['owners.create']?.run(account))
      t.match(error, { failure: 'rejected', options: { member } })
      t.notMatch(JSON.stringify([error.message, error.options]), account.password)
    }
  })
  t.test('on the simulated platform are created, listed and used by a create', async t => {
    const { operations } = await openSandbox(t)
    const example = operations['owners.create']?.example ?? {}
    const made = await operations['owners.create']?.run({ ...example, email: 'new@example.com' })
    t.match(await operations['owners.list']?.get(made?.id ?? ''), { id: made?.id, email: 'new@example.com', status: 'active' })
    t.ok((await operations['owners.list']?.run())?.some(({ id }) => id === made?.id))
    const { serverId } = await operations.create?.run({
      name: 'theirs', plan: '2', image: '25', password: 'Example-Pass1', owner: made?.id
    }) ?? {}
    t.match((await operations.get.run(serverId ?? '')).server.owner, { id: made?.id, name: 'new@example.com' })
    t.equal((await failureOf(operations['owners.create']?.run(example))).failure, 'conflict')
  })
  t.test('are created by administrators only', async t => {
    const { operations } = await openSandbox(t, {}, 'vm6-client')
    t.equal((await failureOf(operations['owners.create']?.run(account))).failure, 'forbidden')
    t.equal((await failureOf(operations.login_link?.run({ owner: '3' }))).failure, 'forbidden')
  })
})

t.test('a login link', async t => {
  const key = '4-74e7c0e9-a5ff-4f52-a2ac-ed03c6ed1e21'

  t.test('is a key of that user at the configured path, and is valid for one hour', async t => {
    const settings = { token: '24-static', auth_prefix: '/api', login_link_path: '/auth/key-v4' }
    const { vendor, line, operations } = await open(t, () => ok({ id: '4', key }), settings)
    const began = Date.now()
    const link = await operations.login_link?.run({ owner: '3' })
    t.equal(link?.url, `${vendor.origin}/auth/key-v4/${key}`)
    const left = Date.parse(link?.expires_at ?? '') - began
    t.ok(left >= 3_600_000 && left < 3_700_000)
    t.same(sentTo(vendor), [post('/api/auth/v4/user/3/key', {})])
    t.equal(vendor.calls[0]?.headers['isp-box-instance'], 'true')
    t.same(await dryRunOf(line, vendor, async o => await o.login_link?.run({ owner: '3' })), [post('/api/auth/v4/user/3/key', {})])
  })
  t.test('has its key encoded, and its hour begins before the call', async t => {
    const account = { ...vmmanager.example, url: 'https://vm.example.com' }
    const response = { status: 200, headers: {}, text: '{"key":"a/b?c"}' }
    const send = createVmmanagerSend(account, { now: Date.now, send: async call => call.read(response) })
    const owners = createOwners(account, createClient(account, send), () => Date.UTC(2026, 10, 21, 10))
    t.same(await owners.login_link.run({ owner: '3' }), {
      url: 'https://vm.example.com/auth/key/a%2Fb%3Fc', expires_at: '2026-11-21T11:00:00.000Z'
    })
  })
  t.test('of a missing account is not a missing server, and an invalid id costs no call', async t => {
    const { vendor, operations } = await openSandbox(t)
    for (const owner of ['99', 'client@example.com', '..']) {
      t.match(await failureOf(operations.login_link?.run({ owner })), { failure: 'not-found', options: { member: 'path.owner' } })
    }
    t.equal(sentTo(vendor).length, 1)
  })
  t.test('on the simulated platform signs that user in', async t => {
    const { vendor, operations } = await openSandbox(t)
    const { url } = await operations.login_link?.run({ owner: '3' }) ?? { url: '' }
    t.match(url, new RegExp(`^${vendor.origin}/auth/key/3-[0-9a-f-]{36}$`))
    const answer = await fetch(`${vendor.origin}/auth/v4/public/key`, {
      method: 'POST', headers: { 'isp-box-instance': 'true' }, body: JSON.stringify({ key: url.split('/').at(-1) })
    })
    t.match(await answer.json(), { id: '3', confirmed: true })
  })
  t.test('without a key in the answer is malformed', async t => {
    for (const reply of [ok({ id: '4' }), html(200), html(404)]) {
      const { operations } = await open(t, () => reply)
      t.equal((await failureOf(operations.login_link?.run({ owner: '3' }))).failure, 'malformed')
    }
  })
})

t.test('raw', async t => {
  const request = { method: 'GET', path: '/vm/v3/host', query: '', body: undefined } as const

  t.test('sends the caller\'s request with the account\'s token', async t => {
    const { vendor, line, operations } = await open(t, () => ok({ id: 9 }, 202))
    t.same(await operations.raw?.run({ ...request, query: 'where=%28id+EQ+41%29' }), { status: 202, body: { id: 9 } })
    t.same(
      await operations.raw?.run({ ...request, method: 'POST', path: '/vm/v3/host/41/backup', body: { name: 'x' } }),
      { status: 202, body: { id: 9 } }
    )
    t.same(await operations.raw?.run({ ...request, method: 'DELETE', path: '/vm/v3/backup/15' }), { status: 202, body: { id: 9 } })
    t.same(sentTo(vendor), [
      { method: 'GET', path: '/vm/v3/host?where=%28id+EQ+41%29', body: null },
      post('/vm/v3/host/41/backup', { name: 'x' }),
      deletion('/vm/v3/backup/15')
    ])
    t.same(vendor.calls.map(({ headers }) => [headers['x-xsrf-token'], headers['content-type']]), [
      ['24-static', undefined], ['24-static', 'application/json'], ['24-static', undefined]
    ])
    t.same(
      await dryRunOf(line, vendor, async o => await o.raw?.run({ ...request, method: 'POST', body: { name: 'x' } })),
      [post('/vm/v3/host', { name: 'x' })]
    )
  })
  t.test('returns any answer unchanged', async t => {
    const cases = [
      [complaint(404, 5021, 'Host id unknown'), { status: 404, body: { error: { code: 5021, msg: 'Host id unknown' } } }],
      [complaint(403, 3001, 'Unauthorized'), { status: 403, body: { error: { code: 3001, msg: 'Unauthorized' } } }],
      [complaint(500, 1010, 'no'), { status: 500, body: { error: { code: 1010, msg: 'no' } } }],
      [html(502), { status: 502, body: '<html><body>no</body></html>' }],
      [{ status: 204 }, { status: 204, body: null }],
      [{ status: 200, headers: { 'content-type': 'application/json' }, body: 'null' }, { status: 200, body: null }],
      [html(302), { status: 302, body: '<html><body>no</body></html>' }]
    ] as const
    for (const [reply, answer] of cases) {
      const { vendor, operations } = await open(t, () => reply)
      t.same(await operations.raw?.run(request), answer)
      t.equal(vendor.calls.length, 1)
    }
  })
  t.test('signs in again after an expired token, and retries a suspended platform', async t => {
    const { vendor, operations } = await openSandbox(t)
    vendor.suspend(2)
    t.match(await operations.raw?.run({ ...request, path: '/vm/v3/cluster' }), { status: 200, body: { size: 2 } })
    vendor.revokeTokens()
    t.match(
      await operations.raw?.run({ ...request, method: 'POST', path: '/vm/v3/host/41', body: { comment: 'x' } }),
      { status: 200, body: { id: 41 } }
    )
    t.equal(vendor.logins, 2)
  })
  t.test('does not forward paths that sign in or return credentials, in any spelling', async t => {
    const { operations } = await open(t, () => ok({}))
    const forbidden = [
      '/auth/v4/public/token', '/auth/v4/public/key', '/auth/v4/user/3/key', '/auth/v4/token', '/auth/v4/setting/token_ttl',
      '/auth/v3/auth', '/auth/v3/auth_by_key', '/auth/key/4-x', '/auth/key-v4/4-x',
      '/api/auth/v4/public/token', '/AUTH/v4/token', '//auth//v4//token', '/auth/v4/user/3/key/', '/%61uth/v4/token',
      '/%2561uth/v4/token', '/auth%2Fv4%2Ftoken', '/auth%5Cv4%5Ctoken', '/auth/v4/user/3/%6Bey',
      '/auth;x=1/v4/token', '/vm/%2e%2e/auth/v4/token', '/vm/../auth/v4/whoami', '/vm/%', '/vm/v3/host%3f', '/vm/v3/host%0a', '/auth',
      '/auth/v4/user/a%2Fb/key', '/vm/%25252525252525'
    ]
    for (const path of forbidden) t.equal(operations.raw?.isForbidden(path), true, path)
    for (const path of [
      '/vm/v3/host', '/vm/v3/host/41/vnc_settings', '/ip/v3/ipnet', '/auth/v4/whoami', '/auth/v4/user', '/auth/v4/user/3',
      '/auth/v3/user/3/sshkey', '/api/auth/v4/user/a%40b/sshkey/9', '/vm/v3/authors'
    ]) {
      t.equal(operations.raw?.isForbidden(path), false, path)
    }
  })
  t.test('redacts the vendor\'s secrets', async t => {
    t.same(vmmanager.secretMembers, ['product_key', 'socket'])
  })
})
