import type { Test } from 'tap'
import { z } from 'zod'
import { loadAdapters } from '../../src/adapters/registry.ts'
import type { Create, AdapterVerbs } from '../../src/adapters/verbs.ts'
import { operationSchema, type Operation } from '../../src/domain/operation.ts'
import { problemSchema, type Problem } from '../../src/domain/problem.ts'
import { serverSchema, type Server } from '../../src/domain/server.ts'
import { capabilitiesOf, unreachable } from '../../src/adapters/capabilities.ts'
import type { SimulatedCall } from '../../sandbox/kit/simulator.ts'
import { createFastClock } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { vendors, type Vendor } from './vendors.ts'

const chosen = process.env.HAWSER_PROVIDERS?.split(',')

/** The providers that the suite runs for: all, or those that HAWSER_PROVIDERS names. */
export const registry = await loadAdapters(chosen === undefined ? undefined : new Set(chosen))

export const strictServer = z.strictObject(serverSchema.shape)
export const strictOperation = z.strictObject(operationSchema.shape)
const strictProblem = z.strictObject(problemSchema.shape)
const planAnswer = z.strictObject({
  calls: z.array(z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: z.url(),
    headers: z.record(z.string(), z.unknown()),
    body: z.unknown(),
    depends_on: z.array(z.number()).optional()
  }))
})
export type Planned = z.infer<typeof planAnswer>['calls']

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Body = Readonly<Record<string, unknown>>
export type CapabilityName = Exclude<keyof AdapterVerbs, 'jobs' | 'actionLog' | 'steps'>

export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

export interface AskOptions {
  readonly body?: Body | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** One account of one simulated vendor behind a whole gateway of its own. */
export interface Bench {
  readonly vendor: Vendor
  readonly account: string
  /** The verbs as the adapter has them for this account; for looking at, nothing can be sent by them. */
  readonly verbs: AdapterVerbs
  readonly create: Create
  /** A body that the vendor takes for a server which every verb can be tried on. */
  readonly order: Body
  /** Never to be seen in an answer. */
  readonly secrets: readonly string[]
  ask(method: Method, path: string, options?: AskOptions): Promise<Answer>
  can(name: CapabilityName): boolean
  isInferred(name: CapabilityName): boolean
  /** Whether the server shows that it was done. */
  isProvable(name: CapabilityName): boolean
  /** The optional members that the verb honors. */
  accepts(name: CapabilityName): readonly string[]
  /** What the vendor was sent while the work went on. */
  callsOf<T>(work: () => Promise<T>): Promise<{ readonly result: T, readonly calls: readonly SimulatedCall[] }>
}

/** Runs `work` for each account of each registered provider, each before a vendor of its own; they may go side by side. */
export async function forEachAccount (t: Test, work: (t: Test, bench: Bench) => Promise<void>): Promise<void> {
  t.jobs = registry.size
  for (const adapter of registry.values()) {
    t.test(adapter.title, { buffered: true }, async t => {
      const accounts = await accountsOf(adapter.id)
      t.jobs = accounts.length
      for (const account of accounts) {
        t.test(account, { buffered: true }, async t => { await work(t, await openBench(t, adapter.id, account)) })
      }
    })
  }
}

export async function accountsOf (id: string): Promise<readonly string[]> {
  const vendor = await vendors[id]?.()
  await vendor?.simulator.close()
  return Object.keys(vendor?.verbAccounts ?? {})
}

/** How many times as fast time runs for the gateway and the vendor; what it may never lack is said in their time. */
export const speed = 8
export const patience = { timeout_ms: 60_000, request_deadline_ms: 600_000 }

export async function openBench (t: Test, id: string, account: string): Promise<Bench> {
  const clock = createFastClock(speed)
  const [vendor, adapter] = [await vendors[id]?.(clock.now), registry.get(id)]
  const settings = vendor?.verbAccounts[account]
  if (vendor === undefined || adapter === undefined || settings === undefined) throw new Error(`${id} has no simulator`)
  const { app, close } = await composeGateway({ clock, accounts: { [account]: { provider: id, ...patience, ...settings } } })
  t.teardown(async () => {
    await close()
    await vendor.simulator.close()
  })
  const verbs = adapter.connect(adapter.account.parse(settings), unreachable)
  const { create } = verbs
  if (create === undefined) throw new Error(`${id} has no create`)
  const capabilities = capabilitiesOf(verbs)
  return {
    vendor,
    account,
    verbs,
    create,
    order: { ...create.example, ...vendor.choices.order },
    secrets: ['SECRET', ...vendor.secrets.flatMap(name => typeof settings[name] === 'string' ? [settings[name]] : [])],
    can: name => capabilities[name]?.support !== 'none',
    isInferred: name => capabilities[name]?.evidence === 'inferred',
    isProvable: name => verbs[name]?.goal?.unprovable !== true,
    accepts: name => capabilities[name]?.accepts ?? [],
    ask: async (method, path, { body, headers = {} } = {}) => {
      const answer = await app.inject({
        method,
        url: `/v1/${account}${path}`,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { payload: { ...body } })
      })
      const isJson = String(answer.headers['content-type']).includes('json')
      return { status: answer.statusCode, text: answer.body, headers: answer.headers, body: isJson ? JSON.parse(answer.body) : null }
    },
    callsOf: async work => {
      const before = new Set(vendor.simulator.calls)
      const result = await work()
      return { result, calls: vendor.simulator.calls.filter(call => !before.has(call) && !vendor.isSignIn(call)) }
    }
  }
}

export function toProblem (t: Test, answer: Answer, slug: string, what: string): Problem | null {
  const problem = strictProblem.safeParse(answer.body)
  t.equal(problem.data?.type, `/problems/${slug}`, `${what}: ${answer.status} ${answer.text.slice(0, 400)}`)
  return problem.data ?? null
}

/** The members that a 400 complains of. */
export const badMembersOf = (answer: Answer): string[] => strictProblem.safeParse(answer.body).data?.errors.map(({ path }) => path) ?? []

export const see = async ({ ask }: Bench, id: string): Promise<Server> => strictServer.parse((await ask('GET', `/servers/${encodeURIComponent(id)}`)).body)

const rowsAnswer = z.object({ data: z.array(z.unknown()), page: z.object({ limit: z.number(), next_cursor: z.string().nullable(), total: z.number().nullable() }) })

/** Every row of a list of ours, page by page. */
export async function walk ({ ask }: Bench, path: string, limit: number): Promise<unknown[]> {
  const rows: unknown[] = []
  let cursor: string | null = null
  do {
    const mark = path.includes('?') ? '&' : '?'
    const answer: Answer = await ask('GET', `${path}${mark}limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    const { data, page } = rowsAnswer.parse(answer.body)
    if (data.length > limit) throw new Error(`${path}: more rows than asked for`)
    rows.push(...data)
    cursor = page.next_cursor
  } while (cursor !== null)
  return rows
}

export const listServers = async (bench: Bench): Promise<Server[]> => (await walk(bench, '/servers', 500)).map(row => strictServer.parse(row))

/** Asks for the calls of a write; fails when the vendor gets anything but reads. There is none where a verb of ours only reads. */
export async function dryRun (t: Test, bench: Bench, method: Method, path: string, body?: Body): Promise<Planned> {
  const mark = path.includes('?') ? '&' : '?'
  const { result: answer, calls } = await bench.callsOf(async () => await bench.ask(method, `${path}${mark}dry_run=true`, { body }))
  const what = `dry run of ${method} ${path}`
  t.equal(answer.status, 200, `${what}: ${answer.text.slice(0, 400)}`)
  const planned = planAnswer.safeParse(answer.body).data?.calls ?? []
  const names = new Set(planned.map(({ method, url }) => `${method} ${url}`))
  t.same(calls.filter(call => bench.vendor.isWrite(call) || names.has(nameOf(bench, call))).map(call => nameOf(bench, call)), [], `${what} sends nothing but reads`)
  t.ok(planned.every(({ url }) => url.startsWith(`${bench.vendor.simulator.origin}/`)), `${what}: all at the vendor`)
  t.ok(planned.every(({ depends_on: on = [] }, index) => on.every(place => place >= 0 && place < index)), `${what}: each depends on earlier ones`)
  refuseSecrets(t, bench, answer, what)
  for (const secret of secretsOf(body)) t.notOk(answer.text.includes(secret), `${what} shows no password`)
  return planned
}

const secretsOf = (body: Body | undefined): string[] => typeof body?.['password'] === 'string' ? [body['password']] : []

export const refuseSecrets = (t: Test, { secrets }: Bench, { text }: Pick<Answer, 'text'>, what: string): void => {
  for (const secret of secrets) t.notOk(text.includes(secret), `${what} tells no secret`)
}

export const nameOf = ({ vendor }: Bench, { method, path, rawQuery }: SimulatedCall): string =>
  `${method} ${vendor.simulator.origin}${path}${rawQuery === '' ? '' : `?${rawQuery}`}`

const bodyOf = ({ body, headers }: SimulatedCall): unknown => {
  if (body === '') return null
  return (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body)
}

/** What was planned and what was sent are the same, but for what a dry run hides. */
export function isAsPlanned (t: Test, bench: Bench, planned: Planned, calls: readonly SimulatedCall[], what: string): void {
  const names = new Set(planned.map(({ method, url }) => `${method} ${url}`))
  const sent = calls.filter(call => bench.vendor.isWrite(call) || names.has(nameOf(bench, call)))
  t.same(sent.map(call => nameOf(bench, call)), planned.map(({ method, url }) => `${method} ${url}`), `${what}: the calls are those of the dry run`)
  sent.forEach((call, index) => {
    const shown = planned[index]?.body ?? null
    t.same(hiddenAs(shown, bodyOf(call)), shown, `${what}: so is body ${index}`)
  })
}

/** The sent value with the same members hidden as in what is shown, and the same ones left open. */
function hiddenAs (shown: unknown, sent: unknown): unknown {
  if (typeof shown === 'string' && /\[redacted\]|\{\w+\}/.test(shown)) return shown
  if (Array.isArray(shown) && Array.isArray(sent)) return sent.map((value, index) => hiddenAs(shown[index], value))
  if (!isRecord(shown) || !isRecord(sent)) return sent
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, hiddenAs(shown[key], value)]))
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The operation at its end. */
export async function ended (t: Test, bench: Bench, answer: Answer, what: string): Promise<Operation | null> {
  t.ok(answer.status === 200 || answer.status === 202, `${what}: ${answer.status} ${answer.text.slice(0, 400)}`)
  const location = String(answer.headers['location'] ?? '')
  t.match(location, new RegExp(`^/v1/${bench.account}/operations/op_`), `${what}: Location`)
  const path = location.slice(`/v1/${bench.account}`.length)
  const last = answer.status === 200 ? answer : await bench.ask('GET', path, { headers: { prefer: 'wait=300' } })
  refuseSecrets(t, bench, last, what)
  // The first answer may carry a password beside the operation's members.
  const { generated_password: password, ...body } = isRecord(last.body) ? last.body : {}
  t.ok(password === undefined || (last === answer && last.headers['cache-control'] === 'no-store'), `${what}: a password is in the first answer alone`)
  const parsed = strictOperation.safeParse(body)
  t.ok(parsed.success, `${what}: has the form of an operation ${last.text.slice(0, 300)}`)
  return parsed.data ?? null
}
