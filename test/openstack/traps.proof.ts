import t from 'tap'
import { z } from 'zod'
import { openstack } from '../../src/adapters/openstack/adapter.ts'
import { isOperation, isProblem } from '../helpers/api.ts'
import { openAdapter } from '../helpers/line.ts'
import { openReal } from './gateway.ts'

const waiting = { prefer: 'wait=60' }
const list = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })

t.test('an application credential signs in without a scope, and a wrong one is refused', async t => {
  const { askCloud, userId } = await openReal(t)
  const made = await askCloud('POST', `/identity/v3/users/${userId}/application_credentials`, { application_credential: { name: `proof-${Date.now()}` } })
  const { id, secret } = z.object({ application_credential: z.object({ id: z.string(), secret: z.string() }) }).parse(made).application_credential
  const { askAs } = await openReal(t, ({ auth_url: url }) => ({
    app: { auth_url: url, application_credential_id: id, application_credential_secret: secret },
    wrong: { auth_url: url, application_credential_id: id, application_credential_secret: 'wrong' },
    unknown: { auth_url: url, application_credential_id: 'f'.repeat(32), application_credential_secret: secret }
  }))
  t.equal((await askAs('app')('GET', '/servers')).statusCode, 200)
  isProblem(t, await askAs('wrong')('GET', '/servers'), 502, 'upstream-authentication')
  isProblem(t, await askAs('unknown')('GET', '/servers'), 502, 'upstream-authentication')
})

t.test('what fits on no host fails as a lack of capacity, when it is ordered and when a server is resized to it', async t => {
  const { ask, order } = await openReal(t)
  const huge = isOperation(t, await ask('POST', '/servers', { body: { ...order, name: 'huge', plan: '5' }, headers: waiting }), 200, 'create')
  t.match(huge, { status: 'failed', error: /capacity-exhausted.*No valid host was found/ })
  const small = isOperation(t, await ask('POST', '/servers', { body: { ...order, name: 'small' }, headers: waiting }), 200, 'create')
  t.equal(small.status, 'succeeded', JSON.stringify(small))
  const grown = isOperation(t, await ask('POST', `/servers/${small.server_id}/resize`, { body: { plan: '5' }, headers: waiting }), 200, 'resize')
  t.match(grown, { status: 'failed', error: /no host was tried, so presumably.*capacity-exhausted/ })
  t.match((await ask('GET', `/servers/${small.server_id}`)).json(), { status: 'running', plan: { id: '1' } })
})

t.test('a quota that is used up is distinguished from a lack of capacity', async t => {
  const { ask, order } = await openReal(t)
  for (const name of ['huge-1', 'huge-2', 'huge-3', 'huge-4']) {
    const answer = await ask('POST', '/servers', { body: { ...order, name, plan: '5' }, headers: waiting })
    if (answer.statusCode === 200) continue
    isProblem(t, answer, 422, 'quota-exceeded')
    return
  }
  t.fail('the quota has no end')
})

t.test('of two orders of one name whose answers are lost, each finds its own server', async t => {
  const { ask, order, real } = await openReal(t)
  real.fail({ kind: 'reset-after', times: 2, match: ({ method, path }) => method === 'POST' && path.endsWith('/servers') })
  const [one, other] = await Promise.all(['1', '3'].map(async plan => isProblem(t, await ask('POST', '/servers', { body: { ...order, name: 'twin', plan } }), 502, 'upstream-unreachable')))
  const found = await Promise.all([one, other].map(async problem => isOperationBody(await ask('GET', `/operations/${problem?.operation_id}`, { headers: waiting }))))
  t.match(found, [{ status: 'succeeded' }, { status: 'succeeded' }])
  const plans = await Promise.all(found.map(async ({ server_id: id }) => z.object({ plan: z.object({ id: z.string() }) }).parse((await ask('GET', `/servers/${id}`)).json()).plan.id))
  t.same(plans, ['1', '3'])
  t.equal(list.parse((await ask('GET', '/servers?name=twin')).json()).data.length, 2)
})

const isOperationBody = (answer: { json(): unknown }) => z.object({ status: z.string(), server_id: z.string().nullable() }).parse(answer.json())

t.test('a list is read by markers, each server once, though the marked one is deleted meanwhile', async t => {
  const { ask, askCloud, order, real } = await openReal(t)
  const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async name => isOperation(t, await ask('POST', '/servers', { body: { ...order, name }, headers: waiting }), 200, 'create').server_id ?? ''))
  const line = openAdapter(openstack, real.settings)
  t.teardown(async () => { await line.close() })
  const { list } = line.operations()
  const page = async (after: string | null): Promise<string[]> => (await list.run({ filters: {}, offset: 0, after, limit: 2 })).rows.map(({ server }) => server.id)
  const [first, marker = ''] = await page(null)
  await askCloud('DELETE', `/compute/v2.1/servers/${marker}`)
  await real.settled()
  const rest = [...await page(marker)]
  rest.push(...await page(rest.at(-1) ?? null))
  t.same([first, marker, ...rest].sort(), [...made].sort())
})

t.test('a password that the cloud makes is in the first answer alone, and the tag of the gateway in none', async t => {
  const { ask, askCloud, order } = await openReal(t)
  const answer = await ask('POST', '/servers', { body: { ...order, name: 'secretive', tags: ['team-web'] }, headers: waiting })
  const { generated_password: password, server_id: id } = z.object({ generated_password: z.string(), server_id: z.string() }).parse(answer.json())
  t.ok(password.length > 0)
  t.equal(answer.headers['cache-control'], 'no-store')
  const shown = await ask('GET', `/servers/${id}`)
  t.match(shown.json(), { tags: ['team-web'], status: 'running' })
  t.notOk(shown.body.includes(password))
  t.match(await askCloud('GET', `/compute/v2.1/servers/${id}`), { server: { tags: ['team-web', /^hawser-op_/].sort() } })
})

t.test('a refusal of the schema does not repeat the password', async t => {
  const { ask, order } = await openReal(t)
  const answer = await ask('POST', '/servers', { body: { ...order, name: 'x', password: 'Correct-Horse-9x!', options: { metadata: { key: 'v'.repeat(255), ['k'.repeat(255)]: 'v' }, security_groups: ['no-such-group'] } } })
  t.ok(answer.statusCode === 422, answer.body)
  t.notOk(answer.body.includes('Correct-Horse'))
})
