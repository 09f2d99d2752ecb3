import { once } from 'node:events'
import t from 'tap'
import { operationSchema, type Operation } from '../../src/domain/operation.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { askOf, isOperation, isProblem } from '../helpers/api.ts'
import { createFastClock, createManualClock, createStillClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { portOf } from '../helpers/ports.ts'

/** An order is done when the test says so, a slow one never. */
const createMs = 1000
const slowMs = 365 * 86_400_000
const { now, pass } = createStillClock()
const vendor = await startGlesys({ clock: now, behavior: { actionMs: 0, createMs } })
const settings = { provider: 'glesys', request_deadline_ms: 400_000, ...vendor.settings['glesys-lab'] }
const { app, close } = await composeGateway({ accounts: { lab: settings, twin: settings }, clock: createFastClock(20) })
let unanswered = 0
app.server.on('request', (_request, response) => {
  unanswered += 1
  response.once('close', () => { unanswered -= 1 })
})
t.teardown(async () => {
  // Aborted streams leave spare connections that never carried a request.
  app.server.closeAllConnections()
  await close()
  await vendor.close()
})
await app.listen({ port: 0, host: '127.0.0.1' })

const ask = askOf(app, 'lab')
const origin = `http://127.0.0.1:${portOf(app.server)}`
const orderOf = (name: string) => ({ name, region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'a-Long-Phrase-1' })
const create = async (name: string): Promise<Operation> => operationSchema.parse((await ask('POST', '/servers', { body: orderOf(name) })).json())

interface Event {
  readonly id: number
  readonly operation: Operation
}

/** The events of a stream as it was sent; comments and the advice to come back are no events. */
const eventsIn = (text: string): Event[] => text.split('\n\n').filter(block => block.includes('event: operation')).map(block => {
  const lines = new Map(block.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
  return { id: Number(lines.get('id')), operation: operationSchema.parse(JSON.parse(lines.get('data') ?? '')) }
})

const isWhole = (text: string): boolean => eventsIn(text.slice(0, text.lastIndexOf('\n\n') + 2)).length > 0

/** The text of a stream until its first event is in it, and the reader of the rest. */
async function untilFirst (answer: Response): Promise<{ text: string, rest: () => Promise<string>, leave: () => Promise<void> }> {
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!isWhole(text)) text += decoder.decode((await reader?.read())?.value, { stream: true })
  const rest = async (): Promise<string> => {
    let more = ''
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) more += decoder.decode(part.value, { stream: true })
    return more
  }
  return { text, rest, leave: async () => { await reader?.cancel() } }
}

/** Opened before everything else: the first sign of life takes its time. */
async function openSilent (): Promise<{ text: string, leave: () => void }> {
  vendor.behavior.createMs = slowMs
  const { id } = await create('silent')
  vendor.behavior.createMs = createMs
  const leaving = new AbortController()
  const answer = await fetch(`${origin}/v1/lab/operations/${id}/events`, { signal: leaving.signal })
  const silent = { text: '', leave: () => { leaving.abort() } }
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder()
    if (answer.body !== null) for await (const chunk of answer.body) silent.text += decoder.decode(chunk)
  }
  read().catch(() => {})
  return silent
}
const silent = await openSilent()

t.test('a create is reported from its acceptance to its end, each event newer than the one before', async t => {
  const { id } = await create('streamed')
  const answer = await fetch(`${origin}/v1/lab/operations/${id}/events`)
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), /^text\/event-stream/)
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(answer.headers.get('hawser-upstream-calls'), '0')
  const { text, rest } = await untilFirst(answer)
  pass(createMs)
  const events = eventsIn(text + await rest())
  t.ok(events.length >= 2, `${events.length} events`)
  t.ok(events.every((event, index) => index === 0 || event.id > (events[index - 1]?.id ?? 0)), 'ids grow')
  t.ok(events.every(({ operation }) => operation.id === id))
  t.ok(events.slice(0, -1).every(({ operation }) => operation.finished_at === null))
  t.match(events.at(-1)?.operation, { status: 'succeeded', finished_at: /Z$/ })
  t.same(events.at(-1)?.operation, (await ask('GET', `/operations/${id}`)).json())
})

t.test('Last-Event-ID skips events already seen, and an operation that has ended is one event', async t => {
  const { id } = await create('resumed')
  pass(createMs)
  await ask('GET', `/operations/${id}`, { headers: { prefer: 'wait=300' } })
  const stream = async (last?: string): Promise<Event[]> => eventsIn((await ask('GET', `/operations/${id}/events`, last === undefined ? {} : { headers: { 'last-event-id': last } })).body)
  const [only, ...more] = await stream()
  t.equal(more.length, 0)
  t.equal(only?.operation.status, 'succeeded')
  t.same(await stream(String(only?.id)), [])
  t.same(await stream(String((only?.id ?? 0) - 1)), [only])
  for (const nonsense of ['', 'x', '-1', '1.5', '9'.repeat(40)]) t.same(await stream(nonsense), [only], nonsense)
})

t.test('a resumed stream continues where it was left', async t => {
  const { id } = await create('taken-up')
  const { text, leave } = await untilFirst(await fetch(`${origin}/v1/lab/operations/${id}/events`))
  await leave()
  const [seen] = eventsIn(text)
  pass(createMs)
  const rest = eventsIn(await (await fetch(`${origin}/v1/lab/operations/${id}/events`, { headers: { 'last-event-id': String(seen?.id) } })).text())
  t.ok(rest.length >= 1 && rest.every(event => event.id > (seen?.id ?? 0)))
  t.equal(rest.at(-1)?.operation.status, 'succeeded')
})

t.test('streams of missing operations, of another account and with unknown parameters are refused', async t => {
  const { id } = await create('private')
  isProblem(t, await ask('GET', '/operations/op_nothing/events'), 404, 'operation-not-found')
  isProblem(t, await askOf(app, 'twin')('GET', `/operations/${id}/events`), 404, 'operation-not-found')
  isProblem(t, await askOf(app, 'twin')('GET', `/operations/${id}`), 404, 'operation-not-found')
  isProblem(t, await ask('GET', `/operations/${id}/events?wait=1`), 400, 'invalid-request', 'query.wait')
  isProblem(t, await ask('GET', `/operations/${id}?wait=1`), 400, 'invalid-request', 'query.wait')
  const head = await ask('HEAD', `/operations/${id}/events`)
  t.equal(head.statusCode, 405, 'nothing is streamed for nobody')
})

t.test('a caller that leaves a stream or a wait leaves nothing running', async t => {
  vendor.behavior.createMs = slowMs
  const { id } = await create('left')
  vendor.behavior.createMs = createMs
  const before = unanswered
  const leaving = new AbortController()
  const url = `${origin}/v1/lab/operations/${id}`
  const answers = [
    fetch(`${url}/events`, { signal: leaving.signal }).then(async answer => await answer.text()).catch(() => 'left'),
    fetch(url, { signal: leaving.signal, headers: { prefer: 'wait=300' } }).then(async answer => await answer.text()).catch(() => 'left')
  ]
  await eventually(() => unanswered === before + 2)
  leaving.abort()
  t.same(await Promise.all(answers), ['left', 'left'])
  await eventually(() => unanswered === before)
  t.match((await ask('GET', `/operations/${id}`)).json(), { status: 'running' })
})

t.test('a shutdown ends streams and waits with the present state', async t => {
  // On a clock that stands still no wait is over.
  const stopping = await composeGateway({ accounts: { lab: settings }, clock: createManualClock() })
  await stopping.app.listen({ port: 0, host: '127.0.0.1' })
  const own = `http://127.0.0.1:${portOf(stopping.app.server)}`
  vendor.behavior.createMs = slowMs
  const { id } = operationSchema.parse((await askOf(stopping.app, 'lab')('POST', '/servers', { body: orderOf('stopping') })).json())
  vendor.behavior.createMs = createMs
  const stream = (await fetch(`${own}/v1/lab/operations/${id}/events`)).text()
  const waiting = once(stopping.app.server, 'request')
  const wait = fetch(`${own}/v1/lab/operations/${id}`, { headers: { prefer: 'wait=300' } })
  await waiting
  await stopping.close()
  t.equal(eventsIn(await stream).at(-1)?.operation.status, 'running')
  t.equal((await wait).status, 200)
})

t.test('operations are filtered and paged, newest first', async t => {
  const all = (await ask('GET', '/operations')).json<{ data: Operation[], page: { total: null, limit: number } }>()
  t.same(all.page, { limit: 50, next_cursor: null, total: null })
  t.same(all.data.map(({ id }) => id), all.data.map(({ id }) => id).sort().reverse())
  const walked: string[] = []
  let url: string | null = '/operations?limit=2'
  while (url !== null) {
    const page = await ask('GET', url)
    t.equal(page.headers['cache-control'], 'no-store')
    walked.push(...page.json<{ data: Operation[] }>().data.map(({ id }) => id))
    const { link } = page.headers
    url = typeof link === 'string' ? link.slice('</v1/lab'.length, link.indexOf('>')) : null
  }
  t.same(walked, all.data.map(({ id }) => id), 'each exactly once')
  const ids = async (query: string): Promise<string[]> => (await ask('GET', `/operations?${query}`)).json<{ data: Operation[] }>().data.map(({ id }) => id)
  const expected = (is: (operation: Operation) => boolean): string[] => all.data.filter(is).map(({ id }) => id)
  t.same(await ids('status=succeeded'), expected(({ status }) => status === 'succeeded'))
  t.same(await ids('status=running,pending'), expected(({ status }) => status === 'running'))
  t.same(await ids(`server_id=${all.data[0]?.server_id ?? ''}`), [all.data[0]?.id])
  t.same(await ids('action=create'), walked)
  t.same(await ids('action=stop'), [])
  t.same((await askOf(app, 'twin')('GET', '/operations')).json<{ data: Operation[] }>().data, [])
})

t.test('foreign, altered or broken cursors of operations are 400', async t => {
  const cursor = (await ask('GET', '/operations?limit=1')).json<{ page: { next_cursor: string } }>().page.next_cursor
  t.equal((await ask('GET', `/operations?limit=2&cursor=${cursor}`)).statusCode, 200, 'another limit is no other list')
  isProblem(t, await ask('GET', `/operations?cursor=${cursor}&action=create`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await askOf(app, 'twin')('GET', `/operations?cursor=${cursor}`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await ask('GET', `/servers?cursor=${cursor}`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await ask('GET', `/operations?cursor=${cursor.slice(0, -2)}AA`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await ask('GET', '/operations?cursor=x'), 400, 'invalid-request', 'query.cursor')
  for (const [query, place] of [['status=done', 'status'], ['status=', 'status'], ['limit=0', 'limit'], ['state=running', 'state'], ['action=', 'action']] as const) {
    isProblem(t, await ask('GET', `/operations?${query}`), 400, 'invalid-request', `query.${place}`)
  }
})

t.test('Prefer: wait on a write is 200 with any verdict in time, else 202; a malformed one is ignored', async t => {
  const stop = async (prefer: string) => await ask('POST', '/servers/kvm123456/stop', { body: { force: true }, headers: { prefer } })
  const timely = await stop('wait=300')
  t.equal(isOperation(t, timely, 200, 'stop').status, 'succeeded')
  t.equal(timely.headers['preference-applied'], 'wait=300')
  vendor.behavior.createMs = slowMs
  const late = await ask('POST', '/servers', { body: orderOf('slow'), headers: { prefer: 'wait=1' } })
  vendor.behavior.createMs = createMs
  t.equal(isOperation(t, late, 202, 'create').finished_at, null)
  t.equal(late.headers['preference-applied'], 'wait=1')
  for (const prefer of ['wait=later', 'wait=-1', 'return=minimal']) {
    const answer = await stop(prefer)
    isOperation(t, answer, 202, 'stop')
    t.equal(answer.headers['preference-applied'], undefined)
  }
  const again = await ask('GET', (late.headers.location ?? '').slice('/v1/lab'.length), { headers: { prefer: 'wait=1' } })
  t.equal(again.statusCode, 200, 'on the operation itself it is always 200')
  t.match(again.json(), { status: 'running' })
  t.match(again.headers['retry-after'], /^\d+$/)
  t.equal((await ask('GET', (timely.headers.location ?? '').slice('/v1/lab'.length), { headers: { prefer: 'wait=900' } })).headers['preference-applied'], 'wait=300')
})

t.test('a silent stream sends a comment from time to time', { timeout: 120_000 }, async t => {
  await eventually(() => silent.text.includes(': still here'))
  silent.leave()
  t.match(silent.text, /^retry: \d+\n\n/)
  t.match(silent.text, /\n\n: still here\n\n$/)
})
