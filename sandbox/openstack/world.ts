import { randomUUID } from 'node:crypto'
import { createAgenda } from '../kit/agenda.ts'
import type { OpenstackBehavior } from './behavior.ts'
import { flavors, imageId, privateNetwork, seedImages, seedServers, subnets, uuid, type Flavor } from './seed.ts'

export interface Server {
  readonly id: string
  name: string
  /** Nova's `vm_state`. */
  vm: string
  task: string | null
  power: number
  flavor: Flavor
  /** Empty: the server boots from a volume. */
  image: string
  zone: string
  /** It runs on a host. */
  placed: boolean
  locked: boolean
  fault: string | null
  tags: readonly string[]
  metadata: Readonly<Record<string, unknown>>
  readonly key: string | null
  readonly created: number
  /** The state before a resize or a rescue. */
  before: string
}

export interface Port {
  readonly id: string
  readonly network_id: string
  readonly device_id: string
  readonly device_owner: string
  readonly fixed_ips: ReadonlyArray<{ readonly subnet_id: string, readonly ip_address: string }>
}

export interface Floating {
  readonly id: string
  readonly floating_ip_address: string
  readonly floating_network_id: string
  port_id: string | null
}

export interface LogEntry {
  readonly action: string
  message: string | null
  readonly events: Array<{ event: string, start_time: string, finish_time: string | null, result: string | null }>
}

export const powerOf = (vm: string): number => ({ active: 1, rescued: 1, paused: 3, building: 0, error: 0 })[vm] ?? 4

const day = 24 * 3600_000

/** The state of the simulated cloud. */
export function createWorld (behavior: OpenstackBehavior, clock: () => number) {
  const agenda = createAgenda(clock)
  const servers = new Map<string, Server>()
  const ports = new Map<string, Port>()
  const firstSeen = clock()
  let [addresses, number] = [10, 0]

  const plug = (server: string, network: string): Port => {
    const host = ++addresses
    const fixed = subnets.filter(subnet => subnet.network_id === network).map(({ id, cidr, ip_version: version }) => {
      const [end, last] = version === 4 ? [/\.0\/.*$/, `.${host % 240 + 10}`] as const : [/::\/.*$/, `::f816:${host.toString(16)}`] as const
      return { subnet_id: id, ip_address: cidr.replace(end, last) }
    })
    const port: Port = { id: randomUUID(), network_id: network, device_id: server, device_owner: 'compute:nova', fixed_ips: fixed }
    ports.set(port.id, port)
    return port
  }

  const add = (facts: Pick<Server, 'name' | 'vm' | 'flavor'> & Partial<Server>): Server => {
    const server: Server = {
      id: randomUUID(),
      task: null,
      power: powerOf(facts.vm),
      image: imageId('debian-12'),
      zone: 'nova',
      placed: true,
      locked: false,
      fault: null,
      tags: [],
      metadata: {},
      key: null,
      created: clock(),
      before: 'active',
      ...facts
    }
    servers.set(server.id, server)
    return server
  }

  const seed = (name: string, vm: string, task: string | null, flavorId: string): void => {
    const flavor = flavors.find(({ id }) => id === flavorId)
    if (flavor === undefined) return
    number += 1
    const fault = vm === 'error' ? 'Build of instance aborted: the host went away' : null
    const tags = name.startsWith('web') ? ['team-web'] : []
    const created = firstSeen - 400 * day + number * 3600_000
    const { id } = add({ id: uuid(0x5e, number), name, vm, task, flavor, fault, created, tags })
    plug(id, privateNetwork)
  }
  for (const [name, vm, task, flavor] of seedServers) seed(name, vm, task, flavor)
  ports.set(uuid(0x90, 1), {
    id: uuid(0x90, 1),
    network_id: privateNetwork,
    device_id: uuid(0x40, 1),
    device_owner: 'network:router_interface',
    fixed_ips: [{ subnet_id: subnets[0].id, ip_address: '10.20.0.1' }]
  })

  return {
    ...agenda,
    behavior,
    servers,
    ports,
    plug,
    add,
    created: 0,
    /** Ids of deleted servers with the time of their creation: a marker may still name one. */
    deleted: new Map<string, number>(),
    images: new Map(seedImages().map(image => [image.id, image])),
    floating: new Map<string, Floating>(['203.0.113.10', '203.0.113.11'].map((address, index) => {
      const id = uuid(0xf1, index + 1)
      return [id, { id, floating_ip_address: address, floating_network_id: uuid(0x9e7, 3), port_id: null }]
    })),
    log: new Map<string, LogEntry>(),
    /** When each token ends. */
    tokens: new Map<string, number>(),
    passwords: 0,
    iso: (at = clock()) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    addServers: (count: number) => {
      for (let index = 0; index < count; index += 1) seed(`more-${index}`, index % 3 === 0 ? 'stopped' : 'active', null, '1')
    },
    remove: (server: Server) => {
      servers.delete(server.id)
      for (const port of [...ports.values()].filter(({ device_id: device }) => device === server.id)) ports.delete(port.id)
    }
  }
}

export type World = ReturnType<typeof createWorld>
