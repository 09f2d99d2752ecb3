import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import t from 'tap'
import { startCrowd } from '../helpers/crowd.ts'
import { openProcesses } from '../helpers/process.ts'

const { serve } = openProcesses(t)

/** Resident memory at its highest since it was last asked for, in MiB. */
function peakMib (pid: number | undefined): number {
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return peak
}

/** What a stream holds, without holding it. */
async function countLines (url: string): Promise<{ servers: number, distinct: number, ok: number, firstMs: number }> {
  const began = performance.now()
  const response = await fetch(url, { headers: { accept: 'application/x-ndjson' } })
  const seen = new Set<string>()
  const told = { servers: 0, distinct: 0, ok: 0, firstMs: 0 }
  let rest = ''
  for await (const chunk of response.body ?? []) {
    if (told.firstMs === 0) told.firstMs = performance.now() - began
    const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, id, account] = /^\{"server":\{"id":"([^"]+)","account":"([^"]+)"/.exec(line) ?? []
      if (id === undefined) told.ok += line.includes('"status":"ok"') ? 1 : 0
      else {
        told.servers += 1
        seen.add(`${account} ${id}`)
      }
    }
  }
  return { ...told, distinct: seen.size }
}

t.test('a hundred thousand servers of fifty accounts take a few megabytes to stream', { skip: process.platform === 'linux' ? false : 'reads /proc' }, async t => {
  const crowd = await startCrowd()
  const names = Array.from({ length: 50 }, (_, index) => `a${String(index).padStart(2, '0')}`)
  const accounts = Object.fromEntries(names.map((name, index) => [name, { ...crowd.account(name, index % 2 === 0 ? 'vmmanager' : 'fleio', 2000), timeout_ms: 120_000 }]))
  // A small heap: what is only not collected yet does not count, and what is held would end the process.
  const { base, child } = await serve({ log: { level: 'warn' }, accounts }, { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=4' })
  t.teardown(async () => { await crowd.close() })
  for (let round = 0; round < 3; round += 1) await (await fetch(`${base}/v1/servers?accounts=a00,a01&limit=10`)).text()
  peakMib(child.pid)
  await (await fetch(`${base}/health/live`)).text()
  const idle = peakMib(child.pid)
  const began = performance.now()
  const { servers, distinct, ok, firstMs } = await countLines(`${base}/v1/servers?deadline_ms=600000`)
  const grown = peakMib(child.pid) - idle
  t.comment(`${idle.toFixed(0)} MiB idle, ${grown.toFixed(0)} MiB more; first bytes after ${firstMs.toFixed(0)} ms, all after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  t.equal(servers, 100_000)
  t.equal(distinct, 100_000, 'each once')
  t.equal(ok, 50)
  t.ok(grown < 128, `${grown.toFixed(0)} MiB more than idle`)
})

t.test('a caller who stops reading is disconnected at the deadline, and the rest of the list is not read', async t => {
  const crowd = await startCrowd()
  const { base } = await serve({ log: { level: 'warn' }, accounts: { big: crowd.account('big', 'vmmanager', 50_000) } })
  t.teardown(async () => { await crowd.close() })
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write('GET /v1/servers?deadline_ms=1000 HTTP/1.1\r\nhost: x\r\naccept: application/x-ndjson\r\n\r\n')
  await once(socket, 'readable')
  // From now on nothing is read, so only the other side can end it: what has arrived is read to see the end.
  await new Promise(resolve => { setTimeout(resolve, 2500) })
  let bytes = 0
  socket.on('data', (chunk: Buffer) => { bytes += chunk.length })
  socket.on('error', () => {})
  await once(socket, 'close')
  t.ok(bytes < 25_000_000, `${bytes} bytes`)
})
