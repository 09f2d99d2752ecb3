import t from 'tap'
import { failureOfStatus, refused } from '../../src/upstream/read.ts'
import type { HttpResponse } from '../../src/upstream/http.ts'

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({ status, headers, text: '' })

t.test('an endpoint that the provider has removed is not supported, and no missing server', async t => {
  t.equal(failureOfStatus(410), 'unsupported')
  t.equal(refused(answer(410)).failure, 'unsupported')
  t.equal(failureOfStatus(404), 'not-found')
})

t.test('the provider\'s id of a request is taken from whichever header has it', async t => {
  for (const name of ['x-request-id', 'x-correlation-id', 'x-openstack-request-id', 'x-compute-request-id', 'request-id']) {
    t.equal(refused(answer(500, { [name]: 'req-1' })).options.requestId, 'req-1', name)
  }
  t.equal(refused(answer(500, { 'x-request-id': '', 'x-correlation-id': 'req-2' })).options.requestId, 'req-2', 'an empty one does not count')
  t.equal(refused(answer(500)).options.requestId, undefined)
})
