import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { eventually } from '../helpers/clock.ts'
import { openCommands, runHere, sendJson, startStandIn, type StandIn } from '../helpers/caller.ts'
import { freePort } from '../helpers/ports.ts'

const { pipe } = openCommands(t)
const running = {
  id: 'op_1',
  account: 'lab',
  provider: 'glesys',
  action: 'stop',
  server_id: '42',
  status: 'running',
  progress: null,
  error: null,
  note: null,
  upstream: null
}
const server = { id: '42', name: 'web-1', status: 'running' }
const create = ['server', 'create', 'lab', '--name', 'a', '--image', 'b']
const stop = ['server', 'stop', 'lab', '42']

type Answer = (response: ServerResponse, at: number) => void

interface Answers {
  readonly write?: Answer
  readonly events?: Answer
  readonly operation?: Answer
}

/** A gateway that answers writes, events and reads of the operation so. */
async function gatewayWith (test: Test, answers: Answers): Promise<StandIn> {
  const seen = { write: 0, events: 0, operation: 0 }
  const {
    write = response => { sendJson(response, running, 202) },
    events = response => { response.writeHead(404).end() },
    operation = response => { sendJson(response, running) }
  } = answers
  return await startStandIn(test, (path, response, method) => {
    if (method !== 'GET') write(response, seen.write++)
    else if (path.endsWith('/events')) events(response, seen.events++)
    else if (path.includes('/operations/')) operation(response, seen.operation++)
    else sendJson(response, server)
  })
}

const streamOf = (response: ServerResponse, ...states: readonly object[]): ServerResponse => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const state of states) response.write(`id: 1\nevent: operation\ndata: ${JSON.stringify(state)}\n\n`)
  return response
}

const problem = (more: object): object => ({
  type: '/problems/upstream-timeout',
  title: 'The provider did not respond in time',
  status: 504,
  detail: 'no complete response in time',
  request_id: 'r1',
  account: 'lab',
  provider: 'glesys',
  retryable: 'unsafe',
  side_effect: 'possible',
  upstream: null,
  attempts: 1,
  errors: [],
  ...more
})

t.test('an operation with the status unknown exits with 4', async t => {
  const ended = { ...running, status: 'unknown', note: 'the deadline passed' }
  const gateway = await gatewayWith(t, { events: response => { streamOf(response, running, ended).end() } })
  t.match(await runHere([...stop, '--wait'], { HAWSER_URL: gateway.url }), { code: 4, out: /"note": "the deadline passed"/ })
})

t.test('a create whose response is lost exits with 4, and the message has the key for the repeat', async t => {
  const gateway = await gatewayWith(t, { write: response => { response.destroy() } })
  const run = await runHere(create, { HAWSER_URL: gateway.url })
  const [, key = ''] = /^Idempotency-Key: (\S+)\n/.exec(run.err) ?? []
  t.equal(gateway.asked.at(-1)?.headers['idempotency-key'], key)
  t.match(run, {
    code: 4, out: '', err: new RegExp(`did not respond: UND_ERR_SOCKET.*\\nRun the same command again with --idempotency-key ${key}: `)
  })
  t.equal(gateway.asked.length, 1, 'nothing is sent again by itself')
  t.match(await runHere(stop, { HAWSER_URL: gateway.url }), { code: 4, err: /The request may have been carried out/ })
})

t.test('a create that was certainly not sent exits with 1', async t => {
  t.match(await runHere(create, { HAWSER_URL: `http://127.0.0.1:${await freePort()}` }), {
    code: 1, out: '', err: /cannot be reached: ECONNREFUSED\n$/
  })
})

t.test('Ctrl-C before the response to a create explains how to repeat it', async t => {
  const gateway = await gatewayWith(t, { write: () => {} })
  const started = pipe(create, { HAWSER_URL: gateway.url })
  while (gateway.asked.length === 0) await new Promise(resolve => setTimeout(resolve, 20))
  started.child.kill('SIGINT')
  t.match(await started.ended(), {
    code: 130,
    out: '',
    err: /^Idempotency-Key: (\S+)\ninterrupted before the response\. Run the same command again with --idempotency-key \1: .+\n$/
  })
})

t.test('a problem with a possible side effect exits with 4, any other with 3', async t => {
  for (const [effect, code] of [['none', 3], ['possible', 4], ['certain', 4]] as const) {
    const gateway = await gatewayWith(t, { write: response => { sendJson(response, problem({ side_effect: effect }), 504) } })
    const run = await runHere(stop, { HAWSER_URL: gateway.url })
    t.match(run, { code, out: '', err: /^Error: The provider did not respond in time \(upstream-timeout, 504\)\n/ })
  }
})

t.test('an ambiguous write is followed with --wait; without it the message names the operation', async t => {
  const lost = { write: (response: ServerResponse) => { sendJson(response, problem({ operation_id: 'op_1' }), 504) } }
  const gateway = await gatewayWith(t, { ...lost, events: response => { streamOf(response, { ...running, status: 'succeeded' }).end() } })
  t.match(await runHere([...stop, '--wait'], { HAWSER_URL: gateway.url }), { code: 0, out: /"status": "succeeded"/, err: /^Error: / })
  t.match(await runHere(stop, { HAWSER_URL: gateway.url }), {
    code: 4, out: '', err: /keeps following it: hawser operation wait lab op_1\n$/
  })
})

t.test('a page of a proxy in place of a response is a failure', async t => {
  const gateway = await gatewayWith(t, { write: response => { response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') } })
  t.match(await runHere(stop, { HAWSER_URL: gateway.url }), { code: 4, out: '', err: /is not from the gateway/ })
})

t.test('a write whose response is cut off has an unknown outcome, and a create names its key', async t => {
  const gateway = await gatewayWith(t, { write: response => { response.writeHead(202, { 'content-type': 'application/json' }).end('{"id": "op_') } })
  t.match(await runHere(stop, { HAWSER_URL: gateway.url }), { code: 4, out: '', err: /is not valid JSON/ })
  t.match(await runHere(create, { HAWSER_URL: gateway.url }), { code: 4, out: '', err: /is not valid JSON.*\nRun the same command again with --idempotency-key / })
})

t.test('an interrupted stream of events is resumed', async t => {
  const gateway = await gatewayWith(t, {
    events: (response, at) => {
      if (at === 0) streamOf(response, running).destroy()
      else streamOf(response, { ...running, status: 'succeeded' }).end()
    }
  })
  t.match(await runHere([...stop, '--wait'], { HAWSER_URL: gateway.url }), { code: 0, out: /succeeded/ })
})

t.test('the operation is polled if a proxy does not pass on events', async t => {
  const html: Answer = response => { response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') }
  const operation: Answer = (response, at) => { sendJson(response, { ...running, status: at === 0 ? 'running' : 'succeeded' }) }
  const gateway = await gatewayWith(t, { events: html, operation })
  t.match(await runHere(['operation', 'wait', 'lab', 'op_1', '-q'], { HAWSER_URL: gateway.url }), { code: 0, out: 'op_1\n', err: '' })
})

t.test('the wait ends if the operation is not found', async t => {
  const missing = problem({ type: '/problems/operation-not-found', status: 404, side_effect: 'none', retryable: 'no' })
  const gateway = await gatewayWith(t, { operation: response => { sendJson(response, missing, 404) } })
  t.match(await runHere(['operation', 'wait', 'lab', 'op_1'], { HAWSER_URL: gateway.url }), { code: 3, out: '' })
})

t.test('--timeout ends the wait with exit code 4 and explains how to continue', async t => {
  const gateway = await gatewayWith(t, { events: response => { streamOf(response, running) } })
  const run = await runHere([...stop, '--wait', '--timeout', '1'], { HAWSER_URL: gateway.url })
  t.match(run, {
    code: 4, out: '', err: /The operation has not ended within 1 s\. To keep watching it: hawser operation wait lab op_1\n$/
  })
})

t.test('a generated password is printed with the ended operation', async t => {
  const gateway = await gatewayWith(t, {
    write: response => { sendJson(response, { ...running, action: 'create', generated_password: 'shown once' }, 202) },
    events: response => { streamOf(response, { ...running, action: 'create', status: 'succeeded' }).end() }
  })
  const { out, err } = await runHere([...create, '--wait'], { HAWSER_URL: gateway.url })
  t.match(JSON.parse(out), { status: 'succeeded', generated_password: 'shown once' })
  t.notOk(err.includes('shown once'))
  t.equal((await runHere([...create, '--wait', '-q'], { HAWSER_URL: gateway.url })).out, '42\n')
})

t.test('a generated password is printed however the wait ends', async t => {
  const gateway = await gatewayWith(t, {
    write: response => { sendJson(response, { ...running, action: 'create', generated_password: 'shown once' }, 202) },
    events: response => { streamOf(response, { ...running, action: 'create' }) }
  })
  const late = await runHere([...create, '--wait', '--timeout', '1'], { HAWSER_URL: gateway.url })
  t.match(late, { code: 4, err: /has not ended within 1 s/ })
  t.match(JSON.parse(late.out), { status: 'running', generated_password: 'shown once' })
  const started = pipe([...create, '--wait'], { HAWSER_URL: gateway.url })
  await eventually(() => started.err().includes('running'), started.err)
  started.child.kill('SIGINT')
  const interrupted = await started.ended()
  t.equal(interrupted.code, 130)
  t.match(JSON.parse(interrupted.out), { generated_password: 'shown once' })
})

t.test('a closed standard error does not interrupt a create', async t => {
  const gateway = await gatewayWith(t, { write: response => { setTimeout(() => { sendJson(response, running, 202) }, 500) } })
  const { child, ended } = pipe(create, { HAWSER_URL: gateway.url })
  child.stderr?.destroy()
  t.match(await ended(), { code: 0, out: /"id": "op_1"/ })
})

t.test('if the gateway goes away during the wait, the outcome is unknown and the message says how to continue', { timeout: 120_000 }, async t => {
  const gateway = await gatewayWith(t, {
    events: response => { response.destroy() },
    operation: response => { response.destroy() }
  })
  t.match(await runHere([...stop, '--wait'], { HAWSER_URL: gateway.url }), {
    code: 4, out: '', err: /The end of the operation is not known\. To go on watching it: hawser operation wait lab op_1\n$/
  })
})
