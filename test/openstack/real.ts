import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'

const cloudSchema = z.object({
  /** Where the hypervisor reads how long it takes. */
  folder: z.string(),
  /** The services by the path that the proxy has for them. */
  services: z.record(z.string(), z.url()),
  settings: z.record(z.string(), z.string())
})
export type Cloud = z.infer<typeof cloudSchema>

export const readCloud = (file: string): Cloud => cloudSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

/** A running cloud on loopback, as the suite's tests know a vendor. */
export interface RealCloud extends Simulator {
  readonly created: number
  readonly settings: Readonly<Record<string, string>>
  /** A floating address of the project that is free. */
  readonly address: string
  readonly images: Readonly<Record<string, string>>
  readonly networks: readonly string[]
  /** How long the hypervisor takes for each act. */
  pace(seconds: number): void
  /** Resolves when no server has a task. */
  settled(): Promise<void>
  /** An act of the hypervisor fails until the next test. */
  fails(act: string): void
}

/**
 * A proxy before a real cloud, which records what it is sent and can lose or falsify it, as the simulators can. The catalog of a token
 * names the proxy. What earlier tests have left in the project is deleted first.
 */
export async function startReal (cloud: Cloud): Promise<RealCloud> {
  let created = 0
  const simulator = await startSimulator(async request => {
    const reply = await forward(cloud, request)
    if (request.method === 'POST' && request.path === '/compute/v2.1/servers' && reply.status === 202) created += 1
    return request.path.endsWith('/auth/tokens') ? { ...reply, body: renamed(cloud, simulator.origin, String(reply.body)) } : reply
  })
  for (const file of readdirSync(cloud.folder).filter(name => name.startsWith('fail-'))) rmSync(join(cloud.folder, file))
  const { ask } = await signIn(cloud)
  await empty(ask)
  const { networks } = z.object({ networks: z.array(z.object({ id: z.string(), 'router:external': z.boolean() })) }).parse(await ask('GET', '/network/v2.0/networks'))
  const { images } = z.object({ images: z.array(z.object({ id: z.string(), name: z.string() })) }).parse(await ask('GET', '/image/v2/images'))
  const settings = { ...cloud.settings, auth_url: `${simulator.origin}/identity/v3` }
  return withMembers(simulator, {
    get created () { return created },
    settings,
    address: await freeAddress(ask, networks.find(network => network['router:external'])?.id ?? ''),
    images: Object.fromEntries(images.map(({ id, name }) => [name, id])),
    networks: networks.filter(network => !network['router:external']).map(({ id }) => id),
    settled: async () => { while ((await tasksOf(ask)).length > 0) await pause() },
    pace: (seconds: number) => { writeFileSync(join(cloud.folder, 'delay'), String(seconds)) },
    fails: (act: string) => { writeFileSync(join(cloud.folder, `fail-${act}`), '') }
  })
}

const targetOf = ({ services }: Cloud, path: string): string => {
  const [service = ''] = path.slice(1).split('/')
  return `${services[service] ?? ''}${path.slice(1 + service.length)}`
}

const hopByHop = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'date'])

async function forward (cloud: Cloud, { method, path, rawQuery, headers, body }: SimulatedRequest): Promise<SimulatedReply> {
  const sent = Object.entries(headers).flatMap(([name, value]): Array<[string, string]> => value === undefined || hopByHop.has(name) ? [] : [[name, value]])
  const response = await fetch(`${targetOf(cloud, path)}${rawQuery === '' ? '' : `?${rawQuery}`}`, { method, headers: sent, redirect: 'manual', ...(body === '' ? {} : { body }) })
  const text = await response.text()
  const received = Object.fromEntries([...response.headers].filter(([name]) => !hopByHop.has(name)))
  return { status: response.status, headers: received, ...(text === '' ? {} : { body: text }) }
}

const renamed = ({ services }: Cloud, origin: string, text: string): string =>
  Object.entries(services).reduce((left, [name, url]) => left.replaceAll(url, `${origin}/${name}`), text)

export type Ask = (method: string, path: string, body?: object) => Promise<unknown>

interface SignedIn {
  readonly ask: Ask
  readonly userId: string
}

/** Calls of the test's own, past the proxy. */
export async function signIn (cloud: Cloud): Promise<SignedIn> {
  const { username: name, password, project } = cloud.settings
  const domain = { name: 'Default' }
  const auth = { identity: { methods: ['password'], password: { user: { name, password, domain } } }, scope: { project: { name: project, domain } } }
  const answer = await fetch(`${cloud.services['identity'] ?? ''}/v3/auth/tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ auth }) })
  const token = answer.headers.get('x-subject-token') ?? ''
  const { user } = z.object({ token: z.object({ user: z.object({ id: z.string() }) }) }).parse(await answer.json()).token
  const ask: Ask = async (method, path, body) => {
    const response = await fetch(targetOf(cloud, path), {
      method,
      headers: { 'x-auth-token': token, 'content-type': 'application/json', 'openstack-api-version': 'compute 2.79' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
    return text === '' ? null : JSON.parse(text)
  }
  return { ask, userId: user.id }
}

const rows = z.array(z.object({ id: z.string() }))
const patienceMs = 60_000
const pause = async (): Promise<void> => { await new Promise(resolve => setTimeout(resolve, 200)) }

async function tasksOf (ask: Ask): Promise<string[]> {
  const { servers } = z.object({ servers: z.array(z.object({ 'OS-EXT-STS:task_state': z.string().nullable() })) }).parse(await ask('GET', '/compute/v2.1/servers/detail'))
  return servers.flatMap(server => server['OS-EXT-STS:task_state'] ?? [])
}

async function empty (ask: Ask): Promise<void> {
  const until = performance.now() + patienceMs
  for (;;) {
    const { servers } = z.object({ servers: rows }).parse(await ask('GET', '/compute/v2.1/servers'))
    if (servers.length === 0) break
    if (performance.now() > until) throw new Error('the servers of an earlier test stay')
    for (const { id } of servers) await ask('DELETE', `/compute/v2.1/servers/${id}`)
    await pause()
  }
  const { images } = z.object({ images: rows }).parse(await ask('GET', '/image/v2/images?image_type=snapshot'))
  for (const { id } of images) await ask('DELETE', `/image/v2/images/${id}`)
}

async function freeAddress (ask: Ask, network: string): Promise<string> {
  const known = z.object({ floatingips: z.array(z.object({ floating_ip_address: z.string() })) }).parse(await ask('GET', '/network/v2.0/floatingips'))
  const [first] = known.floatingips
  if (first !== undefined) return first.floating_ip_address
  const made = await ask('POST', '/network/v2.0/floatingips', { floatingip: { floating_network_id: network } })
  return z.object({ floatingip: z.object({ floating_ip_address: z.string() }) }).parse(made).floatingip.floating_ip_address
}
