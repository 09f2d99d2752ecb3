import { priceOf, type Image, type Plan } from '../../domain/catalog.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { byRegion, joined, toSshKey } from '../kit/catalog.ts'
import type { AdapterVerbs } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { imageName } from './mapping.ts'
import type { ImageWire, ServerTypeWire } from './schema.ts'

const usable = [['status', 'available'], ['type', 'system'], ['type', 'app'], ['type', 'snapshot']] as const

export const createCatalogs = (client: HetznerClient, now: () => number) => ({
  images: {
    evidence: 'documented',
    note: 'System images, apps and snapshots. Create and rebuild also take the name of a system image, which exists for each architecture.',
    run: async () => (await client.images(usable)).map(toImage)
  },
  plans: byRegion({
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'A row for each plan and region, with the net price there. The currency takes one more call.',
    run: async ({ region }) => {
      const [types, currency] = await Promise.all([client.serverTypes(), readCurrency(client)])
      return types.flatMap(type => toPlans(type, currency, now())).filter(plan => region === undefined || plan.region === region)
    }
  }),
  regions: {
    evidence: 'documented',
    run: async () => (await client.locations()).map(({ name, city, description }) => ({ id: name, name: city ?? description ?? name }))
  },
  ssh_keys: {
    evidence: 'documented',
    run: async () => (await client.sshKeys()).map(toSshKey)
  },
  networks: {
    evidence: 'documented',
    run: async () => (await client.networks()).map(({ id, name, ip_range: range }) =>
      ({ id, name: name ?? id, region: null, scope: 'private', cidrs: typeof range === 'string' ? [range] : [] }))
  }
} satisfies Partial<AdapterVerbs>)

/** The currency of all prices, which the list of plans lacks; null if the project has no price list. */
async function readCurrency (client: HetznerClient): Promise<string | null> {
  try {
    return (await client.getPricing()).currency ?? null
  } catch (error) {
    if (error instanceof UpstreamError && (error.failure === 'not-found' || error.failure === 'unsupported')) return null
    throw error
  }
}

const toImage = (wire: ImageWire): Image => {
  const os = joined(wire.os_flavor, wire.os_version)
  return { id: wire.id, name: imageName(wire), os, region: null, min_disk_gib: wire.disk_size ?? null, min_memory_mib: null }
}

/** Prices are texts with up to 16 decimal places. */
function amountOf (text: string | null | undefined): number | null {
  const amount = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  return Number.isFinite(amount) ? amount : null
}

function toPlans (wire: ServerTypeWire, currency: string | null, now: number): Plan[] {
  const { name, description, cores, memory, disk, prices, locations } = wire
  const regions = [...new Set([...locations ?? [], ...(prices ?? []).map(({ location }) => ({ name: location }))].map(row => row.name))]
  return regions.map(region => {
    const price = prices?.find(({ location }) => location === region)
    return {
      id: name,
      name: description ?? name,
      cpus: cores ?? null,
      memory_mib: typeof memory === 'number' ? Math.round(memory * 1024) : null,
      disk_gib: disk ?? null,
      region,
      available: isAvailable(wire, region, now),
      price: priceOf({ currency, hourly: amountOf(price?.price_hourly?.net), monthly: amountOf(price?.price_monthly?.net) })
    }
  })
}

/** A plan is not sold in a location that it does not list. */
function isAvailable ({ locations }: ServerTypeWire, region: string, now: number): boolean | null {
  if (locations === null || locations === undefined) return null
  const location = locations.find(({ name }) => name === region)
  if (location === undefined) return false
  const end = Date.parse(location.deprecation?.unavailable_after ?? '')
  return Number.isFinite(end) && end <= now ? false : location.available ?? null
}
