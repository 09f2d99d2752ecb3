import t, { type Test } from 'tap'
import { z } from 'zod'
import { apiVerbs } from '../../src/verbs/all.ts'
import { queryOf } from '../../openapi/generate/derived.ts'
import { badMembersOf, forEachAccount, isRecord, dryRun, type Answer, type Bench, type Body, type CapabilityName, type Method } from './bench.ts'
import { prepare, type Subject } from './subject.ts'
import { password } from './vendors.ts'

await forEachAccount(t, async (t, bench) => {
  await createMembers(t, bench)
  await createRefusals(t, bench)
  await ownerMembers(t, bench)
  const subject = await prepare(t, bench)
  await serverMembers(t, bench, subject)
  await resizeMembers(t, bench, subject)
  for (const write of subject.writes) await isRefused(t, bench, { ...write, path: `${write.path}?colour=red` }, 'query.colour')
})

/** Asks for something that can not be right: refused by name, and the vendor hears nothing of it. */
async function isRefused (t: Test, bench: Bench, request: { readonly method: Method, readonly path: string, readonly body?: Body }, member: string): Promise<void> {
  const { method, path, body } = request
  for (const query of ['', 'dry_run=true']) {
    const { result, calls } = await bench.callsOf(async () => await bench.ask(method, `${path}${query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`}`, { body }))
    t.equal(result.status, 400, `${method} ${path} with ${JSON.stringify(body)}: ${result.text.slice(0, 300)}`)
    t.ok(badMembersOf(result).includes(member), `${member} is named: ${result.text.slice(0, 300)}`)
    t.equal(calls.length, 0, `${member}: no traffic`)
  }
}

const merged = (order: Body, change: Body): Body => ({
  ...order,
  ...change,
  ...(isRecord(order['options']) && isRecord(change['options']) ? { options: { ...order['options'], ...change['options'] } } : {})
})

/** Names of the provider's own options. */
const optionsOf = (schema: z.ZodType): string[] => Object.keys(z.toJSONSchema(schema, { io: 'input' }).properties ?? {})

async function createMembers (t: Test, bench: Bench): Promise<void> {
  const { create, order, vendor: { choices } } = bench
  const options = optionsOf(create.options).map(name => `options.${name}`)
  const accepted = [...create.accepts.filter(name => name !== 'options'), ...options]
  t.same(accepted.filter(name => choices.changes[name] === undefined), [], 'each member that is accepted is tried')
  t.equal(create.accepts.includes('options'), options.length > 0, 'options are accepted where there are any')
  const plain = await dryRun(t, bench, 'POST', '/servers', order)
  for (const name of accepted) {
    const body = merged(order, choices.changes[name] ?? {})
    const other = await dryRun(t, bench, 'POST', '/servers', body)
    // What is hidden looks the same, whatever it is.
    if (name === 'password' && order['password'] !== undefined) t.match(JSON.stringify(plain), /\[redacted\]/, 'create sends the password')
    else t.notSame(other.map(({ body }) => body), plain.map(({ body }) => body), `create sends ${name}`)
  }
}

/** A value for each member of the contract that any provider would understand. */
const anything: Body = {
  region: 'r', plan: 'p', cpus: 2, memory_mib: 2048, disk_gib: 20, ssh_keys: ['key'], user_data: 'text', password, networks: ['n'], owner: '1', tags: ['a=b'], protected: true, options: { odd: 1 }
}

async function createRefusals (t: Test, bench: Bench): Promise<void> {
  const { create, order } = bench
  const create400 = async (body: Body, member: string): Promise<void> => { await isRefused(t, bench, { method: 'POST', path: '/servers', body }, member) }
  for (const [name, value] of Object.entries(anything)) {
    if (!create.accepts.includes(name)) await create400({ ...order, [name]: value }, `body.${name}`)
  }
  await create400({ ...order, colour: 'red' }, 'body.colour')
  if (create.accepts.includes('options')) await create400(merged(order, { options: { colour: 'red' } }), 'body.options.colour')
  for (const name of ['name', 'image', ...create.requires]) await create400({ ...order, [name]: undefined }, `body.${name}`)
  const sizes = ['plan', 'cpus', 'memory_mib'].filter(name => order[name] !== undefined)
  t.ok(sizes.length > 0)
  for (const name of sizes.slice(0, 1)) {
    const answer = await bench.ask('POST', '/servers', { body: { ...order, [name]: undefined } })
    t.equal(answer.status, 400, `nothing that costs money is chosen for the caller: ${answer.text.slice(0, 300)}`)
  }
}

async function ownerMembers (t: Test, bench: Bench): Promise<void> {
  const verb = bench.verbs['owners.create']
  if (verb === undefined) return
  const example: Body = { ...verb.example }
  // With an address, since a password may need one.
  const base = only(verb.accepts, { email: 'new@example.com', ...example })
  const plain = await dryRun(t, bench, 'POST', '/owners', base)
  const values: Body = { name: 'Other Name', email: 'other@example.com', password: 'Another-Phrase-7!' }
  for (const name of verb.accepts.filter(name => name !== 'options')) {
    const other = await dryRun(t, bench, 'POST', '/owners', { ...base, [name]: values[name] })
    // A password is hidden, so that two look the same.
    if (name !== 'password' || example['password'] === undefined) t.notSame(other, plain, `owners.create sends ${name}`)
  }
  for (const name of ['name', 'email', 'password']) {
    if (!verb.accepts.includes(name)) await isRefused(t, bench, { method: 'POST', path: '/owners', body: { ...example, [name]: values[name] } }, `body.${name}`)
  }
  await isRefused(t, bench, { method: 'POST', path: '/owners', body: merged(example, { options: { ...(isRecord(example['options']) ? example['options'] : {}), colour: 'red' } }) }, verb.accepts.includes('options') ? 'body.options.colour' : 'body.options')
  for (const name of verb.requires.filter(name => name !== 'options')) await isRefused(t, bench, { method: 'POST', path: '/owners', body: { ...example, [name]: undefined } }, `body.${name}`)
}

const only = (accepts: readonly string[], body: Body): Body => Object.fromEntries(Object.entries(body).filter(([name]) => accepts.includes(name)))

interface Optional {
  readonly verb: CapabilityName
  readonly body?: Body
  /** Each optional member with a value, in the body or the query. */
  readonly members: Body
  readonly isQuery?: true
}

/** The flags that any provider has as parameters of its own, each as true. */
const ownParametersOf = (operationId: string): Body =>
  Object.fromEntries(Object.keys(queryOf(operationId)?.shape ?? {}).filter(name => name !== 'dry_run' && name !== 'confirm').map(name => [name, true]))

async function serverMembers (t: Test, bench: Bench, { path }: Subject): Promise<void> {
  const { verbs, vendor: { choices } } = bench
  const all: readonly Optional[] = [
    { verb: 'stop', members: { force: true } },
    { verb: 'reboot', members: { force: true } },
    { verb: 'rebuild', body: { image: choices.image }, members: { password, ssh_keys: choices.sshKeys.length > 0 ? choices.sshKeys : ['key'] } },
    { verb: 'delete', members: ownParametersOf('deleteServer'), isQuery: true }
  ]
  for (const { verb, body, members, isQuery } of all.filter(({ verb }) => bench.can(verb))) {
    const { method, path: template } = apiVerbs.find(({ action }) => action === verb) ?? { method: 'POST', path: '' }
    const below = template.replace('/servers/:id', '')
    const accepts = new Set(bench.accepts(verb))
    const plain = await dryRun(t, bench, method, `${path}${below}`, body)
    for (const [name, value] of Object.entries(members)) {
      const request = isQuery === true
        ? { method, path: `${path}${below}?${name}=true` }
        : { method, path: `${path}${below}`, body: { ...body, [name]: value } }
      if (accepts.delete(name)) t.notSame(await dryRun(t, bench, request.method, request.path, request.body), plain, `${verb} sends ${name}`)
      else await isRefused(t, bench, request, `${isQuery === true ? 'query' : 'body'}.${name}`)
    }
    t.same([...accepts], [], `${verb} accepts nothing else`)
  }
  if (verbs.password !== undefined && !bench.accepts('password').includes('password')) await isRefused(t, bench, { method: 'POST', path: `${path}/password`, body: { password } }, 'body.password')
  if (bench.accepts('password').includes('password')) await isRefused(t, bench, { method: 'POST', path: `${path}/password`, body: {} }, 'body.password')
}

async function resizeMembers (t: Test, bench: Bench, subject: Subject): Promise<void> {
  if (!bench.can('resize')) return
  const path = `${subject.path}/resize`
  const accepts = bench.accepts('resize')
  const { choices: { beside = {}, larger: { restart, ...larger } } } = bench.vendor
  const sizes: Body = { ...larger, cpus: 4, memory_mib: 8192, disk_gib: 60 }
  for (const name of ['plan', 'cpus', 'memory_mib', 'disk_gib']) {
    if (!accepts.includes(name)) await isRefused(t, bench, { method: 'POST', path, body: { [name]: sizes[name] ?? 'p' } }, `body.${name}`)
    else t.ok((await dryRun(t, bench, 'POST', path, { [name]: sizes[name], ...beside[name], ...(restart === undefined ? {} : { restart }) })).length > 0, `resize sends ${name}`)
  }
  if (!accepts.includes('restart')) await isRefused(t, bench, { method: 'POST', path, body: { ...larger, restart: true } }, 'body.restart')
  else {
    const told = async (restart: boolean): Promise<Answer> => await bench.ask('POST', `${path}?dry_run=true`, { body: { ...larger, restart } })
    const [yes, no] = [await told(true), await told(false)]
    t.equal(yes.status, 200)
    t.notSame([no.status, no.body], [yes.status, yes.body], 'restart is no empty word')
  }
  await isRefused(t, bench, { method: 'POST', path, body: {} }, 'body')
}
