import { readFileSync } from 'node:fs'
import { parseXml } from '../src/upstream/xml.ts'

/** Reads one document several times; a timer that is always due shows for how long nothing else could run. */
const text = readFileSync(process.argv[2] ?? '', 'utf8')
const longestMs: number[] = []
const totalMs: number[] = []
for (let round = 0; round < 6; round += 1) {
  let last = performance.now()
  let longest = 0
  let isDone = false
  const tick = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!isDone) setImmediate(tick)
  }
  setImmediate(tick)
  const begun = performance.now()
  const value = await parseXml(text, { item: 'item', skip: ['response.debug', 'response.servers.item.supportedfeatures'] })
  if (value === undefined) throw new Error('the document is refused')
  isDone = true
  await new Promise(resolve => { setImmediate(resolve) })
  // The first round compiles the reader.
  if (round > 0) { longestMs.push(longest); totalMs.push(performance.now() - begun) }
}
process.stdout.write(JSON.stringify({ megabytes: text.length / 1e6, longestMs, totalMs }))
