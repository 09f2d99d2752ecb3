import t from 'tap'
import { isRecord, recordOf, textOf } from '../../sandbox/kit/json.ts'
import type { OpenstackBehavior } from '../../sandbox/openstack/behavior.ts'
import { imageId, uuid } from '../../sandbox/openstack/seed.ts'
import { startOpenstack } from '../../sandbox/openstack/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

const web = uuid(0x5e, 1)
const order = { name: 'web-9', flavorRef: '2', imageRef: imageId('debian-12'), networks: 'auto' }

/** A signed-in user of the simulated cloud, whose time the test lets pass. */
async function open (test: { teardown: (close: () => Promise<void>) => void }, behavior: Partial<OpenstackBehavior> = {}) {
  const { now, pass } = createStillClock()
  const vendor = await startOpenstack({ clock: now, behavior: { actionMs: 100, createMs: 300, ...behavior } })
  test.teardown(async () => { await vendor.close() })
  let token = ''
  const ask = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await fetch(`${vendor.origin}${path}`, {
      method, headers: { 'x-auth-token': token, 'openstack-api-version': 'compute 2.79', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }
  const domain = { name: 'Default' }
  const { username: name = '', password = '' } = vendor.settings.stack
  const signedIn = await ask('POST', '/identity/v3/auth/tokens', {
    auth: { identity: { methods: ['password'], password: { user: { name, password, domain } } }, scope: { project: { name: 'demo', domain } } }
  })
  token = signedIn.headers.get('x-subject-token') ?? ''
  const act = async (action: object, id = web): Promise<Answer> => await ask('POST', `/compute/v2.1/servers/${id}/action`, action)
  const see = async (id = web): Promise<Readonly<Record<string, unknown>>> => {
    const { body } = await ask('GET', `/compute/v2.1/servers/${id}`)
    return (isRecord(body) ? recordOf(body, 'server') : undefined) ?? {}
  }
  return { vendor, pass, ask, act, see, signedIn }
}

t.test('a token is returned in a header and expires on a whole second; without one every service sends the same refusal', async t => {
  const { ask, signedIn } = await open(t)
  t.equal(signedIn.status, 201)
  t.match(signedIn.body, { token: { expires_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/, project: { name: 'demo' }, catalog: [{ type: 'network' }, { type: 'identity' }, { type: 'compute' }, { type: 'image' }] } })
  for (const path of ['/compute/v2.1/servers/detail', '/image/v2/images', '/network/v2.0/ports', '/compute/v2.1/nothing']) {
    t.match(await ask('GET', path, undefined, { 'x-auth-token': 'none' }), { status: 401, body: { error: { code: 401, title: 'Unauthorized' } } }, path)
  }
  t.match(await ask('GET', '/compute/v2.1/nothing'), { status: 404, body: { code: '404 Not Found' } })
  t.match(await ask('GET', '/compute/v2.1/servers/detail', undefined, { 'openstack-api-version': 'compute 2.999' }), { status: 406, body: { computeFault: { code: 406 } } })
})

t.test('a full page always has a link to the next one, and an unknown marker is a 400', async t => {
  const { ask, vendor } = await open(t)
  const count = vendor.servers.size
  t.match((await ask('GET', `/compute/v2.1/servers/detail?limit=${count}`)).body, { servers_links: [{ rel: 'next' }] })
  t.notMatch((await ask('GET', `/compute/v2.1/servers/detail?limit=${count + 1}`)).body, { servers_links: [{}] })
  t.match(await ask('GET', '/compute/v2.1/servers/detail?limit=0'), { status: 200, body: { servers: [] } })
  t.match(await ask('GET', '/compute/v2.1/servers/detail?marker=none'), { status: 400, body: { badRequest: { message: 'marker [none] not found' } } })
  t.match(await ask('GET', '/compute/v2.1/servers/detail?offset=1'), { status: 400 })
})

t.test('a create is accepted before it is scheduled, and a refusal echoes the request', async t => {
  const { ask, pass, see } = await open(t)
  const { status, body } = await ask('POST', '/compute/v2.1/servers', { server: { ...order, flavorRef: '6' } })
  t.equal(status, 202)
  const id = isRecord(body) ? textOf(recordOf(body, 'server') ?? {}, 'id') ?? '' : ''
  t.match(await see(id), { status: 'BUILD', 'OS-EXT-STS:task_state': 'scheduling', addresses: {}, hostId: '' })
  pass(400)
  t.match(await see(id), { status: 'ERROR', 'OS-EXT-STS:task_state': null, fault: { message: 'No valid host was found. ' } })
  const { networks: _, ...without } = order
  t.match((await ask('POST', '/compute/v2.1/servers', { server: { ...without, adminPass: 'hunter2' } })).body, { badRequest: { message: /^Invalid input for field\/attribute server\. Value: .*hunter2.*'networks' is a required property$/ } })
})

t.test('a resize waits for its confirmation, which takes effect after a delay', async t => {
  const { act, pass, see } = await open(t)
  t.equal((await act({ resize: { flavorRef: '3' } })).status, 202)
  t.match(await see(), { status: 'RESIZE' })
  pass(200)
  t.match(await see(), { status: 'VERIFY_RESIZE', 'OS-EXT-STS:task_state': null, flavor: { original_name: 'm1.medium' } })
  t.match(await act({ 'os-stop': null }), { status: 409 })
  t.match(await act({ confirmResize: null }), { status: 204, body: null })
  t.match([await see(), await act({ confirmResize: null })], [{ status: 'VERIFY_RESIZE' }, { status: 409 }])
  pass(200)
  t.match(await see(), { status: 'ACTIVE' })
})

t.test('a failed action leaves the server unchanged, with Error in the action log', async t => {
  const { act, ask, pass, see } = await open(t, { failActions: ['stop'] })
  const { headers } = await act({ 'os-stop': null })
  t.match(await act({ 'os-stop': null }), { status: 409, body: { conflictingRequest: { message: /task_state powering-off/ } } })
  pass(200)
  t.match(await see(), { status: 'ACTIVE', 'OS-EXT-STS:task_state': null })
  const entry = await ask('GET', `/compute/v2.1/servers/${web}/os-instance-actions/${headers.get('x-openstack-request-id') ?? ''}`)
  t.match(entry.body, { instanceAction: { action: 'stop', message: 'Error', events: [{ result: 'Error' }] } })
})
