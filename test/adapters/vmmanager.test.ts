import t from 'tap'
import type { Token, Upstream } from '../../src/adapters/contract.ts'
import { vmmanager } from '../../src/adapters/vmmanager/adapter.ts'
import { seenHost } from '../../src/adapters/vmmanager/mapping.ts'
import type { ServerFilters } from '../../src/domain/list.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { SimulatedReply, Simulator } from '../../sandbox/kit/simulator.ts'
import type { VmmanagerBehavior } from '../../sandbox/vmmanager/simulator.ts'
import type { HttpResponse } from '../../src/upstream/http.ts'
import { listAll, type DirectVerbs, type Test } from '../helpers/line.ts'
import { complaint, failureOf, html, list, ok, open, openSandbox, web as webWithIp6, type Handle } from './vmmanager-bench.ts'

const withPassword = { email: 'admin@example.com', password: 'secret' }
const withToken = { token: '24-static' }

const signedIn = (token: string, more: object = {}): SimulatedReply =>
  ok({ confirmed: true, expires_at: null, id: '24', token, ...more }, 201)
const empty = list([], 0)

/** Accepts every sign-in, with the tokens t-1, t-2, …, and leaves the rest to `handle`. */
function withSignIn (handle: Handle): Handle {
  let tokens = 0
  return request => request.path.startsWith('/auth/') ? signedIn(`t-${++tokens}`) : handle(request)
}

const pathsOf = (vendor: Simulator): string[] => vendor.calls.map(({ method, path }) => `${method} ${path}`)
const bodyOf = (text: string | undefined): unknown => JSON.parse(text ?? '')
const page = (more: { after?: string, limit?: number, filters?: ServerFilters } = {}) =>
  ({ filters: {}, offset: 0, after: null, limit: 200, ...more })

const web = { ...webWithIp6, ip6: [] }
const db = {
  ...web,
  id: 42,
  name: 'db-1',
  state: 'stopped',
  os: { id: 12, name: 'Debian 12' },
  os_name: 'Debian 12',
  cpu_number: 4,
  cpu_number_new: 8,
  ram_mib: 4096,
  ram_mib_new: 8192,
  disk: { id: 102, disk_mib: 40960, disk_mib_new: 81920 },
  disk_count: 2,
  ip4: [{ ip: '192.0.2.11', interface: 'eth0' }, { ip: '192.0.2.12', interface: 'eth0' }],
  ip6: [{ ip: '2001:db8:1::42', interface: 'eth0' }],
  tags: ['prod']
}
const fresh = { ...web, id: 43, name: 'new-1', state: 'creating', ip4: [], ip6: [], create_date: '2026-01-16 08:00:00' }
/** 2022: no ip6, os, create_date, is_protected; addresses are without their interface. */
const old = {
  id: 41,
  name: 'web-1',
  state: 'active',
  account: { id: 3, email: 'client@example.com' },
  cluster: { id: 1, name: 'cluster-kvm-1' },
  os_name: 'Ubuntu 22.04',
  os_group: 'ubuntu',
  cpu_number: 2,
  ram_mib: 2048,
  disk: { id: 101, disk_mib: 20480, disk_mib_new: 20480 },
  ip4: [{ ip: '192.0.2.10' }],
  rescue_mode: false,
  disabled: false,
  tags: []
}
const toServer = (row: object): ServerFacts => seenHost.parse(row).server

t.test('settings', async t => {
  const parse = (settings: object) => vmmanager.account.safeParse({ url: 'https://vm.example.com/', ...settings })
  const pathsOfIssues = (settings: object): string[] => parse(settings).error?.issues.map(({ path }) => path.join('.')) ?? []

  t.test('an account has email and password, or a token, and defaults for the rest', async t => {
    t.same(parse(withPassword).data, { url: 'https://vm.example.com', ...withPassword, auth_prefix: '', login_link_path: '/auth/key' })
    t.equal(parse(withToken).success, true)
    t.equal(parse({ ...withPassword, as_user: 'client@example.com', auth_prefix: '/api', login_link_path: '/auth/key-v4' }).success, true)
    t.equal(vmmanager.account.safeParse(vmmanager.example).success, true)
  })
  t.test('conflicting or invalid members are reported with their paths', async t => {
    t.same(pathsOfIssues({}), ['email', 'password'])
    t.same(pathsOfIssues({ email: 'admin@example.com' }), ['password'])
    t.same(pathsOfIssues({ ...withPassword, ...withToken, as_user: '3' }), ['email', 'password', 'as_user'])
    t.same(pathsOfIssues({ token: 'two\r\nlines' }), ['token'])
    t.same(pathsOfIssues({ ...withPassword, as_user: '..' }), ['as_user'])
    t.same(pathsOfIssues({ ...withPassword, auth_prefix: '/other' }), ['auth_prefix'])
    t.same(pathsOfIssues({ ...withPassword, login_link_path: 'auth/key/' }), ['login_link_path'])
    t.equal(parse({ ...withToken, tokn: 'x' }).success, false)
  })
})

t.test('sign-in', async t => {
  for (const status of [200, 201]) {
    t.test(`a password is exchanged for a token with ${status}, which is sent only as x-xsrf-token`, async t => {
      const { vendor, operations } = await open(t, ({ path }) => path.startsWith('/auth/')
        ? ok({ confirmed: true, expires_at: null, id: 123, token: '1996-0082f9c6-0b07-43ca-b4e7-449c6b0df71f' }, status)
        : empty, withPassword)
      await operations.list.run(page())
      const [login, read] = vendor.calls
      t.same(pathsOf(vendor), ['POST /auth/v4/public/token', 'GET /vm/v3/host'])
      t.same(bodyOf(login?.body), withPassword)
      t.equal(login?.headers['x-xsrf-token'], undefined)
      t.equal(login?.headers['isp-box-instance'], undefined)
      t.equal(read?.headers['x-xsrf-token'], '1996-0082f9c6-0b07-43ca-b4e7-449c6b0df71f')
      for (const name of ['cookie', 'ses6', 'internal-auth', 'authorization']) t.equal(read?.headers[name], undefined, `no ${name}`)
    })
  }

  t.test('a static token needs no sign-in and is sent unchanged', async t => {
    const { vendor, operations } = await open(t, () => empty)
    await operations.list.run(page())
    t.same(pathsOf(vendor), ['GET /vm/v3/host'])
    t.equal(vendor.calls[0]?.headers['x-xsrf-token'], '24-static')
  })

  t.test('as_user signs in with a key that is created with the administrator\'s token', async t => {
    const { vendor, operations } = await open(t, ({ path }) => {
      if (path.endsWith('/public/token')) return signedIn('24-admin')
      if (path.endsWith('/public/key')) return signedIn('1996-user')
      return path.endsWith('/key') ? ok({ id: '4', key: '4-74e7c0e9' }) : empty
    }, { ...withPassword, as_user: 'a/b+c@example.com' })
    await operations.list.run(page())
    t.same(pathsOf(vendor), [
      'POST /auth/v4/public/token', 'POST /auth/v4/user/a%2Fb%2Bc%40example.com/key', 'POST /auth/v4/public/key', 'GET /vm/v3/host'
    ])
    t.same(vendor.calls.map(({ headers }) => headers['x-xsrf-token']), [undefined, '24-admin', undefined, '1996-user'])
    t.same(vendor.calls.map(({ headers }) => headers['isp-box-instance']), [undefined, 'true', 'true', undefined])
    t.same(vendor.calls.slice(1, 3).map(({ body }) => bodyOf(body)), [{}, { key: '4-74e7c0e9' }])
  })

  t.test('auth_prefix precedes /auth and no other path', async t => {
    const handle: Handle = ({ path }) => path.includes('/auth/') ? signedIn('24-a') : empty
    const { vendor, operations } = await open(t, handle, { ...withPassword, auth_prefix: '/api' })
    await operations.list.run(page())
    t.same(pathsOf(vendor), ['POST /api/auth/v4/public/token', 'GET /vm/v3/host'])
  })

  for (const status of [200, 400, 401, 403]) {
    t.test(`a wrong password (22013) with status ${status} is an authentication failure after one call`, async t => {
      const { vendor, operations } = await open(t, () => complaint(status, 22013, 'Invalid password'), withPassword)
      const error = await failureOf(operations.get.run('41'))
      t.match(error, { failure: 'authentication', options: { code: 22013, vendorMessage: 'Invalid password' } })
      t.equal(vendor.calls.length, 1)
    })
  }

  t.test('a sign-in that requires a second factor fails', async t => {
    const { vendor, operations } = await open(t, () => signedIn('24-a', { confirmed: false }), withPassword)
    t.equal((await failureOf(operations.get.run('41'))).failure, 'authentication')
    t.equal(vendor.calls.length, 1)
  })

  t.test('a failed key login is never a missing server', async t => {
    const withKey = (answer: SimulatedReply) =>
      open(t, ({ path }) => path.endsWith('/public/token') ? signedIn('24-a') : answer, { ...withPassword, as_user: '999' })
    const cases = [
      [complaint(404, 1002, 'Not found'), 'authentication'],
      [complaint(400, 5021, 'Unknown'), 'authentication'],
      [complaint(403, 3001, 'Unauthorized'), 'forbidden'],
      [complaint(401, 3001, 'Unauthorized'), 'forbidden'],
      [html(404), 'malformed']
    ] as const
    for (const [answer, failure] of cases) {
      const { operations } = await withKey(answer)
      t.equal((await failureOf(operations.get.run('41'))).failure, failure)
    }
  })

  t.test('a sign-in that does not exist or returns no token is malformed', async t => {
    for (const answer of [html(404), html(200), html(302), ok({ id: '24' }), ok({ token: 'two\r\nlines' })]) {
      const { operations } = await open(t, () => answer, withPassword)
      t.equal((await failureOf(operations.get.run('41'))).failure, 'malformed')
    }
  })

  t.test('a token expires after an idle hour; its own expiry is read as UTC and ignored if it is in the past', async t => {
    const tokenOf = async (expiresAt: unknown): Promise<Token | undefined> => {
      const text = JSON.stringify({ confirmed: true, id: 24, token: '24-a', expires_at: expiresAt })
      const response: HttpResponse = { status: 201, headers: {}, text }
      const upstream: Upstream = { now: Date.now, send: async call => call.read(response) }
      return await vmmanager.signIn(vmmanager.example)?.(upstream)
    }
    const hour = 3_600_000
    t.same(await tokenOf(null), { value: '24-a', expiresAt: null, idleMs: hour, data: {} })
    t.same((await tokenOf('2130-01-31 00:00:00'))?.expiresAt, Date.UTC(2130, 0, 31))
    t.same((await tokenOf('2020-01-31 00:00:00'))?.expiresAt, null)
    t.same((await tokenOf('some day'))?.expiresAt, null)
  })
})

t.test('an expired token', async t => {
  const rejections = [
    complaint(401, 3001, 'Unauthorized'), complaint(401, 1000, 'Unauthorized'), complaint(400, 1000, 'Unauthorized'), html(401)
  ]
  for (const [index, answer] of rejections.entries()) {
    t.test(`is replaced by one sign-in, and the call is repeated once, for reads and writes (answer ${index})`, async t => {
      const { vendor, operations } = await open(t, withSignIn(({ headers, method }) => {
        if (headers['x-xsrf-token'] === 't-1') return answer
        return method === 'POST' ? ok({ id: 41, task: 7 }) : list([web], 1)
      }), withPassword)
      t.same(await operations.start?.run({ id: '41' }), { jobs: [{ id: '7', name: 'host_start' }] })
      t.equal((await operations.get.run('41')).server.id, '41')
      t.same(vendor.calls.map(({ path }) => path.split('/')[1]), ['auth', 'vm', 'auth', 'vm', 'vm'])
    })
  }

  t.test('is reported as missing rights if 3001 persists after a new sign-in', async t => {
    const { vendor, operations } = await open(t, withSignIn(() => complaint(401, 3001, 'Unauthorized')), withPassword)
    t.match(await failureOf(operations.get.run('41')), { failure: 'forbidden', options: { code: 3001 } })
    t.equal(vendor.calls.length, 4)
  })
  t.test('is an authentication failure if 1000 or a bare 401 persists after a new sign-in', async t => {
    for (const answer of [complaint(401, 1000, 'Unauthorized'), html(401)]) {
      const { vendor, operations } = await open(t, withSignIn(() => answer), withPassword)
      t.equal((await failureOf(operations.get.run('41'))).failure, 'authentication')
      t.equal(vendor.calls.length, 4)
    }
  })
  t.test('is not replaced if it is a static one', async t => {
    const { vendor, operations } = await open(t, () => complaint(401, 3001, 'Unauthorized'))
    t.equal((await failureOf(operations.get.run('41'))).failure, 'authentication')
    t.equal(vendor.calls.length, 1)
  })
})

t.test('a suspended platform', async t => {
  for (const suspendBody of ['json', 'html', 'empty'] as const) {
    t.test(`is retried until it wakes, including sign-in and writes, with any body (${suspendBody})`, async t => {
      const { vendor, operations } = await openSandbox(t, { suspend: 3, suspendBody })
      const accepted = await operations.stop?.run({ id: '41' })
      t.equal(accepted?.jobs?.length, 1)
      t.equal(vendor.calls.filter(call => call.status === 503).length, 3)
      vendor.suspend(1)
      t.equal((await operations.get.run('41')).server.name, 'web-1')
      t.equal(vendor.calls.filter(call => call.path.endsWith('/stop')).length, 1)
    })
  }
  t.test('that does not wake within eleven requests is reported as suspended, and a write has no side effect', async t => {
    const { vendor, operations } = await open(t, () => ({ ...complaint(503, 3001, 'Unauthorized'), headers: { 'retry-after': '60' } }))
    const error = await failureOf(operations.start?.run({ id: '41' }))
    t.match(error, { failure: 'suspended', sideEffect: 'none', options: { status: 503, notAttempted: true } })
    t.equal(error.options.code, undefined)
    t.equal(vendor.calls.length, 11)
  })
})

t.test('refusals', async t => {
  const cases = [
    ['5021 with 404 is a missing server', complaint(404, 5021, 'Host id unknown'), 'not-found'],
    ['5021 with 400 is a missing server', complaint(400, 5021, 'Host id unknown'), 'not-found'],
    ['5021 inside a 200 is a missing server', complaint(200, 5021, 'Host id unknown'), 'not-found'],
    ['404 without a code is a missing server', html(404), 'not-found'],
    ['3001 with 403 is forbidden', complaint(403, 3001, 'Unauthorized'), 'forbidden'],
    ['3001 inside a 200 is forbidden', complaint(200, 3001, 'Unauthorized'), 'forbidden'],
    ['403 without a code is forbidden', html(403), 'forbidden'],
    ['an unknown member in the body is rejected', complaint(400, 1005, 'Unexpected property'), 'rejected'],
    ['an unknown code inside a 200 is rejected', complaint(200, 5030, 'Host is busy'), 'rejected'],
    ['an error that is a text is rejected', ok({ error: 'no' }), 'rejected'],
    ['an error of an unknown form is rejected', ok({ error: [1] }), 'rejected'],
    ['409 is a conflict', complaint(409, 5030, 'Host is busy'), 'conflict'],
    ['405 is unsupported', complaint(405, 1003, 'Method not allowed'), 'unsupported'],
    ['500 is unavailable', complaint(500, 1010, 'Unknown field'), 'unavailable'],
    ['a page instead of JSON is malformed', html(200), 'malformed'],
    ['a redirect is malformed', html(302), 'malformed']
  ] as const
  for (const [name, answer, failure] of cases) {
    t.test(name, async t => {
      const { vendor, operations } = await open(t, () => answer)
      t.equal((await failureOf(operations.start?.run({ id: '41' }))).failure, failure)
      t.equal(vendor.calls.length, 1)
    })
  }

  t.test('the vendor\'s code and message are reported, and a refused write has no side effect', async t => {
    const { operations } = await open(t, () => complaint(200, 5030, 'Host is busy'))
    const error = await failureOf(operations.start?.run({ id: '41' }))
    t.match(error, { failure: 'rejected', sideEffect: 'none', options: { status: 200, code: 5030, vendorMessage: 'Host is busy' } })
    t.notMatch(JSON.stringify(error.options), '24-static')
  })
  t.test('500, the answer to an invalid filter, is not retried; 502 and 504 are', async t => {
    for (const [status, calls] of [[500, 1], [502, 3], [504, 3]] as const) {
      const { vendor, operations } = await open(t, () => complaint(status, 1010, 'Unknown field'))
      const error = await failureOf(operations.list.run(page()))
      t.equal(error.failure, 'unavailable')
      t.equal(error.options.passing, status === 500 ? false : undefined)
      t.equal(vendor.calls.length, calls)
    }
  })
  t.test('a missing list is not a missing server', async t => {
    for (const answer of [html(404), complaint(404, 1002, 'Not found'), html(405)]) {
      const { operations } = await open(t, () => answer)
      t.equal((await failureOf(operations.list.run(page()))).failure, 'malformed')
      t.equal((await failureOf(operations.get.run('41'))).failure, 'malformed')
    }
  })
  t.test('an error of null, false or an empty string is no error', async t => {
    for (const error of [null, false, '']) {
      const { operations } = await open(t, () => ok({ list: [], error }))
      t.same((await operations.list.run(page())).rows, [])
    }
  })
})

t.test('the list', async t => {
  t.test('begins at 0 and continues after the last id, which is correct for both meanings of limit', async t => {
    const { vendor, operations } = await open(t, () => empty)
    await operations.list.run(page())
    await operations.list.run(page({ after: '41', limit: 7 }))
    t.same(vendor.calls.map(({ rawQuery }) => rawQuery), [
      'orderby=id+asc&limit=0,200',
      'where=%28id+GT+41%29&orderby=id+asc&limit=0,7'
    ])
    t.match(operations.list, { paging: 'key', ordered: true, pageSize: 200 })
    t.ok(operations.list.compareIds('9', '10') < 0)
  })

  for (const behavior of [
    {}, { limit: 'from-to' }, { size: false }, { sizeMeans: 'page' }, { pageCap: 50 }, { hostShape: '2022' }, { hostShape: 'lean' },
    { filterFields: 'evidenced' }
  ] as const) {
    t.test(`is read completely, each server once, with ${JSON.stringify(behavior)}`, async t => {
      const { vendor, operations } = await openSandbox(t, behavior)
      vendor.addServers(300)
      const ids = (await listAll(operations)).map(({ server }) => Number(server.id))
      t.same(ids, [...vendor.servers.keys()].sort((a, b) => a - b))
    })
  }

  t.test('ends if fewer rows came than were requested, unless the vendor reports more', async t => {
    const rows = [web, db]
    const cases = [
      [rows, undefined, 3, { last: true, total: null }],
      [rows, 2, 3, { last: true, total: 2 }],
      [rows, 9, 3, { last: false, total: 9 }],
      [rows, undefined, 2, { last: false, total: null }],
      [rows, 2, 2, { last: false, total: null }],
      [rows, 9, 2, { last: false, total: 9 }],
      [rows, 1, 3, { last: true, total: null }],
      [[], 0, 3, { last: true, total: 0 }],
      [[], 9, 3, { last: true, total: null }]
    ] as const
    for (const [sent, size, limit, expected] of cases) {
      const { operations } = await open(t, () => list(sent, size))
      const { last, total } = await operations.list.run(page({ limit }))
      t.same({ last, total }, expected, `${sent.length} rows, size ${String(size)}, limit ${limit}`)
    }
  })
  t.test('has no total after the first page, where size counts only the remaining rows', async t => {
    const { operations } = await open(t, () => list([db], 1))
    t.same((await operations.list.run(page({ after: '41' }))).total, null)
  })

  t.test('filters upstream by a plain name only; quotes, wildcards and spaces are filtered by the gateway', async t => {
    const { vendor, operations } = await open(t, () => empty)
    await operations.list.run(page({ filters: { name: 'web-1.a_B' } }))
    await operations.list.run(page({ after: '5', filters: { name: 'web' } }))
    t.equal(vendor.calls[0]?.query.get('where'), "(name EQ 'web-1.a_B')")
    t.equal(vendor.calls[1]?.query.get('where'), "(id GT 5) AND (name EQ 'web')")
    for (const name of ["o'neil", '%', 'a b', 'back\\slash', 'ночь', '', 'a+b', "x') OR (id GT 0"]) {
      await operations.list.run(page({ filters: { name } }))
      t.equal(vendor.calls.at(-1)?.query.get('where'), null, name)
    }
  })
  t.test('sends none of the filters whose fields some platforms answer with 500', async t => {
    const { vendor, operations } = await open(t, () => empty)
    await operations.list.run(page({
      filters: { region: '1', owner: '3', status: new Set(['running']), tag: 'prod', ip: '192.0.2.10', q: 'web' }
    }))
    t.equal(vendor.calls[0]?.query.get('where'), null)
  })
  t.test('finds every server of a name that is not unique', async t => {
    const { operations } = await openSandbox(t)
    const { rows } = await operations.list.run(page({ filters: { name: 'web-1' } }))
    t.ok(rows.length > 1)
    t.ok(rows.every(({ server }) => server.name === 'web-1'))
  })
  t.test('is malformed if it is not a list, or a row has no id', async t => {
    for (const body of [{ size: 0 }, { list: {} }, [], { list: [{ name: 'web-1' }] }, { list: [{ ...web, id: 'x' }] }]) {
      const { operations } = await open(t, () => ok(body))
      t.equal((await failureOf(operations.list.run(page()))).failure, 'malformed')
    }
  })
  t.test('shows only the servers of the user in as_user', async t => {
    const { vendor, operations } = await openSandbox(t, {}, 'vm6-client')
    const servers = await listAll(operations)
    t.ok(servers.length > 0 && servers.length < vendor.servers.size)
    t.ok(servers.every(({ server }) => server.owner?.id === '3'))
    t.same([vendor.logins, vendor.keyLogins], [1, 1])
  })
})

t.test('one server', async t => {
  t.test('is read from the list, since a get lacks addresses, disk, cluster and owner', async t => {
    const { vendor, operations } = await open(t, () => list([web], 1))
    const { server, raw } = await operations.get.run('41')
    t.equal(server.addresses.length, 1)
    t.same(raw, web)
    t.same(vendor.calls.map(({ method, path, rawQuery }) => [method, path, rawQuery]), [['GET', '/vm/v3/host', 'where=%28id+EQ+41%29']])
  })
  t.test('is missing if the list is empty or shows another one', async t => {
    for (const answer of [empty, list([db], 1)]) {
      const { operations } = await open(t, () => answer)
      t.equal((await failureOf(operations.get.run('41'))).failure, 'not-found')
    }
  })
  t.test('is not found if the list answers 5021, and for no other 404', async t => {
    for (const [answer, failure] of [
      [complaint(404, 5021, 'Host id unknown'), 'not-found'],
      [complaint(200, 5021, 'Host id unknown'), 'not-found'],
      [complaint(404, 1002, 'Not found'), 'malformed'],
      [html(405), 'malformed']
    ] as const) {
      const { operations } = await open(t, () => answer)
      t.equal((await failureOf(operations.get.run('41'))).failure, failure)
    }
    const { operations } = await open(t, () => complaint(404, 5021, 'Host id unknown'))
    t.equal((await failureOf(operations.list.run(page()))).failure, 'malformed', 'the list of all has no server to miss')
  })
  t.test('with an impossible id costs no call', async t => {
    const { vendor, operations } = await open(t, () => empty)
    for (const id of ['', '0', '041', '-1', '4.1', '4e1', '41) OR (id GT 0', '../41', 'x', '9'.repeat(20)]) {
      for (const work of [
        operations.get.run(id), operations.start?.run({ id }), operations.stop?.run({ id }), operations.reboot?.run({ id })
      ]) {
        const error = await failureOf(Promise.resolve(work))
        t.match(error, { failure: 'not-found', options: { notAttempted: true } }, id)
      }
    }
    t.equal(vendor.calls.length, 0)
  })
})

t.test('a server', async t => {
  t.test('has these members in the newer form', async t => {
    t.same(toServer(web), {
      id: '41',
      name: 'web-1',
      status: 'running',
      power: 'on',
      task: null,
      provider_status: 'active',
      cpus: 2,
      memory_mib: 2048,
      disk_gib: 20,
      addresses: [{ address: '192.0.2.10', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: true }],
      image: { id: '25', name: 'Ubuntu 22.04' },
      plan: null,
      region: { id: '1', name: 'cluster-kvm-1' },
      owner: { id: '3', name: 'client@example.com' },
      created_at: '2026-01-15T10:20:30Z',
      tags: [],
      locked: false,
      protected: false,
      allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']
    })
  })
  t.test('has its current sizes while a resize is pending, the main disk, and its first IPv4 address as the primary one', async t => {
    const server = toServer(db)
    t.match(server, { status: 'stopped', power: 'off', cpus: 4, memory_mib: 4096, disk_gib: 40, tags: ['prod'] })
    t.same(server.addresses.map(({ address, family, primary }) => [address, family, primary]), [
      ['192.0.2.11', 4, true], ['192.0.2.12', 4, false], ['2001:db8:1::42', 6, false]
    ])
    t.same(server.allowed_actions, ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete'])
  })
  t.test('that is being created has no addresses and no actions yet', async t => {
    t.match(toServer(fresh), {
      status: 'provisioning', power: 'unknown', addresses: [], allowed_actions: [], created_at: '2026-01-16T08:00:00Z'
    })
  })
  t.test('in the form of 2022 lacks only the image id, the date and the protection', async t => {
    t.match(toServer(old), {
      image: { id: null, name: 'Ubuntu 22.04' },
      created_at: null,
      protected: null,
      disk_gib: 20,
      region: { id: '1' },
      addresses: [{ address: '192.0.2.10' }]
    })
  })
  t.test('keeps fractions of a GiB, and the prefix length of an address is a member of its own', async t => {
    const server = toServer({ ...web, disk: { disk_mib: 6000 }, ip4: [], ip6: [{ ip: '2001:db8:1::77/64' }] })
    t.equal(server.disk_gib, 5.859375)
    t.match(server.addresses, [{ address: '2001:db8:1::77', family: 6, prefix_length: 64, primary: false }])
  })
  t.test('has a region without a name in the lean form', async t => {
    t.same(toServer({ ...web, cluster: { id: 1 } }).region, { id: '1', name: null })
  })
  t.test('that is protected cannot be deleted', async t => {
    const server = toServer({ ...web, is_protected: true })
    t.equal(server.protected, true)
    t.notOk(server.allowed_actions.includes('delete'))
  })
  t.test('that is disabled is locked, and its power still follows the state', async t => {
    t.match(toServer({ ...web, disabled: true }), { locked: true, status: 'running', power: 'on' })
    t.equal(toServer(old).locked, false)
    t.equal(toServer({ ...web, disabled: null }).locked, false)
  })
  t.test('is read even if members have unexpected types', async t => {
    const odd = {
      id: '41',
      name: 7,
      account: 3,
      cluster: [],
      os: null,
      disk: 'big',
      cpu_number: 'two',
      ram_mib: null,
      ip4: [null, { ip: 5 }, { ip: 'x' }],
      ip6: {},
      rescue_mode: 'no',
      tags: [1],
      create_date: 'some day',
      invented: {}
    }
    t.match(toServer(odd), {
      id: '41',
      name: '',
      status: 'unknown',
      provider_status: null,
      cpus: null,
      memory_mib: null,
      disk_gib: null,
      addresses: [],
      owner: null,
      region: null,
      image: null,
      created_at: null,
      tags: []
    })
  })
  t.test('has its time in UTC whatever the zone of this process', async t => {
    const before = process.env['TZ']
    t.teardown(() => { if (before === undefined) delete process.env['TZ']; else process.env['TZ'] = before })
    process.env['TZ'] = 'America/New_York'
    t.equal(toServer(web).created_at, '2026-01-15T10:20:30Z')
    t.equal(toServer({ ...web, create_date: '2026-01-15' }).created_at, '2026-01-15T00:00:00Z')
    t.equal(toServer({ ...web, create_date: '2026-01-15T10:20:30+03:00' }).created_at, '2026-01-15T07:20:30Z')
  })

  const words = [
    ['creating', 'provisioning', 'unknown'],
    ['active', 'running', 'on'],
    ['stopped', 'stopped', 'off'],
    ['crashed', 'error', 'unknown'],
    ['migrating', 'unknown', 'unknown'],
    ['reinstalling', 'unknown', 'unknown'],
    ['deleting', 'unknown', 'unknown'],
    ['ACTIVE', 'unknown', 'unknown']
  ] as const
  for (const [word, status, power] of words) {
    t.test(`in the state ${word} is ${status} with power ${power}, and keeps the vendor's word`, async t => {
      t.match(toServer({ ...web, state: word }), { status, power, provider_status: word })
    })
  }
  t.test('in rescue mode is in rescue only while it is active', async t => {
    t.match(toServer({ ...web, rescue_mode: true }), { status: 'rescue', power: 'on', provider_status: 'active' })
    t.equal(toServer({ ...db, rescue_mode: true }).status, 'stopped')
    t.same(toServer({ ...web, rescue_mode: true }).allowed_actions, ['stop', 'reboot', 'rename', 'unrescue', 'console', 'delete'])
  })
  t.test('that has crashed or has an unknown state can be started and stopped', async t => {
    t.same(toServer({ ...web, state: 'crashed' }).allowed_actions, [
      'start', 'stop', 'reboot', 'rename', 'rebuild', 'rescue', 'console', 'delete'
    ])
    t.same(toServer({ ...web, state: 'migrating' }).allowed_actions,
      ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete'])
  })
})

t.test('actions', async t => {
  type ActionName = 'start' | 'stop' | 'reboot'
  const act = async (operations: DirectVerbs, name: ActionName, force?: boolean) =>
    await operations[name]?.run({ id: '41', force })

  const cases = [
    ['start', undefined, '/vm/v3/host/41/start', {}, 'host_start'],
    ['stop', undefined, '/vm/v3/host/41/stop', {}, 'host_stop'],
    ['stop', false, '/vm/v3/host/41/stop', {}, 'host_stop'],
    ['stop', true, '/vm/v3/host/41/stop', { force: true }, 'host_stop'],
    ['reboot', undefined, '/vm/v3/host/41/restart', {}, 'host_restart'],
    ['reboot', true, '/vm/v3/host/41/restart', { force: true }, 'host_restart']
  ] as const
  for (const [name, force, path, body, task] of cases) {
    t.test(`${name} with force ${String(force)} sends only known members and is followed by its task`, async t => {
      const { vendor, operations } = await open(t, () => ok({ id: 41, task: 1341774671 }))
      t.same(await act(operations, name, force), { jobs: [{ id: '1341774671', name: task }] })
      t.same(pathsOf(vendor), [`POST ${path}`])
      t.same(bodyOf(vendor.calls[0]?.body), body)
      t.equal(vendor.calls[0]?.headers['content-type'], 'application/json')
    })
  }
  t.test('start does not accept force', async t => {
    const { operations } = await open(t, () => empty)
    t.same([operations.start?.accepts, operations.stop?.accepts, operations.reboot?.accepts], [undefined, ['force'], ['force']])
  })
  t.test('a restart with a start_task is followed by that task', async t => {
    const { operations } = await open(t, () => ok({ id: 41, stop_task: 1341774672, start_task: 1341774673, task: 1 }))
    t.same(await act(operations, 'reboot'), { jobs: [{ id: '1341774673', name: 'host_start' }] })
  })
  t.test('an answer without a task number is accepted and followed by polling', async t => {
    for (const body of [{ id: 41 }, { id: 41, task: 0 }, { id: 41, task: null }, undefined]) {
      const { operations } = await open(t, () => ok(body))
      t.same(await act(operations, 'start'), {})
    }
  })
  t.test('a write whose connection breaks after sending is not sent again', async t => {
    const { vendor, operations } = await openSandbox(t)
    vendor.fail({ kind: 'reset-after', match: ({ path }) => path.endsWith('/stop') })
    t.match(await failureOf(act(operations, 'stop')), { failure: 'unreachable', sideEffect: 'possible' })
    t.equal(vendor.calls.filter(({ path }) => path.endsWith('/stop')).length, 1)
  })
  for (const behavior of [{}, { hostUnknownStatus: 400 }, { errorsAs200: true }] as const) {
    t.test(`a missing server is not found with ${JSON.stringify(behavior)}`, async t => {
      const { operations } = await openSandbox(t, behavior)
      t.match(await failureOf(operations.start?.run({ id: '99999' })), { failure: 'not-found', options: { code: 5021 } })
    })
  }
})

t.test('tasks', async t => {
  const row = {
    id: 770, consul_id: 1341774670, name: 'host_stop', status: 'running', defer_reason: null, running_time: 14, waiting_time: 2
  }
  const job = { id: '1341774670', name: 'host_stop' }
  const poll = async (t: Test, rows: readonly unknown[], jobs = [job]) => {
    const { vendor, operations } = await open(t, () => list(rows))
    return { vendor, states: await operations.jobs?.(jobs) }
  }

  const words = [
    ['created', 'pending'], ['running', 'running'], ['complete', 'succeeded'], ['fail', 'failed'], ['failed', 'failed'],
    ['deferred', 'running'], ['anything else', 'running']
  ] as const
  for (const [word, status] of words) {
    t.test(`a task that is ${word} is ${status}`, async t => {
      const { states } = await poll(t, [{ ...row, status: word }])
      t.same(states, [{ ...job, status, vendorStatus: word, error: null }])
    })
  }
  t.test('are found by consul_id, not by the row\'s own id', async t => {
    const { vendor, states } = await poll(t, [{ ...row, id: 1341774670, consul_id: 5 }, { ...row, status: 'complete' }])
    t.equal(vendor.calls[0]?.path, '/vm/v3/task')
    t.equal(vendor.calls[0]?.rawQuery, 'where=%28consul_id+EQ+%271341774670%27%29')
    t.match(states, [{ status: 'succeeded' }])
  })
  t.test('with the same number are distinguished by name', async t => {
    const { states } = await poll(t, [{ ...row, name: 'ip_allocate', status: 'complete' }, row])
    t.match(states, [{ status: 'running' }])
  })
  t.test('with the same number but for other work are ignored, however they ended', async t => {
    for (const status of ['complete', 'failed']) {
      t.match((await poll(t, [{ ...row, name: 'ip_allocate', status }])).states, [{ status: 'pending', vendorStatus: null }])
    }
  })
  t.test('with an unexpected name are taken from the first row', async t => {
    const { states } = await poll(t, [{ ...row, consul_id: '1341774670', name: 'vm_stop', status: 'complete' }, { ...row, name: null }])
    t.match(states, [{ id: '1341774670', name: 'host_stop', status: 'succeeded' }])
  })
  t.test('that are not listed yet are pending, not failed', async t => {
    t.same((await poll(t, [])).states, [{ ...job, status: 'pending', vendorStatus: null, error: null }])
  })
  t.test('are read together in one call', async t => {
    const rows = [{ ...row, consul_id: 12, name: 'disk_resize', status: 'complete' }, row]
    const { vendor, states } = await poll(t, rows, [job, { id: '12', name: 'disk_resize' }])
    t.equal(vendor.calls.length, 1)
    t.equal(vendor.calls[0]?.query.get('where'), "(consul_id EQ '1341774670') OR (consul_id EQ '12')")
    t.same(states?.map(({ id, status }) => [id, status]), [['1341774670', 'running'], ['12', 'succeeded']])
  })
  t.test('without a status are malformed', async t => {
    t.equal((await failureOf(poll(t, [{ ...row, status: 4 }]))).failure, 'malformed')
  })
  t.test('without a readable number are skipped', async t => {
    for (const odd of [null, 0, 'x', {}, undefined]) {
      t.match(
        (await poll(t, [{ ...row, consul_id: odd, status: 'failed' }, { ...row, status: 'complete' }])).states,
        [{ status: 'succeeded' }]
      )
    }
  })
  t.test('that failed are read once more, by the row\'s own id, for the reason, with or without an envelope', async t => {
    const output = `  not enough\n resources ${'x'.repeat(400)}`
    for (const detail of [{ task: { id: 770, output } }, { id: 770, output }]) {
      for (const status of ['fail', 'failed']) {
        const { vendor, operations } = await open(t, ({ path }) => path === '/vm/v3/task' ? list([{ ...row, status }]) : ok(detail))
        const [state] = await operations.jobs?.([job]) ?? []
        t.match(state, { status: 'failed', vendorStatus: status, error: /^not enough resources x+…$/ })
        t.equal(state?.error?.length, 300)
        t.same(pathsOf(vendor), ['GET /vm/v3/task', 'GET /vm/v3/task/770'])
      }
    }
  })
  t.test('that failed are failed even if the reason cannot be read', async t => {
    const answers = [
      html(404), complaint(403, 3001, 'Unauthorized'), complaint(200, 1002, 'Not found'), html(200), ok([]),
      ok({ task: { output: '' } }), ok({ output: 7 }), complaint(500, 1, 'no')
    ]
    for (const answer of answers) {
      const { operations } = await open(t, ({ path }) => path === '/vm/v3/task' ? list([{ ...row, status: 'fail' }]) : answer)
      t.same(await operations.jobs?.([job]), [{ ...job, status: 'failed', vendorStatus: 'fail', error: null }])
    }
    const { vendor, states } = await poll(t, [{ ...row, id: null, status: 'fail' }])
    t.match(states, [{ status: 'failed', error: null }])
    t.equal(vendor.calls.length, 1)
  })
})

t.test('on the simulated platform', async t => {
  const follow = async (t: Test, behavior: Partial<VmmanagerBehavior>, id: string, name: 'start' | 'stop' | 'reboot', force = false) => {
    const { vendor, operations, pass } = await openSandbox(t, { actionMs: 60, ...behavior })
    const jobs = (await operations[name]?.run({ id, force }))?.jobs ?? []
    const seen: string[] = []
    for (let polls = 0; polls < 100; polls += 1) {
      const [state] = await operations.jobs?.(jobs) ?? []
      if (state !== undefined && state.status !== seen.at(-1)) seen.push(state.status)
      if (state?.status === 'succeeded' || state?.status === 'failed') break
      pass(10)
    }
    return { end: seen.at(-1), began: seen[0], power: vendor.powerOf(id), status: (await operations.get.run(id)).server.status }
  }

  t.test('a server is stopped, and its task ends', async t => {
    t.match(await follow(t, {}, '41', 'stop'), { end: 'succeeded', power: 'stopped', status: 'stopped' })
    t.match(await follow(t, {}, '41', 'stop', true), { end: 'succeeded', power: 'stopped', status: 'stopped' })
  })
  t.test('a server is started even if its task is listed late', async t => {
    t.match(await follow(t, { taskRowDelayMs: 30 }, '42', 'start'), { began: 'pending', end: 'succeeded', status: 'running' })
  })
  for (const restart of ['two-tasks', 'single-task'] as const) {
    t.test(`a server is restarted by ${restart}`, async t => {
      t.match(await follow(t, { restart }, '41', 'reboot'), { end: 'succeeded', power: 'active', status: 'running' })
    })
  }
  for (const failedWord of ['fail', 'failed'] as const) {
    t.test(`a task that ends as ${failedWord} has failed`, async t => {
      t.match(await follow(t, { failedWord, failTasks: { host_stop: 1 } }, '41', 'stop'), { end: 'failed', power: 'active' })
    })
  }
  t.test('a busy server is a conflict if the platform refuses the action', async t => {
    const { operations } = await openSandbox(t, { busy: 'refuse' })
    await operations.stop?.run({ id: '41' })
    t.equal((await failureOf(operations.start?.run({ id: '41' }))).failure, 'conflict')
  })
  for (const badTokenCode of [3001, 1000] as const) {
    t.test(`expired tokens (${badTokenCode}) are replaced once`, async t => {
      const { vendor, operations } = await openSandbox(t, { badTokenCode })
      await operations.get.run('41')
      vendor.revokeTokens()
      t.equal((await operations.get.run('41')).server.id, '41')
      t.equal(vendor.logins, 2)
    })
  }
  t.test('every row of the list is mapped', async t => {
    const { operations } = await openSandbox(t)
    const servers = (await listAll(operations)).map(({ server }) => server)
    t.same([...new Set(servers.map(({ status }) => status))].sort(), ['error', 'provisioning', 'rescue', 'running', 'stopped', 'unknown'])
    t.ok(servers.some(server => server.protected === true && !server.allowed_actions.includes('delete')))
  })
})
