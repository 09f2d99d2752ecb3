import type { ServerRow, World } from './world.ts'
import { rowsOf } from './world.ts'
import { blankServer, osMetadata, powerOn } from './create.ts'
import { bindEip, eipNetworkId, eipRow } from './eips.ts'
import { demoProjectId } from './people.ts'
import { debianId, keypairId, vnetId, vpcnetId } from './seed-catalog.ts'
import { macOf, uuid } from './values.ts'

interface Sample {
  readonly id: string
  readonly name: string
  /** Second of 2026-11-21, counted from 02:34:00. */
  readonly second: number
  readonly status?: string
  readonly ip?: string
  readonly sku?: string
  readonly mac?: string
  readonly disk?: string
}

/** The servers of the recorded lists, with their ids, times and addresses. */
const samples: readonly Sample[] = [
  { id: '15385f76-e2b0-4c64-8e92-ad2557cf97a2', name: 'pool2', second: 19, ip: '10.77.0.180', sku: 'ecs.g1.c1m1', mac: '00:22:f5:43:d1:7f', disk: '2e02b1a6-fde8-40eb-8568-c21023a51693' },
  { id: '45927e1a-485b-4d43-8d62-803988444466', name: 'pool-2', second: 19, ip: '10.77.0.181', sku: 'ecs.g1.c1m1', mac: '00:22:d0:88:29:d6', disk: '004758af-dcec-4d81-81ef-47b1eb2e0f0b' },
  { id: '755d30aa-b624-4248-8514-ba4b0d1a8c41', name: 'pool', second: 19, ip: '10.77.0.182', sku: 'ecs.g1.c1m1', mac: '00:22:3b:9f:9b:c8', disk: '72ca57c5-8e07-4b90-81ba-4b087060ff3c' },
  { id: '67811d6a-4979-4c7e-88b9-d84026da2883', name: 'web', second: 16, ip: '10.77.0.183', sku: 'ecs.g1.c1m1', mac: '00:22:23:d7:ca:b3', disk: '693ac6cc-77cf-4342-8241-53090aef8625' },
  { id: '0abee61c-822e-4bed-8d6c-6969fcafa2f8', name: 'bad-13', second: 10, ip: '10.77.0.198', mac: '00:22:9c:d3:a1:4e', disk: '3931988e-63da-4a13-84fd-1e6e1308595b' },
  { id: '76e42b58-ab23-47a9-8ee5-24a6e3752432', name: 'my server', second: 86, ip: '10.77.0.196' },
  { id: '4f123772-6fd6-4099-8e04-121826212d9e', name: '服务器-1', second: 89, ip: '10.77.0.197', mac: '00:22:81:a9:c2:98', disk: 'a6088254-2000-4fbc-82a9-1ccb9bf2e931' },
  { id: '7fffb526-dd8e-4668-88fe-244021a5a3fa', name: '1abc', second: 92, ip: '10.77.0.195' },
  { id: '49b0386a-518a-4b35-8b65-18c9861e4205', name: 'MyServer.Example', second: 95, ip: '10.77.0.194' },
  { id: '63ef4992-78c8-4e23-8250-111d1b36bf23', name: 'pwd', second: 114, ip: '10.77.0.189', mac: '00:22:72:99:b9:cc', disk: 'dad84bbe-329d-4ebd-87a1-5b0ddc7fe90b' },
  { id: '4dc7bdd3-0c90-4410-8f0b-2bea3e1cab1e', name: 'fail-deploy-1', second: 137, status: 'deploy_fail', ip: '10.77.0.186', mac: '00:22:6b:f6:71:f6', disk: '4b6950fc-50c0-4d28-8da9-b423278dac64' },
  { id: '43708e20-ab67-4754-81db-795be2e24577', name: 'fail-start-1', second: 139, status: 'start_fail', ip: '10.77.0.185', mac: '00:22:01:7a:d7:ff', disk: 'c75204ed-fb6f-462d-84c5-4e884aa32aa8' }
]

const zero = Date.parse('2026-11-21T02:34:00Z')

const sampleRow = (world: World, sample: Sample): ServerRow => {
  const at = zero + sample.second * 1000
  const status = sample.status ?? 'ready'
  const row: ServerRow = {
    ...blankServer(world, sample.id, sample.name),
    status,
    power: status === 'ready' ? 'off' : 'unknown',
    createdAt: at,
    updatedAt: at + 4000,
    instanceType: sample.sku ?? '',
    tenantId: demoProjectId,
    placed: true,
    updateVersion: 10,
    disks: [{ id: sample.disk ?? uuid(`disk-${sample.name}`), name: `vdisk-${sample.name}-1795228459607708620`, sizeMb: 10_240, type: 'data', imageId: '', image: '', storageType: 'local' }],
    nics: [{ ip: sample.ip ?? '', ip6: '', mac: sample.mac ?? macOf(sample.id), networkId: vnetId, exit: false }]
  }
  row.metadata = osMetadata(row, undefined)
  return row
}

const web1 = (world: World): ServerRow => {
  const row: ServerRow = {
    ...sampleRow(world, { id: '6a10db1a-d5d6-4d75-867a-2c3cf06197c7', name: 'web-1', second: 10, ip: '10.77.0.193', mac: '00:22:18:18:4b:a2' }),
    status: 'running',
    vcpu: 2,
    memoryMb: 2048,
    keypairId,
    updateVersion: 13,
    disks: [
      { id: 'fc2f485b-0c75-4ce9-8921-1c766e235493', name: 'vdisk-web-1-1795228451136540966', sizeMb: 30_720, type: 'sys', imageId: debianId, image: 'debian-12-fake', storageType: 'local' },
      { id: '02fae700-40c4-48d4-8095-821855d7c31b', name: 'vdisk-web-1-1795228451159616966', sizeMb: 10_240, type: 'data', imageId: '', image: '', storageType: 'local' }
    ]
  }
  row.metadata = { ...row.metadata, 'user:env': 'test' }
  powerOn(row)
  return row
}

const huge1 = (world: World): ServerRow => ({
  ...sampleRow(world, { id: '473f395d-b993-410c-8e1c-0e662ccff794', name: 'huge-1', second: 22, status: 'sched_fail' }),
  vcpu: 32,
  memoryMb: 400_000,
  placed: false,
  disableDelete: false,
  disks: [],
  nics: [],
  metadata: {}
})

const vpc1 = (world: World): ServerRow => {
  const row: ServerRow = {
    ...sampleRow(world, { id: '36fb67d5-2347-4887-8c8f-9d9694380258', name: 'vpc-1', second: 145, disk: '6cbb285e-074b-45ce-8fea-ebfef68ffb9d' }),
    status: 'running',
    nics: [{ ip: '192.168.40.253', ip6: '', mac: '00:22:e2:68:d7:3b', networkId: vpcnetId, exit: false }]
  }
  powerOn(row)
  return row
}

/** In the bin since an hour before the start, so that it is still there. */
const recycled = (world: World): ServerRow => {
  const sample = { id: 'a397f354-12e4-487c-8069-22e5aa6d5ffc', name: 'sku-renamed', second: 124, ip: '10.77.0.187', sku: 'ecs.g1.c1m2', mac: '00:22:ae:83:67:2f', disk: '22b9d612-7077-4d46-8e79-9f601a69b729' }
  return {
    ...sampleRow(world, sample),
    hostname: 'sku-1',
    memoryMb: 2048,
    disableDelete: false,
    pendingDeletedAt: world.now() - 3_600_000
  }
}

export const seedSamples = (world: World): void => {
  const vpc = vpc1(world)
  const binned = recycled(world)
  world.servers.set(binned.id, binned)
  for (const row of [...samples.map(sample => sampleRow(world, sample)), web1(world), huge1(world), vpc]) world.servers.set(row.id, row)
  const eip = { ...eipRow(world, { name: 'eip-1', bandwidth: 10, tenantId: demoProjectId, networkId: eipNetworkId }), id: '8db7844b-7ccf-45fd-8479-b25a89f2dfa9' }
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, vpc)
  rowsOf(world, 'eips').push(eipRow(world, { name: 'eip-spare', bandwidth: 5, tenantId: demoProjectId, networkId: eipNetworkId }))
}
