import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { createTokenReader } from '../../src/access/jwt.ts'
import { startSimulator, type SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { createHttpClient } from '../../src/upstream/http.ts'
import { audience, makeKey, makeToken, startIssuer, type Issuer, type SigningKey } from '../helpers/issuer.ts'
import type { Test } from '../helpers/line.ts'
import { listen } from '../helpers/ports.ts'

const [first, second] = [await makeKey('first'), await makeKey('second')]
const minuteMs = 60_000

interface Opening {
  readonly jwks_url?: string
  readonly ca?: string
}

/** The reader of tokens with a clock of its own, in milliseconds. */
function open (test: Test, issuer: { readonly url: string }, { ca, ...more }: Opening = {}) {
  const http = createHttpClient({ maximumBytes: 64 * 1024, ...(ca === undefined ? {} : { ca }) })
  test.teardown(http.close)
  let now = 0
  const reasons: string[] = []
  const read = createTokenReader({ issuer: issuer.url, audience, claim: 'permissions', ...more }, http, () => now)
  return {
    reasons,
    pass: (ms: number): void => { now += ms },
    isTaken: async (key: SigningKey, header: Record<string, unknown> = {}): Promise<boolean> =>
      await read(await makeToken(issuer, key, {}, header), reason => { reasons.push(reason) }) !== null
  }
}

t.test('a new key of the issuer is found, and a withdrawn one is forgotten', async t => {
  const issuer = await startIssuer(t, first)
  const { isTaken, pass } = open(t, issuer)
  t.ok(await isTaken(first))
  issuer.keys = [first.jwk, second.jwk]
  t.notOk(await isTaken(second), 'it was asked a moment ago')
  pass(10_000)
  t.ok(await isTaken(second), 'ten seconds later it is asked again')
  issuer.keys = [second.jwk]
  pass(9 * minuteMs)
  t.ok(await isTaken(first), 'for ten minutes it is not asked about what is known')
  pass(minuteMs)
  t.notOk(await isTaken(first))
  t.ok(await isTaken(second))
})

t.test('tokens with made-up key ids cause at most one request to the issuer in ten seconds', async t => {
  const issuer = await startIssuer(t, first)
  const { isTaken, pass } = open(t, issuer)
  const flood = async (): Promise<void> => {
    const taken = await Promise.all(Array.from({ length: 50 }, async (_, index) => await isTaken(first, { kid: `made-up-${index}` })))
    t.same(new Set(taken), new Set([false]))
  }
  t.ok(await isTaken(first))
  for (let round = 0; round < 3; round += 1) await flood()
  t.equal(issuer.asked().length, 2, 'the document and the keys')
  pass(10_000)
  await flood()
  await flood()
  t.equal(issuer.asked().length, 4)
  t.ok(await isTaken(first))
})

t.test('callers that arrive together share one request to the issuer', async t => {
  const issuer = await startIssuer(t, first)
  issuer.server.latencyMs = 50
  const { isTaken } = open(t, issuer)
  t.same(new Set(await Promise.all(Array.from({ length: 30 }, async () => await isTaken(first)))), new Set([true]))
  t.equal(issuer.asked().length, 2)
})

t.test('an issuer that was unreachable is asked again after ten seconds, not for each token', async t => {
  const issuer = await startIssuer(t, first)
  const { isTaken, pass, reasons } = open(t, issuer)
  issuer.server.fail({ kind: 'reset-before', times: 1000 })
  for (let count = 0; count < 20; count += 1) t.notOk(await isTaken(first))
  t.equal(issuer.asked().length, 1)
  issuer.server.clearFaults()
  t.notOk(await isTaken(first))
  pass(10_000)
  t.ok(await isTaken(first))
  t.match(reasons, [/could not be reached/])
})

t.test('while the issuer is unreachable its last keys are valid for an hour', async t => {
  const issuer = await startIssuer(t, first)
  const { isTaken, pass, reasons } = open(t, issuer)
  t.ok(await isTaken(first))
  issuer.server.fail({ kind: 'reply', reply: { status: 503 }, times: 1000 })
  pass(10 * minuteMs)
  t.ok(await isTaken(first))
  t.notOk(await isTaken(second), 'a key that is not known can not be looked for')
  t.match(reasons, [/answered 503/])
  pass(49 * minuteMs)
  t.ok(await isTaken(first))
  pass(minuteMs)
  t.notOk(await isTaken(first))
  issuer.server.clearFaults()
  pass(10_000)
  t.ok(await isTaken(first))
})

t.test('a caller whose key is known never waits for an unreachable issuer', async t => {
  let reply: () => Promise<SimulatedReply> = async () => ({ status: 200, body: { keys: [first.jwk] } })
  const server = await startSimulator(async () => await reply())
  t.teardown(server.close)
  const { isTaken, pass } = open(t, { url: 'https://issuer.example.com' }, { jwks_url: server.origin })
  t.ok(await isTaken(first))
  reply = async () => ({ status: 503 })
  pass(10 * minuteMs)
  t.ok(await isTaken(first))
  let answer = (): void => {}
  const hesitation = new Promise<void>(resolve => { answer = resolve })
  reply = async () => { await hesitation; return { status: 200, body: { keys: [second.jwk] } } }
  pass(minuteMs)
  t.ok(await isTaken(first), 'the issuer is still hesitating')
  answer()
  t.ok(await isTaken(second), 'the question is still the same')
})

t.test('keys on another host are not fetched, and the log explains how to allow them', async t => {
  const elsewhere = await startSimulator(() => ({ status: 200, body: { keys: [first.jwk] } }))
  t.teardown(elsewhere.close)
  const issuer = await startIssuer(t, first)
  for (const jwksUri of [`${elsewhere.origin}/keys`, issuer.server.origin.replace('127.0.0.1', 'localhost'), 'file:///etc/passwd', '/keys', `https://user@other.example.com/keys?${issuer.server.origin}`]) {
    issuer.discovery = { jwks_uri: jwksUri }
    const { isTaken, reasons } = open(t, issuer)
    t.notOk(await isTaken(first), jwksUri)
    t.match(reasons, [/set auth\.oidc\.jwks_url/])
  }
  t.equal(elsewhere.calls.length, 0)
  t.notOk(issuer.asked().includes('/keys'))
  const before = issuer.asked().length
  t.ok(await open(t, issuer, { jwks_url: `${elsewhere.origin}/keys` }).isTaken(first), 'unless the configuration says so')
  t.equal(issuer.asked().length, before, 'then the document is not needed')
})

t.test('a document of another issuer, or no document, is rejected', async t => {
  const issuer = await startIssuer(t, first)
  for (const [discovery, reason] of [[{ issuer: `${issuer.url}/` }, /names an issuer other than/], [{ issuer: undefined }, /has no issuer/], [{ jwks_uri: 5 }, /no jwks_uri/]] as const) {
    issuer.discovery = discovery
    const { isTaken, reasons } = open(t, issuer)
    t.notOk(await isTaken(first))
    t.match(reasons, [reason])
  }
  t.notOk(issuer.asked().includes('/keys'))
})

t.test('no redirect is followed', async t => {
  const elsewhere = await startSimulator(() => ({ status: 200, body: { keys: [first.jwk] } }))
  t.teardown(elsewhere.close)
  for (const path of ['/keys', '/realms/test/.well-known/openid-configuration']) {
    const issuer = await startIssuer(t, first)
    issuer.server.fail({ match: request => request.path === path, kind: 'reply', reply: { status: 302, headers: { location: `${elsewhere.origin}/keys` }, body: { keys: [first.jwk] } } })
    const { isTaken, reasons } = open(t, issuer)
    t.notOk(await isTaken(first))
    t.match(reasons, [/answered 302/])
  }
  t.equal(elsewhere.calls.length, 0)
})

t.test('documents of the issuer are limited in size and must have the expected form', async t => {
  const cases: Array<[(issuer: Issuer) => void, RegExp]> = [
    [issuer => { issuer.keys = 'none' }, /not a JSON Web Key Set/],
    [issuer => { issuer.keys = Array.from({ length: 101 }, () => first.jwk) }, /not a JSON Web Key Set/],
    [issuer => { issuer.keys = [first.jwk, { kty: 'x'.repeat(100_000) }] }, /larger than allowed/],
    [issuer => { issuer.server.fail({ match: ({ path }) => path === '/keys', kind: 'truncate' }) }, /not JSON/],
    [issuer => { issuer.keys = [{ ...first.jwk, x: '!' }] }, /cannot be read/],
    [issuer => { issuer.keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'ES256' }] }, /no such key/],
    [issuer => { issuer.keys = [{ ...first.jwk, use: 'enc' }] }, /no such key/],
    [issuer => { issuer.keys = [first.jwk, first.jwk] }, /does not identify one/]
  ]
  for (const [spoil, reason] of cases) {
    const issuer = await startIssuer(t, first)
    spoil(issuer)
    const { isTaken, reasons } = open(t, issuer)
    t.notOk(await isTaken(first), String(reason))
    t.match(reasons, [reason])
  }
  const issuer = await startIssuer(t, first)
  issuer.keys = [null, 5, { kid: 'first' }, { kty: 'XYZ', kid: 'first', key_ops: 7 }, first.jwk]
  t.ok(await open(t, issuer).isTaken(first), 'what can not be read does not spoil the rest')
})

t.test('a caller waits only a few seconds for an issuer that answers slowly', async t => {
  const issuer = await startIssuer(t, first)
  issuer.server.fail({ match: ({ path }) => path === '/keys', kind: 'drip' })
  const { isTaken, reasons } = open(t, issuer)
  t.notOk(await isTaken(first))
  t.match(reasons, [/could not be reached/])
})

t.test('each reason is logged at most once a minute', async t => {
  const issuer = await startIssuer(t, first)
  const { isTaken, pass, reasons } = open(t, issuer)
  for (let count = 0; count < 5; count += 1) t.notOk(await isTaken(second))
  t.equal(reasons.length, 1)
  pass(minuteMs)
  t.notOk(await isTaken(second))
  t.equal(reasons.length, 2)
})

function makeCertificate (folder: string): { readonly key: string, readonly cert: string } | null {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } catch {
    return null
  }
}

const certificate = makeCertificate(t.testdir({}))

t.test('an https issuer may not name an http address for its keys', { skip: certificate === null ? 'needs openssl' : false }, async t => {
  if (certificate === null) return
  let scheme = 'http'
  const paths: Array<string | undefined> = []
  const server = createServer(certificate, (request, response) => {
    paths.push(request.url)
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [first.jwk] } : { issuer: url, jwks_uri: url.replace('https', scheme) + '/keys' }))
  })
  const url = `https://localhost:${await listen(t, server)}`
  const downgraded = open(t, { url }, { ca: certificate.cert })
  t.notOk(await downgraded.isTaken(first))
  t.match(downgraded.reasons, [/without TLS/])
  scheme = 'https'
  t.ok(await open(t, { url }, { ca: certificate.cert }).isTaken(first))
  t.same(paths, ['/.well-known/openid-configuration', '/.well-known/openid-configuration', '/keys'])
  t.notOk(await open(t, { url }).isTaken(first), 'and its certificate is verified')
})
