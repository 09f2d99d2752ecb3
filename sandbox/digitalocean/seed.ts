import { networksOf } from './droplets.ts'
import { nextSerial, type Droplet, type World } from './world.ts'

type DropletFacts = Pick<Droplet, 'id' | 'name'> & Partial<Droplet>

const droplet = (facts: DropletFacts): Droplet => {
  const features = facts.features ?? ['private_networking', 'ipv6']
  return {
    status: 'active',
    size: 's-1vcpu-1gb',
    disk: 25,
    image: 155133621,
    region: 'nyc3',
    locked: false,
    createdAt: '2026-07-21T18:37:44Z',
    tags: [],
    features,
    vpc: '760e09ef-dc84-11e8-981e-3cfdfeaae000',
    ...networksOf({ id: facts.id, features }),
    visibleAt: 0,
    ...facts
  }
}

const reservedIp = '45.55.96.47'

/** One is locked by an administrator; one shows a state that nothing explains; one is old; one has a GPU. */
const rows = (): Droplet[] => [
  droplet({ id: 3164444, name: 'web-1.example.com', tags: ['web', 'env:prod'] }),
  droplet({ id: 3164459, name: 'assets.example.com', status: 'off' }),
  droplet({ id: 3164412, name: 'stage.example.com', tags: ['env:stage'] }),
  droplet({ id: 3164501, name: 'abuse-1', locked: true }),
  droplet({ id: 3164502, name: 'cold-1', status: 'archive' }),
  droplet({ id: 1020304, name: 'Old_Name 1', image: 63663980, tags: null, vpc: null, region: 'ams3' }),
  droplet({ id: 3164600, name: 'pool-1-abc', tags: ['k8s', 'k8s:worker'], region: 'fra1', size: 's-2vcpu-4gb', disk: 80 }),
  droplet({ id: 448543583, name: 'ml-1', size: 'gpu-h100x1-80gb', disk: 720 })
]

export function seed (world: World): void {
  for (const row of rows()) world.droplets.set(row.id, row)
  const reserve = (ip: string, isByoip = false): void => {
    world.reserved.set(ip, { ip, region: 'nyc3', droplet: null, locked: false, isByoip })
  }
  for (const ip of [reservedIp, '45.55.96.48', '2604:a880:800::dc9:c001']) reserve(ip)
  reserve('203.0.113.77', true)
  const [stage, reserved] = [world.droplets.get(3164412), world.reserved.get(reservedIp)]
  if (stage === undefined || reserved === undefined) return
  reserved.droplet = stage.id
  stage.v4 = [...stage.v4, { ip_address: reservedIp, netmask: '255.255.252.0', gateway: '45.55.96.1', type: 'public' }]
}

export function addPlainDroplets (world: World, count: number): string[] {
  return Array.from({ length: count }, () => {
    const id = 3_170_000 + nextSerial(world)
    world.droplets.set(id, droplet({ id, name: `web-${id}` }))
    return String(id)
  })
}
