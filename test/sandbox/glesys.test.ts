import t from 'tap'
import { startGlesys, type GlesysOptions, type GlesysSandbox } from '../../sandbox/glesys/simulator.ts'
import { record, records, send as sendTo } from './wire.ts'

const winter = Date.parse('2025-03-04T09:20:30Z')
const jsonHeaders = { accept: 'application/json', 'content-type': 'application/json' }

interface Lab {
  readonly sandbox: GlesysSandbox
  pass (ms: number): void
}

interface Sent {
  readonly status: number
  readonly text: string
  /** The `response` object of a JSON answer. */
  readonly response: Record<string, unknown>
  readonly code: unknown
  readonly message: unknown
}

async function lab (test: Pick<typeof t, 'teardown'>, options: GlesysOptions = {}): Promise<Lab> {
  let now = winter
  const sandbox = await startGlesys({ clock: () => now, ...options })
  test.teardown(async () => { await sandbox.close() })
  return { sandbox, pass: ms => { now += ms } }
}

const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`

function labKey (sandbox: GlesysSandbox): string {
  const { project = '', api_key: key = '' } = sandbox.settings['glesys-lab'] ?? {}
  return basic(project, key)
}

async function send (sandbox: GlesysSandbox, path: string, init: RequestInit): Promise<Sent> {
  const { status, text, body } = await sendTo(sandbox.origin + path, init)
  const response = record(body['response'])
  const { code, text: message } = record(response['status'])
  return { status, text, response, code, message }
}

const post = async (sandbox: GlesysSandbox, path: string, args: unknown = {}, authorization = labKey(sandbox)): Promise<Sent> =>
  await send(sandbox, path, { method: 'POST', headers: { ...jsonHeaders, authorization }, body: JSON.stringify(args) })

async function server (sandbox: GlesysSandbox, serverid: string): Promise<Record<string, unknown>> {
  return record((await post(sandbox, '/server/details', { serverid, includestate: 'yes' })).response['server'])
}

async function signIn (sandbox: GlesysSandbox): Promise<string> {
  const { username, password } = sandbox.settings['glesys-user'] ?? {}
  const answer = await send(sandbox, '/user/login', { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ username, password }) })
  return String(record(answer.response['login'])['apikey'])
}

const kvm = {
  platform: 'KVM',
  datacenter: 'Falkenberg',
  hostname: 'web-9',
  templatename: 'debian-12',
  cpucores: 2,
  memorysize: 2048,
  disksize: 50,
  users: [{ username: 'deploy', password: 'guest-SECRET', sshkeys: ['ssh-ed25519 AAAAEXAMPLE deploy@example'] }]
}

t.test('a permanent key gives access to its project only', async t => {
  const { sandbox } = await lab(t)
  const good = await post(sandbox, '/server/list')
  t.equal(good.status, 200)
  t.same(good.response['debug'], { input: [] })
  t.match(good.response['status'], { code: 200, timestamp: '2025-03-04T10:20:30+01:00', text: 'OK' })
  for (const authorization of ['', basic('cl99999', 'x'), basic('cl98765', sandbox.settings['glesys-lab']?.['api_key'] ?? ''), 'Bearer x', 'Basic !!']) {
    const refused = await post(sandbox, '/server/list', {}, authorization)
    t.same([refused.status, refused.code, refused.message], [401, 401, 'Access Denied.'])
  }
  const challenge = await fetch(`${sandbox.origin}/server/list`)
  t.match(challenge.headers.get('www-authenticate'), /^Basic/)
})

t.test('a login returns a temporary key and echoes the password', async t => {
  const { sandbox } = await lab(t)
  const { username = '', password = '' } = sandbox.settings['glesys-user'] ?? {}
  const query = new URLSearchParams({ username, password, format: 'json' })
  const answer = await send(sandbox, `/user/login?${query.toString()}`, {})
  t.equal(answer.status, 200)
  t.match(record(answer.response['login']), { username, accounts: [{ account: 'cl98765' }, {}] })
  t.match(record(record(answer.response['debug'])['input']), { password })
  t.equal(sandbox.logins, 1)
  const wrong = await send(sandbox, '/user/login', { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ username, password: 'no' }) })
  t.match(wrong, { status: 401, message: 'Access Denied.' })
})

t.test('a temporary key expires after six hours without use', async t => {
  const { sandbox, pass } = await lab(t)
  const authorization = basic('cl98765', await signIn(sandbox))
  const list = async (): Promise<number> => (await post(sandbox, '/server/list', {}, authorization)).status
  pass(5 * 3_600_000)
  t.equal(await list(), 200)
  pass(5 * 3_600_000)
  t.equal(await list(), 200)
  pass(6 * 3_600_000)
  t.equal(await list(), 401)
  const again = basic('cl98765', await signIn(sandbox))
  sandbox.revokeTokens()
  t.equal((await post(sandbox, '/server/list', {}, again)).status, 401)
})

t.test('the user name sent with a temporary key selects the project', async t => {
  const { sandbox } = await lab(t)
  const key = await signIn(sandbox)
  const as = async (name: string, path: string, args = {}): Promise<Sent> => await post(sandbox, path, args, basic(name, key))
  t.equal((await as('cl98765', '/server/list')).status, 200)
  t.equal((await as('cl55555', '/server/list')).status, 401)
})

t.test('the list is complete and detailed, but without power states', async t => {
  const { sandbox } = await lab(t)
  const listed = records((await post(sandbox, '/server/list')).response['servers'])
  t.ok(listed.length >= 25)
  t.ok(listed.every(item => item['state'] === null || item['state'] === 'locked'))
  t.ok(listed.every(item => !('isrunning' in item)))
  const vmware = record(listed.find(item => item['serverid'] === 'wps1234567'))
  t.match(vmware, { templatename: 'None', cost: { amount: 146.7 }, iplist: [{ ipaddress: '192.0.2.10', version: 4, cost: 20 }, { version: 6 }] })
  t.notOk('initialtemplate' in vmware)
  sandbox.behavior.listItems = 'four-fields'
  t.same(Object.keys(records((await post(sandbox, '/server/list')).response['servers'])[0] ?? {}), ['serverid', 'hostname', 'datacenter', 'platform'])
  const other = await post(sandbox, '/server/list', {}, basic('cl98765', await signIn(sandbox)))
  t.equal(records(other.response['servers']).length, 8)
})

t.test('details have the state only if it is requested', async t => {
  const { sandbox } = await lab(t)
  const plain = record((await post(sandbox, '/server/details', { serverid: 'kvm123456' })).response['server'])
  t.equal(plain['state'], null)
  t.notOk('isrunning' in plain)
  for (const includestate of ['yes', 'true', '1', true]) {
    const full = await post(sandbox, '/server/details', { serverid: 'kvm123456', includestate })
    t.match(full.response['server'], { state: 'running', isrunning: true, islocked: false, status: 'running', cost: { amount: 211.5 } })
  }
  t.match(await server(sandbox, 'wps123456'), { state: 'stopped', isrunning: false, status: 'ready', templatename: 'None' })
  t.match(await server(sandbox, 'kvm130002'), { state: 'locked', isrunning: true, islocked: true, status: 'updating' })
  t.match(record((await post(sandbox, '/server/details', { serverid: 'kvm130002' })).response['server']), { state: 'locked' })
  sandbox.behavior.plainState = 'always-null'
  t.match(record((await post(sandbox, '/server/details', { serverid: 'kvm130002' })).response['server']), { state: null })
  sandbox.behavior.detailsFields = 'old'
  t.notOk('islocked' in await server(sandbox, 'kvm123456'))
})

t.test('an unknown server, or one of another project, is a 400 with a message', async t => {
  const { sandbox } = await lab(t)
  for (const serverid of ['kvm000000', 'kvm140010']) {
    const answer = await post(sandbox, '/server/details', { serverid })
    t.same([answer.status, answer.code, answer.message], [400, 400, 'Could not find server with this id on this account.\n'])
  }
  t.match(await post(sandbox, '/server/details'), { status: 400, message: 'The serverid field is required.' })
  sandbox.behavior.unknownServer = 'http-404'
  t.equal((await post(sandbox, '/server/start', { serverid: 'kvm000000' })).status, 404)
})

t.test('a response is XML, formatted like the samples, unless JSON is requested', async t => {
  const { sandbox } = await lab(t)
  const authorization = labKey(sandbox)
  const xml = await fetch(`${sandbox.origin}/server/details?serverid=kvm130006&includestate=yes`, { headers: { authorization } })
  t.match(xml.headers.get('content-type'), /xml/)
  const text = await xml.text()
  t.match(text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<response>\n <status>\n {2}<code>200<\/code>\n/)
  t.match(text, '  <hostname>r&amp;d</hostname>\n  <description>R&amp;D &lt;build&gt; "farm" &amp; more</description>\n')
  t.match(text, '  <isofile/>\n')
  t.match(text, '    <item>debian-12</item>\n')
  t.match(text, '  <isrunning>true</isrunning>\n  <islocked>false</islocked>\n')
  t.match(text, ' <debug>\n  <input>\n   <serverid>kvm130006</serverid>\n')
  const empty = await fetch(`${sandbox.origin}/server/list`, { headers: { authorization: basic('cl24680', 'glesys-empty-SECRET-key') } })
  t.match(await empty.text(), ' <servers/>\n <debug>\n  <input/>\n </debug>\n</response>')
})

t.test('JSON can be requested in three ways, and arguments can be sent in three ways', async t => {
  const { sandbox } = await lab(t)
  const authorization = labKey(sandbox)
  const hostname = async (path: string, init: RequestInit): Promise<unknown> => record((await send(sandbox, path, init)).response['server'])['hostname']
  t.equal(await hostname('/server/details?serverid=kvm123456', { headers: { authorization, accept: 'application/json' } }), 'web-1')
  t.equal(await hostname('/server/details?serverid=kvm123456', { headers: { authorization, 'content-type': 'application/json' } }), 'web-1')
  t.equal(await hostname('/server/details?serverid=x', { method: 'POST', headers: { authorization }, body: new URLSearchParams({ serverid: 'kvm123456', format: 'json' }) }), 'web-1')
  t.match((await send(sandbox, '/server/list?format=xml', { headers: { authorization, accept: 'application/json' } })).text, /^<\?xml/)
})

t.test('a wrong method, an unreadable body and an unknown function are refused', async t => {
  const { sandbox } = await lab(t)
  const authorization = labKey(sandbox)
  t.match(await send(sandbox, '/server/stop?serverid=kvm123456', { headers: { ...jsonHeaders, authorization } }), { status: 400, code: 400 })
  t.equal((await send(sandbox, '/server/list', { method: 'DELETE', headers: { ...jsonHeaders, authorization } })).status, 400)
  for (const body of ['{', '[1]', '"x"', 'null']) {
    t.equal((await send(sandbox, '/server/list', { method: 'POST', headers: { ...jsonHeaders, authorization }, body })).status, 400)
  }
  t.match(await send(sandbox, '/server/details', { method: 'POST', headers: { accept: 'application/json', authorization }, body: '{"serverid":"kvm123456"}' }),
    { status: 400, message: 'The serverid field is required.' }, 'a body of another type carries no arguments')
  for (const path of ['/nothing', '/server/nothing', '/Server/list', '/server/constructor', '/%']) t.equal((await post(sandbox, path)).status, 404)
})

t.test('a stop locks the server until it is stopped', async t => {
  const { sandbox, pass } = await lab(t)
  const answer = await post(sandbox, '/server/stop', { serverid: 'kvm123456', type: 'soft' })
  t.match(answer.response['server'], { state: 'locked' })
  t.notOk('islocked' in record(answer.response['server']))
  t.match(await server(sandbox, 'kvm123456'), { isrunning: true, islocked: true, status: 'updating' })
  t.match(await post(sandbox, '/server/stop', { serverid: 'kvm123456' }), { status: 403, code: 403, message: 'Server Locked' })
  pass(1499)
  pass(1)
  t.match(await server(sandbox, 'kvm123456'), { state: 'stopped', isrunning: false, islocked: false, status: 'ready' })
  t.match(await post(sandbox, '/server/stop', { serverid: 'kvm123456' }), { status: 200, response: { server: { state: null } } })
  t.equal((await post(sandbox, '/server/start', { serverid: 'kvm123456' })).status, 200)
  pass(1500)
  t.equal(sandbox.powerOf('kvm123456'), 'running')
  t.equal((await post(sandbox, '/server/stop', { serverid: 'kvm123456', type: 'later' })).status, 400)
})

t.test('a rebooted server runs again, and an unsupported type of stop is refused', async t => {
  const { sandbox, pass } = await lab(t)
  await post(sandbox, '/server/reboot', { serverid: 'kvm123456' })
  t.match(await server(sandbox, 'kvm123456'), { isrunning: false, islocked: true })
  pass(1500)
  t.match(await server(sandbox, 'kvm123456'), { isrunning: true, islocked: false })
  await post(sandbox, '/server/stop', { serverid: 'kvm123456', type: 'hard' })
  pass(1500)
  t.equal(sandbox.powerOf('kvm123456'), 'stopped')
  t.match(await post(sandbox, '/server/stop', { serverid: 'wps1300009', type: 'hard' }), { status: 404, message: 'Not supported' })
  sandbox.behavior.alreadyThere = 'refuse'
  t.equal((await post(sandbox, '/server/stop', { serverid: 'kvm123456' })).status, 400)
})

t.test('a new server is locked at first, then runs, and is unlocked last', async t => {
  const { sandbox, pass } = await lab(t)
  const answer = await post(sandbox, '/server/create', kvm)
  const made = record(answer.response['server'])
  const serverid = String(made['serverid'])
  t.match(made, { state: 'locked', templatename: 'Debian 12 (Bookworm)', initialtemplate: { currenttags: ['debian-12', 'debian-latest'] } })
  t.equal(records(made['iplist']).length, 2)
  t.match(record(record(answer.response['debug'])['input']), { disksize: '50', users: [{ password: 'guest-SECRET' }] })
  t.match(await server(sandbox, serverid), { isrunning: false, islocked: true })
  pass(1500)
  t.match(await server(sandbox, serverid), { isrunning: true, islocked: true })
  pass(1500)
  t.match(await server(sandbox, serverid), { isrunning: true, islocked: false, status: 'running' })
})

t.test('a create with missing or invalid arguments is refused', async t => {
  const { sandbox } = await lab(t)
  const refused = async (change: Record<string, unknown>): Promise<unknown[]> => {
    const { status, code, message } = await post(sandbox, '/server/create', { ...kvm, ...change })
    return [status, code, message]
  }
  t.same(await refused({ users: undefined }), [400, 400, 'The users field is required.'])
  t.same(await refused({ users: [] }), [400, 400, 'The users field is required.'])
  t.same(await refused({ users: 'bob' }), [400, 400, 'The users must be an array.'])
  t.same(await refused({ datacenter: undefined }), [400, 400, 'The datacenter field is required.'])
  t.same(await refused({ datacenter: 'Oslo' }), [400, 400, 'The selected datacenter is invalid.'])
  t.same(await refused({ platform: 'Xen' }), [400, 400, 'The selected platform is invalid.'])
  t.same(await refused({ cpucores: 'two' }), [400, 400, 'The cpucores must be an integer.'])
  t.same((await refused({ templatename: 'nothing' })).slice(0, 2), [500, 609])
  t.same((await refused({ disksize: 1 })).slice(0, 2), [500, 610])
  t.same(await refused({ ip: '192.0.2.12' }), [400, 400, 'The selected ip is invalid.'])
  t.same(await refused({ backupschedules: [{ frequency: 'hourly', numberofimagestokeep: 1 }] }), [400, 400, 'The selected backupschedules is invalid.'])
  const vmware = { platform: 'VMware', templatename: 'Debian 12 64-bit', users: undefined }
  t.same(await refused(vmware), [400, 400, 'The rootpassword field is required.'])
  t.equal((await refused({ ...vmware, rootpassword: 'root-SECRET' }))[0], 200)
  t.equal(sandbox.created, 1)
})

t.test('a server can be created without an address or with a reserved one', async t => {
  const { sandbox } = await lab(t)
  const none = record((await post(sandbox, '/server/create', { ...kvm, ip: 'none', ipv6: 'none' })).response['server'])
  t.same(none['iplist'], [])
  const held = record((await post(sandbox, '/server/create', { ...kvm, ip: '192.0.2.11', ipv6: 'none' })).response['server'])
  t.match(held['iplist'], [{ ipaddress: '192.0.2.11' }])
})

t.test('an edit is scheduled and locks the server; it may neither shrink a disk nor overlap another edit', async t => {
  const { sandbox, pass } = await lab(t)
  const edit = async (args: Record<string, unknown>): Promise<Sent> => await post(sandbox, '/server/edit', { serverid: 'kvm123456', ...args })
  t.match(await edit({ cpucores: 4 }), { status: 200, code: 200, message: 'Server update scheduled', response: { server: { cpucores: 4, state: 'locked' } } })
  t.match(await edit({ cpucores: 8 }), { status: 403, message: 'Server Locked' })
  pass(1500)
  t.match(await server(sandbox, 'kvm123456'), { cpucores: 4, memorysize: 2048, islocked: false, isrunning: true })
  t.match(await edit({ hostname: 'DB-1' }), { code: 607 })
  t.equal((await edit({ hostname: '' })).status, 400)
  t.equal((await edit({ disksize: 20 })).status, 400)
  t.match(await edit({ bandwidth: 10 }), { status: 404, message: 'Not supported' })
  t.match(await post(sandbox, '/server/edit', { serverid: 'kvm130008', cpucores: 4 }), { status: 405, code: 405 })
  sandbox.behavior.codeType = 'big-on-edit'
  sandbox.behavior.editValues = 'when-unlocked'
  const odd = await edit({ hostname: 'web-2', description: '' })
  t.equal(odd.status, 200)
  t.ok(Number(odd.code) > 1_000_000)
  t.match(await server(sandbox, 'kvm123456'), { hostname: 'web-1' })
  pass(1500)
  t.match(await server(sandbox, 'kvm123456'), { hostname: 'web-2', description: '' })
})

t.test('a destroy requires keepip, takes a while, and releases or keeps the addresses', async t => {
  const { sandbox, pass } = await lab(t)
  t.match(await post(sandbox, '/server/destroy', { serverid: 'kvm123456' }), { status: 400, message: 'The keepip field is required.' })
  t.equal((await post(sandbox, '/server/destroy', { serverid: 'kvm123456', keepip: 'maybe' })).status, 400)
  const gone = await post(sandbox, '/server/destroy', { serverid: 'kvm123456', keepip: false })
  t.same(Object.keys(gone.response), ['status', 'debug'])
  t.same(record(gone.response['debug'])['input'], { serverid: 'kvm123456', keepip: 'false' })
  t.match(await server(sandbox, 'kvm123456'), { islocked: true })
  pass(1000)
  t.equal((await post(sandbox, '/server/details', { serverid: 'kvm123456' })).status, 400)
  const own = async (): Promise<unknown> => (await post(sandbox, '/ip/listown', { used: 'no' })).response['iplist']
  t.notOk(records(await own()).some(({ ipaddress }) => ipaddress === '192.0.2.12'))
  await post(sandbox, '/server/destroy', { serverid: 'wps654321', keepip: true })
  pass(1000)
  t.match(records(await own()).find(({ ipaddress }) => ipaddress === '198.51.100.20'), { serverid: null, reserved: 'yes' })
  t.match(await post(sandbox, '/server/destroy', { serverid: 'kvm130002', keepip: '0' }), { status: 403 })
  sandbox.behavior.lockedError = 'http-500-code-606'
  t.match(await post(sandbox, '/server/destroy', { serverid: 'kvm130002', keepip: '0' }), { status: 500, code: 606, message: 'Server Locked' })
})

t.test('console, limits and the other small functions have responses of their own form', async t => {
  const { sandbox } = await lab(t)
  const of = async (path: string, serverid: string, more = {}): Promise<Sent> => await post(sandbox, path, { serverid, ...more })
  t.match((await of('/server/console', 'kvm123456')).response['console'], { host: 'None', url: /SECRET/ })
  t.match(await of('/server/console', 'kvm130001'), { code: 620 })
  t.match(await post(sandbox, '/server/templates'), { response: { templates: { KVM: [{ name: 'AlmaLinux 8', minimumdisksize: 5 }], VMware: [{}] } } })
})

t.test('addresses are listed, attached, given a PTR and detached', async t => {
  const { sandbox } = await lab(t)
  const own = async (args = {}): Promise<unknown[]> => records((await post(sandbox, '/ip/listown', args)).response['iplist']).map(entry => entry['ipaddress'])
  t.same(await own({ used: 'no', ipversion: 4 }), ['192.0.2.11'])
  t.same(await own({ serverid: 'kvm130005' }), [])
  const ipaddress = '192.0.2.11'
  t.same(await own({ serverid: 'kvm123456' }), ['192.0.2.12', '2001:db8:a::10'])
  t.match(await post(sandbox, '/ip/add', { ipaddress, serverid: 'kvm130005' }), { response: { details: { serverid: 'kvm130005' } } })
  t.match(await server(sandbox, 'kvm130005'), { iplist: [{ ipaddress, version: 4, lockedtoaccount: false }] })
  t.match(await post(sandbox, '/ip/setptr', { ipaddress, data: 'host.example.com' }), { response: { details: { ptr: 'host.example.com.' } } })
  t.equal((await post(sandbox, '/ip/setptr', { ipaddress, data: 'no spaces' })).status, 400)
  t.match(await post(sandbox, '/ip/resetptr', { ipaddress }), { response: { details: { ptr: /static/ } } })
  t.equal((await post(sandbox, '/ip/remove', { ipaddress })).status, 200)
})

t.test('the envelope has the forms that were seen over the years', async t => {
  const { sandbox, pass } = await lab(t)
  Object.assign(sandbox.behavior, { codeType: 'string', transactionId: 'null', numbers: 'strings', emptyDebug: 'object', mutationAnswers: 'minimal' })
  const old = await post(sandbox, '/server/list')
  t.match(old.response, { status: { code: '200', transactionid: null }, servers: [{ cpucores: '2' }], debug: { input: {} } })
  t.same((await post(sandbox, '/server/stop', { serverid: 'kvm123456' })).response['server'], { serverid: 'kvm123456' })
  Object.assign(sandbox.behavior, { codeType: 'zero', debugInjects: true, mutationAnswers: 'with-state' })
  const zero = await post(sandbox, '/server/details', { serverid: 'kvm123456', includestate: true })
  t.match(zero, { status: 200, code: 0, response: { debug: { input: { includestate: 'true', projectkey: 'cl12345', organizationnumber: 1337 } } } })
  t.match(await post(sandbox, '/server/stop', { serverid: 'wps654321' }), { response: { server: { islocked: true } } })
  sandbox.behavior.errorBody = 'html'
  t.match(await post(sandbox, '/server/details', { serverid: 'x' }), { status: 400, text: /^<html>/ })
  pass(Date.parse('2025-07-01T00:00:00Z') - winter)
  t.match(record((await post(sandbox, '/server/list')).response['status'])['timestamp'], '2025-07-01T02:00:00+02:00')
})
