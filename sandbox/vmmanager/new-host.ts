import type { Json } from './body.ts'
import { flagOf, numberOf, recordsOf, textOf } from './body.ts'
import type { Call } from './call.ts'
import type { HostImage } from './images.ts'
import type { DiskRecord, HostRecord, Platform, Row } from './model.ts'
import { rowOf, take, toStamp } from './model.ts'

export interface Placement {
  readonly clusterId: number
  readonly nodeId: number
  readonly accountId: number
  readonly image: HostImage
}

export const blankHost = (id: number): HostRecord => ({
  id,
  name: '',
  state: 'creating',
  domain: '',
  comment: '',
  accountId: 0,
  clusterId: 1,
  nodeId: 1,
  osId: null,
  osName: '',
  osGroup: '',
  preset: null,
  cpuNumber: 1,
  cpuNumberNew: 1,
  ramMib: 1024,
  ramMibNew: 1024,
  bandwidthMbitps: 100,
  bandwidthChanged: false,
  ip6: [],
  ipv6Enabled: false,
  ipv6Prefix: null,
  activeSince: null,
  createDate: null,
  password: '',
  vncPassword: `SECRET-vnc-${id}`,
  snapshotCount: 0,
  tags: [],
  rescueMode: false,
  disabled: false,
  isoMounted: false,
  isProtected: false,
  extra: {}
})

/** Wire fields that a create or `/resource` sets and a row shows unchanged. */
const keptKeys = [
  'net_in_mbitps', 'net_out_mbitps', 'net_weight', 'cpu_mode', 'nesting', 'cpu_custom_model', 'cpu_weight', 'io_weight',
  'io_read_mbitps', 'io_write_mbitps', 'io_read_iops', 'io_write_iops', 'anti_spoofing', 'tcp_connections_in',
  'tcp_connections_out', 'process_number', 'firewall_rules', 'hot_plug', 'live_resize', 'snapshots_allowed', 'snapshot_ram'
]

export const keptFields = (body: Json): Json =>
  Object.fromEntries(Object.entries(body).filter(([key]) => keptKeys.includes(key)))

export function newHost ({ platform, body }: Call, placement: Placement): HostRecord {
  const preset = rowOf(platform, 'preset', numberOf(body, 'preset') ?? null)
  const cpuNumber = numberOf(body, 'cpu_number') ?? Number(preset?.['cpu_number'])
  const ramMib = numberOf(body, 'ram_mib') ?? Number(preset?.['ram_mib'])
  const withIp6 = flagOf(body, 'ipv6_enabled') === true
  const id = take(platform, 'host')
  const host: HostRecord = {
    ...blankHost(id),
    name: textOf(body, 'name') ?? '',
    domain: textOf(body, 'domain') ?? '',
    comment: textOf(body, 'comment') ?? '',
    accountId: placement.accountId,
    clusterId: placement.clusterId,
    nodeId: placement.nodeId,
    ...placement.image,
    preset: preset?.id ?? null,
    cpuNumber,
    cpuNumberNew: cpuNumber,
    ramMib,
    ramMibNew: ramMib,
    bandwidthMbitps: numberOf(body, 'net_bandwidth_mbitps') ?? null,
    ip6: withIp6 ? [`2001:db8:1::${id.toString(16)}`] : [],
    ipv6Enabled: withIp6,
    ipv6Prefix: withIp6 ? numberOf(body, 'ipv6_prefix') ?? 64 : null,
    createDate: toStamp(platform.now()),
    password: textOf(body, 'password') ?? `SECRET-generated-${id}`,
    extra: keptFields(body)
  }
  platform.hosts.set(id, host)
  for (const size of diskSizes(body, preset)) addDisk(platform, host, size)
  return host
}

interface DiskSize {
  readonly sizeMib: number
  readonly bootOrder: number
  readonly storageId: number
}

function diskSizes (body: Json, preset: Row | undefined): DiskSize[] {
  const listed = recordsOf(body, 'disks')
  const single = numberOf(body, 'hdd_mib')
  const wanted = listed.length > 0
    ? listed
    : single !== undefined ? [{ size_mib: single }] : recordsOf(preset ?? {}, 'disks')
  return wanted.map((disk, index) => ({
    sizeMib: numberOf(disk, 'size_mib') ?? 10240,
    bootOrder: numberOf(disk, 'boot_order') ?? index + 1,
    storageId: numberOf(disk, 'storage') ?? numberOf(body, 'storage') ?? 1
  }))
}

export function addDisk (platform: Platform, host: HostRecord, { sizeMib, bootOrder, storageId }: DiskSize): DiskRecord {
  const disk: DiskRecord = {
    id: take(platform, 'disk'),
    name: bootOrder === 1 ? `${host.id}_${host.name}` : `${host.id}_${host.name}_${bootOrder}`,
    hostId: host.id,
    sizeMib,
    sizeMibNew: sizeMib,
    bootOrder,
    storageId,
    accountId: host.accountId,
    expandPart: bootOrder === 1 ? '/dev/vda1' : ''
  }
  platform.disks.set(disk.id, disk)
  return disk
}
