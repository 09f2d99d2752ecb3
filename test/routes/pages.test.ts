import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { composeGateway } from '../helpers/gateway.ts'
import { isProblem } from '../helpers/api.ts'
import { root } from '../helpers/process.ts'

const { app, close } = await composeGateway({ accounts: {} })
t.teardown(close)

const html = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const get = async (url: string, headers: Record<string, string> = {}) => await app.inject({ url, headers })
const filesOf = (page: string): string[] => [...page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path = '']) => path)

t.test('the committed document is served unchanged, plain or compressed as the caller requests', async t => {
  const file = readFileSync(join(root, 'openapi/openapi.json'))
  const plain = await get('/openapi.json')
  t.ok(plain.rawPayload.equals(file))
  t.equal(plain.headers['content-encoding'], undefined)
  t.equal(plain.headers.vary, 'accept-encoding')
  const br = await get('/openapi.json', { 'accept-encoding': 'gzip, deflate, br, zstd' })
  t.equal(br.headers['content-encoding'], 'br')
  t.ok(brotliDecompressSync(br.rawPayload).equals(file))
  for (const accept of ['gzip', 'br;q=0.5, gzip', '*;q=0.1, br;q=0']) {
    const gzip = await get('/openapi.json', { 'accept-encoding': accept })
    t.equal(gzip.headers['content-encoding'], 'gzip', accept)
    t.ok(gunzipSync(gzip.rawPayload).equals(file), accept)
  }
  for (const accept of ['', 'identity', 'br;q=0, gzip;q=0', 'deflate']) t.equal((await get('/openapi.json', { 'accept-encoding': accept })).headers['content-encoding'], undefined, accept)
})

t.test('an unchanged page or document is 304 to its ETag, whatever its encoding was', async t => {
  for (const url of ['/openapi.json', '/config.schema.json', '/docs', '/problems', '/problems/internal']) {
    const { headers: { etag = '' } } = await get(url, { 'accept-encoding': 'br' })
    t.match(etag, /^W\/"[\w-]{16}"$/, url)
    const again = await get(url, { 'if-none-match': etag })
    t.match({ status: again.statusCode, length: again.rawPayload.length, etag: again.headers.etag }, { status: 304, length: 0, etag }, url)
    t.equal((await get(url, { 'if-none-match': 'W/"another"' })).statusCode, 200, url)
  }
})

t.test('/docs, its files and the document take less than 600 kB in all, and the files are cached for good', async t => {
  const compressed = { 'accept-encoding': 'gzip, br' }
  const page = await get('/docs')
  const files = filesOf(page.body)
  t.equal(files.length, 4)
  let bytes = page.rawPayload.length + (await get('/openapi.json', compressed)).rawPayload.length
  for (const file of files) {
    const answer = await get(file, compressed)
    t.match(answer, { statusCode: 200, headers: { 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable', 'content-type': /^text\/(css|javascript)/ } }, file)
    bytes += answer.rawPayload.length
  }
  t.ok(bytes < 600_000, `${bytes} bytes`)
  t.match(page.headers['cache-control'], 'no-cache', 'the page itself is revalidated: it names the files of this version')
})

t.test('a file of another version, or a missing one, is a 404 problem', async t => {
  for (const url of ['/docs/0123456789abcdef/docs.js', '/docs/0123456789abcdef/nothing.js', '/docs/0123456789abcdef/..%2Fpackage.json']) isProblem(t, await get(url), 404, 'not-found')
  isProblem(t, await app.inject({ method: 'POST', url: '/docs' }), 405, 'method-not-allowed')
})

t.test('the root path is a page for callers that accept text/html, and JSON for all others', async t => {
  const page = await get('/', html)
  t.match(page, { statusCode: 200, headers: { 'content-type': /^text\/html/, vary: 'accept, accept-encoding' } })
  for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5', 'text/html;q=0', '']) {
    const answer = await get('/', { accept })
    t.match(answer.headers, { 'content-type': /^application\/json/, vary: 'accept' }, accept)
    t.match(answer.json(), { name: 'Hawser', docs: '/docs', accounts: '/v1/accounts' }, accept)
  }
  isProblem(t, await get('/?x=1', html), 400, 'invalid-request', 'query.x')
})

t.test('the pages load only scripts and styles of this gateway', async t => {
  for (const url of ['/', '/docs', '/problems', '/problems/internal']) {
    const { headers, body } = await get(url, html)
    t.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self'[^;]*; .*frame-ancestors 'none'$/, url)
    t.notMatch(body, /<script(?![^>]* src=)|<style| on[a-z]+=|https?:\/\//, url)
    for (const file of filesOf(body)) t.equal((await get(file)).statusCode, 200, file)
  }
})
