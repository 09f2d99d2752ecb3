import { flavors, networks, project } from './seed.ts'
import type { Server, World } from './world.ts'

/** nova/api/openstack/common.py: the word of a state, and what a task makes of it. */
const words: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  active: {
    default: 'ACTIVE',
    rebooting: 'REBOOT',
    rebooting_hard: 'HARD_REBOOT',
    updating_password: 'PASSWORD',
    rebuilding: 'REBUILD',
    resize_prep: 'RESIZE',
    resize_finish: 'RESIZE',
    migrating: 'MIGRATING'
  },
  stopped: { default: 'SHUTOFF', rebuilding: 'REBUILD', resize_prep: 'RESIZE', resize_finish: 'RESIZE' },
  error: { default: 'ERROR', rebuilding: 'REBUILD', rebooting_hard: 'HARD_REBOOT' },
  building: 'BUILD',
  resized: { default: 'VERIFY_RESIZE', resize_reverting: 'REVERT_RESIZE' },
  rescued: 'RESCUE',
  'soft-delete': 'SOFT_DELETED'
}

function statusOf ({ vm, task }: Server): string {
  const word = words[vm]
  return typeof word === 'string' ? word : word?.[task ?? 'default'] ?? word?.['default'] ?? vm.toUpperCase()
}

/** The states that a word of a filter stands for; null: there is no such word. */
export const statesOf = (word: string): readonly string[] | null => {
  const found = Object.entries(words)
    .filter(([, shown]) => (typeof shown === 'string' ? [shown] : Object.values(shown)).includes(word.toUpperCase()))
    .map(([vm]) => vm)
  const plain = ['paused', 'suspended', 'shelved', 'shelved_offloaded', 'deleted'].filter(vm => vm === word.toLowerCase())
  return found.length + plain.length === 0 ? null : [...found, ...plain]
}

const mac = 'fa:16:3e:7f:94:7c'

/** The owner's networks by their names, IPv6 as likely first as not. */
function addressesOf ({ ports, floating }: World, id: string): object {
  const shown: Record<string, object[]> = {}
  for (const port of [...ports.values()].filter(({ device_id: device }) => device === id)) {
    const name = networks.find(network => network.id === port.network_id)?.name ?? 'gone'
    const row = (addr: string, type: string): object =>
      ({ version: addr.includes(':') ? 6 : 4, addr, 'OS-EXT-IPS:type': type, 'OS-EXT-IPS-MAC:mac_addr': mac })
    const own = [...port.fixed_ips].reverse().map(({ ip_address: ip }) => row(ip, 'fixed'))
    const elastic = [...floating.values()].filter(ip => ip.port_id === port.id).map(ip => row(ip.floating_ip_address, 'floating'))
    shown[name] = [...shown[name] ?? [], ...own, ...elastic]
  }
  return shown
}

const links = (id: string): object[] => [{ rel: 'self', href: `http://nova.internal:8774/v2.1/servers/${id}` }]

/** As shown from microversion 2.79 on: the flavor has its sizes and no id. */
export const show = (world: World) => (server: Server): object => {
  const { id, name: original, ...sizes } = server.flavor
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server),
    tenant_id: project,
    user_id: 'a8d555ab380f4730bd30138ef113ff63',
    metadata: server.metadata,
    hostId: server.placed ? '01dc7a7121c177b6a2eff7a35ee1b85790fb70623911185e78f02945' : '',
    image: server.image === '' ? '' : { id: server.image, links: links(server.image) },
    flavor: { ...sizes, ephemeral: 0, swap: 0, original_name: original, extra_specs: {} },
    created: world.iso(server.created),
    updated: world.iso(),
    addresses: server.vm === 'building' ? {} : addressesOf(world, server.id),
    accessIPv4: '',
    accessIPv6: '',
    links: links(server.id),
    'OS-DCF:diskConfig': 'MANUAL',
    progress: 0,
    'OS-EXT-AZ:availability_zone': server.placed ? server.zone : '',
    config_drive: '',
    key_name: server.key,
    'OS-SRV-USG:launched_at': `${world.iso(server.created).slice(0, -1)}.687049`,
    'OS-SRV-USG:terminated_at': null,
    security_groups: [{ name: 'default' }],
    'OS-EXT-STS:task_state': server.task,
    'OS-EXT-STS:vm_state': server.vm,
    'OS-EXT-STS:power_state': server.power,
    'OS-EXT-SRV-ATTR:user_data': 'SECRET-of-its-owner',
    'os-extended-volumes:volumes_attached': server.image === '' ? [{ id: server.id, delete_on_termination: true }] : [],
    locked: server.locked,
    locked_reason: null,
    description: server.name,
    tags: server.tags,
    trusted_image_certificates: null,
    ...(server.fault === null ? {} : { fault: { code: 500, created: world.iso(), message: server.fault } })
  }
}

export const flavorOf = (id: unknown) => flavors.find(flavor => flavor.id === String(id))
