import type { Row } from './model.ts'

const clusterLink = (id: number) => ({ id, name: id === 1 ? 'cluster-kvm-1' : 'cluster-lxd-2', updated_at: '2025-12-01 00:00:00' })

const template = (id: number, name: string, osGroup: string, more: Record<string, unknown> = {}): Row => ({
  id,
  name,
  os_group: osGroup,
  state: 'active',
  repository: 'ISPsystem',
  repository_id: 1,
  adminonly: false,
  comment: null,
  tags: id === 25 ? ['cloud-init'] : [],
  clusters: [clusterLink(1)],
  nodes: id === 25 ? [{ id: 1, name: 'node-1', ip_addr: '198.51.100.11', ssh_port: 22 }] : [],
  is_lxd_image: false,
  efi_boot: false,
  hdd_mib_required: 5120,
  min_ram_mib: 512,
  cpu_mode: null,
  product_key: null,
  updated_at: '2025-12-01 00:00:00',
  ...more
})

const templates = (): Row[] => [
  template(25, 'Ubuntu 22.04', 'ubuntu'),
  template(12, 'Debian 12', 'debian'),
  template(26, 'Ubuntu 24.04', 'ubuntu', { clusters: [clusterLink(1), clusterLink(2)] }),
  template(31, 'AlmaLinux 9', 'alma'),
  template(33, 'FreeBSD 14', 'freebsd', { hdd_mib_required: null, min_ram_mib: null }),
  template(40, 'Windows Server 2022', 'windows', { product_key: 'SECRET-PRODUCT-KEY', hdd_mib_required: 30720, min_ram_mib: 2048 }),
  template(41, 'Rescue Toolkit', 'rescue', { adminonly: true }),
  template(42, 'CentOS 7', 'centos', { state: 'disabled' }),
  template(51, 'Debian 12 (LXD)', 'debian', { is_lxd_image: true, clusters: [clusterLink(2)] })
]

const preset = (id: number, name: string, sizes: { cpu: number, ramMib: number, diskMib: number, type?: string }): Row => ({
  id,
  name,
  comment: '',
  virtualization_type: sizes.type ?? 'kvm',
  cpu_number: sizes.cpu,
  cpu_mode: 'default',
  ram_mib: sizes.ramMib,
  disks: [{ size_mib: sizes.diskMib, bus: 'virtio', boot_order: 1, tags: [] }],
  net_in_mbitps: 100,
  net_out_mbitps: 100,
  anti_spoofing: true,
  firewall_rules: [],
  snapshot_limit: 5
})

const presets = (): Row[] => [
  preset(1, 'S-1', { cpu: 2, ramMib: 2048, diskMib: 20480 }),
  preset(2, 'XS-1', { cpu: 1, ramMib: 1024, diskMib: 6000 }),
  preset(3, 'M-1', { cpu: 4, ramMib: 8192, diskMib: 40960 }),
  preset(4, 'L-1', { cpu: 8, ramMib: 16384, diskMib: 81920 }),
  preset(5, 'C-1', { cpu: 1, ramMib: 512, diskMib: 5120, type: 'lxd' })
]

const mainStorage = (id: number, name: string) => ({ id, name, type: 'file', enabled: true, is_main: true, tags: [] })

const cluster = (id: number, name: string, type: string): Row => ({
  id,
  name,
  comment: '',
  state: 'active',
  virtualization_type: type,
  datacenter_type: 'common',
  data_center: '',
  time_zone: 'Europe/Amsterdam',
  host_per_node_limit: 0,
  overselling: 1,
  host_distribution_policy: 'equability',
  domain_template: '',
  dns_servers: ['192.0.2.53'],
  storage: mainStorage(id, id === 1 ? 'files' : 'files-lxd'),
  storages: [mainStorage(id, id === 1 ? 'files' : 'files-lxd')],
  backup_locations: [],
  vxlan_mode: null,
  vxlans: []
})

/** `clusterId` is our own link; the view turns it into the vendor's `cluster`. */
const node = (id: number, clusterId: number): Row => ({
  id,
  name: `node-${id}`,
  clusterId,
  ip: `198.51.100.${10 + id}`,
  state: 'active'
})

const image = (id: number, name: string, account: string, more: Record<string, unknown>): Row =>
  ({ id, name, account: `${account}@example.com`, for_all: false, type: 'image', comment: '', state: 'active', nodes: [], ...more })

const images = (): Row[] => [
  image(7, 'golden', 'admin', { for_all: true, size_mib: 10240 }),
  image(8, 'client-copy', 'client', { comment: 'before upgrade', size_mib: 20480 }),
  image(9, 'half-made', 'second', { state: 'creating' })
]

const vxlans = (): Row[] => [{
  id: 1,
  name: 'lan1',
  comment: '',
  account: { id: 3, email: 'client@example.com' },
  tag: 1001,
  host_count: 0,
  clusters: [{ id: 1, name: 'cluster-kvm-1', vxlan_mode: 'unicast', vxlan_settings: '', vxlan_host_count: 0 }],
  ipnets: [{ id: 1, name: '198.51.100.128/26', gateway: '198.51.100.129', vxlan_host_count: 0 }],
  ippool: 5
}]

export const seedCatalogue = (): Map<string, Row[]> => new Map([
  ['os', templates()],
  ['image', images()],
  ['preset', presets()],
  ['cluster', [cluster(1, 'cluster-kvm-1', 'kvm'), cluster(2, 'cluster-lxd-2', 'lxd')]],
  ['node', [node(1, 1), node(2, 1), node(3, 2)]],
  ['vxlan', vxlans()],
  ['ssh_key', [{ id: 1, name: 'operator', ssh_key: 'ssh-ed25519 AAAAExampleExampleExampleExample operator@example.com', clusters: [1] }]]
])
