import { blankServer, diskRow, nextSerial, rowsOf, type ServerRow, type World } from './world.ts'
import { osMetadata, powerOn } from './create.ts'
import { demoProjectId, systemProjectId } from './people.ts'
import { exitnetId, keypairId, seedCatalog, vnetId } from './seed-catalog.ts'
import { seedSamples } from './seed-samples.ts'
import { macOf, textOf, uuid } from './values.ts'

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
