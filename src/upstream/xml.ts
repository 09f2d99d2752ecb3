import { XMLParser } from 'fast-xml-parser'

export interface XmlForm {
  /** The name of list entries: an element that contains only these is an array, even if it has a single entry. */
  readonly item: string
  /** Dotted paths of branches to skip; `item` matches every entry of a list. */
  readonly skip?: readonly string[]
}

/** Bounds memory: the parser keeps a few hundred bytes for every tag. */
const maximumLength = 16 * 1024 * 1024
const maximumTags = 1_000_000
const maximumDepth = 32

/** Not valid at the start of an XML name, so element names never collide with properties of JavaScript objects. */
const mark = '-'
const textName = '#text'
const cdataName = '#cdata'

/**
 * A vendor's XML text as an unknown value; undefined when it is not well-formed, too large or declares a document type
 * (entity expansion). Every scalar is a string, an empty element is `''`; attributes are dropped.
 */
export function parseXml (text: string, form: XmlForm): unknown {
  if (text.length > maximumLength || /<!\s*(?:DOCTYPE|ENTITY)/i.test(text) || hasTooManyTags(text)) return undefined
  const tree = parseTree(text.trimStart(), form.skip ?? [])
  return hasOneRoot(tree) ? valueOf(tree, { path: '', item: form.item, skip: new Set(form.skip) }) : undefined
}

/** The parser's own check accepts a second, self-closed root. */
const hasOneRoot = (tree: unknown): boolean => entriesOf(tree).filter(([name]) => name.startsWith(mark)).length === 1

function hasTooManyTags (text: string): boolean {
  let tags = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    tags += 1
    if (tags > maximumTags) return true
  }
  return false
}

function parseTree (text: string, skip: readonly string[]): unknown {
  const parser = new XMLParser({
    // The parser returns the bare tree; values are made here, without guessing types from contents.
    preserveOrder: true,
    trimValues: false,
    parseTagValue: false,
    // Off, because its limits would refuse long lists. Entities are decoded below, and none can be declared.
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    cdataPropName: cdataName,
    maxNestedTags: maximumDepth,
    jPath: false,
    // The parser reports a self-closed element twice.
    transformTagName: name => name.startsWith(mark) ? name : mark + name,
    stopNodes: skip.map(path => path.split('.').map(name => mark + name).join('.'))
  })
  try {
    return parser.parse(text, true)
  } catch {
    return undefined
  }
}

interface Place {
  readonly path: string
  readonly item: string
  readonly skip: ReadonlySet<string>
}

function valueOf (nodes: unknown, place: Place): unknown {
  const members = new Map<string, unknown[]>()
  let text = ''
  let isLeaf = true
  for (const [name, content] of entriesOf(nodes)) {
    if (name === textName) text += decode(String(content))
    if (name === cdataName) text += entriesOf(content).map(([, part]) => String(part)).join('')
    if (!name.startsWith(mark)) continue
    isLeaf = false
    const member = name.slice(mark.length)
    const path = place.path === '' ? member : `${place.path}.${member}`
    if (place.skip.has(path)) continue
    const values = members.get(member) ?? []
    values.push(valueOf(content, { ...place, path }))
    members.set(member, values)
  }
  return isLeaf ? text : collect(members, place.item)
}

function collect (members: ReadonlyMap<string, unknown[]>, item: string): unknown {
  const items = members.get(item)
  if (items !== undefined && members.size === 1) return items
  // A null prototype, so that __proto__ and constructor are ordinary members.
  const value: Record<string, unknown> = Object.create(null)
  for (const [name, values] of members) value[name] = values.length > 1 || name === item ? values : values[0]
  return value
}

const entriesOf = (nodes: unknown): Array<[string, unknown]> =>
  Array.isArray(nodes) ? nodes.flatMap(node => Object.entries(node)) : []

const named: ReadonlyMap<string, string> = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])

/** Entities beyond the five that XML predefines stay as written. */
const decode = (text: string): string => text.includes('&')
  ? text.replace(/&(?:#(\d{1,8})|#x([\da-f]{1,8})|(\w{1,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) =>
    name === undefined ? character(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)) : named.get(name) ?? whole)
  : text

const character = (code: number): string =>
  code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
