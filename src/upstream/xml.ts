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
  return reader.read(Infinity) ? reader.value() : undefined
}

/** The same for a long text: other work of the process runs between its parts. */
export async function parseXmlInTurns (text: string, form: XmlForm, tags = tagsInOneTurn): Promise<unknown> {
  const reader = createReader(text, form)
  while (!reader.read(tags)) {
    if (reader.isBroken()) return undefined
    await setImmediate()
  }
  return reader.value()
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

interface Reader {
  /** Reads so many tags; true at the end of a sound text. */
  read(tags: number): boolean
  isBroken(): boolean
  value(): unknown
}

/** Reads from `<` to `<` and keeps only values: one pass, without a tree of nodes. */
function createReader (text: string, { item, skip = [] }: XmlForm): Reader {
  const root = openFrame('', toSkipTree(skip))
  const stack: Frame[] = [root]
  let at = 0
  let tags = 0
  let roots = 0
  let isBroken = text.length > maximumLength

  const top = (): Frame => stack.at(-1) ?? root
  const addText = (content: string, isRaw: boolean): boolean => {
    const frame = top()
    if (frame === root) return !isRaw && content.trim() === ''
    if (frame.skip === true) return true
    if (!isRaw && !isSoundText(content)) return false
    frame.text += isRaw ? content : decodeText(content)
    return true
  }
  const close = (): void => {
    const frame = stack.pop()
    if (frame !== undefined && frame.skip !== true) addMember(top(), frame.name, valueOf(frame, item), item)
  }
  /** A comment, an instruction or CDATA. */
  const passOver = (from: number, end: string, isText: boolean): boolean => {
    const until = text.indexOf(end, from)
    if (until < 0 || (isText && !addText(text.slice(from, until), true))) return false
    at = until + end.length
    return true
  }
  const readStart = (from: number): boolean => {
    startTag.lastIndex = from
    const found = startTag.exec(text)
    if (found === null || stack.length > maximumDepth) return false
    const [whole, name = '', slash] = found
    const parent = top()
    if (parent === root && (roots += 1) > 1) return false
    parent.isLeaf = false
    const skipped = parent.skip === true ? true : parent.skip?.get(name) ?? null
    stack.push(openFrame(name, skipped))
    at = from + whole.length
    if (slash === '/') close()
    return true
  }
  const readEnd = (from: number): boolean => {
    const until = text.indexOf('>', from)
    if (until < 0 || stack.length < 2 || text.slice(from + 2, until).trimEnd() !== top().name) return false
    at = until + 1
    close()
    return true
  }
  const readTag = (from: number): boolean => {
    if (text.startsWith('/', from + 1)) return readEnd(from)
    if (text.startsWith('!--', from + 1)) return passOver(from + 4, '-->', false)
    if (text.startsWith('![CDATA[', from + 1)) return passOver(from + 9, ']]>', true)
    return text.startsWith('?', from + 1) ? passOver(from + 2, '?>', false) : readStart(from)
  }

  return {
    read: count => {
      for (const until = tags + count; !isBroken && tags < until; tags += 1) {
        const next = text.indexOf('<', at)
        const end = next < 0 ? text.length : next
        isBroken = tags > maximumTags || (end > at && !addText(text.slice(at, end), false))
        if (next < 0) return !isBroken && (isBroken = stack.length !== 1 || roots !== 1) === false
        isBroken ||= !readTag(next)
      }
      return false
    },
    isBroken: () => isBroken,
    value: () => root.members ?? undefined
  }
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
