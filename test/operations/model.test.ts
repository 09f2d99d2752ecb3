import { randomUUID } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { isFinal } from '../../src/domain/operation.ts'
import { openFile, openFolder, type OpenedFile } from '../helpers/stores.ts'
import { createWorld, outcomes, type OpenKept, type Luck, type Replica, type Reply, type World } from './model-world.ts'

const isLong = process.env.HAWSER_LONG === '1'
const runs = isLong ? 10_000 : 250
const seed = Number(process.env.HAWSER_SEED ?? (isLong ? Date.now() % 1_000_000 : 20261121))

/** A request, and how long after it the next one comes. */
interface Command {
  readonly key: number
  readonly name: number
  readonly replica: number
  readonly luck: Luck
  /** The replica crashes so many steps later. */
  readonly crashIn: number | null
  /** It seems dead to the others for a while. */
  readonly isSilent: boolean
  readonly listFails: boolean
  readonly thenMs: number
}

const command: fc.Arbitrary<Command> = fc.record({
  key: fc.integer({ min: 0, max: 2 }),
  name: fc.integer({ min: 0, max: 2 }),
  replica: fc.integer({ min: 0, max: 1 }),
  luck: fc.record({
    outcome: fc.constantFrom(...outcomes),
    answersAfterMs: fc.constantFrom(0, 100, 3000, 20_000),
    shownAfterMs: fc.constantFrom(0, 0, 700, 5000, 14_000)
  }),
  crashIn: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
  isSilent: fc.constantFrom(false, false, false, true),
  listFails: fc.boolean(),
  thenMs: fc.constantFrom(0, 0, 60, 1000, 8000, 25_000, 70_000)
})

// Two keys may create servers of the same name; one key always sends the same request.
const nameOf = (names: readonly number[], key: number): string => `web-${names[key] ?? 0}`
const calm: Luck = { outcome: 'ok', answersAfterMs: 100, shownAfterMs: 0 }

interface Sent {
  readonly key: string
  reply: Reply | null
}

function check (isTrue: boolean, law: string): void {
  if (!isTrue) throw new Error(law)
}

const neverTooMany = ({ bought, keysUsed }: World): void => { check(bought.length <= keysUsed.size, `${bought.length} servers were bought with ${keysUsed.size} keys`) }

async function isCalm ({ operations }: World): Promise<boolean> {
  return (await operations.pending('a')).length === 0
}

const live = (count: number, openKept?: () => OpenKept) => async (names: readonly number[], commands: readonly Command[]): Promise<void> => {
  const world = createWorld(openKept?.())
  const { clock } = world
  const replicas = Array.from({ length: count }, () => world.start())
  const everyone = [...replicas]
  const sent: Sent[] = []
  const alive = (wanted: number): Replica => {
    const index = wanted % count
    const present = replicas[index]
    if (present?.isAlive === true) return present
    const next = world.start()
    replicas[index] = next
    everyone.push(next)
    return next
  }
  const send = (index: number, key: number, luck: Luck): Sent => {
    const one: Sent = { key: `key-${key}`, reply: null }
    sent.push(one)
    alive(index).request(one.key, nameOf(names, key), luck).then(reply => { one.reply = reply }, error => { world.faults.push(error) })
    return one
  }

  for (const { key, replica, luck, crashIn, isSilent, listFails, thenMs } of commands) {
    const asked = alive(replica)
    asked.crashIn = crashIn ?? Infinity
    if (isSilent) asked.silentUntil = clock.now() + 20_000
    if (listFails) world.listFailures += 1
    send(replica, key, luck)
    await clock.run(thenMs)
    neverTooMany(world)
  }
  // From here on both replicas live, the provider works, and the callers repeat their requests until they are answered.
  for (const replica of replicas) replica.crashIn = Infinity
  alive(0)
  alive(1)
  world.listFailures = 0
  await clock.run(120_000)
  for (let minutes = 0; minutes < 32 && !await isCalm(world); minutes += 1) await clock.run(60_000)
  check(await isCalm(world), 'an operation has no verdict after its deadline')
  for (const key of [0, 1, 2].filter(one => world.keysUsed.has(`key-${one}`))) {
    const last = send(0, key, calm)
    await clock.run(120_000)
    check(last.reply !== null, `${last.key} is never answered`)
    check(last.reply?.status === 202 || last.reply?.status === 504, `${last.key} is answered ${last.reply?.status ?? ''} when all is calm`)
  }
  for (let minutes = 0; minutes < 32 && !await isCalm(world); minutes += 1) await clock.run(60_000)
  neverTooMany(world)
  await verify(world, sent)
  for (const replica of everyone) replica.engine.stop().catch(() => {})
}

async function verify (world: World, sent: readonly Sent[]): Promise<void> {
  const all = (await world.operations.list('a', null, 100)).map(({ operation }) => operation)
  check(all.every(({ status }) => isFinal(status)), 'an operation has not ended')
  const serverIds = all.filter(({ status }) => status === 'succeeded').map(operation => operation.server_id)
  check(serverIds.every(id => world.bought.some(server => server.id === id)), 'an operation succeeded without a server')
  check(new Set(serverIds).size === serverIds.length, `operations share a server: ${serverIds.join()}`)
  for (const key of world.keysUsed) {
    const accepted = sent.filter(one => one.key === key && one.reply?.status === 202).map(({ reply }) => reply?.operationId)
    check(new Set(accepted).size <= 1, `${key} was answered with several operations: ${accepted.join()}`)
  }
  check(world.faults.length === 0, `faults: ${world.faults.map(String).join()}`)
}

const names = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 })
const options = { timeout: isLong ? 0 : 120_000 }

async function weathers (t: Test, alive: ReturnType<typeof live>, numRuns: number): Promise<void> {
  const storm = fc.asyncProperty(names, fc.array(command, { minLength: 1, maxLength: isLong ? 12 : 8 }), alive)
  const result = await fc.check(storm, { numRuns, seed })
  t.equal(result.failed, false, result.failed ? `${String(result.errorInstance)} ${fc.defaultReportMessage(result) ?? ''}` : 'every storm was weathered')
}

/** A kill leaves the file and its log as they are at that moment: the next process opens a copy of both. */
function crashingIn (folder: string): OpenKept {
  let present: OpenedFile | null = null
  let path = ''
  return clock => {
    const file = join(folder, `${randomUUID()}.db`)
    if (present !== null) {
      for (const end of ['', '-wal']) copyFileSync(path + end, file + end)
      present.close()
    }
    path = file
    // The upkeep of the file is not part of the model.
    present = openFile(file, { clock: { ...clock, timer: () => () => {} } })
    return present.stores
  }
}

t.test('one key never buys two servers, whatever crashes, breaks or stays silent', options, async t => {
  await weathers(t, live(2), runs)
})

t.test('one key never buys two servers when one process keeps its state in a file and is killed again and again', options, async t => {
  const folder = openFolder(t)
  await weathers(t, live(1, () => crashingIn(folder)), Math.round(runs / 10))
})
