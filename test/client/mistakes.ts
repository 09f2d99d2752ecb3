import { createClient, dataOf, type Operation, type ProblemError } from 'hawser/client'

/** None of this compiles: were one of the mistakes let through, the mark above it would be an error. It is never run. */
export async function mistakes (problem: ProblemError, operation: Operation): Promise<void> {
  const hawser = createClient({ baseUrl: 'http://127.0.0.1:8080' })
  const path = { account: 'vm6', id: '42' }

  // @ts-expect-error: the gateway's address is needed
  createClient({ key: 'k' })
  // @ts-expect-error: a path that there is not
  await hawser.GET('/v1/{account}/server', { params: { path: { account: 'vm6' } } })
  // @ts-expect-error: a method that the path does not have
  await hawser.PUT('/v1/{account}/servers', { params: { path: { account: 'vm6' } } })
  // @ts-expect-error: a path without its account
  await hawser.GET('/v1/{account}/servers')
  // @ts-expect-error: a filter that there is not
  hawser.servers('vm6', { state: 'running' })
  // @ts-expect-error: an order that there is not
  hawser.servers('vm6', { sort: 'cpus' })
  // @ts-expect-error: the cursor is the generator's own
  hawser.servers('vm6', { cursor: 'c' })
  // @ts-expect-error: a parameter of another path
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path, query: { dryrun: true } } })
  // @ts-expect-error: a member that a stop does not take
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path }, body: { forced: true } })
  // @ts-expect-error: a mistyped member of a create
  await hawser.POST('/v1/{account}/servers', { params: { path: { account: 'vm6' } }, body: { name: 'a', image: 'b', memory_mb: 1 } })
  // @ts-expect-error: a part of the path that it does not have
  await hawser.GET('/v1/{account}/servers', { params: { path: { account: 'vm6', id: '42' } } })
  // @ts-expect-error: a mistyped header
  await hawser.POST('/v1/{account}/servers/{id}/stop', { params: { path, header: { 'Idempotence-Key': 'k' } } })
  // @ts-expect-error: a resize without a body
  await hawser.POST('/v1/{account}/servers/{id}/resize', { params: { path } })
  // @ts-expect-error: a mistyped member of a server
  await hawser.createServer('vm6', { name: 'a', image: 'debian-12', memory_mb: 1024 }, 'key')
  // @ts-expect-error: a server without an image
  await hawser.createServer('vm6', { name: 'a' }, 'key')
  // @ts-expect-error: a create without a key
  await hawser.createServer('vm6', { name: 'a', image: 'debian-12' })
  // @ts-expect-error: a mistyped member of an answer
  String(dataOf(await hawser.GET('/v1/{account}/servers/{id}', { params: { path } })).memory)
  // @ts-expect-error: data that was not looked at may be missing
  String((await hawser.GET('/v1/{account}/servers/{id}', { params: { path } })).data.name)
  // @ts-expect-error: an end that operations do not have
  if (operation.status === 'done') return
  // @ts-expect-error: a kind of problem that there is not
  if (problem.problem.type === '/problems/not-there') return
  // @ts-expect-error: only what a write answers can be followed
  await hawser.follow({ id: 'op_1' })
}
