import t from 'tap'
import { stringify } from 'yaml'
import type { Adapter } from '../../src/adapters/contract.ts'
import { heficed } from '../../src/adapters/heficed/adapter.ts'
import type { HeficedAccount } from '../../src/adapters/heficed/settings.ts'
import type { Accepted, AdapterVerbs } from '../../src/adapters/verbs.ts'
import { compose } from '../../src/compose.ts'
import { parseConfig } from '../../src/config/load.ts'
import { createMemoryStores } from '../../src/state/stores.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { askOf, isOperation } from '../helpers/api.ts'

const made = 'MADE-by-vendor-1'

/** A provider whose create, rebuild and rescue return a password, and whose console asks for one. */
const adapter: Adapter<HeficedAccount> = {
  ...heficed,
  connect: (account, upstream) => {
    const operations = heficed.connect(account, upstream)
    const passworded = async (accepted: Promise<Accepted> | undefined): Promise<Accepted> => ({ ...await accepted, password: made })
    const { create, rebuild, rescue } = operations
    const more: Partial<AdapterVerbs> = {
      ...(create === undefined ? {} : { create: { ...create, run: async (input, mark) => await passworded(create.run(input, mark)) } }),
      ...(rebuild === undefined ? {} : { rebuild: { ...rebuild, run: async input => await passworded(rebuild.run(input)) } }),
      ...(rescue === undefined ? {} : { rescue: { ...rescue, run: async input => await passworded(rescue.run(input)) } }),
      console: { evidence: 'documented', run: async () => ({ type: 'vnc', url: 'wss://console.example.com/', password: made, expires_at: null }) }
    }
    return { ...operations, ...more }
  }
}

const vendor = await startHeficed({ behavior: { actionMs: 60, createMs: 60, cancelMs: 60 } })
const adapters: ReadonlyMap<string, Adapter<unknown>> = new Map([[adapter.id, adapter]])
const audited: string[] = []
const { app, begin, close } = await compose({
  config: parseConfig(stringify({ auth: { mode: 'none' }, accounts: { hef: { provider: 'heficed', ...vendor.settings['heficed-main'] } } }), adapters, {}),
  adapters: async () => adapters.values(),
  stores: createMemoryStores(),
  audit: { write: line => { audited.push(line) }, reopen: () => {}, close: () => {} },
  isServing: () => true
})
begin()
t.teardown(async () => { await close(); await vendor.close() })

const ask = askOf(app, 'hef')
const image = '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b'
const order = { name: 'web-1', region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image }

t.test('a generated password is in the first answer only, beside the operation', async t => {
  for (const [path, action, body] of [['/servers', 'create', order], ['/servers/312019/rebuild', 'rebuild', { image }], ['/servers/312020/rescue', 'rescue', undefined]] as const) {
    const sending = { body, headers: { 'idempotency-key': `key-${action}` } }
    const first = await ask('POST', path, sending)
    const { id } = isOperation(t, first, 202, action)
    t.equal(first.json().generated_password, made)
    t.equal(first.headers['cache-control'], 'no-store')
    const replay = await ask('POST', path, sending)
    t.equal(replay.headers['idempotency-replayed'], 'true')
    t.same([replay.json().id, replay.json().generated_password, replay.headers['cache-control']], [id, null, 'no-store'])
    t.notOk((await ask('GET', `/operations/${id}`)).body.includes('generated_password'))
  }
  t.ok(audited.length > 0)
  t.notOk(audited.join('').includes(made))
})

t.test('a caller that waits for the end gets it too', async t => {
  const answer = await ask('POST', '/servers/337201/rescue', { headers: { prefer: 'wait=100' } })
  isOperation(t, answer, 200, 'rescue')
  t.equal(answer.json().generated_password, made)
  const stopped = await ask('POST', '/servers/337201/unrescue')
  t.notOk('generated_password' in stopped.json(), 'where none was made the answer says nothing of one')
})

t.test('the password of a console is beside its link', async t => {
  const answer = await ask('POST', '/servers/312019/console')
  t.same(answer.json(), { type: 'vnc', url: 'wss://console.example.com/', password: made, expires_at: null })
  t.equal(answer.headers['cache-control'], 'no-store')
})
