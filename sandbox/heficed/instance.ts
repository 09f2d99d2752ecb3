import { templates, type CatalogTemplate } from './catalog.ts'
import type { Billing, Instance, Network } from './wire.ts'

export interface NewInstance {
  readonly id: number
  /** Chooses the addresses; anything that grows. */
  readonly number: number
  readonly status: string
  readonly source: CatalogTemplate
  readonly vcpu: number
  readonly memory: number
  readonly disk: number
  readonly hostname?: string
  readonly billing?: Partial<Billing>
}

const resolvers = (): string[] => ['181.41.222.18', '181.41.223.18']
const networks = ['192.0.2', '198.51.100']

const networkV4 = (number: number): Network => {
  const prefix = networks[number % 2] ?? '192.0.2'
  return {
    ipaddress: `${prefix}.${10 + Math.floor(number / 2) % 240}`,
    netmask: '255.255.255.0',
    gateway: `${prefix}.1`,
    additionalIps: [],
    resolvers: resolvers()
  }
}

const networkV6 = (number: number): Network => ({
  ipaddress: `2001:db8:${number.toString(16)}::`,
  netmask: 48,
  gateway: '2001:db8:ffff::1',
  additionalIps: [],
  resolvers: resolvers()
})

export const noNetwork = (): Network => ({ ipaddress: null, netmask: null, gateway: null, additionalIps: [], resolvers: [] })

const billingFor = (id: number): Billing => ({
  product: 'Kronos Cloud',
  type: { id: 1, name: 'monthly' },
  status: 'active',
  hourlySpendingRate: null,
  invoiceId: 300_000 + id,
  invoiceStatus: 'Paid',
  price: 9.3,
  startDate: 1613174400,
  endDate: 1627257600,
  sla: { id: 0, name: 'Standard' },
  cancellationRequest: null
})

/** Ten characters, as the vendor makes up when none is chosen; the same for the same id. */
export const madeUpHostname = (id: number): string => {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  let value = id * 2_654_435_761 % 4_294_967_296
  return Array.from({ length: 10 }, () => {
    value = (value * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return letters[Math.floor(value / 65_536) % letters.length] ?? 'x'
  }).join('')
}

export const passwordFor = (id: number, round = 0): string => `SECRET-FAKE-root-${id}-${round}`

const noDisks = {
  ...{ additionalDisk1: 0, additionalDisk2: 0, additionalDisk3: 0, additionalDisk4: 0 },
  ...{ additionalDisk5: 0, additionalDisk6: 0, additionalDisk7: 0, additionalDisk8: 0 }
}

export function buildInstance ({ id, number, status, source, hostname, billing, ...size }: NewInstance): Instance {
  return {
    id,
    status,
    hostname: hostname ?? madeUpHostname(id),
    instanceType: source.type,
    location: source.location,
    inRescueMode: false,
    template: source.template,
    iso: null,
    network: { v4: networkV4(number), v6: networkV6(number) },
    billing: { ...billingFor(id), ...billing },
    ...size,
    ip: 1,
    backup: 0,
    ...noDisks,
    cpuLimited: false,
    networkLimited: false,
    password: passwordFor(id)
  }
}

/** Goes round the locations and systems. */
export function sourceFor (number: number): CatalogTemplate {
  const found = templates[number % templates.length]
  if (found === undefined) throw new RangeError('the catalog is empty')
  return found
}
