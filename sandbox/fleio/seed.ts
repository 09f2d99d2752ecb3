import { createHash } from 'node:crypto'
import { blankInstance, type Instance, type UserKind } from './records.ts'
import { documented, flavorIds, imageIds, networkIds, seedCatalog } from './seed-catalog.ts'
import { seedClients } from './seed-clients.ts'
import { fixed, oddities } from './seed-oddities.ts'
import { addPorts, localTime, newUuid, timeNow, uuidOf, type World } from './world.ts'

const minute = 60_000
const day = 24 * 60 * minute
/** Romania: summer time until 27 October 2019. */
const lastSummerDay = Date.parse('2019-10-27T01:00:00Z')
const documentedAt = Date.parse('2019-11-27T12:36:45Z')

const instance = (id: string, traits: Partial<Instance>): Instance => ({
  ...blankInstance(id),
  name: 'newinstance',
  flavor: documented.flavor,
  image: documented.image,
  client: documented.client,
  created: '2019-11-27T14:36:45+02:00',
  ...traits
})

const total = 60
const ownRows = 25
const others = [599151, 599151, 765823, 322208]
const flavorsInTurn = [documented.flavor, flavorIds.small, flavorIds.medium]
const imagesInTurn = [documented.image, imageIds.ubuntu, imageIds.debian]

export function seed (world: World): void {
  seedCatalog(world)
  seedClients(world)
  world.instances.set(documented.instance, instance(documented.instance, {
    ports: [{
      id: uuidOf('5d6f0c3e', 1),
      network: documented.network,
      ipv4s: [fixed('192.168.40.174', 1)],
      ipv6s: [fixed('2001:db8:40::174', 2)]
    }]
  }))
  for (let index = 1; index < total; index += 1) addSeeded(world, index)
  seedBelongings(world)
}

/** All are older than the documented one, which therefore heads the list. */
function addSeeded (world: World, index: number): void {
  const at = documentedAt - index * 5 * day - index * 7 * minute
  const id = uuidOf('5eed0000', index)
  const row = instance(id, {
    name: `vm-${String(index).padStart(2, '0')}`,
    status: index % 4 === 3 ? 'stopped' : 'active',
    client: index < ownRows ? documented.client : others[index % others.length] ?? null,
    flavor: flavorsInTurn[index % flavorsInTurn.length] ?? null,
    image: imagesInTurn[index % imagesInTurn.length] ?? null,
    created: localTime(at, at < lastSummerDay ? 3 : 2),
    traffic: index * 1_048_576,
    ...oddities[index - 1]
  })
  world.instances.set(id, row)
  if (row.ports.length > 0 || row.status === 'building' || row.status === 'error') return
  const home = row.region === 'Region2' ? networkIds.region2 : documented.network
  const networks = [home, ...row.name === 'web-two-ports' ? [networkIds.private] : []]
  addPorts(world, row, networks.flatMap(key => world.networks.get(key) ?? []))
}

function seedBelongings (world: World): void {
  addFloating(world, 1, '203.0.113.50', documented.client, documented.instance)
  addFloating(world, 2, '203.0.113.11', documented.client, uuidOf('5eed0000', 1))
  addFloating(world, 3, '203.0.113.12', documented.client, uuidOf('5eed0000', 1))
  addFloating(world, 4, '203.0.113.13', documented.client, null)
  addFloating(world, 5, '203.0.113.14', 599151, null)
  addKey(world, 'staff', 'operator', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABoperator operator@example.com')
  addKey(world, 'user', 'jane laptop', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABjane jane@example.com')
}

function addKey (world: World, user: UserKind, name: string, publicKey: string): void {
  const fingerprint = createHash('md5').update(publicKey).digest('hex').replace(/..(?=.)/g, '$&:')
  const id = Math.max(9, ...world.keys.keys()) + 3
  world.keys.set(id, { id, name, public_key: publicKey, fingerprint, created_at: timeNow(world), user })
}

function addFloating (world: World, serial: number, address: string, client: number, to: string | null): void {
  const id = uuidOf('c0ffee00', serial)
  const port = to === null ? undefined : world.instances.get(to)?.ports[0]
  const fixedIp = port?.ipv4s[0]?.ip_address
  world.floatingIps.set(id, {
    ...{ id, floating_ip_address: address, network: documented.network, client, description: 'web' },
    created_at: '2019-11-27T14:40:00+02:00',
    held: to === null || port === undefined || fixedIp === undefined ? null : { instance: to, port: port.id, fixed: fixedIp }
  })
}

export function addPlainInstances (world: World, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const id = newUuid(world, 'add00000')
    const row = instance(id, { name: `added-${index + 1}`, created: timeNow(world), flavor: flavorIds.small, image: imageIds.ubuntu })
    world.instances.set(id, row)
    addPorts(world, row, [...world.networks.values()].slice(0, 1))
    return id
  })
}
