import { all } from '../kit/json.ts'
import { recordTime, tidy, type Json } from './values.ts'
import { boundEip, findRow, projectName, rowsOf, type DiskRow, type NicRow, type ServerRow, type World } from './world.ts'

export const zoneId = 'b556bec4-eb1e-48ee-8a52-d6a6f5b0b1a6'
const hostId = '93f155d7-9ee7-476f-870e-c35caeeece8f'
const storageId = 'c061ff57-004b-44c1-8d77-7b1f426032d1'

const timeOrNone = (ms: number): string => ms > 0 ? recordTime(ms) : ''

/** What the database holds: these keys can be filtered and ordered by. */
export const columnsOf = (world: World, row: ServerRow): Json => ({
  ...{ id: row.id, name: row.name, hostname: row.hostname, status: row.status, hypervisor: row.hypervisor, os_type: row.osType },
  ...{ instance_type: row.instanceType, vcpu_count: row.vcpu, vmem_size: row.memoryMb, keypair_id: row.keypairId },
  ...{ disable_delete: row.disableDelete, rescue_mode: row.rescue, update_version: row.updateVersion, host_id: row.placed ? hostId : '' },
  ...{ pending_deleted: row.pendingDeletedAt > 0, pending_deleted_at: timeOrNone(row.pendingDeletedAt) },
  ...{ billing_type: row.prepaidUntil > 0 ? 'prepaid' : 'postpaid', expired_at: timeOrNone(row.prepaidUntil) },
  ...all(recordTime(row.createdAt), 'created_at', 'imported_at'),
  ...{ updated_at: recordTime(row.updatedAt), power_states: world.behavior.powerStates ? row.power : '' },
  [world.behavior.projectKey]: row.tenantId,
  ...all(false, 'auto_renew', 'deleted', 'freezed', 'is_daemon', 'is_emulated', 'is_system', 'sshable_last_state'),
  ...all(true, 'src_ip_check', 'src_mac_check'),
  ...all(0, 'internet_max_bandwidth_out', 'progress_mbps', 'throughput'),
  ...all('default', 'domain_id', 'secgrp_id'),
  ...all('local', 'project_src', 'source'),
  ...{ backup_guest_status: 'init', boot_order: 'cdn', qga_status: 'unknown', shutdown_behavior: 'stop', shutdown_mode: 'keep_charging' }
})

const placement = (row: ServerRow): Json => {
  if (!row.placed) return row.status === 'init' ? {} : { brand: 'Unknown', provider: 'Unknown' }
  return {
    ...{ brand: 'OneCloud', provider: 'OneCloud', cloud_env: 'onpremise', zone: 'zone0', zone_id: zoneId },
    ...{ cloudregion: 'Default', cloudregion_id: 'default', region: 'Default', region_id: 'default' },
    ...{ host: 'stubnode', host_billing_type: 'postpaid', host_resource_type: 'shared', host_type: 'hypervisor' },
    ...all('online', 'host_service_status', 'host_status')
  }
}

/** Computed for lists and single records alike. */
const computed = (world: World, row: ServerRow): Json => {
  const network = findRow(rowsOf(world, 'networks'), row.nics[0]?.networkId ?? '')
  const eip = boundEip(world, row)
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
    ...all(projectName(world, row.tenantId), 'project', 'tenant'),
    ...{ project_domain: 'Default', secgroup: 'Default', secgroups: [{ id: 'default', name: 'Default' }] },
    ...{ vpc: network?.['vpc'], vpc_id: network?.['vpc_id'] },
    vpc_external_access_mode: network === undefined ? '' : network['vpc_id'] === 'default' ? 'eip-distgw' : 'eip',
    ...(eip === undefined ? {} : { eip: eip['ip_addr'], eip_mode: eip['mode'] })
  }
}

const diskInfo = (disk: DiskRow, index: number): Json => tidy({
  ...{ id: disk.id, name: disk.name, index, size: disk.sizeMb, disk_type: disk.type, image: disk.image, image_id: disk.imageId },
  ...{ storage_id: storageId, storage_type: disk.storageType, medium_type: 'ssd', disk_format: 'qcow2', driver: 'scsi' },
  ...{ aio_mode: 'native', auto_reset: false, boot_index: -1, bps: 0, cache_mode: 'none', iops: 0 }
})

const nicOf = (world: World, nic: NicRow): Json => tidy({
  ...{ ip_addr: nic.ip, ip6_addr: nic.ip6, is_exit: nic.exit, mac: nic.mac, network_id: nic.networkId },
  vpc_id: findRow(rowsOf(world, 'networks'), nic.networkId)?.['vpc_id']
})

const always = (row: ServerRow): Json => ({
  ...all(false, 'account_read_only', 'can_recycle', 'is_gpu', 'is_prepaid_recycle'),
  ...all(true, 'can_update', 'cdrom_support', 'floppy_support'),
  ...{ can_delete: !row.disableDelete, host_enabled: row.placed, monitor_url: 'http://169.254.169.254/monitor' },
  ...placement(row)
})

const onlyAlone = (world: World, row: ServerRow): Json => ({
  networks: row.nics.map((nic, index) => {
    const network = findRow(rowsOf(world, 'networks'), nic.networkId)?.['name'] ?? 'vnet0'
    return `eth${index}:${nic.ip}/24/${nic.mac}/1/${String(network)}/virtio/1000/${index}\n`
  }).join(''),
  ...{ os_name: row.osType, security_rules: 'in:allow any' }
})

/** Odd values are sent as they are, even empty ones. */
export const listRecord = (world: World, row: ServerRow, more: Json = {}): Json =>
  ({ ...tidy({ ...columnsOf(world, row), ...always(row), ...computed(world, row), ...more }), ...row.extra })

export const fullRecord = (world: World, row: ServerRow): Json => listRecord(world, row, onlyAlone(world, row))
