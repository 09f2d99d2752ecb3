import type { ServerRow, World } from './world.ts'
import { nextSerial, rowsOf } from './world.ts'
import { blankServer, osMetadata, powerOn } from './create.ts'
import { demoProjectId, systemProjectId } from './people.ts'
import { exitnetId, keypairId, seedCatalog, vnetId } from './seed-catalog.ts'
import { seedSamples } from './seed-samples.ts'
import { macOf, textOf, uuid } from './values.ts'

/** One word from many rows of the status table, including typos and both spellings of failure; the last is in no table. */
const statuses = [
  'running', 'running', 'ready', 'running', 'suspend', 'running', 'ready', 'block_stream', 'deallocated', 'running', 'schedule', 'tempalte_saving',
  'deploying', 'start_start', 'start_stop', 'start_suspend', 'change_flavor', 'rebuild_root', 'live_migrating', 'start_delete', 'sync_status',
  'associate_eip', 'snapshot', 'running', 'renewing', 'qga_set_password', 'net_fail', 'stop_fail', 'migrate_failed', 'deploging_backup_fail',
  'rescue', 'unknown', 'running', 'ready', 'running', 'kickstart_installing', 'resize_disk', 'running', 'unsync', 'ready', 'running', 'running',
  'warming_nebula'
]

const poweredOn = ['running', 'block_stream', 'stop_fail', 'live_migrating', 'sync_status', 'associate_eip', 'renewing', 'qga_set_password', 'rescue']

const seeded = Date.parse('2026-11-20T00:00:00Z')

interface Bulk {
  readonly name: string
  readonly status: string
  readonly tenantId: string
  /** Chooses the size, the image and the address. */
  readonly index: number
}

const bulkRow = (world: World, { name, status, tenantId, index }: Bulk): ServerRow => {
  const skus = rowsOf(world, 'serverskus').filter(sku => sku['provider'] === 'OneCloud')
  const sku = skus[(index * 5) % 20] ?? {}
  const image = rowsOf(world, 'images')[index % 3] ?? {}
  const id = uuid(`seed-${name}`)
  const at = seeded + index * 600_000
  const sys = { id: uuid(`${id}-sys`), name: `vdisk-${name}-0`, sizeMb: 10_240 * (1 + index % 4), type: 'sys' as const, imageId: textOf(image['id']), image: textOf(image['name']), storageType: 'local' }
  const row: ServerRow = {
    ...blankServer(world, id, name),
    status: status === 'rescue' ? 'running' : status,
    rescue: status === 'rescue',
    power: poweredOn.includes(status) ? 'on' : status === 'unknown' ? 'unknown' : 'off',
    vcpu: Number(sku['cpu_core_count'] ?? 1),
    memoryMb: Number(sku['memory_size_mb'] ?? 1024),
    instanceType: index % 4 === 3 ? '' : textOf(sku['name']),
    tenantId,
    createdAt: at,
    updatedAt: at + 60_000,
    placed: status !== 'schedule',
    updateVersion: 5,
    disableDelete: index % 3 !== 0,
    keypairId: index % 5 === 0 ? keypairId : '',
    password: `SECRET-Passw0rd-${index}!`,
    osType: index % 3 === 2 ? 'Windows' : 'Linux'
  }
  if (!row.placed) return row
  row.disks = [sys]
  row.nics = [{ ip: `10.77.${1 + Math.floor(index / 200)}.${1 + index % 200}`, ip6: '', mac: macOf(id), networkId: vnetId, exit: false }]
  row.metadata = { ...osMetadata(row, image), 'user:team': `team-${index % 4}` }
  if (row.power === 'on') powerOn(row)
  return row
}

/** Rows with edge cases. */
const oddities: ReadonlyMap<number, (row: ServerRow) => void> = new Map([
  [0, row => { row.nics.push({ ip: '203.0.113.7', ip6: '', mac: macOf(`${row.id}-1`), networkId: exitnetId, exit: true }) }],
  [1, row => { row.nics = row.nics.map(nic => ({ ...nic, ip6: '2001:db8::51' })) }],
  [2, row => { row.prepaidUntil = Date.parse('2099-01-01T00:00:00Z'); row.disableDelete = false }],
  // The sum is not computed yet although the disks exist.
  [3, row => { row.extra = { disk: 0 } }],
  // The same disks, listed out of order.
  [5, row => { row.disks = [...row.disks, { ...row.disks[0] ?? noDisk, id: uuid(`${row.id}-data`), type: 'data', imageId: '', image: '', sizeMb: 51_200 }] }],
  [7, row => {
    row.hypervisor = 'aliyun'
    row.extra = { brand: 'Aliyun', provider: 'Aliyun', cloud_env: 'public', manager: 'cloud-a', manager_id: uuid('manager'), account: 'cloud-a', external_id: 'i-fake0123456789' }
  }],
  [9, row => { row.hypervisor = 'pod'; row.status = 'container_running' }],
  // Right after a resize to explicit numbers the name of the size is stale.
  [12, row => { row.instanceType = 'ecs.g1.c1m1'; row.vcpu = 3; row.memoryMb = 3072 }],
  [14, row => { row.extra = { description: null, is_gpu: null, keypair: null } }],
  [32, row => { row.nics = []; row.extra = { created_at: '' } }]
])

const noDisk = { id: '', name: '', sizeMb: 0, type: 'data' as const, imageId: '', image: '', storageType: 'local' }

const seedProject = (world: World): void => {
  statuses.forEach((status, index) => {
    const row = bulkRow(world, { name: `app-${String(index + 1).padStart(2, '0')}`, status, tenantId: demoProjectId, index })
    oddities.get(index)?.(row)
    world.servers.set(row.id, row)
  })
  const wide = bulkRow(world, { name: 'a b/c?', status: 'running', tenantId: demoProjectId, index: 60 })
  world.servers.set(wide.id, wide)
}

const seedOthers = (world: World): void => {
  for (let index = 0; index < 5; index += 1) {
    const row = bulkRow(world, { name: index === 0 ? 'srv-a' : `other-${index}`, status: index === 3 ? 'ready' : 'running', tenantId: systemProjectId, index: 70 + index })
    const placed = index === 0 ? { ...row, id: '581adcc2-964f-4ce7-88b9-da135edb706b' } : row
    world.servers.set(placed.id, placed)
  }
}

const seedBin = (world: World): void => {
  const names = [[uuid('bin-1'), 'old-1', 'ready'], [uuid('bin-2'), 'old-2', 'start_delete']] as const
  names.forEach(([id, name, status], index) => {
    const row = { ...bulkRow(world, { name, status, tenantId: demoProjectId, index: 80 + index }), id }
    row.disableDelete = false
    row.pendingDeletedAt = world.now() - 3_600_000
    world.servers.set(id, row)
  })
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
    const row = bulkRow(world, { name: `extra-${number}`, status: number % 3 === 0 ? 'ready' : 'running', tenantId: demoProjectId, index: 100 + number })
    const at = seeded - number * 60_000
    world.servers.set(row.id, { ...row, createdAt: at, updatedAt: at })
  }
}
