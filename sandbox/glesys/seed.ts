import { hold } from './pools.ts'
import { labProject, userProject } from './seed-access.ts'
import { addServer, type Row } from './servers.ts'
import { nextServerId, type Platform, type World } from './world.ts'

type Seeded = Omit<Row, 'projectkey'>

/** The servers of the vendor's own samples. */
const samples: readonly Seeded[] = [
  {
    serverid: 'wps1234567',
    hostname: 'myvmwarehost',
    platform: 'VMware',
    memorysize: 512,
    disksize: 10,
    bandwidth: 10,
    templatename: 'None',
    shape: '2020',
    addresses: ['192.0.2.10', '2001:db8:a::1']
  },
  // Its sample has 192.0.2.10, which the server above really had.
  { serverid: 'kvm123456', hostname: 'web-1', platform: 'KVM', description: 'Web frontend', addresses: ['192.0.2.12', '2001:db8:a::10'] },
  {
    serverid: 'wps654321',
    hostname: 'db-1',
    platform: 'VMware',
    cpucores: 4,
    memorysize: 8192,
    disksize: 100,
    bandwidth: 10,
    discount: 12.5,
    additionaldisks: [{ id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'data', sizeingib: 200, scsiid: 1, type: 'gold' }],
    addresses: ['198.51.100.20']
  },
  {
    serverid: 'wps123456',
    hostname: 'my-server-123',
    platform: 'VMware',
    description: 'MyServer',
    templatename: 'None',
    isofile: 'OpenBSD/7.4/amd64/cd74.iso',
    power: 'stopped'
  }
]

const oddities = (unlocksAt: number): readonly Seeded[] => [
  { serverid: 'kvm130001', hostname: 'stopped-1', platform: 'KVM', power: 'stopped' },
  { serverid: 'kvm130002', hostname: 'locked-running', platform: 'KVM', lockedUntil: Infinity },
  { serverid: 'kvm130003', hostname: 'locked-provisioning', platform: 'KVM', power: 'stopped', lockedUntil: Infinity },
  { serverid: 'wps1300004', hostname: 'locked-for-a-moment', platform: 'VMware', lockedUntil: unlocksAt },
  { serverid: 'kvm130005', hostname: 'no-addresses', platform: 'KVM', addresses: [] },
  { serverid: 'kvm130006', hostname: 'r&d', platform: 'KVM', description: 'R&D <build> "farm" & more' },
  { serverid: 'kvm130007', hostname: 'räksmörgås-å', platform: 'KVM', description: 'Åsas låda – köksservern' },
  { serverid: 'kvm130008', hostname: 'managed-1', platform: 'KVM', managedhosting: 'yes' },
  { serverid: 'wps1300009', hostname: 'soft-only', platform: 'VMware', features: { stophard: 'no' } },
  { serverid: 'kvm130010', hostname: 'backed-up', platform: 'KVM', backupSchedules: [{ frequency: 'daily', numberofimagestokeep: 1 }] },
  { serverid: 'kvm130011', hostname: 'v6-only', platform: 'KVM', addresses: ['2001:db8:a::beef'] },
  {
    serverid: 'wps1300012',
    hostname: 'windows-1',
    platform: 'VMware',
    templatename: 'Windows Server 2022 Standard LTSC',
    memorysize: 8192,
    disksize: 80
  },
  { serverid: 'kvm130013', hostname: 'many-addresses', platform: 'KVM', addresses: ['192.0.2.40', '192.0.2.41', '2001:db8:a::40'] },
  { serverid: 'kvm130014', hostname: 'twin', platform: 'KVM' },
  { serverid: 'kvm130015', hostname: 'twin', platform: 'KVM', datacenter: 'Stockholm' }
]

const plainRow = (number: number, projectkey: string): Row => {
  const isKvm = number % 3 !== 0
  return {
    serverid: isKvm ? `kvm${140_000 + number}` : `wps${1_400_000 + number}`,
    hostname: `${isKvm ? 'app' : 'vm'}-${number}.example.com`,
    platform: isKvm ? 'KVM' : 'VMware',
    projectkey,
    cpucores: 1 + number % 4,
    memorysize: 1024 * (1 + number % 4),
    disksize: 20 + 10 * (number % 5),
    datacenter: number % 4 === 0 ? 'Stockholm' : 'Falkenberg',
    power: number % 5 === 0 ? 'stopped' : 'running'
  }
}

export function seed (world: World): void {
  for (const row of [...samples, ...oddities(world.now() + world.knobs.createMs)]) addServer(world, { ...row, projectkey: labProject })
  for (let number = 1; number <= 16; number += 1) addServer(world, plainRow(number, number <= 8 ? labProject : userProject))
  const held = { datacenter: 'Falkenberg', platform: 'KVM', project: labProject, serverid: null } as const
  hold(world, '192.0.2.11', { ...held, ipversion: 4 })
  hold(world, '2001:db8:a::11', { ...held, ipversion: 6 })
}

/** Plausible further rows; when the IPv4 range is used up they have an IPv6 address alone. */
export function addServers (world: World, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const platform: Platform = index % 3 === 2 ? 'VMware' : 'KVM'
    const serverid = nextServerId(world, platform)
    addServer(world, {
      serverid,
      projectkey: labProject,
      platform,
      hostname: `added-${serverid}`,
      datacenter: index % 4 === 3 ? 'Stockholm' : 'Falkenberg',
      power: index % 5 === 4 ? 'stopped' : 'running'
    })
  }
}
