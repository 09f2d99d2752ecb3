import t, { type Test } from 'tap'
import { z } from 'zod'
import type { OperationStatus } from '../../src/domain/operation.ts'
import { ended, forEachAccount, listServers, nameOf, refuseSecrets, dryRun, see, strictOperation, toProblem, walk, type Bench } from './bench.ts'
import { prepare, send, type Subject, type Write } from './subject.ts'

const quickMs = 100
/** Much longer than the pause before the first look: a restart must be seen on its way. */
const visibleMs = 6000
const visible = new Set(['reboot', 'rebuild'])

/** What a server shows tells how these went, without their answers. Of the others it may show nothing before the deadline. */
const shown = new Set(['start', 'stop', 'rename', 'protect', 'rescue', 'unrescue', 'addresses.detach', 'delete', 'create'])

await forEachAccount(t, async (t, bench) => {
  const subject = await prepare(t, bench)
  for (const write of inOrder(subject.writes)) {
    bench.vendor.pace(visible.has(write.verb) ? visibleMs : quickMs)
    await bench.vendor.settled?.()
    await lose(t, bench, subject, write)
    if (write.verb === 'protect') await bench.ask('PATCH', subject.path, { body: { protected: false } })
  }
  await losesOrders(t, bench)
})

/** Addresses are taken away before they are given, and a resize comes late: who loses one half-way leaves the server as it is. */
function inOrder (writes: readonly Write[]): Write[] {
  const places = new Map([['addresses.detach', 1], ['addresses.attach', 2], ['resize', 4], ['delete', 5]])
  const placeOf = ({ verb }: Write): number => places.get(verb) ?? 3
  return writes.filter(({ isAsk, verb }) => isAsk !== true && verb !== 'snapshots.restore').sort((a, b) => placeOf(a) - placeOf(b))
}

/** The vendor works, and its answer is lost: nothing is sent twice, and what is told afterwards is true. */
async function lose (t: Test, bench: Bench, { id }: Subject, write: Write): Promise<void> {
  const { simulator, isWrite } = bench.vendor
  const isShown = shown.has(write.verb) && bench.isProvable(write.verb)
  const planned = await dryRun(t, bench, write.method, write.path, write.body)
  simulator.fail({ kind: 'reset-after', match: isWrite })
  const { result: answer, calls } = await bench.callsOf(async () => await send(bench, write))
  simulator.clearFaults()
  const what = `${write.verb} whose answer is lost`
  refuseSecrets(t, bench, answer, what)
  const problem = toProblem(t, answer, 'upstream-unreachable', what)
  t.match(problem, { side_effect: 'possible', retryable: 'unsafe', attempts: 1 }, what)
  t.same(calls.filter(isWrite).map(call => nameOf(bench, call)), planned.slice(0, 1).map(({ method, url }) => `${method} ${url}`), `${what} was sent once`)
  const path = `/operations/${problem?.operation_id}`
  const told = strictOperation.parse((await bench.ask('GET', path, { headers: { prefer: `wait=${planned.length === 1 && isShown ? 300 : 15}` } })).body)
  const isOfServer = write.verb !== 'create'
  t.match(told, { action: write.verb, ...(isOfServer ? { server_id: id } : {}) })
  // Of several writes the first may be done and the others not sent: nobody may say that it is well.
  const ends: readonly OperationStatus[] = planned.length > 1 ? ['running', 'failed', 'unknown'] : isShown ? ['succeeded'] : ['succeeded', 'running', 'unknown']
  t.ok(ends.includes(told.status), `${what} ends truthfully: ${JSON.stringify(told)}`)
  if (write.verb === 'stop') t.match(await see(bench, id), { status: 'stopped' })
}

/** A create under a key: whether it was bought or not, the same key never buys a second one. */
async function losesOrders (t: Test, bench: Bench): Promise<void> {
  const { vendor: { simulator, isWrite }, order, ask } = bench
  const before = simulator.created
  const options = { body: { ...order, name: 'keyed-1' }, headers: { 'idempotency-key': 'lost order' } }
  simulator.fail({ kind: 'reset-after', match: isWrite })
  toProblem(t, await ask('POST', '/servers', options), 'upstream-unreachable', 'a lost order')
  simulator.clearFaults()
  t.equal(simulator.created, before + 1, 'it was bought')
  const again = await ask('POST', '/servers', { ...options, headers: { ...options.headers, prefer: 'wait=300' } })
  t.equal(simulator.created, before + 1, 'and not a second time')
  if (again.status < 300) t.match(await ended(t, bench, again, 'the same key again'), { action: 'create', status: 'succeeded' })
  else toProblem(t, again, 'upstream-unreachable', 'the same key again')
  const found = (await listServers(bench)).filter(({ name }) => name === 'keyed-1')
  t.equal(found.length, 1)
  const operations = z.array(strictOperation).parse(await walk(bench, '/operations', 100))
  t.equal(operations.filter(({ server_id: server }) => server === found[0]?.id).length, 1, 'one operation tells of it')
}
