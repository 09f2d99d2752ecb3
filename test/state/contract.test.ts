import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { IdempotencyRecord, IdempotencyStore } from '../../src/state/idempotency-store.ts'
import { idPrefixAt, type OperationStore, type StoredOperation } from '../../src/state/operation-store.ts'
import type { StoredToken, TokenStore } from '../../src/state/token-store.ts'
import type { Stores } from '../../src/state/stores.ts'
import { eventually } from '../helpers/clock.ts'
import { kinds, secret } from '../helpers/stores.ts'
import { record } from '../operations/records.ts'

const newSecret = 'another secret of thirty-two characters'
/** Accounts of their own, so that a shared Redis needs no emptying. */
const newAccount = (): string => `laws-${randomUUID()}`

/** The number-th operation of an account, as of now. */
function made (account: string, number: number, facts: Parameters<typeof record>[1] = {}): StoredOperation {
  const at = Date.now() + number
  return record('stop', { startedAt: at, ...facts, operation: { id: `${idPrefixAt(at)}${randomUUID()}`, account, ...facts.operation } })
}
const idsOf = (records: readonly StoredOperation[]): string[] => records.map(({ operation }) => operation.id)
const full = (account: string): StoredOperation => made(account, 0, {
  phase: 'ambiguous',
  owner: 'plain-owner',
  jobs: [{ id: '7', name: 'host_stop' }],
  goal: { statuses: ['running'], transition: true, has: ['192.0.2.1'], failed: ['stop_fail'], missingSnapshot: 's1', unprovable: true },
  next: { name: 'confirm', input: { plan: 'p2', count: 3, isLast: true, nothing: null, password: 'plain-password' } },
  search: { spec: { name: 'plain-name', image: 'i', tags: ['x'] }, baseline: ['1'] }
})

async function keepsOperations (t: Test, store: OperationStore): Promise<void> {
  const account = newAccount()
  const first = full(account)
  t.equal(await store.put(first), true)
  t.same(await store.get(account, first.operation.id), first, 'an opened record is kept as it is')
  t.same(await store.getForCertain(account, first.operation.id), first)
  t.equal(await store.get(newAccount(), first.operation.id), null, 'another account does not see it')
  t.equal(await store.getForCertain(account, 'op_none'), null)

  const polls = await Promise.all(Array.from({ length: 100 }, async () => await store.update(first, current => ({ ...current, polls: current.polls + 1 }))))
  t.match(await store.get(account, first.operation.id), { polls: 100, version: 101 }, 'a hundred changes at once lose none')
  t.equal(new Set(polls.map(({ version }) => version)).size, 100)
  t.match(await store.updateForCertain(first, () => null), { version: 101 }, 'nothing to change is no change')
  await Promise.all([store.update(first, () => { throw new Error('x') }).catch(() => {}), store.update(first, current => ({ ...current, polls: 0 }))])
  t.equal((await store.get(account, first.operation.id))?.polls, 0, 'a change that fails holds up no other')

  const rest = Array.from({ length: 9 }, (_, index) => made(account, index + 1))
  for (const stored of rest) await store.put(stored)
  const newest = [first, ...rest].reverse()
  t.same(idsOf(await store.list(account, null, 4)), idsOf(newest.slice(0, 4)), 'the newest first')
  t.same(idsOf(await store.list(account, newest[3]?.operation.id ?? '', 100)), idsOf(newest.slice(4)))
  const [second = first] = rest
  await store.update(second, current => ({ ...current, operation: { ...current.operation, status: 'succeeded' } }))
  t.same(idsOf(await store.pending(account)).sort(), idsOf([first, ...rest.slice(1)]).sort(), 'pending are those that have not ended')
  await store.update(second, current => ({ ...current, operation: { ...current.operation, status: 'running' } }))
  t.ok(idsOf(await store.pending(account)).includes(second.operation.id), 'one that goes on after all is followed again')
  await store.remove(account, second.operation.id)
  t.equal(await store.get(account, second.operation.id), null)
  t.notOk(idsOf(await store.pending(account)).includes(second.operation.id))
  t.equal((await store.list(account, null, 100)).length, 9)
}

async function keepsClaims (t: Test, store: OperationStore): Promise<void> {
  const account = newAccount()
  t.same(await Promise.all(['x', 'y', 'z'].map(async holder => await store.claim(account, 'server:1', holder))), [true, false, false])
  t.equal(await store.claim(newAccount(), 'server:1', 'y'), true, 'accounts do not share names')
  t.equal(await store.claim(account, 'server:1', 'x'), true, 'the same holder may repeat it')
  await store.release(account, 'server:1', 'y')
  t.equal(await store.claim(account, 'server:1', 'y'), false, 'only the holder releases it')
  await store.release(account, 'server:1', 'x')
  t.equal(await store.claim(account, 'server:1', 'y'), true)
}

async function takes (store: OperationStore, account: string): Promise<boolean> {
  const end = await store.lease(account, 60_000)
  await end?.(1)
  return end !== null
}

async function grantsLeases (t: Test, store: OperationStore): Promise<void> {
  const account = newAccount()
  const leases = await Promise.all(Array.from({ length: 10 }, async () => await store.lease(account, 5000)))
  const [end, ...more] = leases.filter(one => one !== null)
  t.equal(more.length, 0, 'one at a time')
  await end?.(60_000)
  t.equal(await store.lease(account, 5000), null, 'and none during the rest')
  const other = newAccount()
  await (await store.lease(other, 60_000))?.(100)
  await eventually(async () => await takes(store, other))
  await store.beat(`me-${account}`, 60_000)
  t.equal(await store.isAlive(`me-${account}`), true)
  t.equal(await store.isAlive(`another-${account}`), false, 'a process that never beat is not alive')
}

const keyRecord: IdempotencyRecord = { fingerprint: 'plain-fingerprint', owner: 'plain-owner', openUntil: 1, operationId: null, answer: null }

async function keepsKeys (t: Test, store: IdempotencyStore): Promise<void> {
  const account = newAccount()
  const reservation = { key: 'k', record: keyRecord, isCreate: true }
  t.equal(await store.isFlushed(account), false)
  const reserved = await Promise.all(Array.from({ length: 20 }, async () => await store.reserve(account, reservation)))
  t.equal(reserved.filter(({ kind }) => kind === 'new').length, 1, 'one of many is first')
  t.same(await store.reserve(account, reservation), { kind: 'known', record: keyRecord })
  t.same(await store.reserve(newAccount(), reservation), { kind: 'new' }, 'accounts do not share keys')
  const begun = { ...keyRecord, operationId: 'op_1' }
  t.same(await Promise.all([begun, { ...keyRecord, operationId: 'op_2' }].map(async next => await store.replace(account, 'k', keyRecord, next))), [true, false])
  t.same(await store.find(account, 'k'), begun)
  t.equal(await store.replace(account, 'none', keyRecord, begun), false)
  await store.forget(account, 'k', keyRecord)
  t.same(await store.find(account, 'k'), begun, 'only a caller that knows the record deletes it')
  await store.forget(account, 'k', begun)
  t.equal(await store.find(account, 'k'), null)
}

const token: StoredToken = { value: 'plain-token', expiresAt: null, idleMs: null, data: { endpoint: 'plain-endpoint' }, renewAt: null }

async function keepsTokens (t: Test, store: TokenStore): Promise<void> {
  const key = newAccount()
  t.equal(await store.get(key), null)
  await store.put(key, token, 60_000)
  t.same(await store.get(key), token)
  t.equal(await store.get(newAccount()), null)
  await store.drop(key, 'another value')
  t.same(await store.get(key), token, 'a token that was renewed meanwhile is not dropped')
  await store.drop(key, token.value)
  t.equal(await store.get(key), null)
  await store.put(key, token, 1)
  await eventually(async () => await store.get(key) === null)
  await store.touch(key, 60_000)
  t.equal(await store.get(key), null, 'an expired token is not extended')

  const [lock, second] = [await store.lock(key, 60_000), await store.lock(key, 60_000)]
  t.ok(lock !== null && second === null, 'one signs in at a time')
  await lock?.extend(60_000)
  t.equal(await store.lock(key, 60_000), null)
  await lock?.release()
  const brief = await store.lock(key, 1)
  await eventually(async () => await store.lock(key, 60_000) !== null)
  await brief?.release()
  t.equal(await store.lock(key, 60_000), null, 'an expired holder does not release the lock of the next')

  t.equal(await store.isRefused(key), false)
  await store.refuse(key, 60_000)
  t.equal(await store.isRefused(key), true)
  await store.clearRejected(key)
  t.equal(await store.isRefused(key), false)
}

async function countsLimits (t: Test, { deletes, tokenBuckets }: Stores): Promise<void> {
  const account = newAccount()
  t.same(await Promise.all([1, 2, 3].map(async () => await deletes.take(account, 2) > 0)), [false, false, true])
  t.equal(await deletes.take(newAccount(), 1), 0, 'accounts do not share a quota')
  const waitMs = await deletes.take(account, 2)
  t.ok(waitMs > 3_500_000 && waitMs <= 3_600_000, `the next one is free in ${waitMs} ms`)

  const name = `{${newAccount()}}:pace`
  const size = { capacity: 2, perSecond: 0.01 }
  t.same(await Promise.all([1, 2].map(async () => await tokenBuckets.take(name, size, 0))), [0, 0], 'a new bucket is full')
  t.equal(await tokenBuckets.take(name, size, 0), null)
  const third = await tokenBuckets.take(name, size, 200_000) ?? 0
  t.ok(third > 50_000 && third <= 100_000, `a token in ${third} ms`)
  t.equal(await tokenBuckets.take(name, size, 120_000), null, 'those in front have taken theirs')
}

async function stampsGenerations (t: Test, { generations }: Stores): Promise<void> {
  const account = newAccount()
  const first = await generations.current(account)
  t.type(first, 'string')
  t.equal(await generations.current(account), first)
  t.equal(generations.known(account), first)
  await generations.bump(account)
  const second = await generations.current(account)
  t.not(second, first)
  t.equal(generations.known(account), second)
}

for (const { name, open } of kinds) {
  t.test(`${name}: operations are kept, changed atomically, listed newest first, and pending until they end`, async t => { await keepsOperations(t, (await open(t)).stores.operations) })
  t.test(`${name}: one holder has a claim until it releases it`, async t => { await keepsClaims(t, (await open(t)).stores.operations) })
  t.test(`${name}: one poller at a time has the lease of an account, and a process lives by its beats`, async t => { await grantsLeases(t, (await open(t)).stores.operations) })
  t.test(`${name}: one request reserves a key, and its record changes only from a known state`, async t => { await keepsKeys(t, (await open(t)).stores.idempotency) })
  t.test(`${name}: tokens are kept for their time, and one caller at a time signs in`, async t => { await keepsTokens(t, (await open(t)).stores.tokens) })
  t.test(`${name}: quotas and token buckets are counted for each account`, async t => { await countsLimits(t, (await open(t)).stores) })
  t.test(`${name}: each write gives an account another generation`, async t => { await stampsGenerations(t, (await open(t)).stores) })
  t.test(`${name}: nothing is readable without the secret, and the next process reads everything`, async t => {
    const { stores, next, stored } = await open(t)
    if (next === null) return
    const account = newAccount()
    const operation = full(account)
    await stores.operations.put(operation)
    await stores.operations.claim(account, 'server:9', 'op_9')
    await stores.idempotency.reserve(account, { key: 'k', record: { ...keyRecord, answer: 'plain-answer' }, isCreate: true })
    await stores.tokens.put(account, token, 60_000)
    await stores.tokens.refuse(account, 60_000)
    await stores.deletes.take(account, 1)
    await stores.tokenBuckets.take(account, { capacity: 1, perSecond: 0.01 }, 0)
    t.notMatch(await stored(), /plain-/)

    const later = await next([newSecret, secret])
    t.same(await later.operations.get(account, operation.operation.id), operation)
    t.equal(await later.operations.claim(account, 'server:9', 'another'), false)
    t.match(await later.idempotency.reserve(account, { key: 'k', record: keyRecord, isCreate: true }), { kind: 'known', record: { answer: 'plain-answer' } })
    t.same(await later.tokens.get(account), token)
    t.equal(await later.tokens.isRefused(account), true)
    t.ok(await later.deletes.take(account, 1) > 0)
    t.equal(await later.tokenBuckets.take(account, { capacity: 1, perSecond: 0.01 }, 0), null)

    const foreign = await next([newSecret])
    t.equal(await foreign.operations.get(account, operation.operation.id), null)
    t.same([await foreign.operations.list(account, null, 9), await foreign.operations.pending(account)], [[], []])
    await t.rejects(foreign.operations.getForCertain(account, operation.operation.id), 'an unreadable operation is not certainly absent')
    t.equal((await foreign.idempotency.reserve(account, { key: 'k', record: keyRecord, isCreate: true })).kind, 'unreadable', 'an unreadable key is not a new key')
    await t.rejects(foreign.idempotency.find(account, 'k'))
    t.equal(await foreign.tokens.get(account), null)
  })
}
