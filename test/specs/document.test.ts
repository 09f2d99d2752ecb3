import t from 'tap'
import { createCheck } from './document.ts'
import { deviations } from './deviations.ts'

const name = { type: 'string', minLength: 2 }
const machine = { type: 'object', required: ['id', 'name', 'owner'], properties: { id: { type: 'integer' }, name, owner: { type: 'string', nullable: true }, made: { type: 'string', format: 'date-time' } } }
const json = (schema: object): object => ({ 'application/json': { schema } })
const check = createCheck({
  openapi: '3.0.3',
  components: {
    schemas: { machine, stop: { type: 'object', required: ['type'], properties: { type: name, force: { type: 'boolean' } } }, grow: { type: 'object', required: ['type', 'size'], properties: { type: name, size: { type: 'integer' } } } },
    parameters: { page: { name: 'page', in: 'query', schema: { type: 'integer', minimum: 1 } } },
    responses: { one: { description: 'one', content: json({ $ref: '#/components/schemas/machine' }) } }
  },
  paths: {
    '/machines': {
      get: {
        parameters: [{ $ref: '#/components/parameters/page' }, { name: 'id', in: 'query', required: true, schema: { type: 'array', items: { type: 'integer' } } }],
        responses: { 200: { description: 'all', content: json({ type: 'array', items: { $ref: '#/components/schemas/machine' } }) } }
      }
    },
    '/machines/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }], responses: { 200: { $ref: '#/components/responses/one' }, '4xx': { description: 'no', content: json({ type: 'object', required: ['code'] }) } } } },
    '/machines/actions': {
      post: {
        requestBody: {
          required: true,
          content: json({ oneOf: [{ $ref: '#/components/schemas/stop' }, { $ref: '#/components/schemas/grow' }], discriminator: { propertyName: 'type', mapping: { stop: '#/components/schemas/stop', grow: '#/components/schemas/grow' } } })
        },
        responses: { 204: { description: 'done' } }
      }
    }
  }
})

const ask = (method: string, path: string, { body, reply, status = 200 }: { body?: object, reply?: unknown, status?: number } = {}) => {
  const [place = '', query = ''] = path.split('?')
  return check({ method, path: place, query: new URLSearchParams(query), body: body === undefined ? '' : JSON.stringify(body) }, { status, ...(reply === undefined ? {} : { body: reply }) })
}
const good = { id: 1, name: 'web', owner: null, made: '2026-01-30T23:55:00Z' }

t.test('an exchange as the document has it deviates in nothing', async t => {
  t.same(ask('GET', '/machines?id=1&id=2&page=2', { reply: [good] }), { operation: 'GET /machines', deviations: [] })
  t.same(ask('GET', '/machines/7', { reply: good }), { operation: 'GET /machines/{id}', deviations: [] })
  t.same(ask('GET', '/machines/7', { status: 404, reply: { code: 'x' } }).deviations, [])
  t.same(ask('POST', '/machines/actions', { body: { type: 'stop', force: true }, status: 204 }), { operation: 'POST /machines/actions', deviations: [] })
  t.same(ask('POST', '/machines/actions', { body: { type: 'grow', size: 1 }, status: 204 }).deviations, [])
})

t.test('what the adapter sends beyond the document is named', async t => {
  t.same(ask('PUT', '/machines/7').deviations, ['PUT /machines/*: the document has no such operation'])
  t.same(ask('GET', '/machines?page=0&colour=red', { reply: [] }).deviations, ['GET /machines request: query.colour is not declared', 'GET /machines request: query.page must be >= 1', 'GET /machines request: query.id is required'])
  t.same(ask('GET', '/machines?id=x', { reply: [] }).deviations, ['GET /machines request: query.id.* must be integer'])
  t.same(ask('GET', '/machines/seven', { reply: good }).deviations, ['GET /machines/{id} request: path.id must be integer'])
  t.same(ask('GET', '/machines/7', { body: {}, reply: good }).deviations, ['GET /machines/{id} request: body is not declared'])
  t.same(ask('POST', '/machines/actions', { status: 204 }).deviations, ['POST /machines/actions request: body is required'])
  for (const body of [{ type: 'grow' }, { type: 'stop', size: 1 }, { type: 'fly' }, { force: true }]) {
    t.ok(ask('POST', '/machines/actions', { body, status: 204 }).deviations.length > 0, JSON.stringify(body))
  }
})

t.test('what the simulator answers beyond the document is named', async t => {
  t.same(ask('GET', '/machines?id=1', { reply: [good, { ...good, name: 'x', owner: 5 }] }).deviations.map(text => text.replace('GET /machines ', '')),
    ['200: body.*.name must NOT have fewer than 2 characters', '200: body.*.owner must be string', '200: body.*.owner must match a schema in anyOf'])
  t.same(ask('GET', '/machines/7', { reply: { ...good, made: 'yesterday' } }).deviations, ['GET /machines/{id} 200: body.made must match format "date-time"'])
  t.same(ask('GET', '/machines/7', { status: 500 }).deviations, ['GET /machines/{id} 500: the status is not declared'])
  t.same(ask('POST', '/machines/actions', { body: { type: 'stop' }, status: 204, reply: {} }).deviations, ['POST /machines/actions 204: body is not declared'])
  t.ok(ask('GET', '/machines/7').deviations.length > 0, 'no body is no machine')
})

t.test('each deviation that is explained has its reason', async t => {
  t.same(deviations.filter(({ reason }) => !/^[A-Z].{30,}\.$/s.test(reason)), [])
})
