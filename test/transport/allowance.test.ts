import t from 'tap'
import { UpstreamError } from '../../src/domain/failure.ts'
import { createMemoryStores } from '../../src/state/stores.ts'
import { createAllowance, type Allowance } from '../../src/transport/allowance.ts'
import { createCall } from '../../src/transport/call.ts'
import { createManualClock, type ManualClock } from '../helpers/clock.ts'

/** A vendor that allows `limit` requests and one more each second, and refuses what is over. Others use it too. */
function openVendor (clock: ManualClock, limit: number) {
  let tokens = limit
  let at = clock.now()
  const vendor = {
    refusals: 0,
    times: new Array<number>(),
    use: (count: number): boolean => {
      tokens = Math.min(limit, tokens + (clock.now() - at) / 1000)
      at = clock.now()
      if (tokens < count) return false
      tokens -= count
      return true
    },
    /** One request that takes 100 ms; the headers of its answer. */
    answer: async (): Promise<Readonly<Record<string, string>>> => {
      vendor.times.push(clock.elapsed())
      if (!vendor.use(1)) vendor.refusals += 1
      const headers = { remaining: String(Math.floor(tokens)) }
      await clock.sleep(100)
      return headers
    }
  }
  return vendor
}

type Vendor = ReturnType<typeof openVendor>

const read = ({ remaining }: Readonly<Record<string, string>>) => remaining === undefined ? null : { remaining: Number(remaining), nextMs: 1000 }

const openAllowance = (clock: ManualClock, tokenBuckets = createMemoryStores(clock).tokenBuckets): Allowance =>
  createAllowance({ account: 'a', read, tokenBuckets, now: clock.now })

async function send (clock: ManualClock, allowance: Allowance, vendor: Vendor, deadlineMs = 60_000): Promise<number | null> {
  const call = createCall({ clock, requestId: 'r', signal: new AbortController().signal, deadlineMs })
  try {
    const leave = await allowance.enter(call)
    leave(await vendor.answer())
    return null
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'rate-limited') return error.options.retryAfterMs ?? null
    throw error
  }
}

t.test('nothing waits while the provider says that requests are left, or says nothing', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 1000)
  const allowance = openAllowance(clock)
  const sent = Array.from({ length: 100 }, async () => await send(clock, allowance, vendor))
  await clock.run(100)
  t.same(await Promise.all(sent), Array.from({ length: 100 }, () => null))
  t.same(new Set(vendor.times), new Set([0]))
  const leave = await allowance.enter(createCall({ clock, requestId: 'r', signal: new AbortController().signal, deadlineMs: 1000 }))
  leave(null)
  leave({})
})

t.test('an account that has used up its allowance slows down to the pace at which the provider allows more, and is never refused', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 5)
  const allowance = openAllowance(clock)
  const first = send(clock, allowance, vendor)
  await clock.run(100)
  await first
  const sent = Array.from({ length: 9 }, async () => await send(clock, allowance, vendor))
  await clock.run(30_000)
  t.same(await Promise.all(sent), Array.from({ length: 9 }, () => null))
  t.equal(vendor.refusals, 0)
  t.same(vendor.times.slice(0, 5), [0, 100, 100, 100, 100])
  t.ok(vendor.times.slice(6).every((at, index) => at - (vendor.times[index + 5] ?? 0) >= 1000), vendor.times.join(' '))
})

t.test('what other tools use up shows in the next answer', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 100)
  const allowance = openAllowance(clock)
  vendor.use(99)
  const first = send(clock, allowance, vendor)
  await clock.run(100)
  await first
  const next = send(clock, allowance, vendor)
  await clock.run(2000)
  t.equal(await next, null)
  t.same([vendor.refusals, vendor.times], [0, [0, 1100]])
})

t.test('a request that has no time to wait is not sent, and hears when one is allowed again', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 1)
  const allowance = openAllowance(clock)
  const first = send(clock, allowance, vendor)
  await clock.run(100)
  await first
  t.equal(await send(clock, allowance, vendor, 500), 1000)
  const [second, third] = [send(clock, allowance, vendor), send(clock, allowance, vendor, 1200)]
  await clock.run(3000)
  t.same(await Promise.all([second, third]), [null, 1000], 'the third waits in vain behind the second')
  t.equal(vendor.times.length, 2)
})

t.test('a request whose caller leaves makes room for the next', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 1)
  const allowance = openAllowance(clock)
  const first = send(clock, allowance, vendor)
  await clock.run(100)
  await first
  const caller = new AbortController()
  const left = allowance.enter(createCall({ clock, requestId: 'r', signal: caller.signal, deadlineMs: 60_000 }))
  const next = send(clock, allowance, vendor)
  await clock.run(500)
  caller.abort()
  await t.rejects(left, UpstreamError)
  await clock.run(2000)
  t.equal(await next, null)
})

t.test('replicas share what is left of a small rest', async t => {
  const clock = createManualClock()
  const vendor = openVendor(clock, 17)
  const { tokenBuckets } = createMemoryStores(clock)
  const replicas = [openAllowance(clock, tokenBuckets), openAllowance(clock, tokenBuckets)]
  for (const allowance of replicas) {
    const first = send(clock, allowance, vendor)
    await clock.run(100)
    await first
  }
  const sent = replicas.flatMap(allowance => Array.from({ length: 15 }, async () => await send(clock, allowance, vendor)))
  await clock.run(60_000)
  t.same(await Promise.all(sent), Array.from({ length: 30 }, () => null))
  t.ok(vendor.refusals <= 2, `${vendor.refusals} refusals`)
})

t.test('a time beyond the request is passed on, and if it is far away ever fewer requests find out whether the limit is lifted', async t => {
  const clock = createManualClock()
  const vendor = { sent: 0, remaining: 0 }
  const far = ({ remaining }: Readonly<Record<string, string>>) => ({ remaining: Number(remaining), nextMs: 1_800_000 })
  const allowance = createAllowance({ account: 'a', read: far, tokenBuckets: createMemoryStores(clock).tokenBuckets, now: clock.now })
  const sendOne = async (): Promise<'sent' | 'refused'> => {
    try {
      const leave = await allowance.enter(createCall({ clock, requestId: 'r', signal: new AbortController().signal, deadlineMs: 60_000 }))
      vendor.sent += 1
      leave({ remaining: String(vendor.remaining) })
      return 'sent'
    } catch (error) {
      t.match(error, { failure: 'rate-limited', options: { notAttempted: true, retryAfterMs: 1_800_000 } })
      return 'refused'
    }
  }
  t.same([await sendOne(), await sendOne(), await sendOne()], ['sent', 'sent', 'refused'], 'one answer may be of a shorter limit')
  await clock.run(1000)
  t.equal(await sendOne(), 'sent')
  await clock.run(1000)
  await clock.run(2000)
  vendor.remaining = 100
  t.same([await sendOne(), await sendOne(), await sendOne()], ['sent', 'sent', 'sent'])
})
