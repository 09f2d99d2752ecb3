import { toIp } from '../kit/addresses.ts'
import { empty, maybe, none } from '../kit/json.ts'
import { falkenstein, nuremberg, serverTypes, ubuntu, type Location, type ServerType } from './catalog.ts'

const anywhere = (location: Location): Location => location
const labels = (): Readonly<Record<string, string>> => ({})

function typeNamed (name: string): ServerType {
  const found = serverTypes.find(type => type.name === name)
  if (found === undefined) throw new RangeError(name)
  return found
}

const typical = (id: number, name: string) => ({
  id,
  name,
  status: 'running',
  created: new Date(Date.UTC(2026, 0, 1) + (id % 1000) * 3_600_000).toISOString().replace('.000', ''),
  private_net: empty<{ readonly network: number, readonly ip: string }>(),
  server_type: typeNamed('cx23'),
  location: anywhere(falkenstein),
  image: maybe(ubuntu),
  rescue_enabled: false,
  locked: false,
  protection: { delete: false, rebuild: false },
  labels: labels(),
  primary_disk_size: 40,
  /** With keys the vendor makes no password. Never sent. */
  hasKeys: true
})
export type Server = ReturnType<typeof typical>

export const newServer = (id: number, name: string, more: Partial<Server> = {}): Server => ({ ...typical(id, name), ...more })

export const firstServer = 117_700_001

const oddRows: ReadonlyArray<readonly [name: string, more: Partial<Server>]> = [
  ['web-1', { labels: { env: 'prod', 'just-a-key': '' }, private_net: [{ network: 4711, ip: '10.0.0.2' }] }],
  // No image, no public address, and a disk smaller than that of its type.
  ['private-only', {
    status: 'off', image: null, server_type: typeNamed('cpx32'), private_net: [{ network: 4711, ip: '10.0.0.3' }], location: nuremberg
  }],
  ['half', { status: 'rebuilding', locked: true, server_type: typeNamed('cax01'), primary_disk_size: 10, location: nuremberg }],
  ['web-2', { labels: { env: 'test' }, location: nuremberg }],
  ['kept', { protection: { delete: true, rebuild: true } }],
  ['fresh', { status: 'initializing', locked: true }],
  ['waking', { status: 'starting', locked: true }],
  ['sinking', { status: 'stopping', locked: true }],
  ['going', { status: 'deleting', locked: true }],
  ['moving', { status: 'migrating', locked: true }],
  ['lost', { status: 'unknown' }],
  ['odd', { status: 'hibernating' }],
  ['busy', { locked: true }]
]

/** More than one page of the vendor. */
const seededRows = 64

export const seedServers = (): Server[] => Array.from({ length: seededRows }, (_, index) => {
  const [name = `node-${index}`, more = { status: index % 4 === 0 ? 'off' : 'running' }] = oddRows[index] ?? []
  return newServer(firstServer + index, name, more)
})

/** A primary or a floating address. The members that say where it is assigned differ by kind. */
const typicalIp = (id: number, family: 4 | 6) => ({
  id,
  name: `primary_ip-${id}`,
  type: family === 4 ? 'ipv4' as const : 'ipv6' as const,
  ip: family === 4 ? toIp(3_221_225_984 + id % 200 + 11) : `2001:db8:${(id % 10_000 + 16).toString(16)}::/64`,
  location: anywhere(falkenstein),
  auto_delete: true,
  server: none<number>(),
  dns_ptr: empty<{ readonly ip: string, readonly dns_ptr: string }>()
})
export type Ip = ReturnType<typeof typicalIp>

export const ipOf = (id: number, family: 4 | 6, more: Partial<Ip> = {}): Ip => ({ ...typicalIp(id, family), ...more })

/** The ids of the two kinds are counters of their own: number 478001 is one of each. */
export const seedPrimaryIps = (servers: readonly Server[]): Ip[] => [
  ...servers.filter(({ name }) => name !== 'private-only').flatMap(({ id, location }) => [
    ipOf(91_000_000 + id % 1000, 4, { server: id, location }),
    ipOf(92_000_000 + id % 1000, 6, { server: id, location })
  ]),
  ipOf(91_000_150, 4, { name: 'spare', auto_delete: false }),
  ipOf(478_001, 4, { ip: '192.0.2.240', name: 'spare-2', auto_delete: false })
]

export const seedFloatingIps = (): Ip[] => [
  ipOf(478_001, 4, { name: 'vip', ip: '198.51.100.7', server: firstServer, dns_ptr: [{ ip: '198.51.100.7', dns_ptr: 'vip.example.com' }] }),
  ipOf(478_002, 6, { name: 'vip6', ip: '2001:db8:ffff::/64' }),
  ipOf(478_003, 4, { name: 'free', ip: '198.51.100.8' })
]
