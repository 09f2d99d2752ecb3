import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createHttpClient, type HttpClientOptions } from '../../src/upstream/http.ts'
import { HttpFault } from '../../src/upstream/http-fault.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-tls-'))
t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })

/** A certificate that no authority has signed, as providers' own installations have them; made for this run alone. */
function makeCertificate (): { key: string, cert: string } | null {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' })
  } catch {
    return null
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

const certificate = makeCertificate()

t.test('a provider\'s certificate is verified unless the account says otherwise', { skip: certificate === null ? 'needs openssl' : false }, async t => {
  if (certificate === null) return
  let requests = 0
  const server = createServer(certificate, (_request, response) => { requests += 1; response.end('well') }).listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const ask = async (host: string, options: HttpClientOptions): Promise<string> => {
    const client = createHttpClient(options)
    try {
      const limits = { timeoutMs: 60_000, signal: new AbortController().signal }
      return (await client.send({ method: 'GET', url: `https://${host}:${port}/`, headers: {} }, limits)).text
    } catch (error) {
      return error instanceof HttpFault ? `${error.kind}, ${error.sent ? 'sent' : 'not sent'}` : String(error)
    } finally {
      await client.close()
    }
  }

  t.equal(await ask('localhost', {}), 'tls, not sent', 'nobody vouches for it')
  t.equal(requests, 0, 'and nothing was sent')
  t.equal(await ask('localhost', { ca: certificate.cert }), 'well', 'the operator does')
  t.equal(await ask('localhost', { insecureSkipVerify: true }), 'well', 'or says in full that it is not looked at')
})
