/** Rows as the providers send them, with the members that the gateway does not read: about 1 kB for each server. */

const none = (...names: string[]): Record<string, null> => Object.fromEntries(names.map(name => [name, null]))

const host = (id: number) => ({
  id,
  name: `vm-${id}`,
  state: 'active',
  domain: '',
  comment: '',
  account: { id: 3, email: 'admin@example.com' },
  cluster: { id: 1, name: 'cluster-one', datacenter_type: 'common', image_storage_path: '/image' },
  node: { id: 1, name: 'node-1', ip_addr: '192.0.2.10', live_migration_allowed: true, maintenance_mode: false },
  os: { id: 5, name: 'Ubuntu 22.04' },
  os_name: 'Ubuntu 22.04',
  os_group: 'linux',
  cpu_number: 2,
  cpu_number_new: 2,
  ram_mib: 2048,
  ram_mib_new: 2048,
  disk: { id: id + 1000, disk_mib: 20480, disk_mib_new: 20480 },
  disk_count: 1,
  ip4: [{ ip: `198.51.100.${id % 250}`, interface: 'eth0' }],
  ip6: [],
  ip_summary: `198.51.100.${id % 250}`,
  uptime: 86_400,
  rescue_mode: false,
  disabled: false,
  is_protected: false,
  iso_mounted: false,
  nesting: false,
  efi_boot: false,
  tags: [],
  snapshot_count: 0,
  snapshot_limit: 5,
  create_date: '2026-01-15 10:20:30',
  vxlan: [],
  firewall_rules: [],
  cpu_mode: 'default',
  ip_automation: 'host_and_dhcp',
  net_bandwidth_mbitps: 100,
  expand_part: '/dev/vda1',
  ...none('cpu_weight', 'io_weight', 'io_read_mbitps', 'io_write_mbitps', 'linked_clone_image', 'mon_install_date')
})

const hostText = (id: number): string => JSON.stringify(host(id))
export const hostOf = (id: number): Buffer => Buffer.from(`{"list":[${hostText(id)}],"size":1}`)

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

/** A small account is asked for the same pages again and again; a large one is read once. */
const memo = new Map<string, Buffer>()
function kept (key: string, rows: number, make: () => string): Buffer {
  const found = memo.get(key)
  if (found !== undefined) return found
  const made = Buffer.from(make())
  if (rows <= 10_000) memo.set(key, made)
  return made
}

export const hostPage = (rows: number, after: number, limit: number): Buffer => kept(`host ${rows} ${after} ${limit}`, rows, () =>
  `{"list":[${range(after + 1, Math.min(rows, after + limit) + 1).map(hostText).join(',')}],"size":${rows - after}}`)

const server = (serverid: string) => ({
  serverid,
  hostname: `${serverid}.example.com`,
  datacenter: 'Falkenberg',
  platform: 'KVM',
  cpucores: 2,
  memorysize: 2048,
  disksize: 20,
  iplist: [{ ipaddress: '198.51.100.7', version: 4, cost: { amount: 2, currency: 'EUR' } }],
  templatename: 'debian-12',
  initialtemplate: { id: 'debian-12', name: 'debian-12' },
  description: 'bench',
  bandwidth: 100,
  cost: { amount: 10, currency: 'EUR', timeperiod: 'month' },
  supportedfeatures: Object.fromEntries(['start', 'stopsoft', 'stophard', 'reboot', 'editcpucores', 'editmemorysize', 'editdisksize', 'consolehtml', 'destroy', 'clone', 'backup', 'filebilling'].map(name => [name, 'yes'])),
  isrunning: true,
  islocked: false,
  status: 'running',
  state: 'running'
})

const status = { code: 200, timestamp: '2026-11-28T12:00:00+01:00', text: 'OK', transactionid: null }

function xml (name: string, value: unknown): string {
  if (Array.isArray(value)) return `<${name}>${value.map(item => xml('item', item)).join('')}</${name}>`
  const content = typeof value === 'object' && value !== null ? Object.entries(value).map(([key, member]) => xml(key, member)).join('') : String(value ?? '')
  return `<${name}>${content}</${name}>`
}

const envelope = (response: object, isXml: boolean): string =>
  isXml ? `<?xml version="1.0" encoding="utf-8"?>${xml('response', response)}` : JSON.stringify({ response })

export const listOf = (rows: number, isXml: boolean): Buffer => kept(`list ${rows} ${isXml}`, rows, () =>
  envelope({ status, servers: range(1, rows + 1).map(id => server(`kvm${id}`)) }, isXml))

export const detailsOf = (serverid: string, isXml: boolean): Buffer => Buffer.from(envelope({ status, server: server(serverid) }, isXml))

const instance = (id: number) => ({
  id,
  hostname: `vm-${id}`,
  status: 'running',
  location: { id: 'uk-lon1', name: 'London, United Kingdom', country: 'GB' },
  inRescueMode: false,
  template: { id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', name: 'CentOS 7 v2.0.23', type: 'linux' },
  network: { v4: { ipaddress: '198.51.100.7', netmask: '255.255.255.0', gateway: '198.51.100.1', additionalIps: [] }, v6: null },
  billing: { status: 'active', startDate: 1_613_174_400, cancellationRequest: null, price: 10, period: 'monthly' },
  vcpu: 2,
  memory: 2048,
  disk: 20,
  features: Object.fromEntries(range(1, 16).map(number => [`feature${number}`, { enabled: true, value: null }]))
})

const page = (rows: number, offset: number, limit: number): number[] => range(offset + 1, Math.min(rows, offset + limit) + 1)

export const instancePage = (rows: number, offset: number, limit: number): Buffer => kept(`instance ${rows} ${offset} ${limit}`, rows, () =>
  JSON.stringify({ data: page(rows, offset, limit).map(instance), metadata: { paging: { total: rows } } }))

const uuid = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`

const cloudServer = (id: number) => ({
  id: uuid(id),
  name: `vm-${id}`,
  status: 'running',
  power_states: 'on',
  vcpu_count: 2,
  vmem_size: 2048,
  disk: 20_480,
  disks_info: [{ id: uuid(id + 1e6), index: 0, size: 20_480, image: 'debian-12', image_id: 'debian-12', disk_format: 'qcow2' }],
  instance_type: 'ecs.g1.c2m2',
  nics: [{ ip_addr: `198.51.100.${id % 250}`, is_exit: true, mac: '00:22:00:00:00:01', network_id: uuid(2) }],
  cloudregion_id: 'default',
  cloudregion: 'Default',
  tenant_id: uuid(3),
  tenant: 'bench',
  created_at: '2026-01-15T10:20:30.000000Z',
  metadata: { 'user:team': 'web' },
  disable_delete: false,
  can_delete: true,
  can_update: true,
  ...Object.fromEntries(range(1, 25).map(number => [`other_member_${number}`, 'value']))
})

export const serverPage = (rows: number, offset: number, limit: number): Buffer => kept(`server ${rows} ${offset} ${limit}`, rows, () =>
  JSON.stringify({ servers: page(rows, offset, limit).map(cloudServer), total: rows, limit, offset }))
