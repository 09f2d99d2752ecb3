import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { createSingleFlight } from '../../src/reads/single-flight.ts'

setFlagsFromString('--expose-gc')
const collectYoung: () => void = (gc => () => { gc({ type: 'minor' }) })(runInNewContext('gc'))

t.test('an answer does not outlive its flight until a full collection', async t => {
  const { signal } = new AbortController()
  const flights = createSingleFlight<string>()
  let number = 0
  /** A few flights at a time, with an answer of 100 kB each. */
  const fly = async (): Promise<void> => {
    await Promise.all(Array.from({ length: 32 }, async () => {
      const key = `key ${number += 1}`
      await flights.join({ key, generation: '', signal }, async () => {
        await null
        return JSON.stringify(key.padEnd(100_000))
      })
    }))
  }
  const used = (): number => {
    collectYoung()
    collectYoung()
    return getHeapStatistics().used_heap_size / 2 ** 20
  }
  await fly()
  const before = used()
  for (let time = 0; time < 20; time += 1) {
    await fly()
    collectYoung()
  }
  t.ok(used() - before < 20, `${Math.round(used() - before)} MiB are left of 61`)
})
