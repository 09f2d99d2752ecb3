import { all, type Json } from '../kit/json.ts'
import { addressesOf, disksOf, rowOf, type HostRecord, type Platform, type Row } from './model.ts'

/** What the newer row has beside the 2022 one; the 2022 row has `vm5_restrictions` instead. */
const newerOnly = [
  'anti_spoofing_settings', 'balancer_mode', 'create_date', 'efi_boot', 'extended_protection', 'hot_plug',
  'hot_plug_cell_counter', 'ip6', 'ip_summary', 'is_protected', 'iso_reboot', 'iso_status', 'linked_clone_image',
  'live_resize', 'mon_install_date', 'os', 'snapshot_count', 'snapshot_curr', 'snapshot_limit', 'snapshot_ram',
  'snapshots_allowed', 'spice_additional_enabled', 'spice_enabled'
]

const plain: Json = {
  ...all(null, 'cpu_weight', 'io_weight', 'io_read_mbitps', 'io_write_mbitps', 'io_read_iops', 'io_write_iops', 'net_in_mbitps'),
  ...all(null, 'net_out_mbitps', 'net_weight', 'tcp_connections_in', 'tcp_connections_out', 'process_number'),
  ...all(null, 'iso_status', 'cpu_custom_model', 'snapshot_curr', 'linked_clone_image', 'mon_install_date'),
  ...all(false, 'iso_reboot', 'efi_boot', 'nesting', 'has_noname_iface', 'extended_protection', 'spice_enabled', 'snapshot_ram'),
  ...all(true, 'net_is_synced', 'hot_plug', 'live_resize', 'anti_spoofing', 'snapshots_allowed'),
  ...{ ip_automation: 'host_and_dhcp', hot_plug_cell_counter: 0, cpu_mode: 'default', anti_spoofing_settings: { vlan: false } },
  ...{ vxlan: [], firewall_rules: [], snapshot_limit: 5, balancer_mode: 'off', expand_part: '/dev/vda1' }
}

const shownAddresses = (platform: Platform, host: HostRecord): string[] =>
  host.state === 'creating' ? [] : addressesOf(platform, host.id).map(address => address.ip)

/** A row of the host list, in the shape of `hostShape`. */
export function hostRow (platform: Platform, host: HostRecord): Row {
  const row: Row = {
    ...{ ...identity(platform, host), ...resources(platform, host), ...network(platform, host), ...plain },
    ...{ ...flags(platform, host), ...host.extra }
  }
  if (platform.behavior.hostShape === 'newer') return row
  if (platform.behavior.hostShape === '2022') return to2022(platform, host, row)
  const { os, ...rest } = row
  return { ...rest, id: host.id, cluster: { id: host.clusterId } }
}

const identity = (platform: Platform, host: HostRecord): Row => {
  const cluster = rowOf(platform, 'cluster', host.clusterId)
  return {
    ...{ id: host.id, name: host.name, state: host.state, domain: host.domain, comment: host.comment },
    account: { id: host.accountId, email: platform.users.get(host.accountId)?.email ?? '' },
    cluster: { id: host.clusterId, name: cluster?.['name'], datacenter_type: cluster?.['datacenter_type'], image_storage_path: '/image' },
    node: { ...nodeLink(platform, host.nodeId), live_migration_allowed: true, maintenance_mode: false, hot_plug_memory: true },
    os: host.osId === null ? null : { id: host.osId, name: host.osName },
    ...{ os_name: host.osName, os_group: host.osGroup }
  }
}

const nodeLink = (platform: Platform, nodeId: number) => {
  const node = rowOf(platform, 'node', nodeId)
  return { id: nodeId, name: node?.['name'], ip_addr: node?.['ip'] }
}

/** Only the main disk is in the row, and its size is called `disk_mib` here and nowhere else. */
function resources (platform: Platform, host: HostRecord): Json {
  const disks = disksOf(platform, host.id)
  const [main] = disks
  return {
    ...{ cpu_number: host.cpuNumber, cpu_number_new: host.cpuNumberNew, ram_mib: host.ramMib, ram_mib_new: host.ramMibNew },
    disk: main === undefined ? null : { id: main.id, disk_mib: main.sizeMib, disk_mib_new: main.sizeMibNew },
    disk_count: disks.length
  }
}

function network (platform: Platform, host: HostRecord): Json {
  const ip4 = shownAddresses(platform, host)
  return {
    ip4: ip4.map(ip => ({ ip, interface: 'eth0' })),
    ip6: host.state === 'creating' ? [] : host.ip6.map(ip => ({ ip, interface: 'eth0' })),
    ip_summary: ip4[0] ?? '',
    interfaces: [{ host_interface: `vm${host.id}_net0`, mac: macOf(host.id), node_interface: 0, dhcp: false }],
    ...{ net_bandwidth_mbitps: host.bandwidthMbitps, net_bandwidth_mbitps_changed: false }
  }
}

const macOf = (hostId: number): string =>
  `52:54:00:00:${[hostId >> 8, hostId].map(part => (part & 255).toString(16).padStart(2, '0')).join(':')}`

const flags = (platform: Platform, host: HostRecord): Json => ({
  uptime: host.activeSince === null ? 0 : Math.max(0, Math.floor((platform.now() - host.activeSince) / 1000)),
  ...{ rescue_mode: host.rescueMode, disabled: host.disabled, iso_mounted: host.isoMounted, is_protected: host.isProtected },
  ...{ tags: host.tags, snapshot_count: host.snapshotCount, create_date: host.createDate }
})

const to2022 = (platform: Platform, host: HostRecord, row: Row): Row => ({
  ...Object.fromEntries(Object.entries(row).filter(([key]) => !newerOnly.includes(key))),
  id: host.id,
  ip4: shownAddresses(platform, host).map(ip => ({ ip })),
  node: nodeLink(platform, host.nodeId),
  vm5_restrictions: all(false, 'net_iface_count', 'nat_or_extra', 'ipv6', 'unsupported_storage', 'iso', 'snapshot')
})
