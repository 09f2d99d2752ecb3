import { setImmediate } from 'node:timers/promises'
import { decodeText, isSoundText } from './xml-text.ts'

export interface XmlForm {
  /** The name of list entries: an element that contains only these is an array, even if it has a single entry. */
  readonly item: string
  /** Dotted paths of branches to skip; `item` matches every entry of a list. */
  readonly skip?: readonly string[]
}

/** Bounds memory: a value costs a few hundred bytes for every tag. */
const maximumLength = 16 * 1024 * 1024
const maximumTags = 1_000_000
const maximumDepth = 32

/** A millisecond or two. */
const tagsInOneTurn = 2000

/**
 * A vendor's XML text as an unknown value; undefined when it is not well-formed, too large or declares a document type
 * (entity expansion). Every scalar is a string, an empty element is `''`; attributes are dropped.
 */
export function parseXml (text: string, form: XmlForm): unknown {
  const reader = createReader(text, form)
  return read(reader, Infinity) ? reader.root.members : undefined
}

/** The same for a long text: other work of the process runs between its parts. */
export async function parseXmlInTurns (text: string, form: XmlForm, tags = tagsInOneTurn): Promise<unknown> {
  const reader = createReader(text, form)
  while (!read(reader, tags)) {
    if (reader.isBroken) return undefined
    await setImmediate()
  }
  return reader.root.members
}

/** An element that has been opened. */
interface Frame {
  readonly name: string
  /** What of its children is skipped; `true`: all of it. */
  readonly skip: SkipTree | true | null
  text: string
  isLeaf: boolean
  members: Record<string, unknown> | null
  items: unknown[] | null
  /** The members that occurred more than once. */
  repeated: Set<string> | null
}

/** Names of elements to skip (`true`), and below which elements others are. */
type SkipTree = Map<string, SkipTree | true>

function toSkipTree (paths: readonly string[]): SkipTree {
  const root: SkipTree = new Map()
  for (const path of paths) {
    const names = path.split('.')
    let at = root
    for (const name of names.slice(0, -1)) {
      const known = at.get(name)
      const next: SkipTree = known instanceof Map ? known : new Map()
      at.set(name, next)
      at = next
    }
    at.set(names.at(-1) ?? '', true)
  }
  return root
}

const openFrame = (name: string, skip: Frame['skip']): Frame => ({ name, skip, text: '', isLeaf: true, members: null, items: null, repeated: null })

/** Name, attributes with quoted values, and the slash of an empty element. */
const startTag = /<([^\s/>=<'"!?&.\d-][^\s/>=<'"&]*)(?:\s+[^\s/>=<'"&]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/y

/** How far a text has been read. */
interface Reader {
  readonly text: string
  readonly item: string
  readonly root: Frame
  readonly stack: Frame[]
  at: number
  tags: number
  roots: number
  isBroken: boolean
}

function createReader (text: string, { item, skip = [] }: XmlForm): Reader {
  const root = openFrame('', toSkipTree(skip))
  return { text, item, root, stack: [root], at: 0, tags: 0, roots: 0, isBroken: text.length > maximumLength }
}

const topOf = ({ stack, root }: Reader): Frame => stack.at(-1) ?? root

/** Reads so many tags, from `<` to `<`, and keeps only values: one pass, without a tree of nodes. True at the end of a sound text. */
function read (reader: Reader, count: number): boolean {
  const { text } = reader
  for (const until = reader.tags + count; !reader.isBroken && reader.tags < until; reader.tags += 1) {
    const next = text.indexOf('<', reader.at)
    const end = next < 0 ? text.length : next
    const isSound = reader.tags <= maximumTags && (end === reader.at || addText(reader, text.slice(reader.at, end)))
    if (next < 0) {
      reader.isBroken = !isSound || reader.stack.length !== 1 || reader.roots !== 1
      return !reader.isBroken
    }
    reader.isBroken = !isSound || !readTag(reader, next)
  }
  return false
}

function readTag (reader: Reader, from: number): boolean {
  const { text } = reader
  if (text.startsWith('/', from + 1)) return readEnd(reader, from)
  if (text.startsWith('!--', from + 1)) return passOver(reader, from + 4, '-->')
  if (text.startsWith('![CDATA[', from + 1)) return passOver(reader, from + 9, ']]>')
  return text.startsWith('?', from + 1) ? passOver(reader, from + 2, '?>') : readStart(reader, from)
}

function addText (reader: Reader, content: string): boolean {
  const frame = topOf(reader)
  if (frame === reader.root) return content.trim() === ''
  if (frame.skip === true) return true
  if (!isSoundText(content)) return false
  frame.text += decodeText(content)
  return true
}

/** A comment, an instruction, or CDATA, whose content is text. */
function passOver (reader: Reader, from: number, end: '-->' | '?>' | ']]>'): boolean {
  const until = reader.text.indexOf(end, from)
  if (until < 0) return false
  reader.at = until + end.length
  if (end !== ']]>') return true
  topOf(reader).text += reader.text.slice(from, until)
  return topOf(reader) !== reader.root
}

function readStart (reader: Reader, from: number): boolean {
  startTag.lastIndex = from
  const found = startTag.exec(reader.text)
  if (found === null || reader.stack.length > maximumDepth) return false
  const [whole, name = '', slash] = found
  const parent = topOf(reader)
  if (parent === reader.root && (reader.roots += 1) > 1) return false
  parent.isLeaf = false
  reader.stack.push(openFrame(name, parent.skip === true ? true : parent.skip?.get(name) ?? null))
  reader.at = from + whole.length
  if (slash === '/') close(reader)
  return true
}

function readEnd (reader: Reader, from: number): boolean {
  const { text, stack } = reader
  const until = text.indexOf('>', from)
  if (until < 0 || stack.length < 2 || text.slice(from + 2, until).trimEnd() !== topOf(reader).name) return false
  reader.at = until + 1
  close(reader)
  return true
}

function close (reader: Reader): void {
  const frame = reader.stack.pop()
  if (frame !== undefined && frame.skip !== true) addMember(topOf(reader), frame.name, valueOf(frame, reader.item), reader.item)
}

function valueOf ({ text, isLeaf, members, items }: Frame, item: string): unknown {
  if (isLeaf) return text
  if (items === null) return members ?? createMembers()
  if (members === null) return items
  members[item] = items
  return members
}

/** A null prototype, so that __proto__ and constructor are ordinary members. */
const createMembers = (): Record<string, unknown> => Object.create(null)

function addMember (frame: Frame, name: string, value: unknown, item: string): void {
  if (name === item) {
    (frame.items ??= []).push(value)
    return
  }
  const members = (frame.members ??= createMembers())
  const known = members[name]
  if (known === undefined) members[name] = value
  else if (frame.repeated?.has(name) === true && Array.isArray(known)) known.push(value)
  else {
    members[name] = [known, value]
    frame.repeated = (frame.repeated ?? new Set()).add(name)
  }
}
