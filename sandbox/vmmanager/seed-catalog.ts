import { all } from '../kit/json.ts'
import type { Row } from './model.ts'

const clusterLink = (id: number) => ({ id, name: id === 1 ? 'cluster-kvm-1' : 'cluster-lxd-2', updated_at: '2025-12-01 00:00:00' })
const both = [clusterLink(1), clusterLink(2)]

const template = (id: number, name: string, osGroup: string, more: Record<string, unknown> = {}): Row => ({
  ...{ id, name, os_group: osGroup, state: 'active', repository: 'ISPsystem', repository_id: 1, tags: id === 25 ? ['cloud-init'] : [] },
  ...{ clusters: [clusterLink(1)], nodes: id === 25 ? [{ id: 1, name: 'node-1', ip_addr: '198.51.100.11', ssh_port: 22 }] : [] },
  ...{ hdd_mib_required: 5120, min_ram_mib: 512, updated_at: '2025-12-01 00:00:00' },
  ...all(false, 'adminonly', 'is_lxd_image', 'efi_boot'),
  ...all(null, 'comment', 'cpu_mode', 'product_key'),
  ...more
})

const templates: readonly Row[] = [
  template(25, 'Ubuntu 22.04', 'ubuntu'),
  template(12, 'Debian 12', 'debian'),
  template(26, 'Ubuntu 24.04', 'ubuntu', { clusters: both }),
  template(31, 'AlmaLinux 9', 'alma'),
  template(33, 'FreeBSD 14', 'freebsd', { hdd_mib_required: null, min_ram_mib: null }),
  template(40, 'Windows Server 2022', 'windows', { product_key: 'SECRET-PRODUCT-KEY', hdd_mib_required: 30720, min_ram_mib: 2048 }),
  template(41, 'Rescue Toolkit', 'rescue', { adminonly: true }),
  template(42, 'CentOS 7', 'centos', { state: 'disabled' }),
  template(51, 'Debian 12 (LXD)', 'debian', { is_lxd_image: true, clusters: [clusterLink(2)] })
]

const preset = (id: number, name: string, [cpu, ramMib, diskMib]: readonly [number, number, number], type = 'kvm'): Row => ({
  ...{ id, name, comment: '', virtualization_type: type, cpu_number: cpu, cpu_mode: 'default', ram_mib: ramMib },
  disks: [{ size_mib: diskMib, bus: 'virtio', boot_order: 1, tags: [] }],
  ...{ net_in_mbitps: 100, net_out_mbitps: 100, anti_spoofing: true, firewall_rules: [], snapshot_limit: 5 }
})

const cluster = (id: number, type: string): Row => {
  const storage = { id, name: id === 1 ? 'files' : 'files-lxd', type: 'file', enabled: true, is_main: true, tags: [] }
  return {
    ...{ id, name: clusterLink(id).name, comment: '', state: 'active' },
    ...{ virtualization_type: type, datacenter_type: 'common', data_center: '' },
    ...{ time_zone: 'Europe/Amsterdam', host_per_node_limit: 0, overselling: 1 },
    ...{ host_distribution_policy: 'equability', domain_template: '' },
    ...{ dns_servers: ['192.0.2.53'], storage, storages: [storage], backup_locations: [], vxlan_mode: null, vxlans: [] }
  }
}

/** `clusterId` is our own link; the view turns it into the vendor's `cluster`. */
const node = (id: number, clusterId: number): Row => ({ id, name: `node-${id}`, clusterId, ip: `198.51.100.${10 + id}`, state: 'active' })

const image = (id: number, name: string, account: string, more: Record<string, unknown>): Row =>
  ({ id, name, account: `${account}@example.com`, for_all: false, type: 'image', comment: '', state: 'active', nodes: [], ...more })

const vxlan: Row = {
  ...{ id: 1, name: 'lan1', comment: '', account: { id: 3, email: 'client@example.com' }, tag: 1001, host_count: 0, ippool: 5 },
  clusters: [{ id: 1, name: 'cluster-kvm-1', vxlan_mode: 'unicast', vxlan_settings: '', vxlan_host_count: 0 }],
  ipnets: [{ id: 1, name: '198.51.100.128/26', gateway: '198.51.100.129', vxlan_host_count: 0 }]
}

const operatorKey = 'ssh-ed25519 AAAAExampleExampleExampleExample operator@example.com'

/** Lists by the name in the path. */
export const catalog: ReadonlyMap<string, readonly Row[]> = new Map([
  ['os', templates],
  ['image', [
    image(7, 'golden', 'admin', { for_all: true, size_mib: 10240 }),
    image(8, 'client-copy', 'client', { comment: 'before upgrade', size_mib: 20480 }),
    image(9, 'half-made', 'second', { state: 'creating' })
  ]],
  ['preset', [
    preset(1, 'S-1', [2, 2048, 20480]),
    preset(2, 'XS-1', [1, 1024, 6000]),
    preset(3, 'M-1', [4, 8192, 40960]),
    preset(4, 'L-1', [8, 16384, 81920]),
    preset(5, 'C-1', [1, 512, 5120], 'lxd')
  ]],
  ['cluster', [cluster(1, 'kvm'), cluster(2, 'lxd')]],
  ['node', [node(1, 1), node(2, 1), node(3, 2)]],
  ['vxlan', [vxlan]],
  ['ssh_key', [{ id: 1, name: 'operator', ssh_key: operatorKey, clusters: [1] }]]
])
