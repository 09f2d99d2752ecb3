import t from 'tap'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { eventually } from '../helpers/clock.ts'
import { openProcesses, type Process } from '../helpers/process.ts'
import { makeCertificates, openRedisHouse } from '../helpers/redis-forms.ts'

const house = openRedisHouse()
const { serve } = openProcesses(t)
const vendor = await startVmmanager({ behavior: { actionMs: 200 } })
const certificates = await makeCertificates(house.folder)
t.teardown(async () => {
  await house.stop()
  await vendor.close()
})

const start = async (redis: object): Promise<Process> =>
  await serve({ redis, secret: 'a secret of at least thirty-two characters', accounts: { vm6: { provider: 'vmmanager', ...vendor.settings.vm6 } } })
const ready = async ({ base }: Process): Promise<string> => await (await fetch(`${base}/health/ready`)).text()
const becomes = async (gateway: Process, status: 'ok' | 'degraded'): Promise<void> => {
  await eventually(async () => (await ready(gateway)).includes(`"status":"${status}"`), gateway.output)
}
const list = async ({ base }: Process): Promise<number> => (await fetch(`${base}/v1/vm6/servers?limit=1`)).status
const stop = async ({ base }: Process, key: string) => await fetch(`${base}/v1/vm6/servers/1/stop`, { method: 'POST', headers: { 'idempotency-key': key } })
const ended = async (gateway: Process): Promise<void> => {
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
}

t.test('TLS is verified in every form: the right CA works, a wrong one is degraded and logged, and no password is logged', async t => {
  const { port } = await house.start([...certificates.lines, 'requirepass hunter2-hunter2'])
  const url = `rediss://:hunter2-hunter2@127.0.0.1:${port}`
  const good = await start({ url, tls: { ca_file: certificates.ca } })
  t.equal(await ready(good), '{"status":"ok","redis":"ok"}')
  const tls = { ca_file: certificates.otherCa }
  await ended(good)
  t.notMatch(good.output(), /hunter2/)
  for (const redis of [{ url, tls }, { cluster: [url], tls }, { sentinels: [url], name: 'main', tls }]) {
    const gateway = await start(redis)
    t.equal(await ready(gateway), '{"status":"degraded","redis":"lost"}')
    t.equal(await list(gateway), 200, 'the gateway goes on without it')
    await eventually(async () => /"reason":"[^"]*self-signed certificate[^"]*","msg":"redis is unavailable"/.test(gateway.output()), gateway.output)
    await ended(gateway)
    t.notMatch(gateway.output(), /hunter2/)
  }
})

t.test('a user without permissions or with a wrong password is degraded; the log has the refusal but not the password', async t => {
  const { port } = await house.start(['user default off', 'user reader on >hunter2-hunter2 ~* -@all +get +info +cluster'])
  const gateways = [await start({ url: `redis://reader:hunter2-hunter2@127.0.0.1:${port}` }), await start({ url: `redis://reader:hunter2-hunter3@127.0.0.1:${port}` })]
  for (const gateway of gateways) {
    t.equal(await ready(gateway), '{"status":"degraded","redis":"lost"}')
    t.equal(await list(gateway), 200)
    t.equal((await stop(gateway, 'one')).status, 503)
    await ended(gateway)
    t.match(gateway.output(), /"reason":"(NOPERM|WRONGPASS)[^\n]*"redis is unavailable"/)
    t.equal(gateway.output().split('redis is unavailable').length, 2, 'once')
    t.notMatch(gateway.output(), /hunter/)
  }
})

t.test('a Redis that stops responding fails calls within seconds, and is used again when it answers', async t => {
  const server = await house.start(['maxmemory 50mb', 'maxmemory-policy allkeys-lru'])
  const gateway = await start({ url: `redis://127.0.0.1:${server.port}` })
  t.match(gateway.output(), /"setting":"maxmemory-policy allkeys-lru","msg":"redis may evict keys/)
  t.equal(await list(gateway), 200)
  server.child.kill('SIGSTOP')
  t.equal((await stop(gateway, 'one')).status, 503)
  t.equal(await list(gateway), 200)
  await becomes(gateway, 'degraded')
  server.child.kill('SIGCONT')
  await becomes(gateway, 'ok')
  t.not((await stop(gateway, 'two')).status, 503)
  await ended(gateway)
})

t.test('a gateway starts without its Redis and connects later', async t => {
  const { port, kill } = await house.start([])
  await kill()
  const gateways = [await start({ url: `redis://127.0.0.1:${port}` }), await start({ sentinels: [`redis://127.0.0.1:${port}`], name: 'main' })]
  for (const gateway of gateways) t.equal(await ready(gateway), '{"status":"degraded","redis":"lost"}')
  await house.start([], port)
  const [single] = gateways
  if (single !== undefined) await becomes(single, 'ok')
  for (const gateway of gateways) await ended(gateway)
})
