import { once } from 'node:events'
import { request as send } from 'node:http'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { portOf } from '../helpers/ports.ts'

const lineSchema = z.looseObject({ msg: z.string().optional(), audit: z.literal(1).optional(), caller_address: z.string().nullable().optional() })

/** Which address the audit and the request log have for a write from this peer with this header. */
async function open (t: Test, trust: readonly string[] | null) {
  const seen: unknown[] = []
  const write = (text: string): void => {
    const { msg, audit, caller_address: address } = lineSchema.parse(JSON.parse(text))
    if (audit === 1 || msg === 'request') seen.push(address)
  }
  const { app, close } = await composeGateway({
    accounts: {},
    more: trust === null ? {} : { listen: { trust_proxy: trust } },
    logger: pino({}, { write }),
    audit: { write, reopen: () => {}, close: () => {} }
  })
  t.teardown(close)
  const addresses = async (peer: string, forwarded?: string): Promise<unknown[]> => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    await app.inject({ method: 'POST', url: '/v1/lab/servers', remoteAddress: peer, headers })
    return seen.splice(0)
  }
  const is = async (address: string, ...from: Parameters<typeof addresses>): Promise<void> => {
    t.same(await addresses(...from), [address, address], `${from.join(' with ')}: ${address}`)
  }
  return { app, seen, is }
}

t.test('without trusted proxies the address is that of the connection, whatever X-Forwarded-For claims', async t => {
  for (const trust of [null, []]) {
    const { is } = await open(t, trust)
    await is('192.0.2.7', '192.0.2.7')
    await is('192.0.2.7', '192.0.2.7', '203.0.113.9')
    await is('2001:db8::7', '2001:db8::7', '203.0.113.9, 127.0.0.1')
  }
})

t.test('the header is believed only from a trusted address; the caller is its right-most untrusted address', async t => {
  const { is } = await open(t, ['10.0.0.1', '192.0.2.0/24'])
  await is('203.0.113.50', '203.0.113.50', '198.51.100.1')
  await is('10.0.0.2', '10.0.0.2', '198.51.100.1')
  await is('10.0.0.1', '10.0.0.1')
  await is('198.51.100.1', '10.0.0.1', '198.51.100.1')
  await is('198.51.100.1', '10.0.0.1', '203.0.113.66, 198.51.100.1')
  await is('198.51.100.1', '10.0.0.1', '203.0.113.66, 198.51.100.1, 192.0.2.200')
  await is('192.0.2.9', '10.0.0.1', '192.0.2.9, 192.0.2.200')
})

t.test('IPv6 works for peers, networks and callers, in any spelling', async t => {
  const { is } = await open(t, ['2001:db8:1::/48', '10.0.0.1'])
  await is('2001:db8:2::5', '2001:db8:1::1', '2001:0DB8:0002:0:0:0:0:5')
  await is('198.51.100.1', '2001:db8:1::1', '::1, 198.51.100.1')
  await is('2001:db8:9::1', '2001:db8:9::1', '198.51.100.1')
  await is('198.51.100.1', '::ffff:10.0.0.1', '198.51.100.1')
  await is('192.0.2.7', '::ffff:192.0.2.7', '198.51.100.1')
})

t.test('text that is not an address is skipped', async t => {
  const { is } = await open(t, ['10.0.0.1'])
  await is('10.0.0.1', '10.0.0.1', 'unknown')
  await is('10.0.0.1', '10.0.0.1', '198.51.100.1, evil"text')
})

t.test('the address of a connection is known even if the caller has disconnected', async t => {
  const { app, seen } = await open(t, ['127.0.0.1'])
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = portOf(app.server)
  const arrived = once(app.server, 'request')
  const headers = { 'x-forwarded-for': '198.51.100.1', 'content-type': 'application/json', 'content-length': 10 }
  const leaving = send({ port, host: '127.0.0.1', method: 'POST', path: '/v1/lab/servers', headers })
  leaving.on('error', () => {})
  leaving.write('{')
  await arrived
  leaving.destroy()
  await eventually(async () => seen.length > 0, () => 'no line')
  t.equal(seen[0], '198.51.100.1')
})
