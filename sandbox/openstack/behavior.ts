export interface OpenstackBehavior {
  /** From an accepted action to its end. */
  actionMs: number
  /** From an order to a running server. */
  createMs: number
  tokenSeconds: number
  /** Of Nova. */
  maxMicroversion: string
  /** Rows of one page at most; callers may ask for more. */
  maxLimit: number
  /** How many servers the project may have. */
  quota: number
  /** Names of the log whose actions fail: stop, reboot, resize, rebuild, rescue, createImage, create. */
  failActions: readonly string[]
  /** Deleted rows are gone from the database, too: a marker that names one is refused. */
  purges: boolean
  /** Deleted servers go to a recycle bin. */
  recycles: boolean
  /** The log of actions is kept from its users. */
  hidesLog: boolean
  /** Without Neutron in the catalog. */
  hasNetwork: boolean
  /** Host of the compute endpoint in the catalog; empty: its own. */
  computeHost: string
  regions: readonly string[]
  /** Console types that the hosts offer. */
  consoles: readonly string[]
}

export const defaultBehavior = (): OpenstackBehavior => ({
  actionMs: 1500,
  createMs: 3000,
  tokenSeconds: 3600,
  maxMicroversion: '2.93',
  maxLimit: 1000,
  quota: 1000,
  failActions: [],
  purges: false,
  recycles: false,
  hidesLog: false,
  hasNetwork: true,
  computeHost: '',
  regions: ['RegionOne'],
  consoles: ['novnc']
})
