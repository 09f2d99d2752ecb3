import { createServer } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import { z } from 'zod'
import { sha256 } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { listen } from '../helpers/ports.ts'

const lineSchema = z.object({ msg: z.string(), address: z.object({ port: z.number() }).optional() })
const key = { name: 'ops', sha256: sha256('ops-key'), accounts: ['*'], permissions: ['read'] }

/** A gateway that asks for keys, with a second listener for metrics. */
async function open (port = 0) {
  let metricsPort = 0
  const logger = pino({}, { write: text => { metricsPort = lineSchema.parse(JSON.parse(text)).address?.port ?? metricsPort } })
  const { app, close } = await composeGateway({ accounts: {}, auth: { keys: [key] }, more: { metrics: { listen: { port } } }, logger })
  const listen = async (): Promise<string> => await app.listen({ host: '127.0.0.1', port: 0 })
  return { close, listen, at: (path: string) => `http://127.0.0.1:${metricsPort}${path}` }
}

t.test('the metrics listener serves only metrics, without a key, while the gateway still requires one', async t => {
  const { close, listen, at } = await open()
  t.teardown(close)
  const base = await listen()
  const answer = await fetch(at('/metrics'))
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.match(await answer.text(), /^hawser_build_info\{version="[^"]+"\} 1$/m)
  t.equal((await fetch(at('/metrics'), { method: 'HEAD' })).status, 200)
  for (const path of ['/', '/v1/accounts', '/health/ready', '/metrics/', '/metrics?name=x', '/openapi.json']) {
    t.equal((await fetch(at(path))).status, 404, path)
  }
  for (const method of ['POST', 'PUT', 'DELETE']) t.equal((await fetch(at('/metrics'), { method })).status, 405, method)
  t.equal((await fetch(`${base}/metrics`)).status, 401)
})

t.test('the metrics listener closes with the gateway, in spite of keep-alive connections', async t => {
  const { close, listen, at } = await open()
  await listen()
  await (await fetch(at('/metrics'))).text()
  await close()
  await t.rejects(fetch(at('/metrics')))
})

t.test('a port that is in use fails the start', async t => {
  const gateway = await open(await listen(t, createServer()))
  t.teardown(gateway.close)
  await t.rejects(gateway.listen(), { code: 'EADDRINUSE' })
})
