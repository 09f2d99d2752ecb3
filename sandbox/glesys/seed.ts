import { addAddress } from './addresses.ts'
import { labProject, userProject } from './auth.ts'
import type { Platform } from './catalog.ts'
import { addServer, type Row } from './servers.ts'
import { nextServerId, type World } from './world.ts'

type Seeded = readonly [serverid: string, hostname: string, more: Partial<Omit<Row, 'serverid' | 'hostname' | 'platform' | 'projectkey'>>]

const dataDisk = { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'data', sizeingib: 200, scsiid: 1, type: 'gold' }
const old = { memorysize: 512, disksize: 10, bandwidth: 10, templatename: 'None', shape: '2020' as const }
const large = { cpucores: 4, memorysize: 8192, disksize: 100, bandwidth: 10, discount: 12.5, additionaldisks: [dataDisk] }
const ofIso = { description: 'MyServer', templatename: 'None', isofile: 'OpenBSD/7.4/amd64/cd74.iso', power: 'stopped' as const }

/** The servers of the vendor's own samples, then edge cases. */
const servers = (unlocksAt: number): readonly Seeded[] => [
  ['wps1234567', 'myvmwarehost', { ...old, addresses: ['192.0.2.10', '2001:db8:a::1'] }],
  // Its sample has 192.0.2.10, which the server above really had.
  ['kvm123456', 'web-1', { description: 'Web frontend', addresses: ['192.0.2.12', '2001:db8:a::10'] }],
  ['wps654321', 'db-1', { ...large, addresses: ['198.51.100.20'] }],
  ['wps123456', 'my-server-123', ofIso],
  ['kvm130001', 'stopped-1', { power: 'stopped' }],
  ['kvm130002', 'locked-running', { lockedUntil: Infinity }],
  ['kvm130003', 'locked-provisioning', { power: 'stopped', lockedUntil: Infinity }],
  ['wps1300004', 'locked-for-a-moment', { lockedUntil: unlocksAt }],
  ['kvm130005', 'no-addresses', { addresses: [] }],
  ['kvm130006', 'r&d', { description: 'R&D <build> "farm" & more' }],
  ['kvm130007', 'räksmörgås-å', { description: 'Åsas låda – köksservern' }],
  ['kvm130008', 'managed-1', { managedhosting: 'yes' }],
  ['wps1300009', 'soft-only', { features: { stophard: 'no' } }],
  ['kvm130010', 'backed-up', { backupSchedules: [{ frequency: 'daily', numberofimagestokeep: 1 }] }],
  ['kvm130011', 'v6-only', { addresses: ['2001:db8:a::beef'] }],
  ['wps1300012', 'windows-1', { templatename: 'Windows Server 2022 Standard LTSC', memorysize: 8192, disksize: 80 }],
  ['kvm130013', 'many-addresses', { addresses: ['192.0.2.40', '192.0.2.41', '2001:db8:a::40'] }],
  ['kvm130014', 'twin', {}],
  ['kvm130015', 'twin', { datacenter: 'Stockholm' }]
]

const platformOf = (serverid: string): Platform => serverid.startsWith('kvm') ? 'KVM' : 'VMware'

const plainRow = (number: number, projectkey: string): Row => {
  const isKvm = number % 3 !== 0
  return {
    serverid: isKvm ? `kvm${140_000 + number}` : `wps${1_400_000 + number}`,
    hostname: `${isKvm ? 'app' : 'vm'}-${number}.example.com`,
    ...{ platform: isKvm ? 'KVM' : 'VMware', projectkey, cpucores: 1 + number % 4, memorysize: 1024 * (1 + number % 4) },
    disksize: 20 + 10 * (number % 5),
    datacenter: number % 4 === 0 ? 'Stockholm' : 'Falkenberg',
    power: number % 5 === 0 ? 'stopped' : 'running'
  }
}

export function seed (world: World): void {
  for (const [serverid, hostname, more] of servers(world.now() + world.behavior.createMs)) {
    addServer(world, { serverid, hostname, platform: platformOf(serverid), projectkey: labProject, ...more })
  }
  for (let number = 1; number <= 16; number += 1) addServer(world, plainRow(number, number <= 8 ? labProject : userProject))
  const free = { datacenter: 'Falkenberg', platform: 'KVM', project: labProject, serverid: null } as const
  addAddress(world, '192.0.2.11', { ...free, ipversion: 4 })
  addAddress(world, '2001:db8:a::11', { ...free, ipversion: 6 })
}

/** More servers; when the IPv4 range is used up they have only an IPv6 address. */
export function addServers (world: World, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const serverid = nextServerId(world, index % 3 === 2 ? 'VMware' : 'KVM')
    addServer(world, {
      ...{ serverid, hostname: `added-${serverid}`, platform: platformOf(serverid), projectkey: labProject },
      datacenter: index % 4 === 3 ? 'Stockholm' : 'Falkenberg',
      power: index % 5 === 4 ? 'stopped' : 'running'
    })
  }
}
