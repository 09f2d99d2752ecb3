import { osMetadata, powerOn } from './create.ts'
import { demoProjectId, systemProjectId } from './people.ts'
import { debianId, exitnetId, keypairId, seedCatalog, vnetId, vpcnetId } from './seed-catalog.ts'
import { macOf, textOf, uuid } from './values.ts'
import { bindEip, blankServer, diskRow, eipRow, nextSerial, rowsOf, type ServerRow, type World } from './world.ts'

/** One word from many rows of the status table, including typos and both spellings of failure; the last is in no table. */
const statuses = [
  'running', 'running', 'ready', 'running', 'suspend', 'running', 'ready', 'block_stream', 'deallocated',
  'running', 'schedule', 'tempalte_saving',
  'deploying', 'start_start', 'start_stop', 'start_suspend', 'change_flavor', 'rebuild_root', 'live_migrating',
  'start_delete', 'sync_status',
  'associate_eip', 'snapshot', 'running', 'renewing', 'qga_set_password', 'net_fail', 'stop_fail',
  'migrate_failed', 'deploging_backup_fail',
  'rescue', 'unknown', 'running', 'ready', 'running', 'kickstart_installing', 'resize_disk', 'running',
  'unsync', 'ready', 'running', 'running',
  'warming_nebula'
]

const poweredOn = [
  'running', 'block_stream', 'stop_fail', 'live_migrating', 'sync_status', 'associate_eip', 'renewing', 'qga_set_password', 'rescue'
]

const seeded = Date.parse('2026-11-20T00:00:00Z')

/** `index` chooses the size, the image and the address. */
const bulkRow = (world: World, name: string, status: string, tenantId: string, index: number): ServerRow => {
  const skus = rowsOf(world, 'serverskus').filter(sku => sku['provider'] === 'OneCloud')
  const sku = skus[(index * 5) % 20] ?? {}
  const image = rowsOf(world, 'images')[index % 3] ?? {}
  const id = uuid(`seed-${name}`)
  const at = seeded + index * 600_000
  const row: ServerRow = {
    ...{ ...blankServer(id, name, at), status: status === 'rescue' ? 'running' : status, rescue: status === 'rescue' },
    power: poweredOn.includes(status) ? 'on' : status === 'unknown' ? 'unknown' : 'off',
    ...{ vcpu: Number(sku['cpu_core_count'] ?? 1), memoryMb: Number(sku['memory_size_mb'] ?? 1024) },
    ...{ instanceType: index % 4 === 3 ? '' : textOf(sku['name']), tenantId, updatedAt: at + 60_000, updateVersion: 5 },
    ...{ placed: status !== 'schedule', disableDelete: index % 3 !== 0, keypairId: index % 5 === 0 ? keypairId : '' },
    ...{ password: `SECRET-Passw0rd-${index}!`, osType: index % 3 === 2 ? 'Windows' : 'Linux' }
  }
  if (!row.placed) return row
  const source = { imageId: textOf(image['id']), image: textOf(image['name']) }
  row.disks = [diskRow({ id: uuid(`${id}-sys`), name: `vdisk-${name}-0`, sizeMb: 10_240 * (1 + index % 4), type: 'sys', ...source })]
  row.nics = [{ ip: `10.77.${1 + Math.floor(index / 200)}.${1 + index % 200}`, ip6: '', mac: macOf(id), networkId: vnetId, exit: false }]
  row.metadata = { ...osMetadata(row, image), 'user:team': `team-${index % 4}` }
  if (row.power === 'on') powerOn(row)
  return row
}

const exitNic = (row: ServerRow) => ({ ip: '203.0.113.7', ip6: '', mac: macOf(`${row.id}-1`), networkId: exitnetId, exit: true })
const cloudA = { manager: 'cloud-a', manager_id: uuid('manager'), account: 'cloud-a', external_id: 'i-fake0123456789' }
const foreign = { brand: 'Aliyun', provider: 'Aliyun', cloud_env: 'public', ...cloudA }

/** Rows with edge cases. */
const oddities: Readonly<Record<number, (row: ServerRow) => Partial<ServerRow>>> = {
  0: row => ({ nics: [...row.nics, exitNic(row)] }),
  1: row => ({ nics: row.nics.map(nic => ({ ...nic, ip6: '2001:db8::51' })) }),
  2: () => ({ prepaidUntil: Date.parse('2099-01-01T00:00:00Z'), disableDelete: false }),
  // The sum is not computed yet although the disks exist.
  3: () => ({ extra: { disk: 0 } }),
  // The same disks, listed out of order.
  5: row => ({ disks: [...row.disks, diskRow({ id: uuid(`${row.id}-data`), name: row.disks[0]?.name ?? '', sizeMb: 51_200 })] }),
  7: () => ({ hypervisor: 'aliyun', extra: foreign }),
  9: () => ({ hypervisor: 'pod', status: 'container_running' }),
  // Right after a resize to explicit numbers the name of the size is stale.
  12: () => ({ instanceType: 'ecs.g1.c1m1', vcpu: 3, memoryMb: 3072 }),
  14: () => ({ extra: { description: null, is_gpu: null, keypair: null } }),
  32: () => ({ nics: [], extra: { created_at: '' } })
}

const put = (world: World, row: ServerRow, changes: Partial<ServerRow> = {}): void => {
  const changed = { ...row, ...changes }
  world.servers.set(changed.id, changed)
}

const seedProject = (world: World): void => {
  for (const [index, status] of statuses.entries()) {
    const row = bulkRow(world, `app-${String(index + 1).padStart(2, '0')}`, status, demoProjectId, index)
    put(world, row, oddities[index]?.(row))
  }
  put(world, bulkRow(world, 'a b/c?', 'running', demoProjectId, 60))
}

const seedOthers = (world: World): void => {
  put(world, { ...bulkRow(world, 'srv-a', 'running', systemProjectId, 70), id: '581adcc2-964f-4ce7-88b9-da135edb706b' })
  for (let index = 1; index < 5; index += 1) {
    put(world, bulkRow(world, `other-${index}`, index === 3 ? 'ready' : 'running', systemProjectId, 70 + index))
  }
}

const seedBin = (world: World): void => {
  const binned = { disableDelete: false, pendingDeletedAt: world.now() - 3_600_000 }
  put(world, bulkRow(world, 'old-1', 'ready', demoProjectId, 80), { ...binned, id: uuid('bin-1') })
  put(world, bulkRow(world, 'old-2', 'start_delete', demoProjectId, 81), { ...binned, id: uuid('bin-2') })
}

export const seedWorld = (world: World): void => {
  seedCatalog(world)
  seedProject(world)
  seedOthers(world)
  seedBin(world)
  seedSamples(world)
}

export const addServers = (world: World, count: number): void => {
  for (let made = 0; made < count; made += 1) {
    const number = nextSerial(world)
    const row = bulkRow(world, `extra-${number}`, number % 3 === 0 ? 'ready' : 'running', demoProjectId, 100 + number)
    const at = seeded - number * 60_000
    put(world, row, { createdAt: at, updatedAt: at })
  }
}

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

const seedSamples = (world: World): void => {
  const vpc = vpc1()
  for (const row of [recycled(world), ...samples.map(sampleRow), web1(), huge1(), vpc]) world.servers.set(row.id, row)
  const eip = { ...eipRow(world, 'eip-1', 10, demoProjectId), id: '8db7844b-7ccf-45fd-8479-b25a89f2dfa9' }
  rowsOf(world, 'eips').push(eip)
  bindEip(eip, vpc)
  rowsOf(world, 'eips').push(eipRow(world, 'eip-spare', 5, demoProjectId))
}
