import t, { type Test } from 'tap'
import type { Fault } from '../../sandbox/kit/simulator.ts'
import { badMembersOf, ended, forEachAccount, listServers, refuseSecrets, dryRun, toProblem, type Answer, type Bench } from './bench.ts'
import { prepare, send, writesOnMissing, type Subject, type Write } from './subject.ts'

await forEachAccount(t, async (t, bench) => {
  await missing(t, bench)
  const subject = await prepare(t, bench)
  for (const write of subject.writes) await weather(t, bench, write)
  await absent(t, bench, subject)
  await wrongState(t, bench)
  await unknownChoices(t, bench, subject)
  await shrinking(t, bench, subject)
  await failingWork(t, bench, subject)
})

/** Lets the vendor fail at its next writes, and asks. */
async function failing (t: Test, bench: Bench, write: Write, fault: Fault): Promise<Answer> {
  const { simulator } = bench.vendor
  simulator.fail({ match: bench.vendor.isWrite, times: 100, ...fault })
  const answer = await send(bench, write)
  simulator.clearFaults()
  refuseSecrets(t, bench, answer, write.verb)
  return answer
}

async function missing (t: Test, bench: Bench): Promise<void> {
  for (const write of writesOnMissing(bench)) {
    const answer = await send(bench, write)
    t.match(answer.body, { side_effect: 'none', retryable: 'no', account: bench.account })
    // Where the address is looked for first, that one is missing, too.
    if (write.verb === 'addresses.attach' && badMembersOf(answer).includes('body.addresses')) continue
    toProblem(t, answer, 'server-not-found', `${write.verb} of a missing server`)
  }
  t.match((await bench.ask('GET', '/operations')).body, { data: [] }, 'no operation is left of that')
}

/** What comes over any write: the vendor fails, is tired, or talks nonsense. */
async function weather (t: Test, bench: Bench, write: Write): Promise<void> {
  const planned = await dryRun(t, bench, write.method, write.path, write.body)
  // What only reads can not leave anything behind.
  if (planned.length === 0) return
  const leak = bench.secrets.join(' ')
  for (const status of [500, 502]) {
    const what = `${write.verb} and ${status}`
    const problem = toProblem(t, await failing(t, bench, write, { kind: 'reply', reply: { status, headers: { 'content-type': 'text/html' }, body: `<pre>${leak}</pre>` } }), 'upstream-unavailable', what)
    t.match(problem, { status: 503, side_effect: 'possible', retryable: 'unsafe', attempts: 1 }, what)
    t.equal(typeof problem?.operation_id, write.isAsk === true ? 'undefined' : 'string', `${what}: an operation tells what became of it`)
  }
  const tired = await failing(t, bench, write, { kind: 'reply', reply: { status: 429, headers: { 'retry-after': '7' }, body: {} } })
  const problem = toProblem(t, tired, 'upstream-rate-limited', `${write.verb} and 429`)
  t.match(problem, { side_effect: 'none', retryable: 'safe', retry_after_s: 7 }, `${write.verb} and 429`)
  t.match(tired.headers, { 'retry-after': '7' })
  t.equal(problem?.operation_id, undefined, 'nothing to follow')
  await nonsense(t, bench, write, `<html>${leak}</html>`)
}

/** A 200 was sent, so the vendor has accepted, whatever it says. */
async function nonsense (t: Test, bench: Bench, write: Write, text: string): Promise<void> {
  const answer = await failing(t, bench, write, { kind: 'reply', reply: { status: 200, headers: { 'content-type': 'text/html' }, body: text } })
  if (answer.status === 202 || answer.status === 200 || answer.status === 201) return
  const problem = toProblem(t, answer, 'upstream-malformed', `${write.verb} and nonsense`)
  t.match(problem, { side_effect: 'certain', retryable: 'no' }, `${write.verb} and nonsense`)
  t.equal(typeof problem?.operation_id, write.isAsk === true ? 'undefined' : 'string', `${write.verb} and nonsense: there is an operation`)
}

/** A verb that nobody has shown may not be there at all. */
async function absent (t: Test, bench: Bench, { writes }: Subject): Promise<void> {
  for (const write of writes) {
    if (!bench.isInferred(write.verb) || (await dryRun(t, bench, write.method, write.path, write.body)).length === 0) continue
    for (const status of [404, 405]) {
      const answer = await failing(t, bench, write, { kind: 'reply', reply: { status, headers: { 'content-type': 'text/html' }, body: '<html>Not here</html>' } })
      t.match(toProblem(t, answer, 'operation-not-supported', `${write.verb} and ${status}`), { side_effect: 'none', retryable: 'no', status: 501 })
    }
  }
}

async function wrongState (t: Test, bench: Bench): Promise<void> {
  const { vendor: { choices: { refused } }, ask } = bench
  refused.prepare?.()
  const server = (await listServers(bench)).find(refused.isWrong)
  if (server === undefined) { t.comment('no server of this account is in such a state'); return }
  const answer = await ask('POST', `/servers/${encodeURIComponent(server.id)}/${refused.action}`)
  const problem = toProblem(t, answer, 'conflict', `${refused.action} of a server that is ${server.status}`)
  t.match(problem, { status: 409, side_effect: 'none', retryable: 'no' })
  t.ok((problem?.upstream?.message ?? '').length > 0, `it says why: ${answer.text}`)
}

const isRefused = (t: Test, answer: Answer, member: string, what: string): void => {
  t.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 400)}`)
  t.same(badMembersOf(answer), [member], `${what} is named: ${answer.text.slice(0, 400)}`)
  t.match(answer.body, { side_effect: 'none' }, `${what} leaves nothing behind`)
}

async function unknownChoices (t: Test, bench: Bench, { path }: Subject): Promise<void> {
  const { vendor: { choices: { unknown } }, order, ask, verbs, create } = bench
  const { created } = bench.vendor.simulator
  for (const [member, value] of Object.entries(unknown)) {
    if (member !== 'image' && !create.accepts.includes(member)) continue
    const { cpus, memory_mib: memory, ...rest } = order
    isRefused(t, await ask('POST', '/servers', { body: { ...(member === 'plan' ? rest : order), name: 'never-1', [member]: value } }), `body.${member}`, `create with an unknown ${member}`)
  }
  t.equal(bench.vendor.simulator.created, created, 'nothing was bought')
  if (verbs.rebuild !== undefined) isRefused(t, await ask('POST', `${path}/rebuild`, { body: { image: unknown['image'], ...(verbs.rebuild.accepts?.includes('password') === true ? { password: 'Correct-Horse-9x!' } : {}) } }), 'body.image', 'rebuild with an unknown image')
  if (verbs.resize?.accepts?.includes('plan') === true) isRefused(t, await ask('POST', `${path}/resize`, { body: { plan: unknown['plan'], restart: true } }), 'body.plan', 'resize to an unknown plan')
}

async function shrinking (t: Test, bench: Bench, { path }: Subject): Promise<void> {
  if (bench.verbs.resize?.accepts?.includes('disk_gib') !== true) return
  const { result, calls } = await bench.callsOf(async () => await bench.ask('POST', `${path}/resize`, { body: { disk_gib: 1 } }))
  isRefused(t, result, 'body.disk_gib', 'a smaller disk')
  t.same(calls.filter(bench.vendor.isWrite), [], 'nothing was sent')
}

/** What was accepted and fails afterwards. */
async function failingWork (t: Test, bench: Bench, { writes }: Subject): Promise<void> {
  const { breaking } = bench.vendor.choices
  const write = writes.find(({ verb }) => verb === breaking?.verb)
  if (breaking === null || write === undefined) return
  breaking.prepare()
  const body = write.verb === 'create' ? { ...write.body, name: 'broken-1' } : write.body
  const operation = await ended(t, bench, await send(bench, { ...write, ...(body === undefined ? {} : { body }) }, { prefer: 'wait=300' }), `a failing ${write.verb}`)
  t.match(operation, { status: 'failed', action: write.verb, error: /\w/ }, JSON.stringify(operation))
}
