export interface Named {
  readonly id: string
  readonly name: string
}

export interface Place extends Named {
  readonly continent: string
}

/** Despite their names the last two are objects inside an instance; in older rows they are strings. */
export interface Template extends Named {
  readonly created: number | null
  readonly size: number | null
  readonly version: string | null
  readonly locationId: Place | string
  readonly instanceTypeId: Named | string
}

/** The vendor has no endpoint that lists locations; its clients know these ids. */
const locations: readonly Place[] = [
  { id: 'uk-lon1', name: 'London, United Kingdom', continent: 'Europe' },
  { id: 'br-sao1', name: 'São Paulo, Brazil', continent: 'South America' },
  { id: 'de-fra1', name: 'Frankfurt, Germany', continent: 'Europe' },
  { id: 'us-chi1', name: 'Chicago, IL, US', continent: 'North America' },
  { id: 'us-lax1', name: 'Los Angeles, CA, US', continent: 'North America' },
  { id: 'za-jhb1', name: 'Johannesburg, South Africa', continent: 'Africa' }
]

const linux: Named = { id: 'linux', name: 'Linux' }
const windows: Named = { id: 'windows', name: 'Windows' }

const systems = [
  { name: 'CentOS 7 v2.0.23', type: linux, created: null, size: null, version: null },
  { name: 'Ubuntu LTS 20.04', type: linux, created: 1598918400, size: 2.2, version: '1.0.0' },
  { name: 'Debian 10', type: linux, created: 1601510400, size: 1.7, version: '1.1.0' },
  { name: 'Windows Server 2019', type: windows, created: 1604188800, size: 14, version: null }
]

const sampleIds = ['92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', '5f1c0a52-0000-4000-8000-000000000001']

export interface CatalogTemplate {
  readonly template: Template
  readonly location: Place
  readonly type: Named
}

/** A template belongs to one location: the same system has another id in each. */
export const templates: readonly CatalogTemplate[] = locations.flatMap((location, index) => systems.map(({ type, ...system }, number) => {
  const id = (index === 0 ? sampleIds[number] : undefined) ?? `5f1c0a52-0000-4000-8000-0000000001${index}${number}`
  return { template: { id, ...system, locationId: location, instanceTypeId: type }, location, type }
}))

export const findTemplate = (id: string, locationId: string, typeId: string): CatalogTemplate | undefined =>
  templates.find(({ template, location, type }) => template.id === id && location.id === locationId && type.id === typeId)
