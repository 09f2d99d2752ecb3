import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createHttpClient, type HttpClientOptions } from '../../src/upstream/http.ts'
import { HttpFault } from '../../src/upstream/http-fault.ts'
import { listen } from '../helpers/ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-tls-'))
t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })

interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate that no authority has signed, as providers' own installations have them; made for this run alone. */
function makeCertificate (): Certificate | null {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' })
  } catch {
    return null
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

/** Another one for the same key, which ended years ago. */
function makeExpired ({ key }: Certificate): Certificate {
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('ca.cnf'), [
    '[ca]', 'default_ca = own', '[own]', `database = ${at('index.txt')}`, `serial = ${at('serial')}`, `new_certs_dir = ${folder}`,
    'default_md = sha256', 'policy = any', 'copy_extensions = copy', '[any]', 'commonName = supplied', ''
  ].join('\n'))
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('serial'), '01\n')
  const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { stdio: 'ignore' })
  openssl(
    'req', '-new', '-key', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'
  )
  openssl('ca', '-config', at('ca.cnf'), '-selfsign', '-keyfile', at('key.pem'),
    '-in', at('request.pem'), '-out', at('expired.pem'), '-batch', '-notext',
    '-startdate', '20200101000000Z', '-enddate', '20200102000000Z')
  return { key, cert: readFileSync(at('expired.pem'), 'utf8') }
}

const certificate = makeCertificate()
const skip = certificate === null ? 'needs openssl' : false

async function serveWith (t: Test, shown: Certificate) {
  const seen = { requests: 0 }
  const server = createServer(shown, (_request, response) => { seen.requests += 1; response.end('well') })
  return { seen, port: await listen(t, server) }
}

async function send (url: string, options: HttpClientOptions): Promise<string | HttpFault> {
  const client = createHttpClient(options)
  try {
    return (await client.send({ method: 'GET', url, headers: {} }, { timeoutMs: 60_000, signal: new AbortController().signal })).bytes.toString()
  } catch (error) {
    if (error instanceof HttpFault) return error
    throw error
  } finally {
    await client.close()
  }
}

t.test('a provider\'s certificate is verified unless the account disables it', { skip }, async t => {
  if (certificate === null) return
  const { port, seen } = await serveWith(t, certificate)
  const ask = async (options: HttpClientOptions): Promise<string | HttpFault> => await send(`https://localhost:${port}/`, options)
  t.match(await ask({}), { kind: 'tls', sent: false }, 'nobody vouches for it')
  t.equal(seen.requests, 0, 'and nothing was sent')
  t.equal(await ask({ ca: certificate.cert }), 'well', 'the operator does')
  t.equal(await ask({ insecureSkipVerify: true }), 'well', 'or says in full that it is not looked at')
})

t.test('a rejected certificate is reported with its host, port and fault', { skip }, async t => {
  if (certificate === null) return
  const expired = makeExpired(certificate)
  const valid = await serveWith(t, certificate)
  const old = await serveWith(t, expired)
  const rows = [
    ['localhost', valid.port, {}, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
    ['127.0.0.1', valid.port, { ca: certificate.cert }, 'ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host name'],
    ['localhost', old.port, { ca: expired.cert }, 'CERT_HAS_EXPIRED', 'the certificate has expired']
  ] as const
  for (const [host, port, options, cause, words] of rows) {
    const message = `no secure connection could be made to ${host}:${port}: ${words} (${cause})`
    t.match(await send(`https://${host}:${port}/path?token=hunter2`, options), { kind: 'tls', message, connection: { host, port, cause } })
  }
})
