import { empty, maybe, none } from '../kit/json.ts'
import { templates, type CatalogTemplate, type Named } from './catalog.ts'

const resolvers = ['181.41.222.18', '181.41.223.18']

/** The netmask is dotted for v4, a prefix length for v6. */
const network = (ipaddress: string | null, netmask: string | number | null, gateway: string | null) =>
  ({ ipaddress, netmask, gateway, additionalIps: empty<string>(), resolvers: ipaddress === null ? [] : resolvers })

const networkV4 = (number: number) => {
  const prefix = number % 2 === 0 ? '192.0.2' : '198.51.100'
  return network(`${prefix}.${10 + Math.floor(number / 2) % 240}`, '255.255.255.0', `${prefix}.1`)
}

const networkV6 = (number: number) => network(`2001:db8:${number.toString(16)}::`, 48, '2001:db8:ffff::1')

export const noNetwork = () => network(null, null, null)

interface CancellationRequest extends Readonly<Record<'created' | 'termination', number>> {
  readonly type: string
  readonly reason: string
}

const billingFor = (id: number) => ({
  ...{ product: 'Kronos Cloud', type: { id: 1, name: 'monthly' }, status: 'active', hourlySpendingRate: none<number>() },
  ...{ invoiceId: 300_000 + id, invoiceStatus: 'Paid', price: 9.3, startDate: 1613174400, endDate: 1627257600 },
  ...{ sla: { id: 0, name: 'Standard' }, cancellationRequest: none<CancellationRequest>() }
})

/** Ten characters, as the vendor generates for an order without a name; always the same for an id. */
export const generatedHostname = (id: number): string => {
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

/** `number` selects the addresses; any increasing number. */
const blankInstance = (id: number, number: number, { type, location, template }: CatalogTemplate) => ({
  ...{ id, status: 'pending', hostname: generatedHostname(id), instanceType: type, location, inRescueMode: false },
  ...{ template: maybe(template), iso: none<Named>(), network: { v4: networkV4(number), v6: networkV6(number) } },
  billing: billingFor(id),
  ...{ vcpu: 1, memory: 512, disk: 10, ip: 1, backup: 0, ...noDisks, cpuLimited: false, networkLimited: false, password: passwordFor(id) }
})

/** One Kronos Cloud row as it is sent and stored. Memory in MB, disks in GB. */
export type Instance = ReturnType<typeof blankInstance>

export interface NewInstance extends Partial<Omit<Instance, 'id' | 'billing' | 'network'>> {
  readonly id: number
  readonly number: number
  readonly source: CatalogTemplate
  readonly billing?: Partial<Instance['billing']>
}

export function buildInstance ({ id, number, source, billing, ...rest }: NewInstance): Instance {
  const blank = blankInstance(id, number, source)
  return { ...blank, ...rest, billing: { ...blank.billing, ...billing } }
}

/** All templates in turn. */
export function sourceFor (number: number): CatalogTemplate {
  const found = templates[number % templates.length]
  if (found === undefined) throw new RangeError('the catalog is empty')
  return found
}
