import { all } from '../kit/json.ts'
import { gatewayUserId, systemProjectId } from './people.ts'
import { zoneId } from './record.ts'
import { hexId, recordTime, uuid, type Json } from './values.ts'
import { rowsOf, type World } from './world.ts'

export const vnetId = 'b880bcff-9646-4374-875e-3106b25b6ae7'
export const vpcnetId = '7766e123-d435-4a22-8a4b-42e81c37fdcb'
export const exitnetId = uuid('network-exitnet0')
export const debianId = '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0'
export const keypairId = '2d5ba53d-4ba4-4ff1-8657-76f9ddf2b305'

const installed = recordTime(Date.parse('2026-11-21T01:59:19Z'))
const record = { can_delete: false, can_update: true, created_at: installed, deleted: false, is_emulated: false, updated_at: installed }
const place = { cloudregion: 'Default', cloudregion_id: 'default', region: 'Default', region_id: 'default' }
const elsewhere = { cloudregion: 'Elsewhere', cloudregion_id: 'elsewhere', region: 'Elsewhere', region_id: 'elsewhere' }
const inZone = { zone: 'zone0', zone_id: zoneId }
const system = { project: 'system', project_domain: 'Default', tenant: 'system', tenant_id: systemProjectId }

/** CPU count → memory sizes in GiB, as the built-in matrix has them. */
const matrix: ReadonlyArray<readonly [number, readonly number[]]> = [
  [1, [1, 2, 4, 8]], [2, [2, 4, 8, 12, 16]], [4, [4, 12, 16, 24, 32]], [8, [8, 16, 24, 32, 64]],
  [12, [12, 16, 24, 32, 64]], [16, [16, 24, 32, 48, 64]], [24, [24, 32, 48, 64, 128]], [32, [32, 48, 64, 128]]
]

const skuIds = new Map([
  ['ecs.g1.c1m1', '0a17971d-4c18-4446-8fb9-5da95de3e2a7'], ['ecs.g1.c1m2', 'ea5361d4-eca9-4d25-85a7-e0eac32d1e4c'],
  ['ecs.g1.c2m2', '9ae720a3-4def-474c-8f47-ee1f4edcce8e']
])

const sku = (name: string, cpu: number, memoryMb: number): Json => ({
  ...{ ...record, ...place, can_delete: true, id: skuIds.get(name) ?? uuid(`sku-${name}`), name },
  ...{ cpu_core_count: cpu, memory_size_mb: memoryMb, nic_max_count: 1, os_name: 'Any' },
  ...{ provider: 'OneCloud', source: 'local', status: 'ready' },
  ...all(0, 'attached_disk_count', 'attached_disk_size_gb', 'data_disk_max_count', 'sys_disk_max_size_gb', 'sys_disk_min_size_gb'),
  ...all('general_purpose', 'instance_type_category', 'local_category'),
  ...all('available', 'postpaid_status', 'prepaid_status'),
  ...{ enabled: true, gpu_attachable: true, instance_type_family: 'g1', sys_disk_resizable: true, total_guest_count: 0 }
})

const skus = (): Json[] => [
  ...matrix.flatMap(([cpu, sizes]) => sizes.map(size => sku(`ecs.g1.c${cpu}m${size}`, cpu, size * 1024))),
  { ...sku('ecs.t1.c2m3', 2, 3072), attached_disk_size_gb: 40, postpaid_status: 'soldout', instance_type_family: 't1', ...inZone },
  { ...sku('ecs.old.c1m1', 1, 1024), enabled: false, instance_type_family: 'old' },
  { ...sku('ecs.foreign.large', 2, 8192), provider: 'Aliyun', ...elsewhere }
]

type Os = readonly [type: string, distribution: string, version: string]
const noOs: Os = ['', '', '']

const image = (id: string, name: string, status: string, size: number, minDisk: number, [type, distro, version]: Os = noOs): Json => ({
  ...{ ...record, ...system, id, name, status, size, min_disk: minDisk, min_ram: 0, checksum: hexId(`image-${name}`) },
  ...all(false, 'is_data', 'is_guest_image', 'is_standard', 'is_system', 'pending_deleted'),
  ...all(true, 'disable_delete', 'is_public', 'protected'),
  ...{ domain_id: 'default', location: `file:///opt/cloud/workspace/data/glance/images/${id}.qcow2`, progress: 0, disk_format: 'qcow2' },
  properties: { os_arch: 'x86_64', os_distribution: distro, os_type: type, os_version: version }
})

const images = (): Json[] => [
  image(debianId, 'debian-12-fake', 'active', 196_624, 1024, ['Linux', 'Debian', '12']),
  image(uuid('image-ubuntu'), 'ubuntu-24.04-fake', 'active', 629_145_600, 10_240, ['Linux', 'Ubuntu', '24.04']),
  image(uuid('image-windows'), 'windows-2022-fake', 'active', 12_884_901_888, 40_960, ['Windows', 'Windows Server 2022', '10.0']),
  image(uuid('image-queued'), 'upload-pending', 'queued', 0, 0),
  image(uuid('image-saving'), 'upload-running', 'saving', 1024, 0, ['Linux', '', '']),
  image(uuid('image-killed'), 'broken-upload', 'killed', 0, 0)
]

const classic = { vpc: 'Default', vpc_id: 'default', wire: 'bcast0', wire_id: '6f0cbbce-4583-45a3-8e66-21deff68fa1e' }
const vpc1 = { vpc: 'vpc1', vpc_id: uuid('vpc1'), wire: 'vpc-vpc1', wire_id: 'd2f010f4-dc15-4fc7-8387-d4c12db165ce' }

const network = (id: string, name: string, [base, first, last]: readonly [string, number, number], more: Json): Json => ({
  ...{ ...record, ...place, ...inZone, ...system, id, name, ifname_hint: name, brand: 'OneCloud', provider: 'OneCloud' },
  ...{ guest_gateway: `${base}.1`, guest_ip_start: `${base}.${first}` },
  ...{ guest_ip_end: `${base}.${last}`, guest_ip_mask: 24, ports: last - first + 1 },
  ...{ exit: false, is_auto_alloc: true, is_public: true, ports_used: 0, server_type: 'guest', status: 'available', vlan_id: 1 },
  ...more
})

const networks = (): Json[] => [
  network(vpcnetId, 'vpcnet0', ['192.168.40', 2, 253], vpc1),
  network(vnetId, 'vnet0', ['10.77.0', 10, 200], { ...classic, ports_used: 1 }),
  network(exitnetId, 'exitnet0', ['203.0.113', 2, 250], { ...classic, exit: true, is_auto_alloc: false })
]

const keypair = (id: string, name: string, ownerId: string, ownerName: string): Json => ({
  ...{ ...record, can_delete: true, created_at: '2026-11-21T02:34:10.000000Z', fingerprint: (hexId(name).match(/../g) ?? []).join(':') },
  ...{ id, name, linked_guest_count: 0, owner_id: ownerId, owner_name: ownerName, scheme: 'RSA' },
  public_key: 'ssh-rsa AAAAB3NzaC1yc2EFAKEFAKEFAKE fake@example'
})

const region = { id: 'default', name: 'Default', description: 'Default Region', enabled: true, status: 'inservice', provider: 'OneCloud' }
const regionCounts = { guest_count: 1, network_count: 4, vpc_count: 2, zone_count: 1 }
const zone = { id: zoneId, name: 'zone0', hosts: 1, hosts_enabled: 1, networks: 4, provider: 'OneCloud', status: 'enable', storages: 1 }

export const seedCatalog = (world: World): void => {
  rowsOf(world, 'cloudregions').push({ ...record, ...region, ...regionCounts })
  rowsOf(world, 'zones').push({ ...record, ...place, ...zone })
  rowsOf(world, 'serverskus').push(...skus())
  rowsOf(world, 'images').push(...images())
  rowsOf(world, 'networks').push(...networks())
  rowsOf(world, 'keypairs').push(
    keypair('9106b9a6-3511-4dc2-82ca-f7a1073b0c26', 'kp-b', gatewayUserId, 'gateway'),
    keypair(keypairId, 'kp-a', gatewayUserId, 'gateway'),
    keypair(uuid('keypair-other'), 'kp-of-another', hexId('another'), 'another')
  )
}
