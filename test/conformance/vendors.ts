import { startFleio } from '../../src/sandbox/fleio/simulator.js'
import { startGlesys } from '../../src/sandbox/glesys/simulator.js'
import { startHeficed } from '../../src/sandbox/heficed/simulator.js'
import { startOnecloud } from '../../src/sandbox/onecloud/simulator.js'
import type { SimulatedRequest, Simulator } from '../../src/sandbox/simulator.js'
import { startVmmanager } from '../../src/sandbox/vmmanager/simulator.js'

type Settings = Readonly<Record<string, unknown>>

/** One provider's simulator, and what the laws must know of it beside its adapter. */
export interface Vendor {
  readonly simulator: Simulator
  /** Accounts as the configuration has them, all of the same provider. */
  readonly accounts: Readonly<Record<string, Settings>>
  /** The members of an account that, changed, make its credentials wrong. */
  readonly secrets: readonly string[]
  readonly isSignIn: (request: SimulatedRequest) => boolean
  /** An id of the right form that no server has. */
  readonly missingId: string
  /** Some seeded server is in a state that no table knows. */
  readonly hasStrangers: boolean
}

const plain = (settings: Readonly<Record<string, object>>): Record<string, Settings> =>
  Object.fromEntries(Object.entries(settings).map(([id, values]) => [id, { ...values }]))

/** By adapter id. Actions are quick, and there are more servers than one vendor page holds; nothing else is changed. */
export const vendors: Readonly<Record<string, () => Promise<Vendor>>> = {
  heficed: async () => {
    const simulator = await startHeficed({ knobs: { actionMs: 600 } })
    return { simulator, accounts: plain(simulator.settings), secrets: ['client_secret'], isSignIn: ({ path }) => path.startsWith('/oauth2'), missingId: '999999999', hasStrangers: true }
  },
  fleio: async () => {
    const simulator = await startFleio({ knobs: { actionMs: 600 } })
    simulator.addServers(190)
    return { simulator, accounts: plain(simulator.settings), secrets: ['token'], isSignIn: () => false, missingId: '00000000-0000-4000-8000-00000000dead', hasStrangers: true }
  },
  glesys: async () => {
    const simulator = await startGlesys({ knobs: { actionMs: 600 } })
    const lab = { ...simulator.settings['glesys-lab'], format: 'xml' }
    return { simulator, accounts: { ...plain(simulator.settings), 'glesys-xml': lab }, secrets: ['api_key', 'password'], isSignIn: ({ path }) => path.startsWith('/user/login'), missingId: 'kvm99999999', hasStrangers: false }
  },
  vmmanager: async () => {
    const simulator = await startVmmanager({ knobs: { actionMs: 600 } })
    simulator.addServers(120)
    return { simulator, accounts: plain(simulator.settings), secrets: ['password'], isSignIn: ({ path }) => path.includes('/auth/'), missingId: '999999999', hasStrangers: true }
  },
  onecloud: async () => {
    const simulator = await startOnecloud({ knobs: { actionMs: 600 } })
    simulator.addServers(170)
    return { simulator, accounts: plain(simulator.settings), secrets: ['password', 'secret_key'], isSignIn: ({ path }) => path.endsWith('/auth/tokens'), missingId: '00000000-0000-4000-8000-00000000dead', hasStrangers: true }
  }
}
