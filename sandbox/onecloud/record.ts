import type { NicRow, ServerRow, World } from './world.ts'
import { findRow, projectName, rowsOf } from './world.ts'
import { recordTime, tidy, type Json } from './values.ts'

export const zoneId = 'b556bec4-eb1e-48ee-8a52-d6a6f5b0b1a6'
export const hostId = '93f155d7-9ee7-476f-870e-c35caeeece8f'
export const storageId = 'c061ff57-004b-44c1-8d77-7b1f426032d1'

/** What the database holds: these keys can be filtered and ordered by. */
export const columnsOf = (world: World, row: ServerRow): Json => ({
  auto_renew: false,
  backup_guest_status: 'init',
  billing_type: row.prepaidUntil > 0 ? 'prepaid' : 'postpaid',
  boot_order: 'cdn',
  created_at: recordTime(row.createdAt),
  deleted: false,
  disable_delete: row.disableDelete,
  domain_id: 'default',
  expired_at: row.prepaidUntil > 0 ? recordTime(row.prepaidUntil) : '',
  freezed: row.frozen,
  host_id: row.placed ? hostId : '',
  hostname: row.hostname,
  hypervisor: row.hypervisor,
  id: row.id,
  imported_at: recordTime(row.createdAt),
  instance_type: row.instanceType,
  internet_max_bandwidth_out: 0,
  is_daemon: false,
  is_emulated: false,
  is_system: false,
  keypair_id: row.keypairId,
  name: row.name,
  os_type: row.osType,
  pending_deleted: row.pendingDeletedAt > 0,
  pending_deleted_at: row.pendingDeletedAt > 0 ? recordTime(row.pendingDeletedAt) : '',
  power_states: world.knobs.powerStates ? row.power : '',
  progress_mbps: 0,
  project_src: 'local',
  qga_status: 'unknown',
  rescue_mode: row.rescue,
  secgrp_id: 'default',
  shutdown_behavior: 'stop',
  shutdown_mode: 'keep_charging',
  source: 'local',
  src_ip_check: true,
  src_mac_check: true,
  sshable_last_state: false,
  status: row.status,
  [world.knobs.projectKey]: row.tenantId,
  throughput: 0,
  update_version: row.updateVersion,
  updated_at: recordTime(row.updatedAt),
  vcpu_count: row.vcpu,
  vmem_size: row.memoryMb
})

const placement = (row: ServerRow): Json => {
  if (!row.placed) return row.status === 'init' ? {} : { brand: 'Unknown', provider: 'Unknown' }
  return {
    brand: 'OneCloud',
    cloud_env: 'onpremise',
    cloudregion: 'Default',
    cloudregion_id: 'default',
    host: 'stubnode',
    host_billing_type: 'postpaid',
    host_resource_type: 'shared',
    host_service_status: 'online',
    host_status: 'online',
    host_type: 'hypervisor',
    provider: 'OneCloud',
    region: 'Default',
    region_id: 'default',
    zone: 'zone0',
    zone_id: zoneId
  }
}

/** Computed for lists and single records alike. */
const computed = (world: World, row: ServerRow): Json => {
  const networks = rowsOf(world, 'networks')
  const network = findRow(networks, row.nics[0]?.networkId ?? '')
  return {
    disk: row.disks.reduce((sum, disk) => sum + disk.sizeMb, 0),
    disk_count: row.disks.length,
    disks: row.disks.map((disk, index) =>
      `disk${index}:${disk.sizeMb}M/qcow2/scsi/none/native/${disk.imageId === '' ? 'none' : 'root'}`).join('\n'),
    disks_info: row.disks.map((disk, index) => diskInfo(disk, index)),
    ips: row.nics.flatMap(nic => nic.ip6 === '' ? [nic.ip] : [nic.ip, nic.ip6]).join(','),
    keypair: findRow(rowsOf(world, 'keypairs'), row.keypairId)?.['name'],
    macs: row.nics.map(nic => nic.mac).join(','),
    metadata: { app_tags: '', ...row.metadata },
    nics: row.nics.map(nic => nicOf(world, nic)),
    project: projectName(world, row.tenantId),
    project_domain: 'Default',
    secgroup: 'Default',
    secgroups: [{ id: 'default', name: 'Default' }],
    tenant: projectName(world, row.tenantId),
    vpc: network?.['vpc'],
    vpc_external_access_mode: network === undefined ? '' : network['vpc_id'] === 'default' ? 'eip-distgw' : 'eip',
    vpc_id: network?.['vpc_id'],
    ...eipOf(world, row)
  }
}

const diskInfo = (disk: ServerRow['disks'][number], index: number): Json => tidy({
  aio_mode: 'native',
  auto_reset: false,
  boot_index: -1,
  bps: 0,
  cache_mode: 'none',
  disk_format: 'qcow2',
  disk_type: disk.type,
  driver: 'scsi',
  id: disk.id,
  image: disk.image,
  image_id: disk.imageId,
  index,
  iops: 0,
  medium_type: 'ssd',
  name: disk.name,
  size: disk.sizeMb,
  storage_id: storageId,
  storage_type: disk.storageType
})

const nicOf = (world: World, nic: NicRow): Json => tidy({
  ip_addr: nic.ip,
  ip6_addr: nic.ip6,
  is_exit: nic.exit,
  mac: nic.mac,
  network_id: nic.networkId,
  vpc_id: findRow(rowsOf(world, 'networks'), nic.networkId)?.['vpc_id']
})

const eipOf = (world: World, row: ServerRow): Json => {
  const eip = rowsOf(world, 'eips').find(candidate => candidate['associate_id'] === row.id)
  return eip === undefined ? {} : { eip: eip['ip_addr'], eip_mode: eip['mode'] }
}

const always = (row: ServerRow): Json => ({
  account_read_only: false,
  can_delete: !row.disableDelete,
  can_recycle: false,
  can_update: true,
  cdrom_support: true,
  floppy_support: true,
  host_enabled: row.placed,
  is_gpu: false,
  is_prepaid_recycle: false,
  monitor_url: 'http://169.254.169.254/monitor',
  ...placement(row)
})

const onlyAlone = (world: World, row: ServerRow): Json => ({
  networks: row.nics.map((nic, index) => {
    const network = findRow(rowsOf(world, 'networks'), nic.networkId)?.['name'] ?? 'vnet0'
    return `eth${index}:${nic.ip}/24/${nic.mac}/1/${String(network)}/virtio/1000/${index}\n`
  }).join(''),
  os_name: row.osType,
  security_rules: 'in:allow any'
})

export const listRecord = (world: World, row: ServerRow): Json =>
  oddly({ ...columnsOf(world, row), ...always(row), ...computed(world, row) }, row.extra)

export const fullRecord = (world: World, row: ServerRow): Json =>
  oddly({ ...columnsOf(world, row), ...always(row), ...computed(world, row), ...onlyAlone(world, row) }, row.extra)

/** Odd values are sent as they are, even empty ones. */
const oddly = (record: Json, extra: Json): Json => ({ ...tidy(record), ...extra })
