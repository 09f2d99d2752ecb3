import type { Load, Sample } from './load.ts'

/** Writes and long lists have processes of their own: the next load would pay for collecting their garbage. */
export type ServerName = 'gateway' | 'writes' | 'long lists' | 'floor' | 'floor, long lists' | 'nginx' | 'proxy' | 'portkey' | 'direct'

export interface NamedLoad extends Load {
  readonly server: ServerName
}

const list50 = '/50/0/vm/v3/host?orderby=id+asc&limit=0,51'
const oneHost = '/50/0/vm/v3/host?where=%28id+EQ+{n}%29'

/** Everything that is measured in rounds. */
export const loads = {
  'list of 50': { server: 'gateway', path: '/v1/vm-{a}/servers' },
  'floor, list of 50': { server: 'floor', path: '/v1/vm-{a}/servers' },
  'list of 50 that differs': { server: 'gateway', path: '/v1/differing-{a}/servers' },
  'floor, list of 50 that differs': { server: 'floor', path: '/v1/differing-{a}/servers' },
  'list of 500 of 1000': { server: 'long lists', path: '/v1/large-{a}/servers?limit=500' },
  'floor, list of 500 of 1000': { server: 'floor, long lists', path: '/v1/large-{a}/servers?limit=500' },
  get: { server: 'gateway', path: '/v1/vm-{a}/servers/{n}' },
  'http-proxy, get': { server: 'proxy', path: oneHost },
  'portkey, get': { server: 'portkey', path: '/v1/files' },
  stop: { server: 'writes', path: '/v1/vm-{a}/servers/{n}/stop', method: 'POST', body: '{"force":true}' },
  'portkey, stop': { server: 'portkey', path: '/v1/chat/completions', method: 'POST', body: '{"model":"bench","messages":[]}' },
  'cached list': { server: 'gateway', path: '/v1/cached/servers' },
  'identical reads': { server: 'gateway', path: '/v1/vm-0/servers' },
  'nginx, list of 50': { server: 'nginx', path: list50 },
  'list, one connection': { server: 'gateway', path: '/v1/vm-{a}/servers', connections: 1 },
  'direct, one connection': { server: 'direct', path: list50, connections: 1 },
  'http-proxy, one connection': { server: 'proxy', path: list50, connections: 1 },
  'GleSYS as JSON': { server: 'gateway', path: '/v1/json-{a}/servers', connections: 8 },
  'GleSYS as XML': { server: 'gateway', path: '/v1/xml-{a}/servers', connections: 8 },
  Heficed: { server: 'gateway', path: '/v1/heficed-{a}/servers' },
  OneCloud: { server: 'gateway', path: '/v1/onecloud-{a}/servers' }
} as const satisfies Readonly<Record<string, NamedLoad>>

export type LoadName = keyof typeof loads

export interface Comparison {
  readonly work: string
  readonly of: LoadName
  readonly against: LoadName
  readonly figure: 'cpuUs' | 'perSecond' | 'p50Ms' | 'p99Ms'
  readonly how: 'ratio' | 'difference'
  readonly most?: number
  readonly least?: number
}

export const comparisons: readonly Comparison[] = [
  { work: 'uncached list of 50', of: 'list of 50', against: 'floor, list of 50', figure: 'cpuUs', how: 'ratio', most: 1.25 },
  { work: 'uncached list of 50 that differs each time', of: 'list of 50 that differs', against: 'floor, list of 50 that differs', figure: 'cpuUs', how: 'ratio', most: 1.25 },
  { work: 'list of 500 of 1000 rows', of: 'list of 500 of 1000', against: 'floor, list of 500 of 1000', figure: 'cpuUs', how: 'ratio', most: 1.15 },
  { work: 'single get', of: 'get', against: 'http-proxy, get', figure: 'perSecond', how: 'ratio', least: 0.8 },
  { work: 'cached list', of: 'cached list', against: 'nginx, list of 50', figure: 'perSecond', how: 'ratio', least: 1.5 },
  { work: 'identical reads in flight', of: 'identical reads', against: 'nginx, list of 50', figure: 'perSecond', how: 'ratio', least: 0.8 },
  { work: 'small write', of: 'stop', against: 'get', figure: 'cpuUs', how: 'ratio', most: 2 },
  { work: 'small write', of: 'stop', against: 'portkey, stop', figure: 'cpuUs', how: 'ratio', most: 0.3 },
  { work: 'single get', of: 'get', against: 'portkey, get', figure: 'cpuUs', how: 'ratio', most: 0.3 },
  { work: 'added latency (ms)', of: 'list, one connection', against: 'direct, one connection', figure: 'p50Ms', how: 'difference', most: 0.6 },
  { work: 'latency, p99', of: 'list, one connection', against: 'http-proxy, one connection', figure: 'p99Ms', how: 'ratio', most: 1.5 },
  { work: 'list of 50, GleSYS as XML', of: 'GleSYS as XML', against: 'GleSYS as JSON', figure: 'cpuUs', how: 'ratio', most: 8 }
]

export type Samples = ReadonlyMap<LoadName, readonly Sample[]>

const isLoadName = (name: string): name is LoadName => name in loads
export const loadNames = Object.keys(loads).filter(isLoadName)

/** The value of each round: a round's loads follow each other at once, so that what slows the machine slows both. */
export const valuesOf = ({ of, against, figure, how }: Comparison, samples: Samples): number[] => (samples.get(of) ?? []).flatMap((sample, round) => {
  const other = samples.get(against)?.[round]
  if (other === undefined) return []
  return how === 'ratio' ? sample[figure] / other[figure] : sample[figure] - other[figure]
})
