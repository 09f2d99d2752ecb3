import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ask, accountsAt, root, startGateway } from './gateway.ts'
import { freePort } from '../test/helpers/ports.ts'
import { launch, loadCore, serverCore, type Running } from './lab.ts'
import { load, type Sample } from './load.ts'
import { loadNames, loads, type LoadName, type NamedLoad, type ServerName } from './loads.ts'
import { profile } from './profile.ts'
import { compared, figureTable, machineText, noiseOf, sampleTable, type Figure } from './report.ts'
import { install, isThere, startHttpProxy, startNginx, startPortkey } from './rivals.ts'
import { singles } from './singles.ts'

const usage = `npm run bench -- [--rounds 5] [--seconds 2] [--rows TEXT] [--requests 100000] [--profile LOAD]
  --rows      only what has this text in its name: list, get, cached, start, memory, stream, fleet, slope, XML
  --profile   leaves a CPU profile of the gateway under one load and prints its inclusive top
`

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    rows: { type: 'string', default: '' },
    requests: { type: 'string', default: '100000' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false }
  }
})

const say = (text: string): void => { process.stdout.write(`${text}\n`) }

/** What runs beside the gateway; each is started when the first load needs it. */
interface Lab {
  readonly upstream: string
  server (name: ServerName): Promise<Running>
  close (): Promise<void>
}

async function openLab (folder: string): Promise<Lab> {
  const port = await freePort()
  const provider = await launch({ core: loadCore, command: process.execPath, words: [join(import.meta.dirname, 'upstream.ts'), String(port)], port })
  const upstream = provider.base
  const started = new Map<ServerName, Promise<Running>>()
  const gateway = async (): Promise<Running> => await startGateway(folder, accountsAt(upstream))
  const starts: Readonly<Record<ServerName, () => Promise<Running>>> = {
    gateway,
    writes: gateway,
    'long lists': gateway,
    floor: async () => await startFloor(upstream, await server('gateway')),
    'floor, long lists': async () => await startFloor(upstream, await server('gateway')),
    nginx: async () => await startNginx(folder, upstream),
    proxy: async () => await startHttpProxy(upstream),
    portkey: async () => await startPortkey(),
    direct: async () => provider
  }
  const server = async (name: ServerName): Promise<Running> => {
    const known = started.get(name) ?? starts[name]()
    started.set(name, known)
    return await known
  }
  return {
    upstream,
    server,
    close: async () => {
      await Promise.allSettled([...started.values()].map(async one => { await (await one).stop() }))
      await provider.stop()
    }
  }
}

/** The floor writes the gateway's bytes. It makes no cursors: it is given the one that its page ends with. */
async function startFloor (upstream: string, gateway: Running): Promise<Running> {
  const large = '/v1/large-0/servers?limit=500'
  const { page }: { readonly page: { readonly next_cursor: string } } = JSON.parse(await ask(`${gateway.base}${large}`))
  const port = await freePort()
  const small = '/v1/vm-0/servers'
  const floors = await launch({ core: serverCore, command: process.execPath, words: [join(import.meta.dirname, 'floor.ts'), String(port), upstream, page.next_cursor], port, environment: { NODE_ENV: 'production' } })
  try {
    for (const path of [small, large]) {
      const [ours, theirs] = await Promise.all([gateway.base, floors.base].map(async base => (await ask(`${base}${path}`)).replaceAll(/"observed_at":"[^"]*"/g, '')))
      if (ours !== theirs) throw new Error(`the floor writes other bytes than the gateway for ${path}\n${ours?.slice(0, 1000)}\n${theirs?.slice(0, 1000)}\n${ours?.slice(-300)}\n${theirs?.slice(-300)}`)
    }
    return floors
  } catch (error) {
    await floors.stop()
    throw error
  }
}

const isWanted = (name: string): boolean => new RegExp(options.rows, 'i').test(name)

/** The loads whose comparison is wanted, and what they are compared with. */
function wantedLoads (): LoadName[] {
  return loadNames.filter(isWanted)
}

async function measure (lab: Lab): Promise<Map<LoadName, Sample[]>> {
  const samples = new Map<LoadName, Sample[]>()
  const names = wantedLoads()
  const seconds = Number(options.seconds)
  const one = async (name: LoadName, forSeconds: number): Promise<Sample> => {
    const { server, ...asked }: NamedLoad = loads[name]
    return await load(await lab.server(server), { upstream: `${lab.upstream}/50/0`, ...asked, path: asked.path }, forSeconds)
  }
  const able: LoadName[] = []
  for (const name of names) {
    try {
      await one(name, Math.max(1, seconds))
      able.push(name)
    } catch (error) {
      say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    say(`round ${round} of ${options.rounds}`)
    for (const name of able) samples.set(name, [...samples.get(name) ?? [], await one(name, seconds)])
  }
  return samples
}

async function main (): Promise<void> {
  if (options.help) { say(usage); return }
  for (const tool of ['taskset', 'wrk', 'nginx']) if (!await isThere(tool)) throw new Error(`${tool} is missing: install the Debian packages util-linux, wrk and nginx-light`)
  const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
  let lab: Lab | null = null
  try {
    lab = await openLab(folder)
    if (options.profile !== undefined) {
      const name = loadNames.find(one => one.includes(options.profile ?? ''))
      if (name === undefined) throw new Error(`there is no load ${options.profile}: ${loadNames.join(', ')}`)
      say(await profile({ folder, upstream: lab.upstream, load: loads[name], seconds: Math.max(5, Number(options.seconds)) }))
      return
    }
    await install().catch((error: unknown) => { say(`the rivals cannot be installed: ${String(error)}`) })
    const samples = await measure(lab)
    const figures: Figure[] = compared(samples)
    for (const [name, single] of Object.entries(singles)) {
      if (!isWanted(name)) continue
      say(name)
      figures.push(...await single({ folder, upstream: lab.upstream, requests: Number(options.requests) }))
    }
    const text = [noiseOf(samples), figureTable(figures), '', sampleTable(samples), ''].join('\n')
    say(text)
    if (options.rows === '') writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `# Results\n\nWritten by \`npm run bench\`.\n\n${machineText(root)}\n- ${options.rounds} rounds of ${options.seconds} s; medians, and the lowest and highest round\n\n${text}`)
  } finally {
    await lab?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
