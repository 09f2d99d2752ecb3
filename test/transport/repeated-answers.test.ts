import t from 'tap'
import { z } from 'zod'
import { createRepeatedAnswers } from '../../src/transport/repeated-answers.ts'

const schema: z.ZodType<string[]> = z.array(z.string())

/** With memory of its own, as an answer from the network has. */
const bytesOf = (rows: readonly string[]): Buffer => Buffer.from(new TextEncoder().encode(JSON.stringify(rows)).buffer)

/** Rows of more than four kilobytes, the last of them `last`. */
const rowsTo = (last: string): string[] => [...Array.from({ length: 500 }, (_, index) => `row ${index}`), last]

function openReader (maxBytes = 1024 * 1024) {
  const repeatedAnswers = createRepeatedAnswers(maxBytes)
  const counts = { read: 0, repeated: 0 }
  const read = (rows: readonly string[], { key = 'key', reader = schema } = {}) => repeatedAnswers({
    key,
    reader,
    bytes: bytesOf(rows),
    read: () => {
      counts.read += 1
      return reader.parse(rows)
    },
    onRepeated: () => { counts.repeated += 1 }
  })
  return { read, counts, repeatedAnswers }
}

t.test('an answer that repeats the last one byte for byte is not read again, and its value is the same object', async t => {
  const { read, counts } = openReader()
  await read(rowsTo('a'))
  await read(rowsTo('a'))
  const third = await read(rowsTo('a'))
  t.equal(await read(rowsTo('a')), third)
  t.same(counts, { read: 3, repeated: 1 }, 'what is requested once is not kept')
})

t.test('an answer that differs in one byte is read, and replaces the last one', async t => {
  const { read, counts } = openReader()
  for (let count = 0; count < 3; count += 1) await read(rowsTo('a'))
  t.equal((await read(rowsTo('b'))).at(-1), 'b')
  t.equal((await read(rowsTo('a'))).at(-1), 'a')
  t.same(counts, { read: 5, repeated: 0 })
})

t.test('another request or another reader never gets the value', async t => {
  const { read, counts } = openReader()
  for (let count = 0; count < 3; count += 1) await read(rowsTo('a'))
  await read(rowsTo('a'), { key: 'another' })
  t.equal((await read(rowsTo('a'), { reader: z.array(z.string().transform(row => `${row}!`)) })).at(-1), 'a!')
  t.same(counts, { read: 5, repeated: 0 })
})

t.test('short answers are read each time', async t => {
  const { read, counts } = openReader()
  for (let count = 0; count < 3; count += 1) await read(['a'])
  t.same(counts, { read: 3, repeated: 0 })
})

t.test('answers that alternate are read each time', async t => {
  const { read, counts } = openReader()
  for (const last of ['a', 'b', 'a', 'b', 'a']) t.equal((await read(rowsTo(last))).at(-1), last)
  t.same(counts, { read: 5, repeated: 0 })
})

t.test('memory is bounded: while there is no room, one answer of 16 displaces the one that was used least recently', async t => {
  const { read, counts } = openReader(Math.ceil(4 * 5.5 * JSON.stringify(rowsTo('a')).length))
  const readAll = async (keys: string): Promise<number> => {
    const { repeated } = counts
    for (const key of keys) await read(rowsTo('a'), { key })
    return counts.repeated - repeated
  }
  await readAll('111222333444')
  t.equal(await readAll('1234'), 4, 'there is room for four')
  t.equal(await readAll('1'), 1)
  t.equal(await readAll('5'.repeat(17)), 0)
  t.equal(await readAll('1234'), 4, 'the fifth has displaced none')
  t.equal(await readAll('1'), 1)
  await readAll('5'.repeat(16))
  t.equal(await readAll('51'), 2)
  t.equal(await readAll('2'), 0, 'it was used least recently')
})

t.test('a long answer that is read in turns is kept when it has been read; one that cannot be read is not', async t => {
  const { repeatedAnswers } = openReader()
  const inTurns = async (_payload: unknown): Promise<string[]> => []
  let count = 0
  const read = async () => await repeatedAnswers({ key: 'k', reader: inTurns, bytes: bytesOf(rowsTo('a')), onRepeated: () => {}, read: async () => { if (++count === 1) throw new Error('torn'); return [String(count)] } })
  await t.rejects(read(), 'torn')
  t.same(await read(), ['2'])
  t.same(await read(), ['3'])
  t.same(await read(), ['3'])
})
