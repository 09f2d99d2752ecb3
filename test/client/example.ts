import { createClient, dataOf, ProblemError } from 'hawser/client'

export interface Target {
  readonly baseUrl: string
  readonly key: string
  readonly account: string
}

/** Lists the servers, buys one, stops it, and requests one that does not exist. Prints a line for each step. */
export async function example ({ baseUrl, key, account }: Target, print: (line: string) => void): Promise<void> {
  const hawser = createClient({ baseUrl, key })

  for await (const server of hawser.servers(account, { sort: 'name' })) print(`${server.name} is ${server.status}`)

  // Repeated with the same key after any failure, this buys no second server.
  const ordered = await hawser.createServer(account, {
    name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1'
  }, 'order-4711')
  const created = await hawser.follow(ordered)
  print(`create ${created.status}`)
  if (created.status !== 'succeeded' || created.server_id === null) return

  const path = { account, id: created.server_id }
  const stopped = await hawser.follow(dataOf(await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path, header: { 'Idempotency-Key': 'stop-4711' } } })))
  print(`stop ${stopped.status}`)
  print(`it is ${dataOf(await hawser.GET('/v1/{account}/servers/{id}', { params: { path } })).status}`)

  try {
    dataOf(await hawser.GET('/v1/{account}/servers/{id}', { params: { path: { account, id: 'kvm999999' } } }))
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    print(`${error.problem.type}, retryable: ${error.problem.retryable}`)
  }
}
