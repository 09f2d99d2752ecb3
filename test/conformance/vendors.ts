import type { Server, ServerStatus } from '../../src/domain/server.ts'
import { startDigitalocean } from '../../sandbox/digitalocean/simulator.ts'
import { startFleio } from '../../sandbox/fleio/simulator.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { startHetzner } from '../../sandbox/hetzner/simulator.ts'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import { isolatedNetwork, imageId } from '../../sandbox/openstack/seed.ts'
import { startOpenstack } from '../../sandbox/openstack/simulator.ts'
import type { SimulatedRequest, Simulator } from '../../sandbox/kit/simulator.ts'
import { readCloud, startReal, type Cloud } from '../openstack/real.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { demoProjectId } from '../../sandbox/onecloud/people.ts'
import { keypairId } from '../../sandbox/onecloud/seed-catalog.ts'
import { uuid } from '../../sandbox/onecloud/values.ts'
import { observerOf } from '../specs/observer.ts'

type Settings = Readonly<Record<string, unknown>>

/** One provider's simulator, and what the laws must know of it beside its adapter. */
export interface Vendor {
  readonly simulator: Simulator & { readonly created: number }
  /** Accounts as the configuration has them, all of the same provider. */
  readonly accounts: Readonly<Record<string, Settings>>
  /** The members of an account that, changed, make its credentials wrong. */
  readonly secrets: readonly string[]
  readonly isSignIn: (request: SimulatedRequest) => boolean
  /** An id of the right form that no server has. */
  readonly missingId: string
  /** Some seeded server is in a state that no table knows. */
  readonly hasStrangers: boolean
  /** The accounts that the laws of the verbs are held to: with every scope that there is. */
  readonly verbAccounts: Readonly<Record<string, Settings>>
  /** Whether a request changes something; some vendors read by POST. */
  readonly isWrite: (request: SimulatedRequest) => boolean
  /** How long accepted work takes from now on. */
  pace(ms: number): void
  /** Waits until accepted work has ended, at a vendor whose time is not the test's. */
  settled?(): Promise<void>
  readonly choices: Choices
}

/** What is asked for where the laws need more than an adapter's own examples. */
export interface Choices {
  /** Changes to the example of a create, so that every verb can be tried on what it makes. */
  readonly order: Settings
  /** A size that the server of the order can grow to. */
  readonly larger: Settings
  /** By member of a resize: what it needs beside it. */
  readonly beside?: Readonly<Record<string, Settings>>
  /** What a server in the rescue system is shown as, if the provider has no state of its own for it. */
  readonly rescued?: ServerStatus
  /** For each member that a create accepts (`region`) and each of the provider's options (`options.bandwidth`), a change of the order that says it otherwise. */
  readonly changes: Readonly<Record<string, Settings>>
  /** Keys as create and rebuild take them. */
  readonly sshKeys: readonly string[]
  /** Another image that it can be rebuilt with. */
  readonly image: string
  /** Whether an image of the list suits the order, where its row does not tell. */
  isImageFit?(id: string): boolean
  /** Changes to the example of a new owner, so that the vendor takes it beside those that it has. */
  readonly owner?: Settings
  /** A free address of the account; null where the laws take one from the list, or from the server itself. */
  readonly address: string | null
  /** Well-formed, but nothing has such an id; by the member of a create. */
  readonly unknown: Readonly<Record<string, string>>
  /** An action that the vendor refuses to a seeded server in that state; a project may have none such. */
  readonly refused: { readonly action: string, isWrong(server: Server): boolean, prepare?(): void }
  /** A verb that the vendor can be made to accept and then fail to do; null where its failure shows nowhere. */
  readonly breaking: { readonly verb: string, prepare(): void } | null
}

/** One that every vendor takes. */
export const password = 'Correct-Horse-9x!'

/** Each member by itself: as it is said here, else as every vendor understands it. */
function changesOf (members: string, said: Settings, options: Settings): Record<string, Settings> {
  const usual: Settings = { cpus: 3, memory_mib: 3072, disk_gib: 40, user_data: '#cloud-config', password, tags: ['team=web'], protected: true, ...said }
  return {
    ...Object.fromEntries(members.split(' ').map(name => [name, { [name]: usual[name] }])),
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [`options.${name}`, { options: { [name]: value } }]))
  }
}

/** What checks exchanges against the vendor's own document, while the specifications are proved. */
const observers = { hetzner: observerOf('hetzner'), digitalocean: observerOf('digitalocean') }

const nobody = '00000000-0000-4000-8000-00000000dead'

const plain = (settings: Readonly<Record<string, object>>): Record<string, Settings> =>
  Object.fromEntries(Object.entries(settings).map(([id, values]) => [id, { ...values }]))

const isIn = (wrong: ServerStatus) => ({ status }: Server): boolean => status === wrong
const isChange = ({ method }: SimulatedRequest): boolean => method !== 'GET'
const paceOf = (behavior: { actionMs: number, createMs: number }) => (ms: number): void => { Object.assign(behavior, { actionMs: ms, createMs: ms }) }

/** By adapter id, each on the clock that is given. Actions are quick, and there are more servers than one vendor page holds; nothing else is changed. */
export const vendors: Readonly<Record<string, (clock?: () => number) => Promise<Vendor>>> = {
  heficed: async (clock = Date.now) => {
    const simulator = await startHeficed({ clock, behavior: { actionMs: 600, cancelMs: 200 } })
    const isSignIn = ({ path }: SimulatedRequest): boolean => path.startsWith('/oauth2')
    return {
      simulator,
      accounts: plain(simulator.settings),
      secrets: ['client_secret'],
      isSignIn,
      missingId: '999999999',
      hasStrangers: true,
      verbAccounts: { 'heficed-all': { ...simulator.settings['heficed-main'], scopes: ['kronoscloud', 'ipswitch', 'sshkeys'] } },
      isWrite: request => isChange(request) && !isSignIn(request),
      // A restart that shows nothing of itself would be waited for much longer.
      pace: ms => { Object.assign(simulator.behavior, { actionMs: ms, createMs: ms, transitional: true }) },
      choices: {
        order: {},
        changes: changesOf('region cpus memory_mib disk_gib ssh_keys', {
          ssh_keys: ['5f1c0a52-0000-4000-8000-0000000000aa'],
          region: 'br-sao1'
        }, { instance_type: 'windows', billing: 'hourly', use_credit: false, bandwidth_tb: 2 }),
        sshKeys: ['5f1c0a52-0000-4000-8000-0000000000aa'],
        larger: { cpus: 2, memory_mib: 4096, disk_gib: 20 },
        image: '5f1c0a52-0000-4000-8000-000000000001',
        address: '185.194.29.1',
        // An image is of one region, so that one of another is what is told of.
        unknown: { image: nobody },
        refused: { action: 'start', isWrong: isIn('suspended') },
        // A failed event can not be read again.
        breaking: null
      }
    }
  },
  fleio: async (clock = Date.now) => {
    const simulator = await startFleio({ clock, behavior: { actionMs: 600, rowDelayMs: 100 } })
    simulator.addServers(190)
    const accounts = plain(simulator.settings)
    return {
      simulator,
      accounts,
      secrets: ['token'],
      isSignIn: () => false,
      missingId: '00000000-0000-4000-8000-00000000dead',
      hasStrangers: true,
      verbAccounts: accounts,
      // Making a link to a console is a GET there.
      isWrite: request => isChange(request) || request.path.endsWith('/get_console_url'),
      pace: paceOf(simulator.behavior),
      choices: {
        order: {},
        changes: {
          ...changesOf('region plan ssh_keys user_data password networks owner', {
            region: 'Region2',
            plan: 'f1a40001-0000-4000-8000-000000000001',
            ssh_keys: ['12'],
            networks: ['9e700001-0000-4000-8000-000000000001'],
            owner: '599151'
          }, { boot_source: { delete_on_termination: true }, share_image: true }),
          'options.nics': { networks: undefined, options: { nics: ['9e700001-0000-4000-8000-000000000001'] } }
        },
        sshKeys: ['12'],
        larger: { plan: 'f1a40001-0000-4000-8000-000000000002', restart: true },
        image: '1a6e0001-0000-4000-8000-000000000001',
        address: '203.0.113.13',
        // Another client's own.
        isImageFit: id => id !== '1a6e0001-0000-4000-8000-000000000006',
        unknown: { image: nobody, plan: nobody, region: 'Region9' },
        refused: { action: 'start', isWrong: isIn('running') },
        breaking: { verb: 'create', prepare: () => { simulator.behavior.createEndsIn = 'error' } }
      }
    }
  },
  glesys: async (clock = Date.now) => {
    const simulator = await startGlesys({ clock, behavior: { actionMs: 600, lingerMs: 200 } })
    const accounts = { ...plain(simulator.settings), 'glesys-xml': { ...simulator.settings['glesys-lab'], format: 'xml' } }
    return {
      simulator,
      accounts,
      secrets: ['api_key', 'password'],
      isSignIn: ({ path }) => path.startsWith('/user/login'),
      missingId: 'kvm99999999',
      hasStrangers: false,
      verbAccounts: accounts,
      isWrite: ({ path }) => /^\/(server\/(create|destroy|edit|start|stop|reboot|console)|ip\/(add|remove|take|release|setptr|resetptr))\b/.test(path),
      pace: paceOf(simulator.behavior),
      choices: {
        order: {},
        changes: {
          ...changesOf('region cpus memory_mib disk_gib ssh_keys user_data password', { region: 'Stockholm', ssh_keys: ['ssh-ed25519 AAAAother other@example'] }, {
            platform: 'VMware', bandwidth: 200, description: 'a note', ip: 'none', ipv6: 'none', backupschedules: [{ frequency: 'daily', numberofimagestokeep: 1 }]
          }),
          'options.users': { ssh_keys: undefined, options: { users: [{ username: 'admin', password }] } },
          'options.cloudconfigparams': { user_data: '## template: glesys', options: { cloudconfigparams: { word: 'yes' } } }
        },
        sshKeys: ['ssh-ed25519 AAAAother other@example'],
        larger: { cpus: 4, memory_mib: 4096, disk_gib: 60 },
        image: 'Debian 11 (Bullseye)',
        address: null,
        unknown: { image: 'debian-99', region: 'Nowhere' },
        refused: { action: 'stop', isWrong: ({ locked }) => locked === true },
        // A server that is not finished stays locked, and nothing says why.
        breaking: null
      }
    }
  },
  vmmanager: async (clock = Date.now) => {
    const simulator = await startVmmanager({ clock, behavior: { actionMs: 600 } })
    simulator.addServers(120)
    const accounts = plain(simulator.settings)
    return {
      simulator,
      accounts,
      secrets: ['password'],
      isSignIn: ({ path }) => path.includes('/auth/') && !/\/user\/\d+\/key$/.test(path),
      missingId: '999999999',
      hasStrangers: true,
      verbAccounts: accounts,
      isWrite: request => isChange(request) && (!request.path.includes('/auth/') || /\/user\/\d+\/key$/.test(request.path)),
      pace: paceOf(simulator.behavior),
      choices: {
        order: {},
        changes: {
          ...changesOf('region cpus memory_mib disk_gib password networks owner', { region: '2', networks: ['6'], owner: '4' }, {
            node: 2,
            storage: 1,
            ipv4_number: 2,
            ipv4_pool: [6],
            ipv6_enabled: true,
            ipv6_prefix: 64,
            domain: 'other.example.com',
            comment: 'a note',
            recipe: 11,
            net_in_mbitps: 50,
            net_out_mbitps: 50
          }),
          plan: { cpus: undefined, memory_mib: undefined, disk_gib: undefined, plan: '1' },
          'options.cluster': { region: undefined, options: { cluster: 2 } }
        },
        sshKeys: [],
        larger: { cpus: 4, memory_mib: 4096, disk_gib: 40, restart: true },
        image: '12',
        address: '192.0.2.60',
        owner: { email: 'fresh@example.com' },
        unknown: { image: '9999', plan: '9999', region: '9999' },
        refused: { action: 'start', isWrong: isIn('running'), prepare: () => { simulator.behavior.sameState = 'refuse' } },
        breaking: { verb: 'stop', prepare: () => { simulator.failNext('host_stop') } }
      }
    }
  },
  onecloud: async (clock = Date.now) => {
    const simulator = await startOnecloud({ clock, behavior: { actionMs: 600 } })
    simulator.addServers(170)
    const accounts = plain(simulator.settings)
    const isSignIn = ({ path }: SimulatedRequest): boolean => path.endsWith('/auth/tokens')
    return {
      simulator,
      accounts,
      secrets: ['password', 'secret_key'],
      isSignIn,
      missingId: '00000000-0000-4000-8000-00000000dead',
      hasStrangers: true,
      verbAccounts: accounts,
      isWrite: request => isChange(request) && !isSignIn(request),
      pace: paceOf(simulator.behavior),
      // Elastic addresses are for servers inside a VPC.
      choices: {
        order: { networks: ['vpcnet0'] },
        changes: {
          ...changesOf('region plan disk_gib ssh_keys user_data password networks owner tags protected', {
            region: 'default', plan: 'ecs.g1.c1m1', ssh_keys: [keypairId], networks: ['vnet0'], owner: demoProjectId
          }, { hypervisor: 'kvm', auto_start: false, disk_backend: 'rbd', eip_bandwidth: 5 }),
          cpus: { plan: undefined, cpus: 3, memory_mib: 2048 },
          memory_mib: { plan: undefined, cpus: 2, memory_mib: 3072 }
        },
        sshKeys: [keypairId],
        larger: { plan: 'ecs.g1.c4m12', disk_gib: 50, restart: true },
        image: uuid('image-ubuntu'),
        address: null,
        unknown: { image: nobody, plan: 'ecs.none', region: 'nowhere' },
        refused: { action: 'stop', isWrong: isIn('stopped') },
        breaking: { verb: 'stop', prepare: () => { simulator.behavior.failActions = ['stop'] } }
      }
    }
  },
  hetzner: async (clock = Date.now) => {
    const simulator = await startHetzner({ clock, behavior: { actionMs: 600 }, ...observers.hetzner })
    const { hz } = simulator.settings
    return {
      simulator,
      accounts: { hz: { ...hz } },
      secrets: ['token'],
      isSignIn: () => false,
      missingId: '999999999',
      hasStrangers: true,
      verbAccounts: { hz: { ...hz } },
      isWrite: isChange,
      pace: paceOf(simulator.behavior),
      choices: {
        order: {},
        changes: {
          ...changesOf('region plan ssh_keys user_data networks tags protected', { region: 'nbg1', plan: 'cpx22', ssh_keys: ['2324'], networks: ['4711'] }, {
            ipv4: false, ipv6: false, firewalls: [38], placement_group: 7, volumes: [12], start: false
          }),
          'options.automount': { options: { volumes: [12], automount: true } }
        },
        sshKeys: ['deploy'],
        larger: { plan: 'cpx32', disk_gib: 160, restart: true },
        beside: { disk_gib: { plan: 'cpx32', disk_gib: 160 } },
        rescued: 'running',
        image: '114690387',
        address: '198.51.100.8',
        isImageFit: id => simulator.images.get(Number(id))?.architecture === 'x86',
        unknown: { image: '999999999', plan: 'cx99', region: 'nowhere' },
        refused: { action: 'stop', isWrong: ({ locked }) => locked === true },
        breaking: { verb: 'start', prepare: () => { simulator.behavior.failCommands = ['start_server'] } }
      }
    }
  },
  openstack: async (clock = Date.now) => {
    if (realCloud !== undefined) return await realOpenstack(readCloud(realCloud))
    const simulator = await startOpenstack({ clock, behavior: { actionMs: 600, maxLimit: 40 } })
    simulator.addServers(90)
    return openstackLike(simulator, {
      accounts: plain(simulator.settings),
      hasStrangers: true,
      pace: paceOf(simulator.behavior),
      images: [imageId('debian-12'), imageId('ubuntu-24.04')],
      network: isolatedNetwork,
      address: '203.0.113.10',
      failStops: () => { simulator.behavior.failActions = ['stop'] }
    })
  },
  digitalocean: async (clock = Date.now) => {
    const simulator = await startDigitalocean({ clock, behavior: { actionMs: 600 }, ...observers.digitalocean })
    simulator.addServers(210)
    const accounts = plain(simulator.settings)
    const vpc = '760e09ef-dc84-11e8-981e-3cfdfeaae000'
    return {
      simulator,
      accounts,
      secrets: ['token'],
      isSignIn: () => false,
      missingId: '999999999',
      hasStrangers: true,
      verbAccounts: accounts,
      isWrite: isChange,
      pace: paceOf(simulator.behavior),
      choices: {
        order: {},
        changes: {
          ...changesOf('region plan ssh_keys user_data networks tags', {
            region: 'fra1', plan: 's-2vcpu-2gb', ssh_keys: ['f5:de:eb:64:2d:6a:b6:d5:bb:06:47:7f:04:4b:f8:e2'], networks: [vpc], tags: ['team:web']
          }, { vpc, ipv6: true, monitoring: true, backups: true, public_networking: false, with_droplet_agent: true, volumes: ['506f78a4-e098-11e5-ad9f-000f53306ae1'] }),
          'options.backup_policy': { options: { backups: true, backup_policy: { plan: 'daily', hour: 4 } } }
        },
        sshKeys: [],
        larger: { plan: 's-2vcpu-4gb', disk_gib: 80, restart: true },
        beside: { disk_gib: { plan: 's-2vcpu-4gb', disk_gib: 80 } },
        image: 'debian-12-x64',
        address: '45.55.96.48',
        unknown: { image: 'nothing-1', plan: 's-99vcpu', region: 'nowhere1' },
        refused: { action: 'start', isWrong: isIn('running') },
        breaking: { verb: 'create', prepare: () => { simulator.behavior.create = 'vanishes' } }
      }
    }
  }
}

/** A file that describes a running cloud, which then stands in for the simulated one: `npm run proof:openstack`. */
const realCloud = process.env.HAWSER_OPENSTACK

async function realOpenstack (cloud: Cloud): Promise<Vendor> {
  const real = await startReal(cloud)
  const [network = ''] = real.networks
  return openstackLike(real, {
    accounts: { stack: real.settings },
    settled: real.settled,
    hasStrangers: false,
    // The clock of the gateway runs fast; that of the cloud does not.
    pace: ms => { real.pace(ms / 8000) },
    images: [real.images['debian-12'] ?? '', real.images['ubuntu-24.04'] ?? ''],
    network,
    address: real.address,
    failStops: () => { real.fails('power_off') }
  })
}

interface OpenstackLike extends Pick<Vendor, 'accounts' | 'hasStrangers' | 'pace' | 'settled'> {
  readonly images: readonly [string, string]
  readonly network: string
  /** A floating one that is free. */
  readonly address: string
  failStops(): void
}

function openstackLike (simulator: Vendor['simulator'], { images: [image, other], network, address, failStops, ...vendor }: OpenstackLike): Vendor {
  // Which microversions there are is asked with each sign-in.
  const isSignIn = ({ path }: SimulatedRequest): boolean => path.endsWith('/auth/tokens') || path === '/compute/v2.1/'
  return {
    ...vendor,
    simulator,
    secrets: ['password', 'application_credential_secret'],
    isSignIn,
    missingId: '00000000-0000-4000-8000-00000000dead',
    verbAccounts: vendor.accounts,
    isWrite: request => isChange(request) && !isSignIn(request),
    choices: {
      order: { image },
      changes: changesOf('region plan ssh_keys user_data password networks tags', { region: 'zone-b', plan: '3', ssh_keys: ['deploy'], networks: [network] }, {
        boot_from_volume: { size_gib: 30, type: 'ssd' }, availability_zone: 'zone-b', security_groups: ['web'], config_drive: true, metadata: { team: 'web' }
      }),
      sshKeys: ['deploy'],
      larger: { plan: '3', restart: true },
      image: other,
      address,
      unknown: { image: nobody, plan: 'none', region: 'nowhere' },
      refused: { action: 'start', isWrong: isIn('running') },
      breaking: { verb: 'stop', prepare: failStops }
    }
  }
}
