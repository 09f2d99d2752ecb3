import fastify from 'fastify'
import { Agent } from 'undici'

/**
 * The floor: what a list costs when it is written by hand. It calls the same provider for the same pages and writes the same bytes as the
 * gateway, without keys, validation, log, metrics, retry and limits.
 */
const [, , portText, upstream = '', cursor = ''] = process.argv

interface Host {
  readonly id: number
  readonly name: string
  readonly state: string
  readonly cpu_number: number
  readonly ram_mib: number
  readonly disk: { readonly disk_mib: number }
  readonly ip4: ReadonlyArray<{ readonly ip: string }>
  readonly os: { readonly id: number } | null
  readonly os_name: string
  readonly cluster: { readonly id: number, readonly name: string }
  readonly account: { readonly id: number, readonly email: string }
  readonly create_date: string
  readonly tags: readonly string[]
  readonly disabled: boolean
  readonly is_protected: boolean
}

interface HostList {
  readonly list: readonly Host[]
  readonly size: number
}

const agent = new Agent({ connections: 16 })
/** The accounts `large-…` have 1000 servers, the others 50; those of `differing-…` differ in each answer. */
const prefixOf = (account: string): string => account.startsWith('large') ? '/1000/0' : account.startsWith('differing') ? '/50u/0' : '/50/0'
const headers = { 'x-xsrf-token': 'floor', accept: 'application/json' }

const read = async (path: string): Promise<string> => await new Promise((resolve, reject) => {
  const chunks: Buffer[] = []
  agent.dispatch({ origin: upstream, path, method: 'GET', headers }, {
    onRequestStart: () => {},
    onResponseStart: () => {},
    onResponseData: (_controller, chunk) => { chunks.push(chunk) },
    onResponseEnd: () => { resolve(Buffer.concat(chunks).toString('utf8')) },
    onResponseError: (_controller, error) => { reject(error) }
  })
})

const actions = ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']

const toServer = (host: Host, account: string, observed: string) => ({
  id: String(host.id),
  account,
  provider: 'vmmanager',
  name: host.name,
  status: host.state === 'active' ? 'running' : 'stopped',
  power: host.state === 'active' ? 'on' : 'off',
  task: null,
  provider_status: host.state,
  observed_at: observed,
  source: 'live',
  cpus: host.cpu_number,
  memory_mib: host.ram_mib,
  disk_gib: host.disk.disk_mib / 1024,
  addresses: host.ip4.map(({ ip }, index) => ({ address: ip, family: 4, scope: 'public', prefix_length: null, gateway: null, primary: index === 0 })),
  image: host.os === null ? null : { id: String(host.os.id), name: host.os_name },
  plan: null,
  region: { id: String(host.cluster.id), name: host.cluster.name },
  owner: { id: String(host.account.id), name: host.account.email },
  created_at: host.create_date.replace(' ', 'T') + 'Z',
  tags: host.tags,
  locked: host.disabled,
  protected: host.is_protected,
  allowed_actions: actions
})

/** The provider's pages after an id, until there is one row more than the page needs. */
async function hostsFor (account: string, limit: number): Promise<HostList> {
  const list: Host[] = []
  let size = 0
  for (let after = 0; list.length <= limit;) {
    const filter = after === 0 ? '' : `where=${encodeURIComponent(`(id GT ${after})`)}&`
    const asked = Math.min(200, limit + 1)
    const page: HostList = JSON.parse(await read(`${prefixOf(account)}/vm/v3/host?${filter}orderby=id+asc&limit=0,${asked}`))
    list.push(...page.list)
    if (size === 0) size = page.size
    if (page.list.length < asked) break
    after = page.list.at(-1)?.id ?? 0
  }
  return { list, size }
}

const app = fastify()
app.get<{ Params: { account: string }, Querystring: { limit?: string } }>('/v1/:account/servers', async (request, reply) => {
  const limit = Number(request.query.limit ?? 50)
  const { list, size } = await hostsFor(request.params.account, limit)
  const observed = new Date().toISOString()
  const data = list.slice(0, limit).map(host => toServer(host, request.params.account, observed))
  const page = { limit, next_cursor: list.length > limit ? cursor : null, total: size }
  return await reply.type('application/json; charset=utf-8').send(JSON.stringify({ data, page }))
})
await app.listen({ port: Number(portText), host: '127.0.0.1' })
