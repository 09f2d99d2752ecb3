import type { World } from './world.ts'
import { rowsOf } from './world.ts'
import { gatewayUserId, systemProjectId } from './people.ts'
import { hexId, recordTime, uuid, type Json } from './values.ts'
import { zoneId } from './record.ts'

export const vnetId = 'b880bcff-9646-4374-875e-3106b25b6ae7'
export const vpcnetId = '7766e123-d435-4a22-8a4b-42e81c37fdcb'
export const exitnetId = uuid('network-exitnet0')
export const debianId = '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0'
export const keypairId = '2d5ba53d-4ba4-4ff1-8657-76f9ddf2b305'

const installed = Date.parse('2026-11-21T01:59:19Z')
const record = { can_delete: false, can_update: true, created_at: recordTime(installed), deleted: false, is_emulated: false, updated_at: recordTime(installed) }
const place = { cloudregion: 'Default', cloudregion_id: 'default', region: 'Default', region_id: 'default' }
const system = { project: 'system', project_domain: 'Default', tenant: 'system', tenant_id: systemProjectId }

/** CPU count → memory sizes in GiB, as the built-in matrix has them. */
const matrix: ReadonlyArray<readonly [number, readonly number[]]> = [
  [1, [1, 2, 4, 8]], [2, [2, 4, 8, 12, 16]], [4, [4, 12, 16, 24, 32]], [8, [8, 16, 24, 32, 64]],
  [12, [12, 16, 24, 32, 64]], [16, [16, 24, 32, 48, 64]], [24, [24, 32, 48, 64, 128]], [32, [32, 48, 64, 128]]
]

const skuIds = new Map([['ecs.g1.c1m1', '0a17971d-4c18-4446-8fb9-5da95de3e2a7'], ['ecs.g1.c1m2', 'ea5361d4-eca9-4d25-85a7-e0eac32d1e4c'], ['ecs.g1.c2m2', '9ae720a3-4def-474c-8f47-ee1f4edcce8e']])

const sku = (name: string, cpu: number, memoryMb: number): Json => ({
  ...record,
  ...place,
  attached_disk_count: 0,
  attached_disk_size_gb: 0,
  can_delete: true,
  cpu_core_count: cpu,
  data_disk_max_count: 0,
  enabled: true,
  gpu_attachable: true,
  id: skuIds.get(name) ?? uuid(`sku-${name}`),
  instance_type_category: 'general_purpose',
  instance_type_family: 'g1',
  local_category: 'general_purpose',
  memory_size_mb: memoryMb,
  name,
  nic_max_count: 1,
  os_name: 'Any',
  postpaid_status: 'available',
  prepaid_status: 'available',
  provider: 'OneCloud',
  source: 'local',
  status: 'ready',
  sys_disk_max_size_gb: 0,
  sys_disk_min_size_gb: 0,
  sys_disk_resizable: true,
  total_guest_count: 0
})

const skus = (): Json[] => [
  ...matrix.flatMap(([cpu, sizes]) => sizes.map(size => sku(`ecs.g1.c${cpu}m${size}`, cpu, size * 1024))),
  { ...sku('ecs.t1.c2m3', 2, 3072), attached_disk_size_gb: 40, postpaid_status: 'soldout', instance_type_family: 't1', zone: 'zone0', zone_id: zoneId },
  { ...sku('ecs.old.c1m1', 1, 1024), enabled: false, instance_type_family: 'old' },
  { ...sku('ecs.foreign.large', 2, 8192), provider: 'Aliyun', cloudregion: 'Elsewhere', cloudregion_id: 'elsewhere', region: 'Elsewhere', region_id: 'elsewhere' }
]

interface ImageOf {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly sizeBytes: number
  readonly minDiskMb: number
  readonly os: readonly [string, string, string]
}

const image = (of: ImageOf): Json => ({
  ...record,
  ...system,
  checksum: hexId(`image-${of.name}`),
  disable_delete: true,
  disk_format: 'qcow2',
  domain_id: 'default',
  id: of.id,
  is_data: false,
  is_guest_image: false,
  is_public: true,
  is_standard: false,
  is_system: false,
  location: `file:///opt/cloud/workspace/data/glance/images/${of.id}.qcow2`,
  min_disk: of.minDiskMb,
  min_ram: 0,
  name: of.name,
  pending_deleted: false,
  progress: 0,
  properties: { os_arch: 'x86_64', os_distribution: of.os[1], os_type: of.os[0], os_version: of.os[2] },
  protected: true,
  size: of.sizeBytes,
  status: of.status
})

const images = (): Json[] => [
  { ...image({ id: debianId, name: 'debian-12-fake', status: 'active', sizeBytes: 196_624, minDiskMb: 1024, os: ['Linux', 'Debian', '12'] }), checksum: '59868f85d88d34ee79e32759dad70bf7' },
  image({ id: uuid('image-ubuntu'), name: 'ubuntu-24.04-fake', status: 'active', sizeBytes: 629_145_600, minDiskMb: 10_240, os: ['Linux', 'Ubuntu', '24.04'] }),
  image({ id: uuid('image-windows'), name: 'windows-2022-fake', status: 'active', sizeBytes: 12_884_901_888, minDiskMb: 40_960, os: ['Windows', 'Windows Server 2022', '10.0'] }),
  image({ id: uuid('image-queued'), name: 'upload-pending', status: 'queued', sizeBytes: 0, minDiskMb: 0, os: ['', '', ''] }),
  image({ id: uuid('image-saving'), name: 'upload-running', status: 'saving', sizeBytes: 1024, minDiskMb: 0, os: ['Linux', '', ''] }),
  image({ id: uuid('image-killed'), name: 'broken-upload', status: 'killed', sizeBytes: 0, minDiskMb: 0, os: ['', '', ''] })
]

const network = (of: Json): Json => ({
  ...record,
  ...place,
  ...system,
  brand: 'OneCloud',
  exit: false,
  guest_ip_mask: 24,
  ifname_hint: of['name'],
  is_auto_alloc: true,
  is_public: true,
  ports_used: 0,
  provider: 'OneCloud',
  server_type: 'guest',
  status: 'available',
  vlan_id: 1,
  zone: 'zone0',
  zone_id: zoneId,
  ...of
})

const networks = (): Json[] => [
  network({ id: vpcnetId, name: 'vpcnet0', guest_gateway: '192.168.40.1', guest_ip_start: '192.168.40.2', guest_ip_end: '192.168.40.253', ports: 252, vpc: 'vpc1', vpc_id: 'e9c0daa4-698e-4c0e-8169-4fd83fc834b6', wire: 'vpc-vpc1', wire_id: 'd2f010f4-dc15-4fc7-8387-d4c12db165ce' }),
  network({ id: vnetId, name: 'vnet0', guest_gateway: '10.77.0.1', guest_ip_start: '10.77.0.10', guest_ip_end: '10.77.0.200', ports: 191, ports_used: 1, vpc: 'Default', vpc_id: 'default', wire: 'bcast0', wire_id: '6f0cbbce-4583-45a3-8e66-21deff68fa1e' }),
  network({ id: exitnetId, name: 'exitnet0', exit: true, guest_gateway: '203.0.113.1', guest_ip_start: '203.0.113.2', guest_ip_end: '203.0.113.250', is_auto_alloc: false, ports: 249, vpc: 'Default', vpc_id: 'default', wire: 'bcast0', wire_id: '6f0cbbce-4583-45a3-8e66-21deff68fa1e' })
]

const keypair = (id: string, name: string, ownerId: string, ownerName: string): Json => ({
  ...record,
  can_delete: true,
  created_at: '2026-11-21T02:34:10.000000Z',
  fingerprint: (hexId(name).match(/../g) ?? []).join(':'),
  id,
  linked_guest_count: 0,
  name,
  owner_id: ownerId,
  owner_name: ownerName,
  public_key: 'ssh-rsa AAAAB3NzaC1yc2EFAKEFAKEFAKE fake@example',
  scheme: 'RSA'
})

export const seedCatalog = (world: World): void => {
  rowsOf(world, 'cloudregions').push({
    ...record, description: 'Default Region', enabled: true, guest_count: 1, id: 'default', name: 'Default', network_count: 4, provider: 'OneCloud', status: 'inservice', vpc_count: 2, zone_count: 1
  })
  rowsOf(world, 'zones').push({ ...record, ...place, hosts: 1, hosts_enabled: 1, id: zoneId, name: 'zone0', networks: 4, provider: 'OneCloud', status: 'enable', storages: 1 })
  rowsOf(world, 'serverskus').push(...skus())
  rowsOf(world, 'images').push(...images())
  rowsOf(world, 'networks').push(...networks())
  rowsOf(world, 'keypairs').push(keypair('9106b9a6-3511-4dc2-82ca-f7a1073b0c26', 'kp-b', gatewayUserId, 'gateway'), keypair(keypairId, 'kp-a', gatewayUserId, 'gateway'),
    keypair(uuid('keypair-other'), 'kp-of-another', hexId('another'), 'another'))
}
