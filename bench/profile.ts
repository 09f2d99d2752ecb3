import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountsAt, root, startGateway } from './gateway.ts'
import { load } from './load.ts'
import type { NamedLoad } from './loads.ts'

export interface Profiled {
  readonly folder: string
  readonly upstream: string
  readonly load: NamedLoad
  readonly seconds: number
}

interface Node {
  readonly id: number
  readonly callFrame: { readonly functionName: string, readonly url: string, readonly lineNumber: number }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Loads a gateway of its own under V8's profiler; the file opens in any viewer of `.cpuprofile`. */
export async function profile ({ folder, upstream, load: asked, seconds }: Profiled): Promise<string> {
  const kept = mkdtempSync(join(tmpdir(), 'hawser-profile-'))
  const gateway = await startGateway(folder, accountsAt(upstream), ['--cpu-prof', `--cpu-prof-dir=${kept}`, '--cpu-prof-interval=1000'])
  const { requests, cpuUs } = await load(gateway, asked, seconds)
  await gateway.stop()
  const [file = ''] = readdirSync(kept)
  const profile: Profile = JSON.parse(readFileSync(join(kept, file), 'utf8'))
  return `${join(kept, file)}\n${requests} requests, ${cpuUs.toFixed(0)} µs of CPU each, under the profiler\n\n${topOf(profile)}`
}

const shownRows = 60

/** Inclusive and own shares of busy time. A function that calls itself counts once. */
function topOf ({ nodes, samples, timeDeltas }: Profile): string {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const parents = new Map(nodes.flatMap(node => (node.children ?? []).map(child => [child, node.id] as const)))
  const selfTime = new Map<number, number>()
  samples.forEach((id, index) => { selfTime.set(id, (selfTime.get(id) ?? 0) + (timeDeltas[index] ?? 0)) })
  const inclusive = new Map<string, { all: number, self: number }>()
  const groups = new Map<string, number>()
  let busy = 0
  for (const [id, us] of selfTime) {
    const name = nameOf(byId.get(id))
    if (name === '(idle)' || name === '(root)') continue
    busy += us
    groups.set(groupOf(byId.get(id)), (groups.get(groupOf(byId.get(id))) ?? 0) + us)
    const seen = new Set<string>()
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const each = nameOf(byId.get(at))
      if (seen.has(each)) continue
      const known = inclusive.get(each) ?? { all: 0, self: 0 }
      inclusive.set(each, { all: known.all + us, self: known.self + (at === id ? us : 0) })
      seen.add(each)
    }
  }
  const percent = (us: number): string => `${(us / busy * 100).toFixed(1).padStart(5)} %`
  const own = [...groups].sort(([, a], [, b]) => b - a).map(([name, us]) => `${percent(us)}  ${name}`)
  const top = [...inclusive].filter(([name]) => /^\S+ (?:dist|src|plugins|routes)\//.test(name) || name.startsWith('(')).sort(([, a], [, b]) => b.all - a.all).slice(0, shownRows)
    .map(([name, { all, self }]) => `${percent(all)} ${percent(self)}  ${name}`)
  return ['own time, by package:', ...own, '', 'inclusive and own time of our functions:', ...top].join('\n')
}

/** The package, the module of Node or the folder of ours that a function belongs to. */
function groupOf (node: Node | undefined): string {
  const { functionName = '', url = '' } = node?.callFrame ?? {}
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name !== undefined) return name
  if (url.startsWith('file:')) return /\/(src\/[^/]+|plugins|routes)\//.exec(url)?.[1] ?? 'hawser'
  return url === '' ? functionName === '(garbage collector)' ? functionName : 'V8 and system' : url.replace(/^(node:[^/]+).*$/, '$1')
}

function nameOf (node: Node | undefined): string {
  if (node === undefined) return '?'
  const { functionName, url, lineNumber } = node.callFrame
  const place = url.replace(`file://${root}/`, '').replace(/^.*node_modules\//, '')
  return url === '' ? functionName : `${functionName === '' ? '(anonymous)' : functionName} ${place}:${lineNumber + 1}`
}
