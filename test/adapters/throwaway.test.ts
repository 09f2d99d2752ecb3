import t from 'tap'
import { stringify } from 'yaml'
import type { Adapter } from '../../src/adapters/contract.ts'
import { compose } from '../../src/compose.ts'
import { parseConfig } from '../../src/config/load.ts'
import { createMemoryStores } from '../../src/state/stores.ts'
import { parseJson } from '../../src/upstream/read.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { throwaway } from '../fixtures/throwaway/adapter.ts'
import { askOf, isOperation, isProblem, sentDuring } from '../helpers/api.ts'
import { createFastClock, eventually } from '../helpers/clock.ts'

/** A machine of the made-up vendor. `next` is the state that follows once this one was read; `gone` removes it. */
interface Machine {
  readonly body: Readonly<Record<string, unknown>>
  readonly state: string
  readonly next: string
}

const refusal = (status: number, code: string): SimulatedReply => ({ status, body: { code, text: `refused: ${code}` } })

/** The vendor: checks what it is sent, and lets work end when a machine has been read once meanwhile. */
function createVendor () {
  const machines = new Map<string, Machine>([
    ['m-1', {
      body: { label: 'web-1', cores: 2, ram_mb: 2048, disk_gb: 20, system: 'debian-13', ip: '192.0.2.10' },
      state: 'on',
      next: 'on'
    }],
    ['m-2', { body: { label: 'web-2', cores: 'many' }, state: 'dreaming', next: 'dreaming' }]
  ])
  const show = (id: string, { body, state }: Machine) => ({ id, ...body, state })
  const read = (id: string): SimulatedReply => {
    const machine = machines.get(id)
    if (machine === undefined) return refusal(400, 'no-such-machine')
    if (machine.next === 'gone') machines.delete(id)
    else machines.set(id, { ...machine, state: machine.next })
    return { status: 200, body: show(id, machine) }
  }
  const create = (request: SimulatedRequest): SimulatedReply => {
    const body = parseJson(request.body)
    const isJson = request.headers['content-type'] === 'application/json'
    if (!isJson || typeof body !== 'object' || body === null) return refusal(400, 'bad-order')
    const id = `m-${machines.size + 1}`
    machines.set(id, { body: { ...body }, state: 'building', next: 'on' })
    return { status: 201, body: { id } }
  }
  const change = (id: string, state: string, next: string): SimulatedReply => {
    const machine = machines.get(id)
    if (machine === undefined) return refusal(400, 'no-such-machine')
    if (machine.state !== machine.next) return refusal(400, 'machine-busy')
    machines.set(id, { ...machine, state, next })
    return { status: 202, body: {} }
  }
  return (request: SimulatedRequest): SimulatedReply => {
    if (request.headers['authorization'] !== 'Bearer key-1') return refusal(401, 'who-are-you')
    const [, collection, id = '', action = ''] = request.path.split('/')
    if (collection !== 'machines') return refusal(404, 'no-such-path')
    switch (`${request.method} ${id === '' ? '' : 'one'} ${action}`.trim()) {
      case 'GET': return { status: 200, body: { machines: [...machines].map(([key, machine]) => show(key, machine)) } }
      case 'POST': return create(request)
      case 'GET one': return read(id)
      case 'POST one stop': return change(id, 'halting', 'off')
      case 'DELETE one': return change(id, 'wiping', 'gone')
      default: return refusal(405, 'no-such-method')
    }
  }
}

const vendor = await startSimulator(createVendor())
const adapters: ReadonlyMap<string, Adapter<unknown>> = new Map([[throwaway.id, throwaway]])
const clock = createFastClock(20)
const account = { provider: 'throwaway', raw: true, token: 'key-1', api_url: vendor.origin }
const composed = await compose({
  config: parseConfig(stringify({ auth: { mode: 'none' }, accounts: { machines: account } }), adapters, {}),
  adapters: async () => adapters.values(),
  stores: createMemoryStores(clock),
  clock,
  isServing: () => true
})
composed.begin()
t.teardown(async () => { await composed.close(); await vendor.close() })
const ask = askOf(composed.app, 'machines')

const verbs = ['list', 'get', 'create', 'delete', 'stop']

/** The operation ends as `succeeded`. */
const succeeds = async (id: string): Promise<void> => {
  let last = ''
  await eventually(async () => {
    const { status } = (await ask('GET', `/operations/${id}`)).json()
    last = String(status)
    return last === 'succeeded'
  }, () => last)
}

t.test('GET /v1/providers shows the new provider with its settings and verbs', async t => {
  const { data } = (await composed.app.inject('/v1/providers')).json()
  t.match(data, [{ id: 'throwaway', title: 'Throwaway Machines' }])
  const [{ settings, capabilities }] = data
  t.same(Object.keys(settings.properties), ['token', 'api_url'])
  const present = Object.keys(capabilities).filter(name => capabilities[name].support !== 'none')
  t.same(present.sort(), [...verbs].sort())
  t.same(capabilities.create, { support: 'native', evidence: 'documented', accepts: ['cpus', 'memory_mib', 'disk_gib'], note: null })
})

t.test('its servers are listed and read in the API\'s own form', async t => {
  const page = (await ask('GET', '/servers?sort=id')).json()
  t.match(page.data, [
    {
      id: 'm-1',
      account: 'machines',
      provider: 'throwaway',
      name: 'web-1',
      status: 'running',
      power: 'on',
      memory_mib: 2048,
      addresses: [{ address: '192.0.2.10', family: 4 }],
      allowed_actions: ['stop', 'delete']
    },
    { id: 'm-2', status: 'unknown', provider_status: 'dreaming', cpus: null }
  ])
  t.match((await ask('GET', '/servers/m-1')).json(), { id: 'm-1', image: { id: 'debian-13' } })
  isProblem(t, await ask('GET', '/servers/m-99'), 404, 'server-not-found')
})

t.test('a server is created, stopped and deleted, each followed until the provider shows it', async t => {
  const order = { name: 'web-3', cpus: 1, memory_mib: 1024, disk_gib: 10, image: 'debian-13' }
  const created = isOperation(t, await ask('POST', '/servers', { body: order }), 202, 'create')
  t.equal(created.server_id, 'm-3')
  await succeeds(created.id)
  const sent = vendor.calls.find(({ method, path }) => method === 'POST' && path === '/machines')
  t.same(parseJson(sent?.body ?? ''), { label: 'web-3', system: 'debian-13', cores: 1, ram_mb: 1024, disk_gb: 10 })
  t.match((await ask('GET', '/servers/m-3')).json(), { name: 'web-3', status: 'running' })

  await succeeds(isOperation(t, await ask('POST', '/servers/m-3/stop'), 202, 'stop').id)
  t.match((await ask('GET', '/servers/m-3')).json(), { status: 'stopped', power: 'off' })

  await succeeds(isOperation(t, await ask('DELETE', '/servers/m-3'), 202, 'delete').id)
  isProblem(t, await ask('GET', '/servers/m-3'), 404, 'server-not-found')
})

t.test('a dry run of its create sends nothing and shows the call', async t => {
  const body = { name: 'web-4', cpus: 1, memory_mib: 1024, disk_gib: 10, image: 'debian-13' }
  const calls = await sentDuring(vendor.calls, async () => {
    const answer = await ask('POST', '/servers?dry_run=true', { body })
    t.equal(answer.statusCode, 200, answer.body)
    t.ok(answer.body.includes('/machines'))
  })
  t.same(calls.filter(({ method }) => method !== 'GET'), [])
})

t.test('every verb that it lacks is refused without a call', async t => {
  const absent = [
    ['POST', '/servers/m-1/start', undefined],
    ['POST', '/servers/m-1/reboot', undefined],
    ['POST', '/servers/m-1/resize', { cpus: 4 }],
    ['POST', '/servers/m-1/rebuild', { image: 'debian-13' }],
    ['POST', '/servers/m-1/rescue', undefined],
    ['POST', '/servers/m-1/console', undefined],
    ['GET', '/servers/m-1/snapshots', undefined],
    ['GET', '/addresses', undefined],
    ['GET', '/images', undefined],
    ['GET', '/plans', undefined],
    ['GET', '/owners', undefined],
    ['GET', '/raw/machines', undefined]
  ] as const
  const calls = await sentDuring(vendor.calls, async () => {
    for (const [method, path, body] of absent) isProblem(t, await ask(method, path, { body }), 501, 'operation-not-supported')
  })
  t.same(calls, [])
})

t.test('a member that it does not accept is refused without a call', async t => {
  const calls = await sentDuring(vendor.calls, async () => {
    const body = { name: 'web-5', cpus: 1, memory_mib: 1024, disk_gib: 10, image: 'debian-13', region: 'north' }
    isProblem(t, await ask('POST', '/servers', { body }), 400, 'invalid-request', 'body.region')
    isProblem(t, await ask('POST', '/servers/m-1/stop', { body: { force: true } }), 400, 'invalid-request', 'body.force')
  })
  t.same(calls, [])
})
