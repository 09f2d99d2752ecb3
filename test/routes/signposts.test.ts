import t from 'tap'
import { composeGateway } from '../helpers/gateway.ts'
import { isProblem } from '../helpers/api.ts'

const { app, close } = await composeGateway({ accounts: {}, auth: { mode: 'keys', keys: [{ name: 'ops', sha256: '0'.repeat(64), accounts: ['*'], permissions: ['read'] }] } })
t.teardown(close)

const tried: ReadonlyArray<readonly [path: string, right: string]> = [
  ['/health', '/health/ready'], ['/health/', '/health/ready'], ['/healthz', '/health/live'], ['/readyz', '/health/ready'], ['/status', '/health/ready'],
  ['/version', '/openapi.json'], ['/v1', '/v1/accounts'], ['/v1/', '/v1/accounts'], ['/api', '/v1/accounts'],
  ['/servers', '/v1/{account}/servers'], ['/accounts', '/v1/accounts'],
  ['/api-docs', '/docs'], ['/swagger', '/docs'], ['/swagger.json', '/openapi.json'], ['/openapi.yaml', '/openapi.json'], ['/docs/yaml', '/openapi.json'],
  ['/metrics/', '/metrics'], ['/health/live/', '/health/live'], ['/v1/servers/', '/v1/servers'], ['/v1/accounts/?x=1', '/v1/accounts'],
  ['/v1/vm6/', '/v1/vm6'], ['/v1/vm6/servers/', '/v1/vm6/servers'], ['/v1/vm6/servers/42/', '/v1/vm6/servers/42'], ['/v1/vm6/servers/42/stop/', '/v1/vm6/servers/42/stop'],
  ['/v1/vm6/servers/42/protect', 'PATCH /v1/vm6/servers/42 with {"protected": true}'],
  ['/v1/vm6/servers/42/shutdown', 'POST /v1/vm6/servers/42/stop'],
  ['/v1/vm6/servers/42/restart', 'POST /v1/vm6/servers/42/reboot']
]

t.test('paths that people try first lead to the right one, without a key', async t => {
  for (const [path, right] of tried) {
    for (const method of ['GET', 'POST'] as const) {
      const { detail } = isProblem(t, await app.inject({ method, url: path }), 404, 'not-found')
      t.ok(detail.endsWith(` ${right}`) || detail.includes(` ${right}`), `${path}: ${detail}`)
    }
  }
})

t.test('any other path keeps the plain 404 problem, and slashes below raw belong to the provider', async t => {
  for (const url of ['/nothing', '/nothing/', '/v1/vm6/nothing/', '/v1/vm6/servers/42/protect/more', '//']) {
    const { detail } = isProblem(t, await app.inject(url), 404, 'not-found')
    t.equal(detail, 'there is nothing at this path', url)
  }
  isProblem(t, await app.inject('/v1/vm6/raw/host/'), 401, 'unauthenticated')
})

t.test('the pages also exist with a trailing slash', async t => {
  for (const url of ['/docs/', '/problems/']) t.match(await app.inject(url), { statusCode: 200, headers: { 'content-type': /^text\/html/ } })
})
