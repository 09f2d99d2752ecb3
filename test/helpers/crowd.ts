import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { portOf } from './ports.ts'

/** One page that was asked for. */
interface CrowdCall {
  readonly account: string
  /** Where it begins: 0 is the first. */
  readonly from: number
  /** The caller has hung up before it was answered. */
  cut: boolean
  answered: boolean
}

/** Hosting companies with as many servers as one likes: pages are made when they are asked for, nothing is kept. */
interface Crowd {
  readonly calls: CrowdCall[]
  /** Settings of an account with ids 1 to `count`; VMmanager pages by key, Fleio by number of page. */
  account(name: string, provider: 'vmmanager' | 'fleio', count: number): Readonly<Record<string, unknown>>
  /** Stands before each answer: it may wait; a number is the status of a failure, text is sent instead, a byte at a time. */
  meet: (call: CrowdCall) => Promise<number | string | undefined> | number | string | undefined
  close(): Promise<void>
}

export async function startCrowd (): Promise<Crowd> {
  const counts = new Map<string, number>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://crowd.example.com')
    const account = url.pathname.split('/')[1] ?? ''
    const { body, from } = pageOf(account, url, counts.get(account) ?? 0)
    const call = { account, from, cut: false, answered: false }
    crowd.calls.push(call)
    response.once('close', () => { call.cut = !response.writableFinished })
    const met = await crowd.meet(call)
    if (typeof met === 'string') { await trickle(response, met); return }
    response.writeHead(met ?? 200, { 'content-type': 'application/json' })
    response.end(typeof met === 'number' ? '{"detail":"no"}' : body())
    call.answered = true
  }
  const server = createServer((request, response) => { answer(request, response).catch(() => { response.destroy() }) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${portOf(server)}`
  const crowd: Crowd = {
    calls: [],
    account: (name, provider, count) => {
      counts.set(name, count)
      return provider === 'vmmanager' ? { provider, url: `${origin}/${name}`, token: 'SECRET-token' } : { provider, url: `${origin}/${name}/staffapi`, token: 'SECRET-token' }
    },
    meet: () => undefined,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
  return crowd
}

async function trickle (response: ServerResponse, text: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (const letter of text) {
    if (response.destroyed) return
    response.write(letter)
    await new Promise(resolve => { setTimeout(resolve, 50) })
  }
  response.end()
}

function pageOf (account: string, url: URL, count: number): { readonly from: number, readonly body: () => string } {
  const numbers = (from: number, to: number): number[] => Array.from({ length: Math.max(0, Math.min(to, count) - from) }, (_, index) => from + index + 1)
  if (url.pathname.includes('/staffapi/')) {
    const size = Number(url.searchParams.get('page_size'))
    const from = (Number(url.searchParams.get('page')) - 1) * size
    const rows = () => numbers(from, from + size).map(number => toInstance(account, number))
    return { from, body: () => JSON.stringify({ objects: rows(), next: from + size < count ? 'more' : null, count, totalCount: count }) }
  }
  const where = url.searchParams.get('where') ?? ''
  const one = /id EQ (\d+)/.exec(where)?.[1]
  if (one !== undefined) return { from: Number(one), body: () => JSON.stringify({ list: numbers(Number(one) - 1, Number(one)).map(number => toHost(account, number)), size: 1 }) }
  const from = Number(/id GT (\d+)/.exec(where)?.[1] ?? 0)
  const limit = Number(url.searchParams.get('limit')?.split(',')[1])
  return { from, body: () => JSON.stringify({ list: numbers(from, from + limit).map(number => toHost(account, number)), size: count - from }) }
}

const filler = 'x'.repeat(1500)

const toHost = (account: string, number: number) => ({
  id: number,
  name: `${account}-${String(number).padStart(6, '0')}.example.com`,
  state: 'active',
  account: { id: 3, email: 'owner@example.com' },
  cluster: { id: 1, name: 'Frankfurt' },
  os: { id: 7, name: 'Debian 12' },
  cpu_number: 2,
  ram_mib: 2048,
  disk: { id: number, disk_mib: 20480 },
  ip4: [{ ip: `198.51.100.${number % 250}` }],
  comment: filler,
  password: 'SECRET-guest'
})

const toInstance = (account: string, number: number) => ({
  id: `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`,
  name: `${account}-${String(number).padStart(6, '0')}.example.com`,
  status: 'active',
  flavor: { id: '4', name: 'small', vcpus: 2, memory_mb: 2048, root_gb: 20 },
  region: 'Frankfurt',
  created: '2026-01-02T03:04:05Z',
  access_ip: `198.51.100.${number % 250}`,
  description: filler,
  password: 'SECRET-guest'
})
