import { createHash } from 'node:crypto'
import { documented, flavorIds, imageIds, networkIds, seedCatalog } from './seed-catalog.ts'
import {
  addPorts, blankClient, blankInstance, localTime, newUuid, timeNow, uuidOf, type Client, type FixedAddress, type Instance,
  type UserKind, type World
} from './world.ts'

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
const endUserRows = 25
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
  seedAddressesAndKeys(world)
}

/** All are older than the documented instance, which is therefore the first of the list. */
function addSeeded (world: World, index: number): void {
  const at = documentedAt - index * 5 * day - index * 7 * minute
  const id = uuidOf('5eed0000', index)
  const row = instance(id, {
    name: `vm-${String(index).padStart(2, '0')}`,
    status: index % 4 === 3 ? 'stopped' : 'active',
    client: index < endUserRows ? documented.client : others[index % others.length] ?? null,
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

function seedAddressesAndKeys (world: World): void {
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
    attached: to === null || port === undefined || fixedIp === undefined ? null : { instance: to, port: port.id, fixed: fixedIp }
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

const home = { phone: '89898989', city: 'New York', country: 'RO', address1: '99 Elm St.', zip_code: '1000' }

const client = (id: number, first: string, last: string, more: Partial<Client> = {}): Client => ({
  ...{ ...blankClient(id), ...home, first_name: first, last_name: last, email: `${first.toLowerCase()}@example.com` },
  ...{ date_created: '2019-05-02T09:00:00.000000+03:00', project: id.toString(16).padStart(32, '0') },
  ...more
})

/** The three of the documented list, Jane of the documented create, then edge cases. */
const clients: readonly Client[] = [
  client(322208, 'Demo2', 'Demo2', { company: 'My Co', country: 'DE', date_created: '2019-11-21T16:43:25.073366+02:00' }),
  client(765823, 'Sample', 'Test', {
    company: 'Die Firma GmbH', country: 'CH', credit: 100, date_created: '2019-09-13T11:30:41.443349+03:00'
  }),
  client(599151, 'Demo', 'Demo', { city: 'jhjh', state: 'ujhjhjh', credit: 13674, date_created: '2019-06-06T11:27:06.543770+03:00' }),
  client(documented.client, 'Jane', 'Doe', {
    country: 'US', project: documented.project, date_created: '2019-11-27T14:30:02.118402+02:00'
  }),
  client(410077, 'No', 'Project', { project: null, external_billing_id: 'whmcs-77' }),
  client(888001, 'Late', 'Payer', { status: 'suspended', credit: -12.5 })
]

function seedClients (world: World): void {
  for (const row of clients) world.clients.set(row.id, { ...row })
}

export const fixed = (ip: string, subnet: number): FixedAddress => ({ ip_address: ip, subnet_id: uuidOf('7a1b0000', subnet) })

/** One row for each edge case; the first 24 belong to the end user's client. */
const oddities: ReadonlyArray<Partial<Instance>> = [
  { name: 'web-two-ports', status: 'active' },
  { name: 'web-off', status: 'stopped' },
  { name: 'no-flavor', flavor: null },
  { name: 'from-volume', image: null },
  { name: 'six-only', ports: [{ id: uuidOf('5d6f0c3d', 1), network: networkIds.sixOnly, ipv4s: [], ipv6s: [fixed('2001:db8:42::6', 6)] }] },
  { name: 'huge', flavor: flavorIds.huge, status: 'active', traffic: 9_876_543_210_123 },
  { name: 'twin', status: 'active' },
  { name: 'twin', status: 'stopped' },
  { name: 'going-away', status: 'active', task: 'deleting' },
  { name: 'to-confirm', status: 'resized', flavor: flavorIds.medium, resizedFrom: 'active' },
  { name: 'in-rescue', status: 'rescued' },
  { name: 'on-iso', status: 'booted_from_iso' },
  { name: 'broken', status: 'error', hostName: null, hostId: null, ports: [] },
  { name: 'asleep', status: 'suspended' },
  { name: 'paused', status: 'paused' },
  { name: 'shelf', status: 'shelved_offloaded', hostName: null, hostId: null },
  { name: 'locked', locked: true, description: 'do not touch' },
  { name: 'odd-size', flavor: flavorIds.odd },
  { name: 'vanished-image', image: imageIds.vanished },
  { name: 'ünïcode & <b>', description: '' },
  { name: 'region2-db', region: 'Region2', flavor: flavorIds.region2Large, image: imageIds.region2 },
  { name: 'snapshotting', task: 'image_uploading' },
  { name: 'resizing', task: 'resize_migrating', flavor: flavorIds.small },
  { name: 'puzzling', status: 'UNKNOWN' },
  { name: 'orphan', client: null },
  { name: 'undated', created: null },
  { name: 'soft', status: 'soft-delete' },
  { name: 'shelf-warm', status: 'shelved' },
  { name: 'moving', task: 'migrating' },
  { name: 'lost', status: 'unknown' },
  { name: 'old-region', region: 'Region0', flavor: null, image: null },
  { name: 'rebuilt', task: 'rebuild_block_device_mapping' },
  { name: 'booting', status: 'building', task: 'block_device_mapping', ports: [] },
  { name: 'windows', image: imageIds.windows, flavor: flavorIds.medium }
]
