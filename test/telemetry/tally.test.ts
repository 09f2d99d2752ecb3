import { Registry } from 'prom-client'
import t from 'tap'
import { createTally } from '../../src/telemetry/tally.ts'

t.test('counts by the values of the labels, and the counts last when they are read again', async t => {
  const registry = new Registry()
  const tally = createTally({ name: 'calls_total', help: 'Calls', labelNames: ['account', 'status'], registers: [registry] })
  const lines = async (): Promise<string[]> => (await registry.metrics()).split('\n').filter(line => line.startsWith('calls_total')).sort()
  t.same(await lines(), [], 'no series before the first count')
  tally.add('a', 200)
  tally.add('a', 200)
  tally.add('a', 404)
  tally.add('', 200)
  const first = ['calls_total{account="",status="200"} 1', 'calls_total{account="a",status="200"} 2', 'calls_total{account="a",status="404"} 1']
  t.same(await lines(), first)
  t.same(await lines(), first)
  tally.add('a', 404)
  t.match(await lines(), [first[0], first[1], 'calls_total{account="a",status="404"} 2'])
})
