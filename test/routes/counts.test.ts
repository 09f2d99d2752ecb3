import t, { type Test } from 'tap'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { createManualClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'

/** A gateway with one account, and how often the provider's endpoints were called since the last look. */
async function openCounted (t: Test, { actionMs = 50 } = {}) {
  const vendor = await startVmmanager({ behavior: { actionMs } })
  const clock = createManualClock()
  const { app, close } = await composeGateway({ accounts: { vm6: { provider: 'vmmanager', ...vendor.settings.vm6 } }, clock })
  t.teardown(async () => {
    await close()
    await vendor.close()
  })
  let from = 0
  const calls = (): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const { method, path } of vendor.calls.slice(from)) {
      const name = `${method} ${path.replace(/\d{2,}/, ':id')}`
      counts[name] = (counts[name] ?? 0) + 1
    }
    from = vendor.calls.length
    return counts
  }
  const [running] = [...vendor.servers.values()].filter(({ state }) => state === 'active')
  return { app, vendor, clock, calls, id: running?.id ?? 0 }
}

const signIn = 'POST /auth/v4/public/token'
const list = 'GET /vm/v3/host'
const numbers = Array.from({ length: 100 }, (_, index) => index + 1)

t.test('a hundred different lists at once take one sign-in and one call each', async t => {
  const { app, calls } = await openCounted(t)
  const answers = await Promise.all(numbers.map(async limit => await app.inject(`/v1/vm6/servers?limit=${limit}`)))
  t.same(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]))
  t.same(calls(), { [signIn]: 1, [list]: 100 })
})

t.test('a hundred identical lists in flight take one call', async t => {
  const { app, vendor, calls } = await openCounted(t)
  await app.inject('/v1/vm6/servers?limit=1')
  calls()
  const hold = vendor.hold()
  const reads = numbers.map(async () => await app.inject('/v1/vm6/servers'))
  await hold.reached()
  hold.release()
  const upstreamCalls = (await Promise.all(reads)).map(({ headers }) => Number(headers['hawser-upstream-calls']))
  t.same(calls(), { [list]: 1 })
  t.equal(upstreamCalls.reduce((sum, count) => sum + count, 0), 1, 'and one caller is charged for it')
})

t.test('a get takes one call, and a cached one none', async t => {
  const { app, calls, id } = await openCounted(t)
  await app.inject('/v1/vm6/servers?limit=1')
  calls()
  await app.inject(`/v1/vm6/servers/${id}`)
  t.same(calls(), { [list]: 1 })
  await app.inject({ url: `/v1/vm6/servers/${id}`, headers: { 'cache-control': 'max-age=60' } })
  t.same(calls(), {})
})

t.test('a hundred callers that wait for one operation poll no more than one', async t => {
  const pollsOf = async (waiters: number): Promise<Record<string, number>> => {
    const { app, clock, calls, id } = await openCounted(t, { actionMs: 60_000 })
    const { id: operation } = (await app.inject({ method: 'POST', url: `/v1/vm6/servers/${id}/stop` })).json<{ id: string }>()
    calls()
    let ended = 0
    const waits = Array.from({ length: waiters }, async () => {
      const answer = await app.inject({ url: `/v1/vm6/operations/${operation}`, headers: { prefer: 'wait=10' } })
      ended += 1
      return answer
    })
    await eventually(async () => {
      await clock.run(1000)
      return ended === waiters
    })
    t.same(new Set((await Promise.all(waits)).map(answer => answer.json<{ status: string }>().status)), new Set(['running']))
    return calls()
  }
  const [alone, together] = [await pollsOf(1), await pollsOf(100)]
  const polls = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
  t.ok(polls(alone) > 1, JSON.stringify(alone))
  t.ok(polls(together) <= polls(alone) + 2, `${JSON.stringify(together)} against ${JSON.stringify(alone)}`)
})
