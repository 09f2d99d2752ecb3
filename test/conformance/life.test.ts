import t, { type Test } from 'tap'
import { z } from 'zod'
import { addressRowSchema, consoleSchema, ptrSchema, snapshotSchema } from '../../src/domain/catalog.ts'
import type { Operation } from '../../src/domain/operation.ts'
import type { Server } from '../../src/domain/server.ts'
import { ended, forEachAccount, isAsPlanned, listServers, refuseSecrets, dryRun, see, strictOperation, strictServer, toProblem, walk, type Answer, type Bench, type Body, type CapabilityName, type Method } from './bench.ts'
import { password } from './vendors.ts'

const waiting = { headers: { prefer: 'wait=300' } }
/** Shorter than the pause before the first look, and much longer: a restart must be seen on its way. */
const quickMs = 150
const visibleMs = 6000

await forEachAccount(t, async (t, bench) => {
  const { vendor } = bench
  vendor.pace(quickMs)
  const server = await buy(t, bench)
  if (server === null) return
  const life = createLife(t, bench, server)
  await resize(t, life)
  await change(t, life)
  await takeAddresses(t, life)
  await open(t, life)
  await setPassword(t, life)
  await snapshots(t, life)
  await restarts(t, life)
  await end(t, life)
  t.equal(vendor.simulator.created, 1, 'one server was bought in all')
})

interface Write {
  readonly verb: CapabilityName
  readonly method: Method
  /** Below the server. */
  readonly path: string
  readonly body?: Body
}

interface Life {
  readonly bench: Bench
  readonly id: string
  readonly path: string
  /** Rehearses the verb, uses it, waits for its end, and compares what was sent with what was shown. */
  act(write: Write): Promise<Answer>
  /** The same for a verb that ends as an operation, which must succeed. */
  work(write: Write): Promise<Operation | null>
  see(): Promise<Server>
}

function createLife (t: Test, bench: Bench, { id }: Server): Life {
  const path = `/servers/${encodeURIComponent(id)}`
  const act = async ({ verb, method, path: below, body }: Write, judge: (answer: Answer) => Promise<void>): Promise<Answer> => {
    const planned = await dryRun(t, bench, method, `${path}${below}`, body)
    // A console is only read where the vendor keeps it open.
    t.ok(planned.length > 0 || verb === 'console', `${verb} has something to send`)
    const { result, calls } = await bench.callsOf(async () => {
      const answer = await bench.ask(method, `${path}${below}`, { body, ...waiting })
      await judge(answer)
      return answer
    })
    isAsPlanned(t, bench, planned, calls, verb)
    return result
  }
  return {
    bench,
    id,
    path,
    see: async () => await see(bench, id),
    act: async write => await act(write, async answer => { t.equal(answer.status, 200, `${write.verb}: ${answer.text}`) }),
    work: async write => {
      let operation: Operation | null = null
      await act(write, async answer => { operation = await ended(t, bench, answer, write.verb) })
      isSuccess(t, operation, write.verb, id)
      return operation
    }
  }
}

function isSuccess (t: Test, operation: Operation | null, action: string, serverId: string | null): void {
  t.match(operation, { action, status: 'succeeded', error: null, ...(serverId === null ? {} : { server_id: serverId }) }, `${action} succeeds: ${JSON.stringify(operation)}`)
  const { created_at: created = '', updated_at: updated = '', finished_at: finished } = operation ?? {}
  t.ok(created <= updated && updated <= (finished ?? ''), `${action}: its times are in order`)
}

/** Five at once under one key are one order. */
async function buy (t: Test, bench: Bench): Promise<Server | null> {
  const { vendor: { simulator }, ask, order } = bench
  const known = new Set((await listServers(bench)).map(({ id }) => id))
  const planned = await dryRun(t, bench, 'POST', '/servers', order)
  const { result: operation, calls } = await bench.callsOf(async () => {
    const options = { body: order, headers: { 'idempotency-key': 'one order' } }
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await ask('POST', '/servers', options)))
    const accepted = answers.filter(({ status }) => status === 202)
    const [first] = accepted
    t.ok(accepted.length >= 1, `accepted: ${answers.map(({ text }) => text.slice(0, 300)).join(' ')}`)
    if (first === undefined) return null
    for (const answer of answers) {
      if (answer.status === 202) t.equal(answer.headers['location'], first.headers['location'], 'all replays are of one operation')
      else toProblem(t, answer, 'idempotency-in-progress', 'the others')
    }
    t.equal(accepted.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1, 'one of them is the first')
    const told = await follow(t, bench, String(first.headers['location']).slice(`/v1/${bench.account}`.length))
    const replay = await ask('POST', '/servers', options)
    t.match(replay, { status: 202, headers: { 'idempotency-replayed': 'true' } }, 'a repetition is a replay')
    return told
  })
  t.equal(simulator.created, 1, 'one order')
  if (operation === null) return null
  isAsPlanned(t, bench, planned, calls, 'create')
  isSuccess(t, operation, 'create', null)
  const id = operation.server_id ?? ''
  t.notOk(known.has(id), 'a new one')
  const answer = await ask('GET', `/servers/${encodeURIComponent(id)}`)
  const server = strictServer.safeParse(answer.body)
  t.ok(server.success, `the server: ${answer.text}`)
  if (server.data === undefined) return null
  t.match(server.data, { id, name: order['name'], status: 'running', power: 'on', account: bench.account })
  t.ok(server.data.protected !== true, 'nobody asked for protection')
  t.same(server.data.allowed_actions.filter(action => !bench.can(action)), [], 'what is allowed is declared')
  refuseSecrets(t, bench, answer, 'the server')
  return server.data
}

/** By server-sent events to the end. */
async function follow (t: Test, { ask }: Bench, path: string): Promise<Operation | null> {
  const { text, headers } = await ask('GET', `${path}/events`)
  t.match(headers['content-type'], /^text\/event-stream/)
  const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => strictOperation.parse(JSON.parse(data)))
  t.same(told.slice(0, -1).filter(({ finished_at: finished }) => finished !== null), [], 'only the last event tells the end')
  const last = told.at(-1) ?? null
  t.same((await ask('GET', path)).body, last, 'the last event is the operation')
  return last
}

async function resize (t: Test, { bench, work, see }: Life): Promise<void> {
  if (!bench.can('resize')) return
  const { larger } = bench.vendor.choices
  await work({ verb: 'resize', method: 'POST', path: '/resize', body: larger })
  const { plan, cpus, memory_mib: memory, disk_gib: disk } = larger
  t.match(await see(), { status: 'running', ...(plan === undefined ? {} : { plan: { id: plan } }), ...(cpus === undefined ? {} : { cpus }), ...(memory === undefined ? {} : { memory_mib: memory }), ...(disk === undefined ? {} : { disk_gib: disk }) })
}

async function change (t: Test, { bench, path, act, see }: Life): Promise<void> {
  if (bench.can('rename')) {
    const renamed = await act({ verb: 'rename', method: 'PATCH', path: '', body: { name: 'renamed-1' } })
    t.match(strictServer.safeParse(renamed.body).data, { name: 'renamed-1' }, renamed.text)
    t.match(await see(), { name: 'renamed-1' })
  }
  if (!bench.can('protect')) return
  t.match((await act({ verb: 'protect', method: 'PATCH', path: '', body: { protected: true } })).body, { protected: true })
  const { result, calls } = await bench.callsOf(async () => await bench.ask('DELETE', path))
  t.match(toProblem(t, result, 'conflict', 'DELETE of a protected server'), { side_effect: 'none', retryable: 'no' })
  t.same(calls.filter(bench.vendor.isWrite), [], 'nothing was sent')
  t.match((await act({ verb: 'protect', method: 'PATCH', path: '', body: { protected: false } })).body, { protected: false })
}

const strictAddress = z.strictObject(addressRowSchema.shape)
const addressesAt = async (bench: Bench, path: string) => (await walk(bench, path, 200)).map(row => strictAddress.parse(row))

async function takeAddresses (t: Test, { bench, path, id, work }: Life): Promise<void> {
  const { choices } = bench.vendor
  if (!bench.can('addresses.attach') || !bench.can('addresses.detach')) return
  const held = async (): Promise<string[]> => (await addressesAt(bench, `${path}/addresses`)).map(({ address }) => address)
  const [own] = (await addressesAt(bench, `${path}/addresses`)).filter(({ family }) => family === 4)
  const free = choices.address ?? (await addressesAt(bench, '/addresses')).find(row => row.server_id === null && row.family === 4)?.address ?? null
  const address = free ?? own?.address ?? ''
  if (free === null) await work({ verb: 'addresses.detach', method: 'DELETE', path: `/addresses/${address}` })
  await work({ verb: 'addresses.attach', method: 'POST', path: '/addresses', body: { addresses: [address] } })
  t.ok((await held()).includes(address), `${address} is there`)
  await namePointers(t, bench, address)
  const row = (await addressesAt(bench, '/addresses')).find(row => row.address === address)
  t.ok(row === undefined || row.server_id === id, 'the account\'s list tells whose it is')
  await work({ verb: 'addresses.detach', method: 'DELETE', path: `/addresses/${address}` })
  t.notOk((await held()).includes(address), `${address} is away`)
}

async function namePointers (t: Test, bench: Bench, address: string): Promise<void> {
  if (!bench.can('ptr')) return
  const path = `/addresses/${address}/ptr`
  const name = 'host.example.com'
  const set = async (ptr: string | null): Promise<string | null | undefined> => {
    const planned = await dryRun(t, bench, 'PUT', path, { ptr })
    const { result, calls } = await bench.callsOf(async () => await bench.ask('PUT', path, { body: { ptr } }))
    isAsPlanned(t, bench, planned, calls, 'ptr')
    const told = z.strictObject(ptrSchema.shape).safeParse(result.body).data
    t.equal(told?.address, address, result.text)
    return told?.ptr
  }
  const shown = async (): Promise<string | null | undefined> => (await addressesAt(bench, '/addresses')).find(row => row.address === address)?.ptr
  t.equal(await set(name), name)
  t.equal(await shown(), name)
  t.not(await set(null), name)
  t.not(await shown(), name)
}

async function open (t: Test, { bench, act }: Life): Promise<void> {
  if (!bench.can('console')) return
  const { body, headers, text } = await act({ verb: 'console', method: 'POST', path: '/console' })
  t.ok(z.strictObject({ ...consoleSchema.shape, url: z.url() }).safeParse(body).success, text)
  t.equal(headers['cache-control'], 'no-store')
}

async function setPassword (t: Test, { bench, path, act, work }: Life): Promise<void> {
  const { account, verbs: { password: verb }, ask } = bench
  if (verb === undefined) return
  if (verb.accepts?.includes('password') === true) {
    await work({ verb: 'password', method: 'POST', path: '/password', body: { password } })
    return
  }
  t.match(await ask('POST', `${path}/password`, { headers: { 'idempotency-key': 'made' } }), { status: 400 }, 'a generated password is told once')
  const answer = await act({ verb: 'password', method: 'POST', path: '/password' })
  if (z.strictObject({ password: z.string().min(1) }).safeParse(answer.body).success) {
    t.equal(answer.headers['cache-control'], 'no-store')
    t.match((await ask('GET', String(answer.headers['location']).slice(`/v1/${account}`.length))).body, { action: 'password', status: 'succeeded' }, 'the caller waited until it was set')
  } else isSuccess(t, await ended(t, bench, answer, 'password'), 'password', null)
}

const strictSnapshot = z.strictObject(snapshotSchema.shape)

async function snapshots (t: Test, { bench, path, id, work }: Life): Promise<void> {
  if (!bench.can('snapshots.create')) return
  const list = async () => (await walk(bench, `${path}/snapshots`, 50)).map(row => strictSnapshot.parse(row))
  await work({ verb: 'snapshots.create', method: 'POST', path: '/snapshots', body: { name: 'before-upgrade' } })
  if (!bench.can('snapshots.list')) return
  const snapshot = (await list()).find(({ name }) => name === 'before-upgrade')
  t.match(snapshot, { status: 'ready', server_id: id })
  if (bench.can('snapshots.restore')) {
    // Who is running is not put back everywhere.
    await work({ verb: 'stop', method: 'POST', path: '/stop' })
    await work({ verb: 'snapshots.restore', method: 'POST', path: `/snapshots/${snapshot?.id}/restore` })
    await work({ verb: 'start', method: 'POST', path: '/start' })
  }
  if (!bench.can('snapshots.delete')) return
  await work({ verb: 'snapshots.delete', method: 'DELETE', path: `/snapshots/${snapshot?.id}` })
  t.same((await list()).filter(({ name, status }) => name === 'before-upgrade' && status !== 'deleting'), [])
}

async function restarts (t: Test, { bench, work, see }: Life): Promise<void> {
  const { vendor } = bench
  await work({ verb: 'stop', method: 'POST', path: '/stop' })
  t.match(await see(), { status: 'stopped', power: 'off' })
  await work({ verb: 'start', method: 'POST', path: '/start' })
  t.match(await see(), { status: 'running', power: 'on' })
  vendor.pace(visibleMs)
  await work({ verb: 'reboot', method: 'POST', path: '/reboot' })
  t.match(await see(), { status: 'running' })
  if (bench.can('rebuild')) {
    await work({ verb: 'rebuild', method: 'POST', path: '/rebuild', body: { image: vendor.choices.image, ...(bench.verbs.rebuild?.accepts?.includes('password') === true ? { password } : {}) } })
    t.match(await see(), { status: 'running', image: { id: vendor.choices.image } })
  }
  vendor.pace(quickMs)
  if (!bench.can('rescue')) return
  await work({ verb: 'rescue', method: 'POST', path: '/rescue' })
  t.match(await see(), { status: vendor.choices.rescued ?? 'rescue' })
  await work({ verb: 'unrescue', method: 'POST', path: '/unrescue' })
  t.match(await see(), { status: 'running' })
}

async function end (t: Test, { bench, id, path, work }: Life): Promise<void> {
  await work({ verb: 'delete', method: 'DELETE', path: '' })
  toProblem(t, await bench.ask('GET', path), 'server-not-found', 'what was deleted')
  t.notOk((await listServers(bench)).some(server => server.id === id), 'nor in the list')
}
