import { crash, invalid, refusal, refuse } from './replies.ts'

export type Value = string | number | boolean | null

/** A column that `filtering`, plain parameters and `ordering` know. */
export interface Field<Row> {
  readonly kind: 'text' | 'number' | 'boolean' | 'time'
  readonly read: (row: Row) => Value
}

export type Fields<Row> = ReadonlyMap<string, Field<Row>>
type BadValue = 'nothing' | 'crash'
type Test<Row> = (row: Row) => boolean

const lookups = new Set([
  'exact', 'iexact', 'contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith',
  'gt', 'gte', 'lt', 'lte', 'isnull', 'date', 'in', 'ne'
])

/**
 * Reads `a:1+b:2` after the query was decoded, so a raw plus has become a space by now and glues both conditions
 * together. The first colon separates; what follows a second one is thrown away.
 */
export function parseFiltering<Row> (text: string, fields: Fields<Row>, badValue: BadValue): Test<Row> {
  const wanted = new Map<string, Array<Test<Row>>>()
  const unwanted: Array<Test<Row>> = []
  for (const item of text.split('+')) {
    const [path, value] = item.split(':')
    if (path === undefined || value === undefined) throw refusal(crash)
    const { field, lookup } = resolve(path, fields)
    const test = compare(field, lookup, value, badValue)
    if (lookup === 'ne') unwanted.push(test)
    else wanted.set(path, [...wanted.get(path) ?? [], test])
  }
  return row => [...wanted.values()].every(tests => tests.some(test => test(row))) && !unwanted.some(test => test(row))
}

function resolve<Row> (path: string, fields: Fields<Row>): { field: Field<Row>, lookup: string } {
  const whole = fields.get(path)
  if (whole !== undefined) return { field: whole, lookup: 'exact' }
  const cut = path.lastIndexOf('__')
  const field = cut < 0 ? undefined : fields.get(path.slice(0, cut))
  const lookup = path.slice(cut + 2)
  if (field !== undefined && lookups.has(lookup)) return { field, lookup }
  const names = [...new Set([...fields.keys()].map(name => name.split('__')[0] ?? name))].sort((a, b) => a.localeCompare(b))
  throw refuse(400, `Cannot resolve keyword '${path.split('__')[0] ?? path}' into field. Choices are: ${names.join(', ')}`)
}

function compare<Row> (field: Field<Row>, lookup: string, value: string, badValue: BadValue): Test<Row> {
  if (lookup === 'isnull') return row => (field.read(row) === null) === /^true$/i.test(value)
  if (lookup === 'date') return row => dayOf(field.read(row)) === value.split(',').map(Number).join(',')
  // A text given to Django's `in` is a list of single letters.
  if (lookup === 'in') return row => [...value].includes(String(field.read(row)))
  if (value === 'null') return row => field.read(row) === null
  const against = convert(field, value)
  if (against === undefined) {
    if (badValue === 'crash') throw refusal(crash)
    return () => false
  }
  return row => {
    const found = comparable(field, field.read(row))
    return found !== null && holds(lookup, found, against)
  }
}

function convert<Row> (field: Field<Row>, value: string): string | number | boolean | undefined {
  if (field.kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined
  if (field.kind === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
  if (field.kind === 'time') return Number.isNaN(Date.parse(value)) ? undefined : Date.parse(value)
  return value
}

const comparable = <Row> (field: Field<Row>, value: Value): Value =>
  field.kind === 'time' && typeof value === 'string' ? Date.parse(value) : value

function holds (lookup: string, found: string | number | boolean, against: string | number | boolean): boolean {
  const [a, b] = lookup.startsWith('i') ? [String(found).toLowerCase(), String(against).toLowerCase()] : [String(found), String(against)]
  switch (lookup) {
    case 'contains': case 'icontains': return a.includes(b)
    case 'startswith': case 'istartswith': return a.startsWith(b)
    case 'endswith': case 'iendswith': return a.endsWith(b)
    case 'gt': return found > against
    case 'gte': return found >= against
    case 'lt': return found < against
    case 'lte': return found <= against
    case 'iexact': return a === b
    default: return found === against
  }
}

/** The day as the row's own offset has it, without leading zeros. */
const dayOf = (value: Value): string => String(value).slice(0, 10).split('-').map(Number).join(',')

/** A plain parameter is an exact match; one that must name an existing thing refuses anything else. */
export function plainTest<Row> (field: Field<Row>, name: string, value: string, choices: ReadonlySet<string> | undefined): Test<Row> {
  if (choices !== undefined && !choices.has(value)) {
    throw invalid({ [name]: ['Select a valid choice. That choice is not one of the available choices.'] })
  }
  if (field.kind === 'number' && convert(field, value) === undefined) throw invalid({ [name]: ['Enter a number.'] })
  if (field.kind === 'time' && convert(field, value) === undefined) throw invalid({ [name]: ['Enter a valid date/time.'] })
  return compare(field, 'exact', value, 'nothing')
}

/** Nulls are the smallest, as in MariaDB. */
export function compareBy<Row> (field: Field<Row>, a: Row, b: Row): number {
  const left = comparable(field, field.read(a))
  const right = comparable(field, field.read(b))
  if (left === right) return 0
  if (left === null) return -1
  if (right === null) return 1
  return left < right ? -1 : 1
}
