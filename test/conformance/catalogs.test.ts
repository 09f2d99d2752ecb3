import t, { type Test } from 'tap'
import { z } from 'zod'
import { imageSchema, networkSchema, planSchema, regionSchema, sshKeySchema } from '../../src/domain/catalog.ts'
import type { Verb } from '../../src/adapters/verb-facts.ts'
import { apiVerbs } from '../../src/verbs/all.ts'
import { badMembersOf, forEachAccount, isRecord, dryRun, toProblem, walk, type Bench, type Body } from './bench.ts'

const shapes = { images: imageSchema.shape, plans: planSchema.shape, regions: regionSchema.shape, ssh_keys: sshKeySchema.shape, networks: networkSchema.shape } as const
type Name = keyof typeof shapes
const isName = (name: string): name is Name => Object.hasOwn(shapes, name)

/** The lists of choices among the verbs of the API. */
const names = apiVerbs.filter(({ tag }) => tag === 'Catalog').map(({ action }) => action).filter(isName)
t.equal(names.length, Object.keys(shapes).length)
const pathOf = (name: Name): string => apiVerbs.find(({ action }) => action === name)?.path ?? ''

await forEachAccount(t, async (t, bench) => {
  bench.vendor.pace(50)
  for (const name of names) {
    if (!bench.can(name)) await missing(t, bench, name)
    else if (!await isForbidden(t, bench, name)) {
      await filters(t, bench, name)
      await rows(t, bench, name)
    }
  }
  await choices(t, bench)
})

/** The parameters that a list of choices cannot be read without. */
const requiredBy = (verb: Verb | undefined): string[] =>
  Object.entries(verb?.parameters?.shape ?? {}).filter(([, schema]) => !z.safeParse(schema, undefined).success).map(([key]) => key)

const queryOf = ({ verbs, order }: Bench, name: Name): string => {
  const values: Body = { region: order['region'], instance_type: 'linux' }
  return requiredBy(verbs[name]).map(key => `${key}=${encodeURIComponent(String(values[key]))}`).join('&')
}

const read = async (bench: Bench, name: Name, limit: number): Promise<unknown[]> => await walk(bench, `${pathOf(name)}?${queryOf(bench, name)}`, limit)

/** Some lists are an administrator's. */
async function isForbidden (t: Test, bench: Bench, name: Name): Promise<boolean> {
  const answer = await bench.ask('GET', `${pathOf(name)}?${queryOf(bench, name)}`)
  if (answer.status === 200) return false
  t.match(toProblem(t, answer, 'upstream-forbidden', name), { side_effect: 'none', retryable: 'no' })
  return true
}

async function missing (t: Test, bench: Bench, name: Name): Promise<void> {
  const { result, calls } = await bench.callsOf(async () => await bench.ask('GET', pathOf(name)))
  t.match(toProblem(t, result, 'operation-not-supported', name), { status: 501, side_effect: 'none' })
  t.equal(calls.length, 0, `nobody is asked for ${name}`)
}

async function filters (t: Test, bench: Bench, name: Name): Promise<void> {
  const path = pathOf(name)
  const required = queryOf(bench, name).split('&').filter(text => text !== '')
  const refuse = async (query: string, member: string): Promise<void> => {
    const { result, calls } = await bench.callsOf(async () => await bench.ask('GET', `${path}?${query}`))
    t.equal(result.status, 400, `${path}?${query}: ${result.text.slice(0, 300)}`)
    t.ok(badMembersOf(result).includes(member), `${path}: ${member} is named: ${result.text.slice(0, 300)}`)
    t.equal(calls.length, 0, `${path}?${query}: no traffic`)
  }
  for (const filter of required) {
    const [key = ''] = filter.split('=')
    await refuse(required.filter(other => other !== filter).join('&'), `query.${key}`)
  }
  for (const key of ['region', 'instance_type']) {
    if (!bench.accepts(name).includes(key)) await refuse([...required, `${key}=x`].join('&'), `query.${key}`)
  }
  await refuse([...required, 'colour=red'].join('&'), 'query.colour')
  await refuse([...required, 'limit=0'].join('&'), 'query.limit')
  if (bench.accepts(name).includes('region') && required.length === 0 && bench.order['region'] !== undefined) {
    const all = await read(bench, name, 500)
    const ofRegion = (await walk(bench, `${path}?region=${encodeURIComponent(String(bench.order['region']))}`, 500))
    const texts = new Set(all.map(row => JSON.stringify(row)))
    t.same(ofRegion.filter(row => !texts.has(JSON.stringify(row))), [], `${name}: a region narrows, and changes nothing`)
    t.same(ofRegion.filter(row => isRecord(row) && (row['region'] ?? bench.order['region']) !== bench.order['region']), [], `${name}: nothing of another region`)
  }
}

const keyOf = (row: unknown): string => isRecord(row) ? JSON.stringify([row['id'], row['region'] ?? null]) : ''

async function rows (t: Test, bench: Bench, name: Name): Promise<void> {
  const all = await read(bench, name, 500)
  // Keys are kept by whoever likes to.
  t.ok(all.length > 0 || name === 'ssh_keys', `there are ${name}`)
  for (const row of all) t.ok(z.strictObject(shapes[name]).safeParse(row).success, `${name}: has the form: ${JSON.stringify(row)}`)
  t.equal(new Set(all.map(keyOf)).size, all.length, `${name}: an id stands once for a region`)
  t.same(await read(bench, name, 1), all, `${name}: one by one to the end they are the same`)
  for (const secret of bench.secrets) t.notOk(JSON.stringify(all).includes(secret), `${name}: no secret`)
}

const most = 3

/** What is listed can be ordered, by exactly that id. */
async function choices (t: Test, bench: Bench): Promise<void> {
  const { order, create, verbs } = bench
  const region = order['region'] ?? null
  const isHere = (row: { readonly region?: string | null }): boolean => row.region === undefined || row.region === null || region === null || row.region === region
  const fits = (min: number | null, has: unknown): boolean => min === null || (typeof has === 'number' && min <= has)
  const list = async <T>(name: Name, row: z.ZodType<T>): Promise<T[]> => verbs[name] === undefined || (await bench.ask('GET', `${pathOf(name)}?${queryOf(bench, name)}`)).status !== 200 ? [] : (await read(bench, name, 500)).map(text => row.parse(text))
  const plans = (await list('plans', planSchema)).filter(plan => isHere(plan) && plan.available !== false)
  const plan = plans.find(({ id }) => id === order['plan'])
  const images = (await list('images', imageSchema)).filter(image => isHere(image) && fits(image.min_disk_gib, order['disk_gib'] ?? plan?.disk_gib) && fits(image.min_memory_mib, order['memory_mib'] ?? plan?.memory_mib))
  t.ok(images.some(({ id }) => id === order['image']) || images.length > 0, 'images that fit the order')
  const regions = await list('regions', regionSchema)
  if (region !== null && regions.length > 0) t.ok(regions.some(({ id }) => id === region), 'the region of the order is listed')
  const bodies: Array<readonly [string, Body]> = [
    ...images.filter(({ id }) => bench.vendor.choices.isImageFit?.(id) ?? true).slice(0, most).map(({ id }) => ['image', { image: id }] as const),
    ...(create.accepts.includes('plan') ? plans : []).slice(0, most).map(({ id }) => ['plan', { plan: id, cpus: undefined, memory_mib: undefined, disk_gib: undefined }] as const),
    ...(create.accepts.includes('ssh_keys') ? await list('ssh_keys', sshKeySchema) : []).slice(0, 1).map(({ id }) => ['ssh_keys', { ssh_keys: [id] }] as const),
    ...(create.accepts.includes('networks') ? await list('networks', networkSchema) : []).filter(isHere).slice(0, most).map(({ id }) => ['networks', { networks: [id] }] as const),
    ...(create.accepts.includes('region') ? regions.filter(({ id }) => id === region || region === null) : []).slice(0, 1).map(({ id }) => ['region', { region: id }] as const)
  ]
  for (const [index, [member, change]] of bodies.entries()) {
    const body = { ...order, ...change, name: `choice-${index}` }
    await dryRun(t, bench, 'POST', '/servers', body)
    const answer = await bench.ask('POST', '/servers', { body })
    t.equal(answer.status, 202, `create takes ${JSON.stringify(change)} as ${member}: ${answer.text.slice(0, 400)}`)
  }
}
