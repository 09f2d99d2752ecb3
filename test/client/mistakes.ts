import { createClient, dataOf, type Operation, type ProblemError } from 'hawser/client'

/** Each of these lines must fail to compile: the compiler reports an expected error that does not occur. Never run. */
export async function mistakes (problem: ProblemError, operation: Operation): Promise<void> {
  const hawser = createClient({ baseUrl: 'http://127.0.0.1:8080' })
  const path = { account: 'vm6', id: '42' }

  // @ts-expect-error: the address of the gateway is required
  createClient({ key: 'k' })
  // @ts-expect-error: unknown path
  await hawser.GET('/v1/{account}/server', { params: { path: { account: 'vm6' } } })
  // @ts-expect-error: the path has no such method
  await hawser.PUT('/v1/{account}/servers', { params: { path: { account: 'vm6' } } })
  // @ts-expect-error: the account is missing
  await hawser.GET('/v1/{account}/servers')
  // @ts-expect-error: unknown filter
  hawser.servers('vm6', { state: 'running' })
  // @ts-expect-error: unknown sort order
  hawser.servers('vm6', { sort: 'cpus' })
  // @ts-expect-error: the generator sets the cursor
  hawser.servers('vm6', { cursor: 'c' })
  // @ts-expect-error: unknown query parameter
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path, query: { dryrun: true } } })
  // @ts-expect-error: unknown member of a stop
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path }, body: { forced: true } })
  // @ts-expect-error: misspelled member of a create
  await hawser.POST('/v1/{account}/servers', { params: { path: { account: 'vm6' } }, body: { name: 'a', image: 'b', memory_mb: 1 } })
  // @ts-expect-error: unknown path parameter
  await hawser.GET('/v1/{account}/servers', { params: { path: { account: 'vm6', id: '42' } } })
  // @ts-expect-error: misspelled header
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path, header: { 'Idempotence-Key': 'k' } } })
  // @ts-expect-error: a resize requires a body
  await hawser.POST('/v1/{account}/servers/{id}/resize', { params: { path } })
  // @ts-expect-error: misspelled member of a new server
  await hawser.createServer('vm6', { name: 'a', image: 'debian-12', memory_mb: 1024 }, 'key')
  // @ts-expect-error: a new server requires an image
  await hawser.createServer('vm6', { name: 'a' }, 'key')
  // @ts-expect-error: a create requires an idempotency key
  await hawser.createServer('vm6', { name: 'a', image: 'debian-12' })
  // @ts-expect-error: misspelled member of a response
  String(dataOf(await hawser.GET('/v1/{account}/servers/{id}', { params: { path } })).memory)
  // @ts-expect-error: data may be undefined
  String((await hawser.GET('/v1/{account}/servers/{id}', { params: { path } })).data.name)
  // @ts-expect-error: operations have no such status
  if (operation.status === 'done') return
  // @ts-expect-error: unknown problem type
  if (problem.problem.type === '/problems/not-there') return
  // @ts-expect-error: only the result of a write can be followed
  await hawser.follow({ id: 'op_1' })
}
