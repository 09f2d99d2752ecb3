import { createServer } from 'node:http'
import t from 'tap'
import { z } from 'zod'
import { startFleio } from '../../sandbox/fleio/simulator.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { startHetzner } from '../../sandbox/hetzner/simulator.ts'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import type { Simulator } from '../../sandbox/kit/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { sha256 } from '../helpers/api.ts'
import { eventually } from '../helpers/clock.ts'
import { listen } from '../helpers/ports.ts'
import { openProcesses } from '../helpers/process.ts'
import { startRedis } from '../helpers/redis.ts'

const quick = { actionMs: 100, createMs: 100 }
const [heficed, fleio, glesys, vmmanager, onecloud, hetzner] = [
  await startHeficed({ behavior: quick }), await startFleio({ behavior: quick }), await startGlesys({ behavior: quick }), await startVmmanager({ behavior: quick }), await startOnecloud({ behavior: quick }), await startHetzner({ behavior: quick })
]
const redis = await startRedis()
t.teardown(async () => { await redis.stop() })
t.teardown(async () => { for (const vendor of [heficed, fleio, glesys, vmmanager, onecloud, hetzner]) await vendor.close() })
const { serve } = openProcesses(t)

/** One word for each secret that a caller or an operator has; nothing else looks like it. */
const canary = (name: string): string => `CANARY-${name}-9x!7c1e`
const ownSecrets = { key: canary('key'), wrong: canary('wrong'), sealing: canary('sealing-secret-of-the-gateway'), redis: canary('redis') }
const bodySecrets = ['password', 'rebuild', 'owner', 'user-data', 'private-key', 'idempotency', 'raw'].map(canary)
const [password = '', rebuilt = '', ownerPassword = '', userData = '', privateKey = '', idempotencyKey = '', rawSecret = ''] = bodySecrets

interface Desk {
  readonly vendor: Simulator
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: readonly string[]
  readonly order: object
}

const isText = (value: unknown): value is string => typeof value === 'string'
function deskOf (vendor: Simulator, given: object | undefined, names: readonly string[], order: object): Desk {
  const settings: Readonly<Record<string, unknown>> = { ...given }
  return { vendor, settings, secrets: names.map(name => settings[name]).filter(isText), order }
}

const ssh = `-----BEGIN OPENSSH PRIVATE KEY----- ${privateKey}`
const desks: Readonly<Record<string, Desk>> = {
  heficed: deskOf(heficed, heficed.settings['heficed-main'], ['client_secret'], {
    region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', options: { instance_type: 'linux' }
  }),
  fleio: deskOf(fleio, fleio.settings['fleio-staff'], ['token'], {
    region: 'Region1', plan: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f', image: 'b8e54aa5-eca9-454a-adaf-00fbc659755e', networks: ['d9f9ca07-3ce5-435e-8aa2-a7302697025d'], owner: '722694', password, user_data: userData
  }),
  glesys: deskOf(glesys, glesys.settings['glesys-user'], ['password'], { region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password, user_data: userData }),
  vmmanager: deskOf(vmmanager, vmmanager.settings.vm6, ['password'], { region: '1', cpus: 2, memory_mib: 2048, disk_gib: 20, image: '25', owner: '3', password }),
  onecloud: deskOf(onecloud, onecloud.settings.pods, ['password'], { plan: 'ecs.g1.c2m4', disk_gib: 30, image: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0', networks: ['vnet0'], password, user_data: userData }),
  hetzner: deskOf(hetzner, hetzner.settings.hz, ['token'], { region: 'fsn1', plan: 'cx23', image: 'debian-13', user_data: userData })
}

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/** What was sent to a provider to be let in, as it was sent, and what that says: passwords in all their spellings, and the tokens that it has given. */
function credentials ({ vendor, secrets }: Desk): { readonly headers: readonly string[], readonly words: readonly string[] } {
  const headers = [...new Set(vendor.calls.flatMap(({ headers }) => [headers.authorization, headers['x-xsrf-token'], headers['x-auth-token']]).filter(isText))]
  const words = headers.map(text => text.replace(/^(Basic|Bearer|Token) +/, ''))
  const plain = words.flatMap(word => Buffer.from(word, 'base64').toString('utf8').split(':').slice(1)).filter(text => /^[\x21-\x7e]{8,}$/.test(text))
  return { headers, words: [...new Set([...words, ...plain, ...secrets])].filter(word => word.length >= 8) }
}

async function openCollector () {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    request.on('data', chunk => { bodies.push(String(chunk)) }).on('end', () => { response.end('{}') })
  })
  return { text: () => bodies.join(''), endpoint: `http://127.0.0.1:${await listen(t, server)}` }
}

async function openGateway () {
  const collector = await openCollector()
  const connection = await redis.connect()
  await connection.config('SET', 'requirepass', ownSecrets.redis)
  const digest = sha256(ownSecrets.key)
  const gateway = await serve({
    redis: { url: redis.url.replace('redis://', `redis://:${encodeURIComponent(ownSecrets.redis)}@`) },
    secret: ownSecrets.sealing,
    log: { level: 'trace' },
    auth: { mode: 'keys', keys: [{ name: 'ops', sha256: digest, accounts: ['*'], permissions: ['read', 'operate', 'write', 'delete', 'raw', 'admin'] }] },
    accounts: Object.fromEntries(Object.entries(desks).map(([id, { settings }]) => [id, { provider: id, ...settings, raw: true, request_deadline_ms: 8000 }]))
  }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' })
  const heads: string[] = []
  const bodies: string[] = []
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await fetch(`${gateway.base}${path}`, {
      method,
      headers: { 'x-api-key': ownSecrets.key, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await answer.text()
    heads.push(`${path} ${answer.status} ${JSON.stringify([...answer.headers])}`)
    bodies.push(text)
    return text
  }
  return { gateway, collector, ask, heads, bodies }
}

type Opened = Awaited<ReturnType<typeof openGateway>>

/** Reads, writes, dry runs, and failures in which the provider says everything that it was told. */
async function drive ({ ask }: Opened, id: string, desk: Desk): Promise<void> {
  const { vendor, order, secrets } = desk
  const at = (path: string): string => `/v1/${id}${path}`
  const list = listSchema.safeParse(JSON.parse(await ask('GET', at('/servers?limit=3&include=raw'))))
  const server = list.data?.data[0]?.id ?? 'none'
  for (const path of [`/servers/${server}?include=raw`, '/images', '/owners', '/ssh-keys', '/servers?name=x&unknown=y']) await ask('GET', at(path))
  const create = { name: `web-${id}`, ...order }
  await ask('POST', at('/servers'), { ...create, ssh_keys: [ssh], colour: ssh })
  await ask('POST', at('/servers'), { ...create, ssh_keys: [ssh] })
  for (const query of ['?dry_run=true', '', '']) await ask('POST', at(`/servers${query}`), create, { 'idempotency-key': idempotencyKey })
  await ask('POST', at(`/servers/${server}/password`), { password: rebuilt })
  await ask('POST', at(`/servers/${server}/rebuild?dry_run=true`), { image: '1', password: rebuilt, ssh_keys: [ssh] })
  await ask('POST', at('/owners?dry_run=true'), { name: 'x', email: 'x@example.com', password: ownerPassword })
  await ask('POST', at('/raw/unknown?dry_run=true'), { password: rawSecret })
  await ask('POST', at('/raw/unknown'), { password: rawSecret })
  await ask('GET', at('/servers'), undefined, { 'x-api-key': ownSecrets.wrong })
  await ask('POST', at(`/servers/${server}/stop`), {}, { 'x-api-key': '', authorization: `Bearer ${ownSecrets.wrong}` })
  const { headers } = credentials(desk)
  const told = [...secrets, ...headers].join(' ')
  for (const status of [400, 401, 403, 500]) {
    vendor.fail({ kind: 'reply', times: 6, reply: { status, headers: { 'x-request-id': 'v-1' }, body: { error: { code: 1, msg: told, message: told }, detail: told, message: told, details: told, response: { status: { code: status, text: told } } } } })
    await ask('GET', at(`/servers/${server}`))
    await ask('POST', at(`/servers/${server}/reboot`))
    vendor.clearFaults()
  }
  vendor.fail({ kind: 'reset-after', match: ({ method, path }) => method !== 'GET' && !/login|token|auth/.test(path), times: 1 })
  await ask('POST', at(`/servers/${server}/start`))
  vendor.clearFaults()
}

t.test('no secret appears in a log, metric, audit line, trace, header, problem or other answer', async t => {
  const opened = await openGateway()
  const { gateway, collector, ask, heads, bodies } = opened
  for (const [id, desk] of Object.entries(desks)) await drive(opened, id, desk)
  for (const path of ['/metrics', '/openapi.json', '/v1/accounts', '/v1/providers', '/health/ready', '/problems/internal', ...Object.keys(desks).map(id => `/v1/${id}/operations`)]) await ask('GET', path)
  await eventually(async () => collector.text().includes('getMetrics') || collector.text().includes('GET /metrics'), () => gateway.output())
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)

  const given = Object.values(desks).flatMap(desk => credentials(desk).words)
  t.equal(heads.filter(head => /^\/v1\/[a-z]+\/servers 202 /.test(head)).length, 2 * Object.keys(desks).length, 'every provider took the order, and its repeat was told so')
  t.ok(given.length >= 8, 'passwords and tokens are known')
  const places = { log: gateway.output(), traces: collector.text(), headers: heads.join('\n'), answers: bodies.join('\n') }
  t.ok(places.log.includes('"audit":1') && places.log.includes('upstream call') && places.answers.includes('hawser_requests_total') && places.answers.includes('[redacted]'))
  for (const [place, text] of Object.entries(places)) {
    for (const secret of [...given, ...Object.values(ownSecrets), ...bodySecrets]) {
      const found = text.indexOf(secret)
      t.ok(found === -1, `${place} holds ${secret.slice(0, 24)}: ${found === -1 ? '' : text.slice(Math.max(0, found - 160), found + 20)}`)
    }
  }
  const reached = Object.values(desks).flatMap(({ vendor }) => vendor.calls.map(({ body }) => body)).join('\n')
  for (const secret of [password, userData, rebuilt, rawSecret]) t.ok(reached.includes(secret) || reached.includes(encodeURIComponent(secret)), `${secret} was really sent`)
})
