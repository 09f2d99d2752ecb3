import t from 'tap'
import type { List, PageRequest } from '../../src/adapters/verbs.ts'
import { compareNumericIds, compareText } from '../../src/domain/compare.ts'
import { GatewayError, UpstreamError } from '../../src/domain/failure.ts'
import type { FilterName, Seen, SortOrder } from '../../src/domain/list.ts'
import type { ServerFacts, ServerStatus } from '../../src/domain/server.ts'
import { createCursors, type Position } from '../../src/reads/cursor.ts'
import { readPage } from '../../src/reads/read-page.ts'
import { walk } from '../../src/reads/walk.ts'
import { serverFacts } from '../helpers/facts.ts'

const row = (id: string, facts: Partial<ServerFacts> = {}, missing?: readonly FilterName[]): Seen =>
  ({ server: serverFacts(id, 'running', facts), raw: { id }, ...(missing === undefined ? {} : { missing }) })

const ids = (rows: readonly Seen[]): string[] => rows.map(({ server }) => server.id)
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

interface Vendor extends List { rows: Seen[], readonly requests: PageRequest[], onRequest: (count: number) => void }

/** A vendor that pages by offset over rows which the test may change between two pages. */
function offsetVendor (rows: Seen[], pageSize: number, options: Partial<List> = {}): Vendor {
  const vendor: Vendor = {
    evidence: 'documented',
    paging: 'offset',
    pageSize,
    ordered: false,
    compareIds: compareNumericIds,
    rows,
    requests: [],
    onRequest: () => {},
    run: async request => {
      vendor.requests.push(request)
      vendor.onRequest(vendor.requests.length)
      const page = vendor.rows.slice(request.offset, request.offset + request.limit)
      return { rows: page, start: request.offset, last: request.offset + page.length >= vendor.rows.length, total: vendor.rows.length }
    },
    ...options
  }
  return vendor
}

/** A vendor that pages by key, in order of ids. */
function keyVendor (count: number, pageSize: number): Vendor {
  const vendor: Vendor = {
    evidence: 'documented',
    paging: 'key',
    pageSize,
    ordered: true,
    compareIds: compareNumericIds,
    rows: numbers(1, count).map(id => row(id)),
    requests: [],
    onRequest: () => {},
    run: async request => {
      vendor.requests.push(request)
      const after = vendor.rows.filter(({ server }) => request.after === null || compareNumericIds(server.id, request.after) > 0)
      const page = after.slice(0, request.limit)
      return { rows: page, start: 0, last: page.length < request.limit, total: null }
    }
  }
  return vendor
}

async function walkAll (list: List): Promise<string[]> {
  const found: string[] = []
  for await (const step of walk(list, { filters: {}, after: null, limit: list.pageSize })) found.push(...ids(step.rows))
  return found
}

async function readAll (list: List, sort: SortOrder, limit: number, between: () => void = () => {}): Promise<string[]> {
  const found: string[] = []
  let after: Position | null = null
  do {
    const page = await readPage(list, { filters: {}, sort, limit, after })
    found.push(...ids(page.rows))
    after = page.next
    between()
  } while (after !== null && found.length < 10_000)
  return found
}

async function failureOf (work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return error instanceof UpstreamError ? error.failure : String(error)
  }
}

t.test('a walk returns every row once, whatever the page size', async t => {
  for (const [count, size] of [[0, 5], [1, 5], [5, 5], [6, 5], [11, 2], [7, 1], [230, 200]] as const) {
    t.same((await walkAll(offsetVendor(numbers(1, count).map(id => row(id)), size))).sort(compareNumericIds), numbers(1, count), `${count} rows by ${size}`)
    t.same(await walkAll(keyVendor(count, size)), numbers(1, count), `${count} rows by ${size}, by key`)
  }
})

t.test('rows deleted between two pages hide no row that stayed', async t => {
  for (const gone of [1, 3, 9, 10]) {
    const vendor = offsetVendor(numbers(1, 40).map(id => row(id)), 10)
    vendor.onRequest = count => { if (count === 2) vendor.rows = vendor.rows.slice(gone) }
    const found = await walkAll(vendor)
    t.same(numbers(gone + 1, 40).filter(id => !found.includes(id)), [], `${gone} rows deleted`)
    t.equal(new Set(found).size, found.length, 'none twice')
  }
})

t.test('rows inserted at the front between two pages repeat no row', async t => {
  const vendor = offsetVendor(numbers(1, 30).map(id => row(id)), 10)
  vendor.onRequest = count => { if (count === 2) vendor.rows = [...numbers(100, 115).map(id => row(id)), ...vendor.rows] }
  const found = await walkAll(vendor)
  t.same(numbers(1, 30).filter(id => !found.includes(id)), [])
  t.equal(new Set(found).size, found.length)
})

t.test('a list that does not end or advance is malformed, not endless', async t => {
  const stuck = keyVendor(10, 3)
  t.equal(await failureOf(walkAll({ ...stuck, run: async () => ({ rows: [row('1'), row('2')], start: 0, last: false, total: null }) })), 'malformed')
})

/** A vendor that pages by key in an order of its own, newest first, and that refuses the key of a row that is gone. */
function newestFirst (count: number, pageSize: number): Vendor {
  const vendor: Vendor = {
    ...keyVendor(count, pageSize),
    ordered: false,
    rows: numbers(1, count).map(id => row(String(Number(id) * 7919 % 10_007))),
    run: async request => {
      vendor.requests.push(request)
      vendor.onRequest(vendor.requests.length)
      const places = [request.after, ...request.earlier ?? []].map(key => vendor.rows.findIndex(({ server }) => server.id === key))
      const from = (places.find(place => place >= 0) ?? -1) + 1
      const page = vendor.rows.slice(from, from + request.limit)
      return { rows: page, start: 0, last: from + page.length >= vendor.rows.length, total: null }
    }
  }
  return vendor
}

t.test('a list by key in the vendor\'s own order is read to its end, each row once', async t => {
  const vendor = newestFirst(43, 5)
  t.same(await walkAll(vendor), ids(vendor.rows))
  t.equal(vendor.requests.length, 9)
  t.same(vendor.requests.at(1)?.earlier, ids(vendor.rows).slice(0, 4).reverse(), 'the other rows of the page are named, nearest first')
})

t.test('rows that are deleted while a list is read by key, the last of a page included, hide no other row', async t => {
  for (const gone of [1, 3, 5]) {
    const vendor = newestFirst(40, 5)
    const stay = ids(vendor.rows).filter((_, index) => index < 10 - gone || index >= 10)
    vendor.onRequest = count => { if (count === 3) vendor.rows = vendor.rows.filter((_, index) => index < 10 - gone || index >= 10) }
    const found = await walkAll(vendor)
    t.same(stay.filter(id => found.filter(one => one === id).length !== 1), [], `${gone} rows deleted`)
  }
})

t.test('pages that cannot overlap are read edge to edge', async t => {
  const vendor = offsetVendor(numbers(1, 43).map(id => row(id)), 20)
  const aligned: List = {
    ...vendor,
    run: async request => {
      const page = await vendor.run({ ...request, offset: Math.floor(request.offset / 20) * 20, limit: 20 })
      return { ...page, aligned: true }
    }
  }
  t.same(await walkAll(aligned), numbers(1, 43))
  t.same(vendor.requests.map(({ offset }) => offset), [0, 20, 40])
})

t.test('a list whose pages bring nothing new ends soon, as malformed', async t => {
  const same = offsetVendor(numbers(1, 5).map(id => row(id)), 5)
  same.run = async request => { same.requests.push(request); return { rows: same.rows, start: request.offset, last: false, total: null } }
  t.equal(await failureOf(walkAll(same)), 'malformed')
  t.ok(same.requests.length <= 30, `${same.requests.length} calls`)
  // The first page, then always one that meets nothing known: steps back without end.
  const apart = offsetVendor([], 5)
  apart.run = async request => {
    apart.requests.push(request)
    return { rows: numbers(request.offset === 0 ? 1 : 11, request.offset === 0 ? 5 : 15).map(id => row(id)), start: request.offset, last: false, total: null }
  }
  t.equal(await failureOf(walkAll(apart)), 'malformed')
  t.ok(apart.requests.length <= 30, `${apart.requests.length} calls`)
})

t.test('whatever is created and deleted during a walk over our pages, a row that stays is returned exactly once', async t => {
  let seed = 7
  const random = (below: number): number => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed % below }
  for (const sort of ['id', '-id', 'name', '-name', 'created_at'] as const) {
    for (const vendor of [offsetVendor([], 7), offsetVendor([], 5, { ordered: false }), keyVendor(0, 6)]) {
      const make = (id: string): Seen => row(id, { created_at: random(3) === 0 ? null : new Date(random(1e9) * 1000).toISOString() })
      vendor.rows = numbers(100, 150).map(make)
      const stays = new Set(ids(vendor.rows))
      let next = 151
      const found = await readAll(vendor, sort, 4, () => {
        const victim = vendor.rows[random(vendor.rows.length)]?.server.id ?? ''
        stays.delete(victim)
        const left = vendor.rows.filter(({ server }) => server.id !== victim)
        // Vendors by offset put new rows in front, as most panels do; key paging keeps the order of ids.
        vendor.rows = vendor.paging === 'key' ? [...left, make(String(next++))] : [make(String(next++)), ...left]
      })
      t.same([...stays].filter(id => found.filter(one => one === id).length !== 1), [], `${sort}, ${vendor.paging} by ${vendor.pageSize}`)
    }
  }
})

t.test('each sort order is kept over pages, ids in their own order', async t => {
  const rows = ['9', '10', '2', '33', '1'].map(id => row(id))
  t.same(await readAll(offsetVendor([...rows], 2), 'id', 2), ['1', '2', '9', '10', '33'])
  t.same(await readAll(offsetVendor([...rows], 2), '-id', 2), ['33', '10', '9', '2', '1'])
  t.same(await readAll(offsetVendor([...rows], 2, { compareIds: compareText }), 'id', 2), ['1', '10', '2', '33', '9'])
  const named = [row('1', { name: 'b' }), row('2', { name: 'a' }), row('3', { name: 'b' }), row('4', { name: '\u{1f600}' }), row('5', { name: '\uffee' })]
  t.same(await readAll(offsetVendor(named, 2), 'name', 2), ['2', '1', '3', '5', '4'], 'code points, not UTF-16 units; ids between equals')
  const dated = [row('1', { created_at: '2026-01-02T00:00:00Z' }), row('2'), row('3', { created_at: '2026-01-01T23:59:59.999Z' })]
  t.same(await readAll(offsetVendor(dated, 2), 'created_at', 1), ['2', '3', '1'])
})

t.test('non-numeric ids come after numeric ones', async t => {
  t.same(['b', '10', 'a', '9', '123456789012345678901'].sort(compareNumericIds), ['9', '10', '123456789012345678901', 'a', 'b'])
})

t.test('a list in order of ids is read no further than the page needs', async t => {
  const vendor = keyVendor(500, 200)
  const page = await readPage(vendor, { filters: {}, sort: 'id', limit: 50, after: { value: null, id: '100' } })
  t.same(ids(page.rows), numbers(101, 150))
  t.equal(vendor.requests.length, 1)
  t.match(vendor.requests[0], { after: '100', limit: 51 })
  t.same(page.next, { value: null, id: '150' })
})

t.test('a vendor that breaks its promised order loses no row', async t => {
  const vendor = offsetVendor(['5', '1', '4', '2', '3'].map(id => row(id)), 2, { ordered: true })
  t.same(await readAll(vendor, 'id', 2), ['1', '2', '3', '4', '5'])
})

t.test('the total is returned only after everything was read', async t => {
  t.equal((await readPage(offsetVendor(numbers(1, 9).map(id => row(id)), 4), { filters: {}, sort: 'id', limit: 2, after: null })).total, 9)
  t.equal((await readPage(offsetVendor(numbers(1, 9).map(id => row(id, { status: id === '3' ? 'stopped' : 'running' })), 4), { filters: { status: new Set<ServerStatus>(['stopped']) }, sort: 'id', limit: 2, after: null })).total, 1)
  t.equal((await readPage(keyVendor(9, 4), { filters: {}, sort: 'id', limit: 2, after: null })).total, null)
  t.equal((await readPage(keyVendor(9, 20), { filters: {}, sort: 'id', limit: 20, after: null })).total, 9)
})

t.test('every filter selects what it names', async t => {
  const rows = [
    row('10', { name: 'Web', status: 'stopped', tags: ['env=prod'], region: { id: 'fra', name: 'Frankfurt' }, owner: { id: 'o1', name: null }, addresses: [{ address: '2001:db8::1', family: 6, scope: 'public', prefix_length: null, gateway: null, primary: true }] }),
    row('11', { name: 'db' })
  ]
  const found = async (filters: Parameters<typeof readPage>[1]['filters']): Promise<string[]> => ids((await readPage(offsetVendor(rows, 5), { filters, sort: 'id', limit: 5, after: null })).rows)
  t.same(await found({ status: new Set<ServerStatus>(['stopped', 'error']) }), ['10'])
  t.same(await found({ name: 'Web' }), ['10'])
  t.same(await found({ name: 'web' }), [], 'the name is exact')
  t.same(await found({ q: 'wE' }), ['10'])
  t.same(await found({ q: '11' }), ['11'])
  t.same(await found({ q: '2001:DB8' }), ['10'])
  t.same(await found({ ip: '2001:0db8:0:0::0001' }), ['10'], 'one address has many spellings')
  t.same(await found({ region: 'fra' }), ['10'])
  t.same(await found({ owner: 'o1' }), ['10'])
  t.same(await found({ tag: 'env=prod' }), ['10'])
  t.same(await found({ tag: 'env' }), [])
})

t.test('rows with missing parts cost one further call each, and only for the rows shown', async t => {
  const looked: string[] = []
  const rows = numbers(1, 30).map(id => row(id, { status: 'unknown' }, ['status']))
  const vendor = offsetVendor(rows, 100, {
    paging: 'whole',
    hydrate: async seen => { looked.push(seen.server.id); return row(seen.server.id, { status: Number(seen.server.id) % 10 === 0 ? 'stopped' : 'running' }) }
  })
  const page = await readPage(vendor, { filters: {}, sort: 'id', limit: 5, after: null })
  t.same(page.rows.map(({ server }) => server.status), ['running', 'running', 'running', 'running', 'running'])
  t.same(looked, ['1', '2', '3', '4', '5'])
  looked.length = 0
  const stopped = await readPage(vendor, { filters: { status: new Set<ServerStatus>(['stopped']) }, sort: 'id', limit: 1, after: null })
  t.same(ids(stopped.rows), ['10'])
  const second = await readPage(vendor, { filters: { status: new Set<ServerStatus>(['stopped']) }, sort: 'id', limit: 5, after: stopped.next })
  t.same(ids(second.rows), ['20', '30'])
  t.equal(second.next, null)
})

t.test('at most five rows are hydrated at once', async t => {
  let running = 0
  let most = 0
  const vendor = offsetVendor(numbers(1, 30).map(id => row(id, {}, ['status'])), 100, {
    paging: 'whole',
    hydrate: async seen => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setTimeout(resolve, 2))
      running -= 1
      return seen
    }
  })
  await readPage(vendor, { filters: {}, sort: 'id', limit: 30, after: null })
  t.equal(most, 5)
})

t.test('a row that vanishes before it is hydrated is left out; a forbidden one stays unknown; other failures fail the list', async t => {
  const vendor = (failure: 'not-found' | 'forbidden' | 'unavailable'): Vendor => offsetVendor(['1', '2'].map(id => row(id, { status: 'unknown' }, ['status'])), 100, {
    paging: 'whole',
    hydrate: async seen => {
      if (seen.server.id === '1') throw new UpstreamError(failure, 'no')
      return row(seen.server.id, { status: 'running' })
    }
  })
  const read = async (list: List): Promise<Array<[string, string]>> => (await readPage(list, { filters: {}, sort: 'id', limit: 5, after: null })).rows.map(({ server }) => [server.id, server.status])
  t.same(await read(vendor('not-found')), [['2', 'running']])
  t.same((await read(vendor('forbidden')))[0], ['1', 'unknown'])
  t.equal(await failureOf(read(vendor('unavailable'))), 'unavailable')
})

t.test('a foreign, altered or broken cursor is refused', async t => {
  const cursors = createCursors([Buffer.alloc(32, 1)])
  const cursor = cursors.write({ value: 'web', id: '42' }, 'account a, by name')
  t.same(cursors.read(cursor, 'account a, by name'), { value: 'web', id: '42' })
  const bad = (text: string, bound = 'account a, by name'): void => { t.throws(() => cursors.read(text, bound), GatewayError) }
  bad(cursor, 'account b, by name')
  bad('')
  bad('AAAA')
  bad('💥')
  for (let at = 0; at < cursor.length; at += 1) bad(cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1))
  t.throws(() => createCursors([Buffer.alloc(32, 2)]).read(cursor, 'account a, by name'))
  t.same(createCursors([Buffer.alloc(32, 2), Buffer.alloc(32, 1)]).read(cursor, 'account a, by name').id, '42', 'an older secret still reads')
})
