import { blankServer, diskRow, rowsOf, type ServerRow, type World } from './world.ts'
import { osMetadata, powerOn } from './create.ts'
import { bindEip, eipRow } from './eips.ts'
import { demoProjectId } from './people.ts'
import { debianId, keypairId, vnetId, vpcnetId } from './seed-catalog.ts'
import { macOf, uuid } from './values.ts'

/** `second` is of 2026-11-21, counted from 02:34:00; `host` the end of the address. */
type Sample = readonly [id: string, name: string, second: number, host: number, mac?: string, disk?: string, status?: string]

const [failDisk1, failDisk2] = ['4b6950fc-50c0-4d28-8da9-b423278dac64', 'c75204ed-fb6f-462d-84c5-4e884aa32aa8']

/** The servers of the recorded lists, with their ids, times and addresses; the first four have a size's name. */
const samples: readonly Sample[] = [
  ['15385f76-e2b0-4c64-8e92-ad2557cf97a2', 'pool2', 19, 180, '00:22:f5:43:d1:7f', '2e02b1a6-fde8-40eb-8568-c21023a51693'],
  ['45927e1a-485b-4d43-8d62-803988444466', 'pool-2', 19, 181, '00:22:d0:88:29:d6', '004758af-dcec-4d81-81ef-47b1eb2e0f0b'],
  ['755d30aa-b624-4248-8514-ba4b0d1a8c41', 'pool', 19, 182, '00:22:3b:9f:9b:c8', '72ca57c5-8e07-4b90-81ba-4b087060ff3c'],
  ['67811d6a-4979-4c7e-88b9-d84026da2883', 'web', 16, 183, '00:22:23:d7:ca:b3', '693ac6cc-77cf-4342-8241-53090aef8625'],
  ['0abee61c-822e-4bed-8d6c-6969fcafa2f8', 'bad-13', 10, 198, '00:22:9c:d3:a1:4e', '3931988e-63da-4a13-84fd-1e6e1308595b'],
  ['76e42b58-ab23-47a9-8ee5-24a6e3752432', 'my server', 86, 196],
  ['4f123772-6fd6-4099-8e04-121826212d9e', '服务器-1', 89, 197, '00:22:81:a9:c2:98', 'a6088254-2000-4fbc-82a9-1ccb9bf2e931'],
  ['7fffb526-dd8e-4668-88fe-244021a5a3fa', '1abc', 92, 195],
  ['49b0386a-518a-4b35-8b65-18c9861e4205', 'MyServer.Example', 95, 194],
  ['63ef4992-78c8-4e23-8250-111d1b36bf23', 'pwd', 114, 189, '00:22:72:99:b9:cc', 'dad84bbe-329d-4ebd-87a1-5b0ddc7fe90b'],
  ['4dc7bdd3-0c90-4410-8f0b-2bea3e1cab1e', 'fail-deploy-1', 137, 186, '00:22:6b:f6:71:f6', failDisk1, 'deploy_fail'],
  ['43708e20-ab67-4754-81db-795be2e24577', 'fail-start-1', 139, 185, '00:22:01:7a:d7:ff', failDisk2, 'start_fail']
]

const zero = Date.parse('2026-11-21T02:34:00Z')

const sampleRow = ([id, name, second, host, mac = macOf(id), disk = uuid(`disk-${name}`), status = 'ready']: Sample): ServerRow => {
  const at = zero + second * 1000
  const row: ServerRow = {
    ...{ ...blankServer(id, name, at), status, power: status === 'ready' ? 'off' : 'unknown', updatedAt: at + 4000 },
    ...{ tenantId: demoProjectId, instanceType: second === 19 || name === 'web' ? 'ecs.g1.c1m1' : '', placed: true, updateVersion: 10 },
    disks: [diskRow({ id: disk, name: `vdisk-${name}-1795228459607708620`, sizeMb: 10_240 })],
    nics: [{ ip: `10.77.0.${host}`, ip6: '', mac, networkId: vnetId, exit: false }]
  }
  row.metadata = osMetadata(row, undefined)
  return row
}

const running = (row: ServerRow): ServerRow => {
  powerOn(row)
  return { ...row, status: 'running' }
}

const root = { id: 'fc2f485b-0c75-4ce9-8921-1c766e235493', name: 'vdisk-web-1-1795228451136540966', sizeMb: 30_720, type: 'sys' as const }
const data = { id: '02fae700-40c4-48d4-8095-821855d7c31b', name: 'vdisk-web-1-1795228451159616966', sizeMb: 10_240 }

const web1 = (): ServerRow => {
  const row = sampleRow(['6a10db1a-d5d6-4d75-867a-2c3cf06197c7', 'web-1', 10, 193, '00:22:18:18:4b:a2'])
  const disks = [diskRow({ ...root, imageId: debianId, image: 'debian-12-fake' }), diskRow(data)]
  const metadata = { ...row.metadata, 'user:env': 'test' }
  return running({ ...row, vcpu: 2, memoryMb: 2048, keypairId, updateVersion: 13, disks, metadata })
}

const huge1 = (): ServerRow => ({
  ...sampleRow(['473f395d-b993-410c-8e1c-0e662ccff794', 'huge-1', 22, 0, '', '', 'sched_fail']),
  ...{ vcpu: 32, memoryMb: 400_000, placed: false, disableDelete: false, disks: [], nics: [], metadata: {} }
})

const vpc1 = (): ServerRow => running({
  ...sampleRow(['36fb67d5-2347-4887-8c8f-9d9694380258', 'vpc-1', 145, 0, '', '6cbb285e-074b-45ce-8fea-ebfef68ffb9d']),
  nics: [{ ip: '192.168.40.253', ip6: '', mac: '00:22:e2:68:d7:3b', networkId: vpcnetId, exit: false }]
})

/** In the bin since an hour before the start, so that it is still there. */
const recycled = (world: World): ServerRow => ({
  ...sampleRow(['a397f354-12e4-487c-8069-22e5aa6d5ffc', 'sku-renamed', 124, 187, '00:22:ae:83:67:2f']),
  ...{ instanceType: 'ecs.g1.c1m2', hostname: 'sku-1', memoryMb: 2048, disableDelete: false, pendingDeletedAt: world.now() - 3_600_000 }
})

export const seedSamples = (world: World): void => {
  const vpc = vpc1()
  for (const row of [recycled(world), ...samples.map(sampleRow), web1(), huge1(), vpc]) world.servers.set(row.id, row)
  const eip = { ...eipRow(world, 'eip-1', 10, demoProjectId), id: '8db7844b-7ccf-45fd-8479-b25a89f2dfa9' }
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, vpc)
  rowsOf(world, 'eips').push(eipRow(world, 'eip-spare', 5, demoProjectId))
}
