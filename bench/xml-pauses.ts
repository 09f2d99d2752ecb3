import { readFileSync } from 'node:fs'
import { parseXmlInTurns } from '../src/upstream/xml.ts'

/**
 * Reads one document several times; work that is always due shows for how long nothing else could run. CPU time, so that other processes
 * on the core do not count.
 */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const text = readFileSync(process.argv[2] ?? '', 'utf8')
const longestMs: number[] = []
const totalMs: number[] = []
for (let round = 0; round < 6; round += 1) {
  let last = cpuMs()
  let longest = 0
  let isDone = false
  const tick = (): void => {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
    if (!isDone) setImmediate(tick)
  }
  setImmediate(tick)
  const begun = cpuMs()
  const value = await parseXmlInTurns(text, { item: 'item', skip: ['response.debug', 'response.servers.item.supportedfeatures'] })
  if (value === undefined) throw new Error('the document is refused')
  isDone = true
  await new Promise(resolve => { setImmediate(resolve) })
  // The first round compiles the reader.
  if (round > 0) { longestMs.push(longest); totalMs.push(cpuMs() - begun) }
}
process.stdout.write(JSON.stringify({ megabytes: text.length / 1e6, longestMs, totalMs }))
