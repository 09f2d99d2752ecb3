import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { detailsOf, hostOf, hostPage, instancePage, listOf, serverPage } from './upstream-bodies.ts'

/**
 * Simulated providers in one plain process. The first two segments of a path set the number of servers and the latency, so that one
 * process serves accounts of any size and speed: `/50/0/vm/v3/host` is VMmanager with 50 servers and no latency. With `50u` the uptime of
 * the first server is another one in each answer, so that no answer repeats the last.
 */
interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  readonly rows: number
  readonly differs: boolean
  readonly wantsXml: boolean
}

interface Reply {
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const port = Number(process.argv[2])
let tasks = 0

let answers = 0

/** A copy whose first server has been up for so many seconds, of five digits. */
function withUptime (page: Buffer, seconds: number): Buffer {
  const copy = Buffer.from(page)
  copy.write(String(seconds), copy.indexOf('"uptime":') + '"uptime":'.length)
  return copy
}

const text = (value: string): Reply => ({ body: Buffer.from(value) })
const json = (value: unknown): Reply => text(JSON.stringify(value))

const idIn = (condition: string | null, operator: string): number => Number(new RegExp(`\\(id ${operator} (\\d+)\\)`).exec(condition ?? '')?.[1] ?? 0)

function listHosts ({ query, rows, differs }: Asked): Reply {
  const condition = query.get('where')
  const one = idIn(condition, 'EQ')
  if (one > 0) return { body: hostOf(one) }
  const page = hostPage(rows, idIn(condition, 'GT'), Number(query.get('limit')?.split(',')[1] ?? 50))
  return { body: differs ? withUptime(page, 10_000 + ++answers % 90_000) : page }
}

/** Every task is complete when it is first looked at. */
const listTasks = ({ query }: Asked): Reply => {
  const list = [...(query.get('where') ?? '').matchAll(/consul_id EQ '(\d+)'/g)].map(([, id]) => ({ id: Number(id), consul_id: Number(id), name: 'host_stop', status: 'complete' }))
  return json({ list, size: list.length })
}

const routes: ReadonlyArray<readonly [RegExp, (asked: Asked) => Reply]> = [
  [/^\/vm\/v3\/host$/, listHosts],
  [/^\/vm\/v3\/host\/\d+\/stop$/, () => json({ task: ++tasks })],
  [/^\/vm\/v3\/task$/, listTasks],
  [/^\/auth\/v4\/public\/token$/, () => json({ id: '1', token: '1-bench', expires_at: null, confirmed: true })],
  [/^\/server\/list$/, ({ rows, wantsXml }) => ({ body: listOf(rows, wantsXml), headers: { 'content-type': wantsXml ? 'text/xml' : 'application/json' } })],
  [/^\/server\/details$/, ({ body, wantsXml }) => ({ body: detailsOf(/kvm\d+/.exec(body)?.[0] ?? '', wantsXml), headers: { 'content-type': wantsXml ? 'text/xml' : 'application/json' } })],
  [/^\/oauth2\/token$/, () => json({ access_token: 'bench', expires_in: 86_400, token_type: 'bearer' })],
  [/^\/[\da-f-]{36}\/kronoscloud\/instances$/, ({ query, rows }) => ({ body: instancePage(rows, Number(query.get('offset')), Number(query.get('limit') ?? 50)) })],
  [/^\/v3\/auth\/tokens$/, () => ({ ...json({ token: { expires_at: null, catalog: [], project: { id: 'p', name: 'p' } } }), headers: { 'x-subject-token': 'bench' } })],
  [/^\/servers$/, ({ query, rows }) => ({ body: serverPage(rows, Number(query.get('offset')), Number(query.get('limit') ?? 50)) })],
  // Bodies of the same sizes for a gateway that knows only the paths of language models.
  [/^\/files$/, () => ({ body: hostOf(7) })],
  [/^\/chat\/completions$/, () => json({ task: ++tasks })]
]

function answer (asked: Asked): Reply | null {
  const [, find] = routes.find(([pattern]) => pattern.test(asked.path)) ?? []
  return find?.(asked) ?? null
}

async function bodyOf (request: IncomingMessage): Promise<string> {
  if (request.method === 'GET') return ''
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function serve (request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [whole = '', query = ''] = url.split('?')
  const [, rows, differs, latencyMs, path = ''] = /^\/(\d+)(u?)\/(\d+)(\/.*)$/.exec(whole) ?? []
  const body = await bodyOf(request)
  if (Number(latencyMs) > 0) await new Promise(resolve => setTimeout(resolve, Number(latencyMs)))
  const wantsXml = request.headers.accept?.includes('xml') === true
  const reply = answer({ method, path, query: new URLSearchParams(query), body, rows: Number(rows), differs: differs === 'u', wantsXml })
  if (reply === null) { response.writeHead(404).end(); return }
  response.writeHead(200, { 'content-type': 'application/json', ...reply.headers, 'content-length': reply.body.length }).end(reply.body)
}

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  serve(request, response).catch(() => { response.destroy() })
}).listen(port, '127.0.0.1')
