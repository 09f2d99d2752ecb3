import type { Image, Network, Plan, Region } from '../../domain/catalog.ts'
import { joined, positive, toSshKey } from '../kit/catalog.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { toPlanDisk } from './mapping.ts'
import type { FlavorWire, ImageWire, NetworkWire } from './schema.ts'

export const createCatalogs = (client: OpenstackClient): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: {
    evidence: 'observed',
    note: 'Includes snapshots of servers.',
    run: async () => (await client.images()).filter(row => row.status === 'active' && row.os_hidden !== true).map(toImage)
  },
  plans: {
    evidence: 'observed',
    note: 'Flavors, without prices. The disk of a flavor without a disk size is as large as the image, or is a volume ' +
      '(options.boot_from_volume).',
    run: async () => (await client.flavors()).map(toPlan)
  },
  regions: {
    evidence: 'observed',
    cost: { calls: 1 },
    note: 'Availability zones. The region of the service catalog is set in the account.',
    run: async () => (await client.zones())
      .filter(zone => zone.zoneState?.available !== false).map(({ zoneName: name }): Region => ({ id: name, name }))
  },
  ssh_keys: {
    evidence: 'observed',
    note: 'The keys of the user that the account signs in as.',
    run: async () => (await client.keypairs()).map(toSshKey)
  },
  networks: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'A public network that is not shared provides only floating addresses: a server created in it fails later.',
    run: async () => {
      const [networks, subnets] = await Promise.all([client.networks(), client.subnets()])
      const cidrs = new Map(subnets.map(({ id, cidr }) => [id, cidr ?? '']))
      return networks.map(row => toNetwork(row, cidrs))
    }
  }
})

const toImage = ({ id, name, os_distro: system, os_version: version, min_disk: disk, min_ram: memory }: ImageWire): Image =>
  ({ id, name: name ?? id, os: joined(system, version), region: null, min_disk_gib: positive(disk), min_memory_mib: positive(memory) })

const toPlan = (row: FlavorWire): Plan => ({
  id: row.id,
  name: row.name ?? row.id,
  cpus: row.vcpus ?? null,
  memory_mib: row.ram ?? null,
  disk_gib: toPlanDisk(row),
  region: null,
  available: row['OS-FLV-DISABLED:disabled'] !== true,
  price: null
})

const toNetwork = ({ id, name, 'router:external': isExternal, subnets }: NetworkWire, cidrs: ReadonlyMap<string, string>): Network => ({
  id,
  name: name ?? id,
  region: null,
  scope: isExternal === true ? 'public' : isExternal === false ? 'private' : 'unknown',
  cidrs: (subnets ?? []).map(subnet => cidrs.get(subnet) ?? '').filter(cidr => cidr !== '')
})
