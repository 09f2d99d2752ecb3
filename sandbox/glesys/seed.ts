import { freeAddresses, hold, type Pool } from './address-pool.ts'
import { featuresOf, templateNamed, toInitialTemplate } from './catalogue.ts'
import { addServer } from './server-create.ts'
import { seedRows, type Row } from './seed-rows.ts'
import { nextNumber, type GlesysServer, type Platform, type World } from './world.ts'

export const labProject = 'cl12345'
export const userProject = 'cl98765'
export const emptyProject = 'cl24680'

/** The keys of the control panel. `fresh` was just made and may do nothing yet. */
export const demoKeys = {
  lab: 'glesys-lab-SECRET-0123456789abcdef',
  fresh: 'glesys-fresh-SECRET-key',
  listOnly: 'glesys-listonly-SECRET-key',
  elsewhere: 'glesys-elsewhere-SECRET-key',
  empty: 'glesys-empty-SECRET-key'
} as const

export const demoUser = { username: 'user@example.com', password: 'the&SECRET/Såuce?' } as const

export function seed (world: World): void {
  seedAccess(world)
  seedNetworks(world)
  for (const row of seedRows(world.clock() + world.knobs.createMs)) seedServer(world, row)
  hold(world, '192.0.2.11', { ipversion: 4, datacenter: 'Falkenberg', platform: 'KVM', project: labProject, serverid: null })
  hold(world, '2001:db8:a::11', { ipversion: 6, datacenter: 'Falkenberg', platform: 'KVM', project: labProject, serverid: null })
  world.sshKeys.set(101, { id: 101, account: labProject, description: 'deploy', data: 'ssh-ed25519 AAAAEXAMPLE deploy@example' })
  world.sshKeys.set(102, { id: 102, account: userProject, description: '', data: 'ssh-ed25519 AAAAEXAMPLE2 user@example' })
}

function seedAccess (world: World): void {
  const key = { project: labProject, permissions: 'all' as const, hostAllowed: true }
  world.apiKeys.set(demoKeys.lab, { ...key, key: demoKeys.lab })
  world.apiKeys.set(demoKeys.fresh, { ...key, key: demoKeys.fresh, permissions: [] })
  world.apiKeys.set(demoKeys.listOnly, { ...key, key: demoKeys.listOnly, permissions: ['server/list', 'ip'] })
  world.apiKeys.set(demoKeys.elsewhere, { ...key, key: demoKeys.elsewhere, hostAllowed: false })
  world.apiKeys.set(demoKeys.empty, { ...key, key: demoKeys.empty, project: emptyProject })
  world.users.set(demoUser.username, {
    ...demoUser,
    accounts: [
      { account: userProject, description: 'prod', roles: ['FullAccess'] },
      { account: labProject, description: null, roles: ['FullAccess'] },
      { account: emptyProject, description: 'empty', roles: ['ReadOnly'] }
    ],
    customers: [{ customernumber: '1337', description: null, roles: ['Owner'] }]
  })
}

function seedNetworks (world: World): void {
  const all = [
    { networkid: 'internet-fbg', datacenter: 'Falkenberg', description: 'Internet', public: 'yes' as const, project: null },
    { networkid: 'internet-sth', datacenter: 'Stockholm', description: 'Internet', public: 'yes' as const, project: null },
    { networkid: 'vl123456', datacenter: 'Falkenberg', description: 'db & cache', public: 'no' as const, project: labProject }
  ]
  for (const network of all) world.networks.set(network.networkid, network)
}

function seedServer (world: World, row: Row): void {
  const server = toServer(row)
  addServer(world, server)
  if (row.serverid === 'wps123456') useSampleAdapters(world, server)
  for (const ipversion of [4, 6] as const) {
    const pool = { ipversion, datacenter: server.datacenter, platform: server.platform }
    const given = (row.addresses ?? []).filter(address => address.includes(':') === (ipversion === 6))
    const chosen = row.addresses === undefined ? freeAddresses(world, pool, 1) : given
    for (const ipaddress of chosen) holdFor(world, server, pool, ipaddress)
  }
}

const holdFor = (world: World, server: GlesysServer, pool: Pool, ipaddress: string): void => {
  hold(world, ipaddress, { ...pool, project: server.projectkey, serverid: server.serverid })
}

function toServer (row: Row): GlesysServer {
  const isKvm = row.platform === 'KVM'
  const templatename = row.templatename ?? (isKvm ? 'Debian 12 (Bookworm)' : 'Debian 12 64-bit')
  const template = templateNamed(row.platform, templatename)
  return {
    serverid: row.serverid,
    projectkey: row.projectkey ?? labProject,
    platform: row.platform,
    datacenter: row.datacenter ?? 'Falkenberg',
    hostname: row.hostname,
    description: row.description ?? '',
    cpucores: row.cpucores ?? 2,
    memorysize: row.memorysize ?? 2048,
    disksize: row.disksize ?? 50,
    bandwidth: row.bandwidth ?? 100,
    transfer: isKvm ? 0 : 6400,
    templatename,
    initialtemplate: template === undefined ? null : toInitialTemplate(template),
    shape: row.shape ?? 'modern',
    additionaldisks: [...row.additionaldisks ?? []],
    isofile: row.isofile ?? null,
    managedhosting: row.managedhosting ?? 'no',
    supportedfeatures: { ...featuresOf(row.platform), ...row.features },
    backupEnabled: row.backupSchedules === undefined ? 'no' : 'yes',
    backupSchedules: [...row.backupSchedules ?? []],
    discount: row.discount ?? 0,
    power: row.power ?? 'running',
    lockedUntil: row.lockedUntil ?? 0,
    steps: []
  }
}

function useSampleAdapters (world: World, server: GlesysServer): void {
  for (const adapter of [...world.adapters.values()]) {
    if (adapter.serverid === server.serverid) world.adapters.delete(adapter.networkadapterid)
  }
  const common = { serverid: server.serverid, adaptertype: 'VMXNET 3', macaddress: '00:53:00:00:00:01', lockedUntil: 0 }
  const first = { ...common, networkadapterid: '9ac61694-eb4d-4011-9d10-c395ba5f7269', bandwidth: 100, name: 'My Network Adapter', networkid: 'internet-fbg', isprimary: true }
  const second = { ...common, networkadapterid: '9ac61694-eb4d-4011-9d10-c395ba5f7420', bandwidth: 500, name: 'Network Adapter 2', networkid: 'vl123456', isprimary: false }
  world.adapters.set(first.networkadapterid, first)
  world.adapters.set(second.networkadapterid, second)
}

/** Plausible further rows; when the IPv4 range is used up they have an IPv6 address alone. */
export function addServers (world: World, count: number, project: string): void {
  for (let index = 0; index < count; index += 1) {
    const number = nextNumber(world)
    const platform: Platform = index % 3 === 2 ? 'VMware' : 'KVM'
    seedServer(world, {
      serverid: platform === 'KVM' ? `kvm${number}` : `wps${1_000_000 + number}`,
      projectkey: project,
      platform,
      hostname: `added-${number}`,
      datacenter: index % 4 === 3 ? 'Stockholm' : 'Falkenberg',
      power: index % 5 === 4 ? 'stopped' : 'running'
    })
  }
}
