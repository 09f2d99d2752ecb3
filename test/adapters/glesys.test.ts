import t from 'tap'
import { glesys } from '../../src/adapters/glesys/adapter.ts'
import { failureOf as refusalFailure } from '../../src/adapters/glesys/failures.ts'
import { actions, ownedBy, seenServer, statuses } from '../../src/adapters/glesys/mapping.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { Seen } from '../../src/domain/list.ts'
import { redact } from '../../src/domain/redact.ts'
import { readPage } from '../../src/reads/read-page.ts'
import type { SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { failureOf, listAll } from '../helpers/line.ts'
import { apiKey, envelope, ok, open, openSandbox, project, refusal, type Body } from './glesys-bench.ts'

const basic = (password: string): string => `Basic ${Buffer.from(`${project}:${password}`).toString('base64')}`

/** The vendor's own sample of 2020 and what was added to servers since. */
const vmware = {
  serverid: 'wps1234567',
  hostname: 'myvmwarehost',
  description: '',
  cpucores: 2,
  memorysize: 512,
  disksize: 10,
  bandwidth: 10,
  templatename: 'None',
  datacenter: 'Falkenberg',
  managedhosting: 'no',
  projectkey: project,
  supportedfeatures: { status: 'yes', start: 'yes', reboot: 'yes', stopsoft: 'yes', stophard: 'yes', destroy: 'yes', consolehtml: 'yes', consolevnc: 'no' },
  platform: 'VMware',
  isofile: null,
  iplist: [
    { ipaddress: '192.0.2.10', version: 4, lockedtoaccount: false, cost: 20, currency: 'SEK' },
    { ipaddress: '2001:db8:a::1', version: 6, lockedtoaccount: false, cost: 1, currency: 'SEK' }
  ],
  state: null
}
const kvm = {
  ...vmware,
  serverid: 'kvm123456',
  hostname: 'web-1',
  memorysize: 2048,
  disksize: 50,
  templatename: 'Debian 12 (Bookworm)',
  platform: 'KVM',
  initialtemplate: { id: '11111111-2222-4333-8444-555555555555', name: 'Debian 12 (Bookworm)', currenttags: ['debian-12'] },
  additionaldisks: [],
  state: 'running',
  isrunning: true,
  islocked: false,
  status: 'running'
}

const xml = (inside: string, status = 200): SimulatedReply =>
  ({ status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n<response>\n ${inside}\n</response>\n` })
const xmlStatus = '<status><code>200</code><text>OK</text><transactionid/></status>'

const seen = (wire: Body): Seen => ownedBy(project, seenServer.parse(wire))
const server = (wire: Body) => seen(wire).server
const without = (wire: Body, ...names: string[]): Body => Object.fromEntries(Object.entries(wire).filter(([name]) => !names.includes(name)))

t.test('an account has either a key or a complete login', async t => {
  const parse = (settings: Body): boolean => glesys.account.safeParse({ project, ...settings }).success
  t.ok(parse({ api_key: apiKey }))
  t.ok(parse({ username: 'user@example.com', password: 'p' }))
  t.ok(parse({ api_key: apiKey, format: 'xml', api_url: 'https://api.example.com/' }))
  for (const bad of [
    {}, { username: 'u' }, { password: 'p' }, { api_key: apiKey, username: 'u', password: 'p' }, { api_key: apiKey, username: 'u' },
    { api_key: '' }, { api_key: apiKey, format: 'yaml' }, { api_key: apiKey, apikey: apiKey }, { api_key: apiKey, project: 'cl:1' }, { api_key: apiKey, project: '' }
  ]) t.notOk(parse(bad), JSON.stringify(bad))
  t.match(glesys.account.parse({ project, api_key: apiKey }), { format: 'json', api_url: 'https://api.glesys.com' })
  t.ok(glesys.account.safeParse(glesys.example).success)
  t.equal(glesys.signIn(glesys.account.parse({ project, api_key: apiKey })), null, 'a key is sent as it is')
})

t.test('every call requests JSON with both headers, with the key and our user agent', async t => {
  const { vendor, operations } = await open(t, ({ path }) => ok(path === '/server/list' ? { servers: [] } : { server: kvm }))
  await operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 })
  await operations.get.run('kvm123456')
  await operations.stop?.run({ id: 'kvm123456' })
  t.same(vendor.calls.map(({ method, path, rawQuery }) => `${method} ${path}${rawQuery}`), ['GET /server/list', 'POST /server/details', 'POST /server/stop'])
  for (const { headers } of vendor.calls) {
    t.match(headers, { accept: 'application/json', 'content-type': 'application/json', authorization: basic(apiKey), 'user-agent': /^hawser/ })
  }
  t.same(vendor.calls.map(({ body }) => body), ['', '{"serverid":"kvm123456","includestate":"yes"}', '{"serverid":"kvm123456","type":"soft"}'])
})

t.test('an account with XML sends forms, accepts XML and never declares JSON', async t => {
  const { vendor, operations } = await open(t, ({ path }) => xml(path === '/server/list'
    ? `${xmlStatus}<servers/>`
    : `${xmlStatus}<server><serverid>kvm123456</serverid></server>`), { api_key: apiKey, format: 'xml' })
  await operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 })
  await operations.get.run('kvm123456')
  await operations.start?.run({ id: 'kvm123456' })
  t.same(vendor.calls.map(({ method, path, body }) => `${method} ${path} ${body}`),
    ['GET /server/list ', 'POST /server/details serverid=kvm123456&includestate=yes', 'POST /server/start serverid=kvm123456'])
  t.same(vendor.calls.map(({ headers }) => [headers['accept'], headers['content-type']]), [
    ['application/xml', undefined], ['application/xml', 'application/x-www-form-urlencoded'], ['application/xml', 'application/x-www-form-urlencoded']
  ])
})

t.test('an answer in the other format is understood in either mode', async t => {
  const details = '<server><serverid>kvm123456</serverid><hostname>web-1</hostname><isrunning>true</isrunning><islocked>false</islocked><status>running</status></server>'
  const inJson = await open(t, () => xml(xmlStatus + details))
  t.match((await inJson.operations.get.run('kvm123456')).server, { name: 'web-1', status: 'running', locked: false })
  const inXml = await open(t, () => ok({ server: kvm }), { api_key: apiKey, format: 'xml' })
  t.match((await inXml.operations.get.run('kvm123456')).server, { name: 'web-1', status: 'running', cpus: 2 })
})

t.test('a KVM server of the samples reads with units, addresses, image, region and owner', async t => {
  t.same(server(kvm), {
    id: 'kvm123456',
    name: 'web-1',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'running',
    cpus: 2,
    memory_mib: 2048,
    disk_gib: 50,
    addresses: [
      { address: '192.0.2.10', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: false },
      { address: '2001:db8:a::1', family: 6, scope: 'public', prefix_length: null, gateway: null, primary: false }
    ],
    image: { id: '11111111-2222-4333-8444-555555555555', name: 'Debian 12 (Bookworm)' },
    plan: null,
    region: { id: 'Falkenberg', name: 'Falkenberg' },
    owner: { id: 'cl12345', name: null },
    created_at: null,
    tags: [],
    locked: false,
    protected: null,
    allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'console', 'delete']
  })
})

t.test('a template named None is no image, and a name replaces a missing id', async t => {
  t.equal(server(vmware).image, null)
  t.equal(server({ ...vmware, templatename: '', initialtemplate: null }).image, null)
  t.same(server({ ...vmware, templatename: 'Debian 12 64-bit', initialtemplate: '' }).image, { id: 'Debian 12 64-bit', name: 'Debian 12 64-bit' })
  t.same(server({ ...vmware, templatename: 'Debian 12 64-bit', initialtemplate: { id: 'None', name: '' } }).image, { id: 'Debian 12 64-bit', name: 'Debian 12 64-bit' })
})

t.test('additional disks are added to the main one', async t => {
  const disk = { id: 'a', name: 'data', sizeingib: 200, scsiid: 1, type: 'gold' }
  t.equal(server({ ...kvm, disksize: 100, additionaldisks: [disk] }).disk_gib, 300)
  t.equal(server({ ...kvm, disksize: 100, additionaldisks: [disk, { ...disk, sizeingib: '10.5' }] }).disk_gib, 310.5)
  t.equal(server({ ...vmware, disksize: 10 }).disk_gib, 10, 'the older object knows no others')
  t.equal(server(without(kvm, 'disksize')).disk_gib, null)
})

t.test('numbers that come as text are numbers, as in 2011 and in XML', async t => {
  t.match(server({ ...kvm, cpucores: '1', memorysize: '512', disksize: '5' }), { cpus: 1, memory_mib: 512, disk_gib: 5 })
  t.match(server({ ...kvm, cpucores: '', memorysize: 'much', disksize: null }), { cpus: null, memory_mib: null, disk_gib: null })
})

t.test('members that are absent or of another type are null, and only the id is required', async t => {
  t.match(server({ serverid: 'vz1' }), { id: 'vz1', name: '', status: 'unknown', power: 'unknown', cpus: null, addresses: [], image: null, region: null, locked: null, task: null, provider_status: null })
  const strange = { serverid: 'vz1', hostname: 5, iplist: 'x', additionaldisks: 5, supportedfeatures: [], initialtemplate: 'x', status: {}, isrunning: [], datacenter: false }
  t.match(server(strange), { name: '', status: 'unknown', addresses: [], region: null })
  t.match(server({ ...kvm, iplist: [null, 'x', { ipaddress: 'None' }, { ipaddress: '192.0.2.9', version: '4' }] }).addresses, [{ address: '192.0.2.9' }])
  for (const bad of [{}, { serverid: '' }, { serverid: null }, null, 'x', []]) t.notOk(seenServer.safeParse(bad).success, JSON.stringify(bad))
})

const words: ReadonlyArray<readonly [string, string, string, boolean, string | null]> = [
  ['running', 'running', 'on', false, null],
  ['ready', 'stopped', 'off', false, null],
  ['stopped', 'stopped', 'off', false, null],
  ['updating', 'unknown', 'unknown', true, 'updating'],
  ['locked', 'unknown', 'unknown', true, 'locked'],
  ['Running', 'running', 'on', false, null],
  ['hibernating', 'unknown', 'unknown', false, null]
]
for (const [word, status, power, locked, task] of words) {
  t.test(`the word ${word} without flags reads as ${status}`, async t => {
    const bare = without(kvm, 'isrunning', 'islocked', 'status', 'state')
    const wanted = { status, power, locked, task, provider_status: word }
    t.match(server({ ...bare, status: word }), wanted, 'as status')
    t.match(server({ ...bare, state: word, status: null }), wanted, 'as state')
  })
}

t.test('the table of words has no row that is not tested here', async t => {
  t.same([...statuses.keys()].sort(), ['ready', 'running', 'stopped'])
})

t.test('flags come before status, and status before state', async t => {
  t.match(server({ ...kvm, isrunning: false, status: 'running', state: 'running' }), { status: 'stopped', power: 'off', provider_status: 'running' })
  t.match(server({ ...kvm, isrunning: true, status: 'ready', state: 'stopped' }), { status: 'running', power: 'on' })
  t.match(server({ ...without(kvm, 'isrunning', 'islocked'), status: 'running', state: 'stopped' }), { status: 'running', locked: false })
  t.match(server({ ...without(kvm, 'isrunning', 'islocked'), status: 'running', state: 'locked' }), { status: 'running', locked: false })
  t.match(server({ ...without(kvm, 'isrunning', 'islocked'), status: 'hibernating', state: 'running' }), { status: 'unknown', provider_status: 'hibernating' })
  t.match(server({ ...kvm, islocked: false, state: 'locked' }), { locked: false, task: null })
})

t.test('a locked server keeps its power state and shows the task', async t => {
  t.match(server({ ...kvm, islocked: true, status: 'updating', state: 'locked' }), { status: 'running', power: 'on', locked: true, task: 'updating', provider_status: 'updating' })
  t.match(server({ ...kvm, isrunning: false, islocked: true, status: 'updating', state: 'locked' }), { status: 'stopped', power: 'off', locked: true, task: 'updating' })
  t.match(server({ ...kvm, islocked: true, status: 'running' }), { status: 'running', locked: true, task: 'locked' })
  t.match(server({ ...without(kvm, 'isrunning', 'islocked'), status: 'updating', state: 'running' }), { status: 'running', locked: true, task: 'updating' })
  t.same(server({ ...kvm, islocked: true }).allowed_actions, ['console'])
  t.same(server({ ...kvm, isrunning: false, islocked: true }).allowed_actions, [])
})

t.test('details from before 2022 have only the older state member', async t => {
  t.match(server({ ...vmware, state: 'running' }), { status: 'running', power: 'on', locked: false })
  t.match(server({ ...vmware, state: 'locked' }), { status: 'unknown', power: 'unknown', locked: true, task: 'locked' })
})

t.test('a null state is never taken for a server that is off', async t => {
  t.match(server(vmware), { status: 'unknown', power: 'unknown', provider_status: null, locked: null, task: null })
  t.match(server({ ...kvm, isrunning: null, islocked: null, status: null, state: null }), { status: 'unknown', power: 'unknown', locked: null })
})

t.test('booleans are read in every notation; an empty value counts as false only beside a status', async t => {
  for (const yes of [true, 'true', 'TRUE', 'yes', '1', 1]) t.match(server({ ...kvm, isrunning: yes, islocked: yes }), { status: 'running', locked: true }, String(yes))
  for (const no of [false, 'false', 'no', '0', 0, '']) t.match(server({ ...kvm, isrunning: no, islocked: no, status: 'ready' }), { status: 'stopped', power: 'off', locked: false }, `no: ${String(no)}`)
  t.match(server({ ...kvm, isrunning: '', islocked: '', status: '', state: '' }), { status: 'unknown', power: 'unknown', locked: null })
  t.match(server({ ...kvm, isrunning: 'perhaps', status: 'running' }), { status: 'running' }, 'a new word is passed over')
})

t.test('the actions of each state are these', async t => {
  t.same(Object.fromEntries(actions), {
    running: ['stop', 'reboot', 'resize', 'rename', 'console', 'delete'],
    stopped: ['start', 'resize', 'rename', 'delete'],
    unknown: ['start', 'stop', 'reboot', 'resize', 'rename', 'console', 'delete']
  })
})

t.test('the features of a server limit its actions', async t => {
  const allowed = (features: unknown, wire: Body = kvm): unknown => server({ ...wire, supportedfeatures: features }).allowed_actions
  const stopped = { ...kvm, isrunning: false, status: 'ready', state: 'stopped' }
  t.same(allowed({ stopsoft: 'no', stophard: 'no' }), ['reboot', 'resize', 'rename', 'console', 'delete'])
  t.same(allowed({ stopsoft: 'no', stophard: 'yes' }), ['stop', 'reboot', 'resize', 'rename', 'console', 'delete'], 'one way to stop is enough')
  t.same(allowed({ reboot: 'no', destroy: 'no', consolehtml: 'no', consolevnc: 'no' }), ['stop', 'resize', 'rename'])
  t.same(allowed({ editcpucores: 'no', editmemorysize: 'no', editdisksize: 'no' }), ['stop', 'reboot', 'rename', 'console', 'delete'])
  t.same(allowed({ start: 'no' }, stopped), ['resize', 'rename', 'delete'])
  t.same(allowed(''), ['stop', 'reboot', 'resize', 'rename', 'console', 'delete'], 'what is not told narrows nothing')
  t.same(server({ ...kvm, managedhosting: 'yes' }).allowed_actions, [], 'managed hosting refuses every change')
})

t.test('the list is read in one call, and every row lacks its state until it is hydrated', async t => {
  const { vendor, operations } = await open(t, ({ path }) => ok(path === '/server/list' ? { servers: [vmware, without(kvm, 'isrunning', 'islocked', 'status', 'state')] } : { server: kvm }))
  const page = await operations.list.run({ filters: { name: 'web-1' }, offset: 0, after: null, limit: 1 })
  t.match(page, { start: 0, last: true, total: 2 })
  t.same(page.rows.map(({ server, missing }) => [server.id, server.status, server.power, missing]), [
    ['wps1234567', 'unknown', 'unknown', ['status']], ['kvm123456', 'unknown', 'unknown', ['status']]
  ])
  const [, row] = page.rows
  if (row === undefined) throw new Error('no row')
  const hydrate = await operations.list.hydrate?.(row)
  t.match(hydrate, { server: { id: 'kvm123456', status: 'running', power: 'on' } })
  t.equal(hydrate?.missing, undefined)
  t.equal(vendor.calls.length, 2)
})

t.test('a row of four fields lists its missing parts, and is still found by its address', async t => {
  const sparse = { serverid: 'kvm123456', hostname: 'web-1', datacenter: 'Falkenberg', platform: 'KVM' }
  const { operations } = await open(t, ({ path }) => ok(path === '/server/list' ? { servers: [sparse, { serverid: 'vz1' }, { ...sparse, iplist: [] }] } : { server: kvm }))
  const { rows } = await operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 })
  t.same(rows.map(({ missing }) => missing), [['status', 'q', 'ip'], ['status', 'name', 'q', 'ip', 'region'], ['status']])
  const found = await readPage(operations.list, { filters: { ip: '192.0.2.10' }, sort: 'id', limit: 10, after: null })
  t.equal(found.rows[0]?.server.status, 'running')
})

t.test('an empty list is empty, in JSON and in XML', async t => {
  const json = await open(t, () => ok({ servers: [] }))
  t.same((await json.operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 })).rows, [])
  const inXml = await open(t, () => xml(`${xmlStatus}<servers/>`), { api_key: apiKey, format: 'xml' })
  t.match(await inXml.operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 }), { rows: [], last: true, total: 0 })
})

t.test('a single entry in XML is a list, and its features are not read', async t => {
  const item = '<item><serverid>kvm123456</serverid><hostname>r&amp;d &#229;</hostname><memorysize>2048</memorysize><additionaldisks/><isofile/><initialtemplate/>' +
    '<templatename>None</templatename><supportedfeatures><start>no</start></supportedfeatures>' +
    '<iplist><item><ipaddress>192.0.2.10</ipaddress><version>4</version><lockedtoaccount/></item></iplist><state/></item>'
  const { operations } = await open(t, () => xml(`${xmlStatus}<servers>${item}</servers><debug><input/></debug>`), { api_key: apiKey, format: 'xml' })
  const [row] = await listAll(operations)
  t.match(row, { server: { id: 'kvm123456', name: 'r&d å', memory_mib: 2048, image: null, status: 'unknown', addresses: [{ address: '192.0.2.10', family: 4 }] }, missing: ['status'] })
  t.notMatch(row?.raw, { supportedfeatures: {} })
})

t.test('a server is read alike from XML and JSON, with both notations of booleans', async t => {
  const body = (yes: string, no: string): string => `${xmlStatus}<server><serverid>kvm123456</serverid><hostname>web-1</hostname><cpucores>2</cpucores>` +
    '<memorysize>2048</memorysize><disksize>50</disksize><templatename>Debian 12 (Bookworm)</templatename><datacenter>Falkenberg</datacenter>' +
    '<managedhosting>no</managedhosting><projectkey>cl12345</projectkey><supportedfeatures><stopsoft>yes</stopsoft><reboot>no</reboot></supportedfeatures><initialtemplate>' +
    '<id>11111111-2222-4333-8444-555555555555</id><name>Debian 12 (Bookworm)</name><currenttags><item>debian-12</item></currenttags></initialtemplate>' +
    '<iplist><item><ipaddress>192.0.2.10</ipaddress></item><item><ipaddress>2001:db8:a::1</ipaddress></item></iplist>' +
    `<state>running</state><isrunning>${yes}</isrunning><islocked>${no}</islocked><status>running</status></server>`
  const expected = server({ ...kvm, supportedfeatures: { reboot: 'no' } })
  for (const [yes, no] of [['true', 'false'], ['1', ''], ['yes', 'no']] as const) {
    const { operations } = await open(t, () => xml(body(yes, no)))
    t.same((await operations.get.run('kvm123456')).server, expected, `${yes}/${no}`)
  }
})

t.test('the raw object is the server without the echo of the request', async t => {
  const { operations } = await open(t, () => ok({ server: kvm }))
  const { raw } = await operations.get.run('kvm123456')
  t.same(raw, kvm)
  t.notMatch(JSON.stringify(raw), /theSecretSauce/)
  const echo = redact({ debug: { input: { sauce: 'theSecretSauce' } }, console: { url: 'https://c.example.com/theSecretSauce' } }, new Set(glesys.secretMembers))
  t.notMatch(JSON.stringify(echo), /theSecretSauce/, 'nor would it be shown elsewhere')
})

t.test('stop is soft or hard; start and reboot have no variant', async t => {
  const { vendor, operations } = await open(t, () => ok({ server: { serverid: 'kvm123456', state: 'locked' } }))
  t.same(await operations.stop?.run({ id: 'kvm123456' }), { begun: true })
  t.same(await operations.stop?.run({ id: 'kvm123456', force: true }), { begun: true })
  t.same(await operations.start?.run({ id: 'kvm123456' }), { begun: true })
  t.same(await operations.reboot?.run({ id: 'kvm123456' }), { begun: true })
  t.same(vendor.calls.map(({ path, body }) => `${path} ${body}`), [
    '/server/stop {"serverid":"kvm123456","type":"soft"}', '/server/stop {"serverid":"kvm123456","type":"hard"}',
    '/server/start {"serverid":"kvm123456"}', '/server/reboot {"serverid":"kvm123456"}'
  ])
  t.same(operations.stop?.accepts, ['force'])
  t.equal(operations.reboot?.accepts, undefined)
  t.equal(operations.jobs, undefined, 'there are no tasks')
})

t.test('an unknown code with HTTP 200 is ignored if there is a payload', async t => {
  for (const code of [1234567, '200', 0, 500, null, undefined]) {
    const { operations } = await open(t, () => ({ status: 200, body: envelope({ server: kvm }, code, 'Server update scheduled') }))
    t.match(await operations.stop?.run({ id: 'kvm123456' }), {}, String(code))
    t.equal((await operations.get.run('kvm123456')).server.id, 'kvm123456', String(code))
  }
})

t.test('a success may have no server, but a failure code without one is a failure', async t => {
  const accepts = await open(t, () => ok({}))
  t.same(await accepts.operations.start?.run({ id: 'kvm123456' }), {})
  const scheduled = await open(t, () => ({ status: 200, body: envelope({}, 1234567, 'Server update scheduled') }))
  t.same(await scheduled.operations.start?.run({ id: 'kvm123456' }), {})
  for (const [code, text, failure] of [[606, 'Server Locked', 'conflict'], [403, 'Server Locked', 'conflict'], [0, '', 'unavailable'], [400, 'Could not find server', 'not-found'], [401, 'Access Denied.', 'authentication']] as const) {
    const refuses = await open(t, () => ({ status: 200, body: envelope({}, code, text) }))
    t.equal((await failureOf(Promise.resolve(refuses.operations.start?.run({ id: 'kvm123456' })))).failure, failure, String(code))
  }
})

t.test('an outage reported with HTTP 200 leaves a write ambiguous, a refusal does not', async t => {
  for (const [code, status, sideEffect] of [[0, 500, 'possible'], [500, 500, 'possible'], [503, 503, 'possible'], [605, 605, 'possible'], [400, 200, 'none'], [604, 200, 'none']] as const) {
    const { vendor, operations } = await open(t, () => ({ status: 200, body: envelope({}, code, 'No') }))
    t.match(await failureOf(Promise.resolve(operations.stop?.run({ id: 'kvm123456' }))), { sideEffect, options: { status, code } }, String(code))
    t.equal(vendor.calls.length, 1)
  }
})

t.test('an unreadable answer with HTTP 200 is malformed, and the error has no values of it', async t => {
  const bodies: unknown[] = [
    '', 'SECRET', '<html><p>SECRET</p></html>', '<!DOCTYPE r [<!ENTITY a "SECRET">]><response><server>&a;</server></response>', '<response><server>', '[]', '{}', 'null',
    { response: null }, { response: [] }, envelope({ server: [] }), envelope({ server: { hostname: 'SECRET' } }), envelope({ server: { serverid: '' } }), { response: { servers: [{ hostname: 'SECRET' }] } }
  ]
  for (const body of bodies) {
    const { operations } = await open(t, () => ({ status: 200, body }))
    const error = await failureOf(operations.get.run('kvm123456'))
    t.equal(error.failure, 'malformed', JSON.stringify(body))
    t.notMatch(error.message + JSON.stringify(error.options), /SECRET/)
    t.equal((await failureOf(operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 }))).failure, 'malformed')
  }
})

const refusals: ReadonlyArray<readonly [number, number | null, string, Failure]> = [
  [401, 401, 'Access Denied.', 'authentication'],
  [401, 401, 'Account locked.', 'authentication'],
  [419, 419, 'Needs a project', 'authentication'],
  [403, 403, 'Server Locked', 'conflict'],
  [403, 403, 'the server is LOCKED', 'conflict'],
  [500, 606, 'Server Locked', 'conflict'],
  [400, 606, 'Server Locked', 'conflict'],
  [500, 500, 'locked', 'conflict'],
  [405, 405, 'managed', 'forbidden'],
  [403, 403, 'No', 'forbidden'],
  [403, null, '', 'forbidden'],
  [404, 404, 'Not supported', 'unsupported'],
  [404, 404, 'No such function', 'not-found'],
  [404, null, '', 'not-found'],
  [400, 400, 'Could not find server with this id on this account.\n', 'not-found'],
  [400, 400, 'Server not found', 'not-found'],
  [400, 400, 'The users field is required.', 'rejected'],
  [400, 604, '', 'rejected'],
  [500, 607, '', 'conflict'],
  [400, 607, '', 'conflict'],
  [500, 620, '', 'conflict'],
  [500, 609, '', 'rejected'],
  [500, 610, '', 'rejected'],
  [500, 612, '', 'rejected'],
  [500, 614, '', 'rejected'],
  [500, 615, '', 'rejected'],
  [500, 616, '', 'rejected'],
  [500, 603, '', 'quota'],
  [500, 604, '', 'quota'],
  [500, 617, '', 'capacity'],
  [500, 618, '', 'quota'],
  [500, 500, '', 'unavailable'],
  [502, null, '', 'unavailable'],
  [500, 601, '', 'unavailable'],
  [402, 605, '', 'unavailable'],
  [402, 606, '', 'unavailable'],
  [402, 608, '', 'unavailable'],
  [402, 613, '', 'unavailable'],
  [402, 619, '', 'unavailable'],
  [402, 0, '', 'unavailable']
]
for (const [status, code, text, failure] of refusals) {
  t.test(`HTTP ${status} with code ${code} and "${text.trim()}" is ${failure}`, async t => {
    t.equal(refusalFailure({ status, code, text }), failure)
  })
}

t.test('a status that no row knows has its standard meaning', async t => {
  for (const [status, failure] of [[429, 'rate-limited'], [409, 'conflict'], [422, 'rejected'], [302, 'malformed']] as const) {
    const { operations } = await open(t, () => ({ status, body: 'x', headers: { 'retry-after': '9' } }))
    t.equal((await failureOf(operations.get.run('kvm123456'))).failure, failure, String(status))
  }
})

t.test('a refusal has the vendor\'s code and sentence in either format, and nothing of the echo', async t => {
  const json = await open(t, () => refusal(403, 403, 'Server Locked\n'))
  const error = await failureOf(Promise.resolve(json.operations.stop?.run({ id: 'kvm123456' })))
  t.match(error, { failure: 'conflict', sideEffect: 'none', options: { status: 403, code: 403, vendorMessage: 'Server Locked' } })
  t.notMatch(error.message + JSON.stringify(error.options), /theSecretSauce/)
  t.equal(json.vendor.calls.length, 1, 'waiting for a lock is not repeating')
  const inXml = await open(t, () => xml('<status><code>606</code><text>Server Locked</text></status><debug><input><password>theSecretSauce</password></input></debug>', 500), { api_key: apiKey, format: 'xml' })
  t.match(await failureOf(Promise.resolve(inXml.operations.stop?.run({ id: 'kvm123456' }))), { failure: 'conflict', options: { status: 500, code: 606, vendorMessage: 'Server Locked' } })
})

t.test('the HTTP status decides if the answer is an HTML page', async t => {
  for (const [status, failure] of [[401, 'authentication'], [403, 'forbidden'], [404, 'not-found'], [500, 'unavailable']] as const) {
    const { operations } = await open(t, () => ({ status, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><html><body>locked, not found</body></html>' }))
    const error = await failureOf(operations.get.run('kvm123456'))
    t.equal(error.failure, failure, String(status))
    t.equal(error.options.vendorMessage, undefined)
  }
})

t.test('a missing list is malformed, not a missing server', async t => {
  for (const reply of [refusal(404, 404, 'No such function'), refusal(404, 404, 'Not supported'), refusal(400, 400, 'not found')]) {
    const { operations } = await open(t, () => reply)
    t.equal((await failureOf(operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 }))).failure, 'malformed')
  }
})

t.test('a refused key is sent once, and not repeated', async t => {
  const { vendor, operations } = await open(t, () => refusal(401, 401, 'Access Denied.'))
  const error = await failureOf(operations.get.run('kvm123456'))
  t.match(error, { failure: 'authentication', attempts: 1, options: { vendorMessage: 'Access Denied.' } })
  t.equal(vendor.calls.length, 1)
})

t.test('an id of another form is refused without a call', async t => {
  const { vendor, operations } = await open(t, () => ok({ server: kvm }))
  for (const id of ['', 'KVM123456', 'kvm123456 ', ' kvm123456', 'kvm123456\n', 'kvm/1', '../list', 'kvm1&x=1', 'å', 'a'.repeat(65), '-1']) {
    const error = await failureOf(operations.get.run(id))
    t.match(error, { failure: 'not-found', options: { notAttempted: true } }, JSON.stringify(id))
    t.equal((await failureOf(Promise.resolve(operations.stop?.run({ id })))).failure, 'not-found')
  }
  t.equal(vendor.calls.length, 0)
})

const userSettings = { username: 'user@example.com', password: 'the&SECRET/Såuce?' }
const loginAnswer = ok({ login: { username: 'user@example.com', apikey: 'KEY-1', accounts: [{ account: project, roles: ['FullAccess'] }], customers: [] } })

t.test('a login returns a key for the project, which expires six hours after its last use', async t => {
  const { vendor, line, operations } = await open(t, ({ path }) => path === '/user/login' ? loginAnswer : ok({ server: kvm }), userSettings)
  await operations.get.run('kvm123456')
  await line.operations().get.run('kvm123456')
  t.same(vendor.calls.map(({ path, headers }) => [path, headers['authorization']]), [
    ['/user/login', undefined], ['/server/details', basic('KEY-1')], ['/server/details', basic('KEY-1')]
  ])
  t.same(JSON.parse(vendor.calls[0]?.body ?? ''), userSettings)
  t.equal(vendor.calls[0]?.rawQuery, '', 'no password in an address')
  const token = await glesys.signIn(glesys.account.parse({ project, api_url: vendor.origin, ...userSettings }))?.({
    now: Date.now,
    send: async call => call.read({ status: 200, headers: {}, text: JSON.stringify(loginAnswer.body) })
  })
  t.same(token, { value: 'KEY-1', expiresAt: null, idleMs: 21_600_000, data: {} })
})

t.test('a login in XML is sent as a form and read from XML', async t => {
  const { vendor, operations } = await open(t, ({ path }) => path === '/user/login'
    ? xml(`${xmlStatus}<login><username>u</username><apikey>KEY-2</apikey><accounts><item><account>cl12345</account></item></accounts></login>`)
    : ok({ server: kvm }), { ...userSettings, format: 'xml' })
  await operations.get.run('kvm123456')
  t.same(Object.fromEntries(new URLSearchParams(vendor.calls[0]?.body)), userSettings)
  t.equal(vendor.calls[1]?.headers['authorization'], basic('KEY-2'))
})

t.test('an expired key is renewed once; a second refusal is about the credentials', async t => {
  const { vendor, operations } = await open(t, ({ path }) => path === '/user/login' ? loginAnswer : refusal(401, 401, 'Access Denied.'), userSettings)
  const error = await failureOf(operations.get.run('kvm123456'))
  t.equal(error.failure, 'authentication')
  t.same(vendor.calls.map(({ path }) => path), ['/user/login', '/server/details', '/user/login', '/server/details'])
})

t.test('a refused login is an authentication failure, whatever its status', async t => {
  for (const reply of [refusal(401, 401, 'Access Denied.'), refusal(400, 400, 'Could not find user'), refusal(400, 400, 'The otp field is required.'), refusal(403, 403, 'Account locked'), refusal(403, 403, 'No')]) {
    const { vendor, operations } = await open(t, () => reply, userSettings)
    const error = await failureOf(operations.get.run('kvm123456'))
    t.equal(error.failure, 'authentication')
    t.notMatch(error.message + JSON.stringify(error.options), /SECRET|theSecretSauce/)
    t.equal(vendor.calls.length, 1)
  }
})

t.test('a missing or unreadable login is malformed, never a missing server', async t => {
  for (const reply of [{ status: 404, body: 'x' }, refusal(404, 404, 'Not supported'), ok({ login: {} }), ok({ login: { apikey: '' } }), ok({})]) {
    const { operations } = await open(t, () => reply, userSettings)
    t.equal((await failureOf(operations.get.run('kvm123456'))).failure, 'malformed', JSON.stringify(reply.body))
  }
})

for (const format of ['json', 'xml'] as const) {
  t.test(`the simulated vendor lists, shows, stops, starts and reboots in ${format}`, async t => {
    const { vendor, operations, pass } = await openSandbox(t, { format })
    const rows = await listAll(operations)
    t.equal(rows.length, [...vendor.servers.values()].filter(({ projectkey }) => projectkey === 'cl12345').length)
    t.ok(rows.every(({ server }) => server.status === 'unknown' && server.power === 'unknown'))
    t.equal(rows.find(({ server }) => server.id === 'kvm130007')?.server.name, 'räksmörgås-å')
    t.equal(rows.find(({ server }) => server.id === 'kvm130006')?.server.name, 'r&d')

    const state = async (id: string) => (await operations.get.run(id)).server
    t.match(await state('kvm123456'), { status: 'running', power: 'on', locked: false, disk_gib: 50 })
    t.match(await state('kvm130001'), { status: 'stopped', power: 'off', locked: false })
    t.match(await state('kvm130002'), { status: 'running', power: 'on', locked: true, task: 'updating' })
    t.match(await state('kvm130003'), { status: 'stopped', power: 'off', locked: true, task: 'updating' })
    t.match(await state('kvm130005'), { addresses: [] })
    t.match(await state('wps654321'), { disk_gib: 300, cpus: 4, memory_mib: 8192 })
    t.same((await state('kvm130008')).allowed_actions, [])

    const until = async (power: string): Promise<void> => {
      for (let looks = 0; looks < 100; looks += 1) {
        const { power: now, locked } = await state('kvm123456')
        if (now === power && locked === false) return
        pass(10)
      }
      t.fail(`never ${power}`)
    }
    await operations.stop?.run({ id: 'kvm123456' })
    await until('off')
    await operations.start?.run({ id: 'kvm123456' })
    await until('on')
    await operations.reboot?.run({ id: 'kvm123456' })
    await until('on')
    await operations.stop?.run({ id: 'kvm123456', force: true })
    await until('off')
    t.equal(vendor.powerOf('kvm123456'), 'stopped')
  })
}

t.test('the simulated vendor\'s refusals are different problems', async t => {
  const { vendor, operations } = await openSandbox(t)
  const failing = async (work: unknown): Promise<string> => (await failureOf(Promise.resolve(work))).failure
  t.equal(await failing(operations.get.run('kvm999999')), 'not-found')
  t.equal(await failing(operations.stop?.run({ id: 'kvm999999' })), 'not-found')
  t.equal(await failing(operations.stop?.run({ id: 'kvm130002' })), 'conflict')
  t.equal(await failing(operations.stop?.run({ id: 'kvm130008' })), 'forbidden', 'managed hosting')
  t.equal(await failing(operations.stop?.run({ id: 'wps1300009', force: true })), 'unsupported', 'a server without the hard way')
  vendor.behavior.unknownServer = 'http-404'
  vendor.behavior.lockedError = 'http-500-code-606'
  t.equal(await failing(operations.get.run('kvm999999')), 'not-found')
  t.equal(await failing(operations.stop?.run({ id: 'kvm130002' })), 'conflict')
})

t.test('every shape of the simulator\'s answers is read', async t => {
  const { vendor, operations } = await openSandbox(t)
  const shapes = [
    { listItems: 'four-fields' }, { detailsFields: 'old' }, { plainState: 'always-null' }, { numbers: 'strings' }, { codeType: 'string' }, { codeType: 'zero' },
    { transactionId: 'null' }, { emptyDebug: 'object' }, { debugInjects: true }
  ] as const
  for (const shape of shapes) {
    Object.assign(vendor.behavior, shape)
    const found = await readPage(operations.list, { filters: { status: new Set(['stopped']) }, sort: 'id', limit: 500, after: null })
    t.ok(found.rows.some(({ server }) => server.id === 'kvm130001'), JSON.stringify(shape))
    t.match((await operations.get.run('wps654321')).server, { status: 'running', disk_gib: 300, memory_mib: 8192 })
  }
})

for (const [mutationAnswers, accepted] of [['plain', { begun: true }], ['with-state', { begun: true }], ['minimal', {}]] as const) {
  t.test(`an action whose answer is ${mutationAnswers} is accepted and shows its lock where there is one`, async t => {
    const { vendor, operations } = await openSandbox(t)
    vendor.behavior.mutationAnswers = mutationAnswers
    t.same(await operations.stop?.run({ id: 'kvm123456' }), accepted)
  })
}

t.test('start of a running server and stop of a stopped one are left to the vendor', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.same(await operations.start?.run({ id: 'kvm123456' }), {})
  t.same(await operations.stop?.run({ id: 'kvm130001' }), {})
  vendor.behavior.alreadyThere = 'refuse'
  t.equal((await failureOf(Promise.resolve(operations.start?.run({ id: 'kvm123456' })))).failure, 'rejected')
})

t.test('a user signs in once, and again after the keys have been revoked', async t => {
  for (const format of ['json', 'xml'] as const) {
    const { vendor, line } = await openSandbox(t, { format }, 'glesys-user')
    t.ok((await listAll(line.operations())).length > 0)
    await Promise.all([1, 2, 3].map(async () => await listAll(line.operations())))
    t.equal(vendor.logins, 1)
    vendor.revokeTokens()
    t.ok((await listAll(line.operations())).length > 0)
    t.equal(vendor.logins, 2)
  }
})

t.test('a key that may list but not get leaves the state unknown', async t => {
  const { vendor, operations } = await openSandbox(t, { api_key: 'glesys-listonly-SECRET-key' })
  const page = await readPage(operations.list, { filters: {}, sort: 'id', limit: 5, after: null })
  t.equal(page.rows.length, 5)
  t.ok(page.rows.every(({ server }) => server.status === 'unknown'))
  t.equal(vendor.calls.filter(({ status }) => status === 401).length, 5)
})

t.test('a read is repeated after a bad gateway, an action never', async t => {
  let bad = 1
  const { vendor, operations } = await open(t, () => bad-- > 0 ? { status: 502, body: 'x' } : ok({ server: kvm }))
  t.equal((await operations.get.run('kvm123456')).server.id, 'kvm123456')
  t.equal(vendor.calls.length, 2)
  bad = 1
  t.match(await failureOf(Promise.resolve(operations.stop?.run({ id: 'kvm123456' }))), { failure: 'unavailable', sideEffect: 'possible' })
  t.equal(vendor.calls.length, 3)
})
