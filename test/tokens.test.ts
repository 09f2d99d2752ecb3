import { createHmac, randomUUID } from 'node:crypto'
import t from 'tap'
import type { Redis } from 'ioredis'
import type { Token } from '../src/adapters/contract.ts'
import { loadAdapters } from '../src/adapters/registry.ts'
import { compose } from '../src/compose.ts'
import { parseConfig } from '../src/config/load.ts'
import { UpstreamError, type Failure } from '../src/domain/failure.ts'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { createSealer, type Sealer } from '../src/state/sealer.ts'
import { systemClock } from '../src/domain/clock.ts'
import { createRedisTokenStore } from '../src/state/redis/token-store.ts'
import type { TokenStore } from '../src/state/token-store.ts'
import { createTokenSource, type TokenSource } from '../src/transport/token-source.ts'
import { eventually, timeBy } from './helpers/clock.ts'
import { openRedis, startRedis } from './helpers/redis.ts'
import { createMemoryStores } from '../src/state/stores.ts'

const registry = await loadAdapters()

const minute = 60_000
const secret = 'the first secret of these tests, long enough'
const newSecret = 'the second secret of these tests, also long'

const redisServer = await openRedis()
t.teardown(async () => { await redisServer.stop() })

/** A provider's sign-in: counts, takes its time, gives another token each time. */
interface SignIn {
  logins: number
  running: number
  atOnce: number
  refuses: Failure | null
  open(): Promise<Token>
}

function createSignIn (token: Partial<Token> | (() => Partial<Token>) = {}, takesMs = 20): SignIn {
  const signIn: SignIn = {
    logins: 0,
    running: 0,
    atOnce: 0,
    refuses: null,
    open: async () => {
      signIn.logins += 1
      signIn.running += 1
      const number = signIn.logins
      signIn.atOnce = Math.max(signIn.atOnce, signIn.running)
      await new Promise(resolve => setTimeout(resolve, takesMs))
      signIn.running -= 1
      if (signIn.refuses !== null) throw new UpstreamError(signIn.refuses, 'sign-in refused')
      return { value: `token-${number}-${randomUUID()}`, expiresAt: null, idleMs: null, data: { endpoint: 'https://compute.example.com' }, ...(typeof token === 'function' ? token() : token) }
    }
  }
  return signIn
}

const digest = (text: string): string => createHmac('sha256', 'digests').update(text).digest('base64url')
const redisStore = (redis: Redis, sealer: Sealer = createSealer([secret])): TokenStore => createRedisTokenStore(redis, sealer, digest)
const tokenKeys = async (redis: Redis, key: string): Promise<string[]> => (await redis.keys('*')).filter(name => name.includes(key))

/** Sources that share what replicas share: one key in one store, over a connection each. */
const kinds: ReadonlyArray<{ name: string, stores: () => Promise<TokenStore[]> }> = [
  { name: 'in memory', stores: async () => { const store = createMemoryStores().tokens; return [store, store, store] } },
  { name: 'in Redis', stores: async () => await Promise.all([1, 2, 3].map(async () => redisStore(await redisServer.connect()))) }
]

interface Replicas { readonly key: string, readonly a: TokenSource, readonly b: TokenSource, readonly c: TokenSource }

function replicas (stores: readonly TokenStore[], now?: () => number): Replicas {
  const key = `acc:${randomUUID()}`
  const [a, b, c] = stores.map(store => createTokenSource({ key, store, clock: { ...systemClock, ...(now === undefined ? {} : { now }) } }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three stores are needed')
  return { key, a, b, c }
}

/** Three sources on one store in memory, and a clock that stands until it is set. */
function withClock (): Replicas & { clock: { now: number } } {
  const clock = { now: 1_800_000_000_000 }
  const store = createMemoryStores(timeBy(() => clock.now)).tokens
  return { ...replicas([store, store, store], () => clock.now), clock }
}

async function failureOf (work: Promise<unknown>): Promise<string> {
  const outcome: unknown = await work.then(() => 'none', (error: unknown) => error)
  return outcome instanceof UpstreamError ? outcome.failure : String(outcome)
}

const many = async <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> => await Promise.all(Array.from({ length: count }, (_, index) => work(index)))

for (const { name, stores } of kinds) {
  t.test(`${name}: fifty callers in two replicas sign in once`, async t => {
    const { a, b, c } = replicas(await stores())
    const signIn = createSignIn()
    const tokens = await many(50, async index => await (index % 2 === 0 ? a : b).get(signIn.open))
    t.equal(signIn.logins, 1)
    t.equal(new Set(tokens.map(({ value }) => value)).size, 1)
    t.match(tokens[49], { data: { endpoint: 'https://compute.example.com' } }, 'what the sign-in told is shared too')
    t.match(await c.get(signIn.open), { value: tokens[0]?.value }, 'a replica that comes later finds it')
    t.equal(signIn.logins, 1)
  })

  t.test(`${name}: a rejected token causes one new sign-in, however many callers had it`, async t => {
    const { a, b } = replicas(await stores())
    const signIn = createSignIn()
    const old = await a.get(signIn.open)
    await b.get(signIn.open)
    const renewed = await many(50, async index => {
      const source = index % 2 === 0 ? a : b
      await source.drop(old)
      return await source.get(signIn.open)
    })
    t.equal(signIn.logins, 2)
    t.equal(new Set(renewed.map(({ value }) => value)).size, 1)
    t.not(renewed[0]?.value, old.value)
    await b.drop(old)
    t.match(await b.get(signIn.open), { value: renewed[0]?.value }, 'a late refusal of the old one does not harm the new one')
    t.equal(signIn.logins, 2)
  })

  t.test(`${name}: a token dropped elsewhere is replaced by the one that was fetched there`, async t => {
    const { a, b } = replicas(await stores())
    const signIn = createSignIn()
    const old = await a.get(signIn.open)
    await b.get(signIn.open)
    await a.drop(old)
    const fresh = await a.get(signIn.open)
    t.match(await b.get(signIn.open), { value: old.value }, 'the other replica has not noticed yet')
    await b.drop(old)
    t.match(await b.get(signIn.open), { value: fresh.value })
    t.equal(signIn.logins, 2)
  })

  t.test(`${name}: rejected credentials are tried once, not by every caller of every replica`, async t => {
    const { a, b } = replicas(await stores())
    const signIn = createSignIn()
    signIn.refuses = 'authentication'
    const failures = await many(50, async index => await failureOf((index % 2 === 0 ? a : b).get(signIn.open)))
    t.same(new Set(failures), new Set(['authentication']))
    t.equal(await failureOf(a.get(signIn.open)), 'authentication')
    t.equal(await failureOf(b.get(signIn.open)), 'authentication')
    t.equal(signIn.logins, 1)
  })

  t.test(`${name}: a refusal that arrives while another replica signs in is seen before it signs in itself`, async t => {
    const [first, second] = await stores()
    if (first === undefined || second === undefined) throw new Error('two stores are needed')
    const key = `acc:${randomUUID()}`
    const signIn = createSignIn()
    signIn.refuses = 'authentication'
    const early = createTokenSource({ key, store: first })
    // Between this replica's looks and its lock, the other one is refused and lets the lock go.
    const slow: TokenStore = { ...second, lock: async (name, ttlMs) => { await failureOf(early.get(signIn.open)); return await second.lock(name, ttlMs) } }
    t.equal(await failureOf(createTokenSource({ key, store: slow }).get(signIn.open)), 'authentication')
    t.equal(signIn.logins, 1)
  })

  t.test(`${name}: cleared credentials are tried again`, async t => {
    const { a } = replicas(await stores())
    const signIn = createSignIn()
    signIn.refuses = 'authentication'
    t.equal(await failureOf(a.get(signIn.open)), 'authentication')
    signIn.refuses = null
    await a.clearRejected()
    t.equal(await failureOf(a.get(signIn.open)), 'none')
    t.equal(signIn.logins, 2)
  })

  t.test(`${name}: a sign-in that fails for another reason does not mark the credentials as rejected`, async t => {
    const { a, b } = replicas(await stores())
    const signIn = createSignIn()
    for (const failure of ['unavailable', 'timeout', 'suspended', 'malformed', 'forbidden'] as const) {
      signIn.refuses = failure
      t.equal(await failureOf(a.get(signIn.open)), failure)
    }
    signIn.refuses = null
    t.equal(await failureOf(a.get(signIn.open)), 'none')
    t.equal(await failureOf(b.get(signIn.open)), 'none')
    t.equal(signIn.logins, 6)
  })

  t.test(`${name}: no two sign-ins run at once`, async t => {
    const { a, b, c } = replicas(await stores())
    const signIn = createSignIn()
    signIn.refuses = 'unavailable'
    await many(12, async index => await failureOf([a, b, c][index % 3]?.get(signIn.open) ?? Promise.resolve()))
    t.equal(signIn.atOnce, 1)
    t.ok(signIn.logins <= 3, 'at most one for each replica')
  })
}

t.test('a token is renewed a minute before it expires, a short one after nine tenths of its lifetime', async t => {
  for (const [lifetime, margin] of [[24 * 60 * minute, minute], [10 * minute, minute], [10_000, 1000]] as const) {
    const { a, b, clock } = withClock()
    const signIn = createSignIn(() => ({ expiresAt: clock.now + lifetime }), 0)
    const first = await a.get(signIn.open)
    clock.now += lifetime - margin - 1
    t.equal((await a.get(signIn.open)).value, first.value)
    t.equal((await b.get(signIn.open)).value, first.value, 'also from the store')
    clock.now += 2
    const [second, other] = await Promise.all([a.get(signIn.open), b.get(signIn.open)])
    t.not(second.value, first.value, `${lifetime} ms: renewed ${margin} ms early`)
    t.equal(other.value, second.value)
    t.equal(signIn.logins, 2)
  }
})

t.test('Redis drops a token when its renewal is due', async t => {
  const redis = await redisServer.connect()
  let passed = 0
  const { key, a, b } = replicas(await Promise.all([1, 2, 3].map(async () => redisStore(await redisServer.connect()))), () => Date.now() + passed)
  const signIn = createSignIn(() => ({ expiresAt: Date.now() + 10 * minute }), 0)
  const first = await a.get(signIn.open)
  t.equal((await b.get(signIn.open)).value, first.value)
  const [name = ''] = await tokenKeys(redis, key)
  const left = await redis.pttl(name)
  t.ok(left > 0 && left <= 9 * minute, `${left} ms, a minute less than the token has`)
  passed = 9 * minute
  // Redis has a clock of its own.
  await redis.pexpire(name, 1)
  await eventually(async () => await redis.exists(name) === 0)
  t.not((await b.get(signIn.open)).value, first.value)
  t.equal(signIn.logins, 2)
})

t.test('an idle lifetime is extended by every use, for all replicas, and ends without use', async t => {
  const { a, b, c, clock } = withClock()
  const signIn = createSignIn({ idleMs: 60 * minute }, 0)
  const first = await a.get(signIn.open)
  await c.get(signIn.open)
  for (let hours = 0; hours < 12; hours += 1) {
    clock.now += 55 * minute
    a.used(await a.get(signIn.open))
  }
  t.equal((await b.get(signIn.open)).value, first.value, 'a replica that never used it finds it alive')
  t.equal((await c.get(signIn.open)).value, first.value, 'and one that had left it lying')
  t.equal(signIn.logins, 1)
  clock.now += 60 * minute
  t.not((await a.get(signIn.open)).value, first.value, 'an hour without use ends it')
  t.equal(signIn.logins, 2)
})

t.test('an idle lifetime does not extend past the end of the token', async t => {
  const { a, b, clock } = withClock()
  const signIn = createSignIn(() => ({ idleMs: 60 * minute, expiresAt: clock.now + 180 * minute }), 0)
  const first = await a.get(signIn.open)
  for (let passed = 0; passed < 170; passed += 10) {
    clock.now += 10 * minute
    a.used(await a.get(signIn.open))
  }
  t.equal((await b.get(signIn.open)).value, first.value)
  clock.now += 9 * minute + 1
  t.not((await b.get(signIn.open)).value, first.value)
})

t.test('a token that is used past its renewal does not delay the other callers', async t => {
  const { a, b, c, clock } = withClock()
  const signIn = createSignIn(() => ({ idleMs: 60 * minute, expiresAt: clock.now + 50 * minute }), 0)
  const old = await a.get(signIn.open)
  clock.now += 49 * minute + 1
  const fresh = await b.get(signIn.open)
  t.not(fresh.value, old.value)
  a.used(old)
  t.equal((await c.get(signIn.open)).value, fresh.value, 'a request that ended late does not end the new token')
  t.equal(signIn.logins, 2)
})

t.test('refused credentials are remembered for thirty seconds', async t => {
  const { a, b, clock } = withClock()
  const signIn = createSignIn({}, 0)
  signIn.refuses = 'authentication'
  t.equal(await failureOf(a.get(signIn.open)), 'authentication')
  signIn.refuses = null
  clock.now += 29_999
  t.equal(await failureOf(a.get(signIn.open)), 'authentication')
  t.equal(await failureOf(b.get(signIn.open)), 'authentication')
  t.equal(signIn.logins, 1)
  clock.now += 2
  t.equal(await failureOf(b.get(signIn.open)), 'none')
  t.equal(await failureOf(a.get(signIn.open)), 'none')
  t.equal(signIn.logins, 2)
})

t.test('a rejection in Redis expires by itself, and so does a lock whose holder died', async t => {
  const redis = await redisServer.connect()
  const store = redisStore(redis)
  const key = `acc:${randomUUID()}`
  await store.refuse(key, 30_000)
  t.not(await store.lock(key, 90_000), null)
  t.equal(await store.lock(key, 90_000), null, 'one holder at a time')
  const names = await tokenKeys(redis, key)
  t.equal(names.length, 2)
  for (const name of names) t.ok(await redis.pttl(name) > 0, `${name} has an end`)
})

t.test('a holder whose lock has expired does not release the next holder\'s lock', async t => {
  const store = redisStore(await redisServer.connect())
  const key = `acc:${randomUUID()}`
  const late = await store.lock(key, 30)
  await new Promise(resolve => setTimeout(resolve, 60))
  const unlock = await store.lock(key, 30_000)
  t.ok(late !== null && unlock !== null)
  await late?.release()
  t.equal(await store.lock(key, 30_000), null)
  await unlock?.release()
  t.not(await store.lock(key, 30_000), null)
})

t.test('waiting for another replica\'s sign-in has a limit', async t => {
  let now = 0
  const store = createMemoryStores(timeBy(() => now)).tokens
  await store.lock('acc', 90_000)
  const source = createTokenSource({ key: 'acc', store, clock: { ...systemClock, now: () => now, sleep: async ms => { now += ms; return true } } })
  t.equal(await failureOf(source.get(createSignIn().open)), 'timeout')
  t.ok(now <= 61_000, `it gave up after ${now} ms`)
})

t.test('stored tokens are unreadable without the secret', async t => {
  const redis = await redisServer.connect()
  const key = `acc:${randomUUID()}`
  const token = await createTokenSource({ key, store: redisStore(redis) }).get(createSignIn().open)
  const [name = ''] = await tokenKeys(redis, key)
  const stored = await redis.hgetall(name)
  const everything = JSON.stringify([name, stored])
  for (const part of [token.value, Buffer.from(token.value).toString('base64'), Buffer.from(token.value).toString('base64url'), 'compute.example.com', secret]) {
    t.notOk(everything.includes(part))
  }
  t.equal(await redisStore(redis, createSealer([newSecret])).get(key), null)
  t.match(await redisStore(redis).get(key), { value: token.value })
})

t.test('a stored token that was tampered with is ignored', async t => {
  const redis = await redisServer.connect()
  const key = `acc:${randomUUID()}`
  const store = redisStore(redis)
  const signIn = createSignIn()
  const token = await createTokenSource({ key, store }).get(signIn.open)
  const [name = ''] = await tokenKeys(redis, key)
  const sealed = await redis.hget(name, 'd') ?? ''
  const [version, iv, tag = '', text = ''] = sealed.split('.')
  const other = (letter: string): string => letter === 'A' ? 'B' : 'A'
  const tampered = [
    '', 'v1', 'v1...', 'v2.' + sealed.slice(3), sealed.slice(0, -4), `${sealed}AAAA`, JSON.stringify({ value: 'mine' }), `v1.${iv}.${tag.slice(0, 6)}.${text}`,
    `${version}.${other(String(iv).charAt(0))}${String(iv).slice(1)}.${tag}.${text}`, `${version}.${iv}.${other(tag.charAt(0))}${tag.slice(1)}.${text}`,
    createSealer([secret]).seal('no JSON', key), createSealer([secret]).seal('{"value":1}', key), createSealer([secret]).seal('null', key),
    createSealer([secret]).seal(JSON.stringify({ ...token, renewAt: null }), 'another account')
  ]
  for (let at = 0; at < text.length - 1; at += 7) tampered.push([version, iv, tag, text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1)].join('.'))
  for (const bad of tampered) {
    await redis.hset(name, 'd', bad)
    t.equal(await store.get(key), null, bad.slice(0, 12))
  }
  const fresh = await createTokenSource({ key, store }).get(signIn.open)
  t.not(fresh.value, token.value)
  t.equal(signIn.logins, 2)
  t.match(await store.get(key), { value: fresh.value }, 'and it is replaced')
})

t.test('a stored value of another kind is ignored', async t => {
  const redis = await redisServer.connect()
  const key = `acc:${randomUUID()}`
  await redis.set(`hawser:token:${key}`, 'not a hash')
  const signIn = createSignIn()
  const source = createTokenSource({ key, store: redisStore(redis) })
  t.equal((await source.get(signIn.open)).value, (await source.get(signIn.open)).value)
  t.equal(signIn.logins, 1)
  await redis.del(`hawser:token:${key}`)
})

t.test('with a new secret in front, old tokens remain readable and new ones use the new secret', async t => {
  const redis = await redisServer.connect()
  const key = `acc:${randomUUID()}`
  const signIn = createSignIn()
  const first = await createTokenSource({ key, store: redisStore(redis, createSealer([secret])) }).get(signIn.open)
  const rotated = createTokenSource({ key, store: redisStore(redis, createSealer([newSecret, secret])) })
  const kept = await rotated.get(signIn.open)
  t.equal(kept.value, first.value)
  t.equal(signIn.logins, 1)
  await rotated.drop(kept)
  await rotated.get(signIn.open)
  t.equal(await redisStore(redis, createSealer([secret])).get(key), null)
  t.not(await redisStore(redis, createSealer([newSecret])).get(key), null)
})

t.test('a sealer encrypts the same text differently each time and opens only its own', t => {
  const sealer = createSealer([secret])
  const sealed = new Set(Array.from({ length: 20 }, () => sealer.seal('the same', 'here')))
  t.equal(sealed.size, 20)
  for (const one of sealed) t.equal(sealer.open(one, 'here'), 'the same')
  t.equal(sealer.open(sealer.seal('', 'here'), 'here'), '', 'an empty text is a text')
  t.equal(sealer.open(sealer.seal('späť 💥', 'here'), 'here'), 'späť 💥')
  t.equal(createSealer([newSecret]).open(sealer.seal('the same', 'here'), 'here'), null)
  t.equal(sealer.open(sealer.seal('the same', 'here'), 'there'), null, 'what was sealed for one place is of no use in another')
  t.throws(() => createSealer([]))
  t.end()
})

t.test('when Redis is killed, token sources continue in their process', async t => {
  const doomed = await startRedis()
  t.teardown(async () => { await doomed.stop() })
  const [first, second] = await Promise.all([doomed.connect(), doomed.connect()])
  const store = redisStore(first)
  const key = `acc:${randomUUID()}`
  const signIn = createSignIn()
  const a = createTokenSource({ key, store })
  const b = createTokenSource({ key, store: redisStore(second) })
  const token = await a.get(signIn.open)
  await doomed.kill()
  const began = performance.now()
  t.equal((await a.get(signIn.open)).value, token.value, 'a token that is held is still good')
  const own = await many(20, async () => await b.get(signIn.open))
  t.equal(new Set(own.map(({ value }) => value)).size, 1)
  t.equal(signIn.logins, 2, 'a replica without one signs in once for all its callers')
  await a.drop(token)
  t.not((await a.get(signIn.open)).value, token.value)
  t.equal(signIn.logins, 3)
  signIn.refuses = 'authentication'
  await a.drop(await a.get(signIn.open))
  t.equal(await failureOf(a.get(signIn.open)), 'authentication')
  t.equal(await failureOf(a.get(signIn.open)), 'authentication')
  t.equal(signIn.logins, 4, 'a refusal is remembered in the process')
  t.ok(performance.now() - began < 20_000, 'and nobody waits for Redis')
})

t.test('a Redis that was never reachable stops no request', async t => {
  const doomed = await startRedis()
  t.teardown(async () => { await doomed.stop() })
  const redis = await doomed.connect()
  redis.disconnect()
  await doomed.kill()
  const source = createTokenSource({ key: 'acc', store: redisStore(redis) })
  const signIn = createSignIn()
  t.equal((await source.get(signIn.open)).value, (await source.get(signIn.open)).value)
  t.equal(signIn.logins, 1)
})

t.test('neither keys nor values in Redis contain a credential or a token of an account, and other credentials have another key', async t => {
  const vendor = await startHeficed()
  t.teardown(async () => { await vendor.close() })
  const redis = await redisServer.connect()
  const account = `acc-${randomUUID()}`
  const [settings] = Object.values(vendor.settings)
  const keysAfter = async (change: Record<string, unknown>): Promise<string[]> => {
    const text = JSON.stringify({ secret, auth: { mode: 'none' }, accounts: { [account]: { provider: 'heficed', ...settings, ...change } } })
    const config = parseConfig(text, registry, {})
    const stores = { ...createMemoryStores(), tokens: redisStore(redis) }
    const { app, close } = await compose({ config, adapters: async () => registry.values(), stores, isServing: () => true })
    await app.inject({ method: 'GET', url: `/v1/${account}/servers` })
    await close()
    return await tokenKeys(redis, account)
  }
  const keys = await keysAfter({})
  t.equal(keys.length, 1)
  t.equal(vendor.logins, 1)
  t.same(await keysAfter({ title: 'Another title' }), keys, 'what is no credential changes nothing')
  t.equal(vendor.logins, 1)
  const both = await keysAfter({ client_secret: 'a wrong client secret' })
  t.equal(both.length, 2, 'a changed credential does not find the old token')
  const dump: unknown[] = []
  for (const name of both) dump.push(name, await redis.type(name) === 'hash' ? await redis.hgetall(name) : await redis.get(name))
  for (const hidden of [settings?.client_secret ?? 'none', settings?.client_id ?? 'none', 'a wrong client secret', secret]) t.notOk(JSON.stringify(dump).includes(hidden))
})
