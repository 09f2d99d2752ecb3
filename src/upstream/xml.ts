import { setImmediate } from 'node:timers/promises'
import { SaxesParser } from 'saxes'
import { entities, referenceLength, withCharacters } from './xml-text.ts'

export interface XmlForm {
  /** The name of list entries: an element that contains only these is an array, even if it has a single entry. */
  readonly item: string
  /** Dotted paths of branches to skip; `item` matches every entry of a list. */
  readonly skip?: readonly string[]
}

/** Bounds memory: a value costs a few hundred bytes for every tag. */
const maximumLength = 16 * 1024 * 1024
const maximumTags = 1_000_000
const maximumAttributes = 1000
const maximumDepth = 32

/** Less than a millisecond. */
const charactersInOneTurn = 32 * 1024

/**
 * A vendor's XML text as an unknown value; undefined when it is not well-formed, too large or declares a document type
 * (entity expansion). Every scalar is a string, an empty element is `''`; attributes are dropped.
 */
export function parseXml (text: string, form: XmlForm): unknown {
  const reader = createReader(text, form)
  while (!reader.isOver) readPart(reader, charactersInOneTurn)
  return reader.value
}

/** The same for a long text: other work of the process runs between its parts. */
export async function parseXmlInTurns (text: string, form: XmlForm, characters = charactersInOneTurn): Promise<unknown> {
  const reader = createReader(text, form)
  while (!reader.isOver) {
    readPart(reader, characters)
    if (!reader.isOver) await setImmediate()
  }
  return reader.value
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

const openFrame = (name: string, skip: Frame['skip']): Frame =>
  ({ name, skip, text: '', isLeaf: true, members: null, items: null, repeated: null })

/** How far a text has been read. */
interface Reader {
  readonly text: string
  readonly parser: SaxesParser
  readonly root: Frame
  at: number
  isOver: boolean
  value: unknown
}

/** Without a listener of errors the parser throws at the first one. */
function createReader (text: string, { item, skip = [] }: XmlForm): Reader {
  const root = openFrame('', toSkipTree(skip))
  const parser = new SaxesParser({ position: false, defaultXMLVersion: '1.0', forceXMLVersion: true })
  parser.ENTITIES = entities
  keepValues(parser, root, item)
  return { text, parser, root, at: 0, isOver: text.length > maximumLength, value: undefined }
}

/** One pass that keeps only values, without a tree of nodes. */
function keepValues (parser: SaxesParser, root: Frame, item: string): void {
  const skipped = openFrame('', true)
  const stack: Frame[] = []
  let top = root
  let tags = 0
  let attributes = 0
  parser.on('doctype', () => { parser.fail('a document type is refused') })
  parser.on('attribute', () => { if ((attributes += 1) > maximumAttributes) parser.fail('too many attributes') })
  parser.on('opentag', ({ name }) => {
    if ((tags += 1) > maximumTags || stack.length === maximumDepth) parser.fail('too many tags')
    attributes = 0
    top.isLeaf = false
    stack.push(top)
    const skip = top.skip === true || top.skip === null ? top.skip : top.skip.get(name) ?? null
    top = skip === true ? skipped : openFrame(name, skip)
  })
  parser.on('closetag', () => {
    const frame = top
    top = stack.pop() ?? root
    if (frame.skip !== true) addMember(top, frame.name, valueOf(frame, item), item)
  })
  const addText = (content: string): void => { if (top.skip !== true) top.text += content }
  parser.on('text', addText)
  parser.on('cdata', addText)
}

function readPart (reader: Reader, characters: number): void {
  const { text, parser, root, at } = reader
  const end = endOfPart(text, at, at + characters)
  try {
    // Half of a surrogate pair would hide the character after it.
    parser.write(withCharacters(text.slice(at, end).toWellFormed()))
    reader.at = end
    reader.isOver = end === text.length
    if (reader.isOver) {
      parser.close()
      reader.value = root.members
    }
  } catch {
    // The parser throws for a text that is not well-formed, as for one that exceeds a bound.
    reader.isOver = true
  }
}

/** A reference that would be cut off goes to the next part; a surrogate pair stays whole. */
function endOfPart (text: string, at: number, end: number): number {
  if (end >= text.length) return text.length
  const from = Math.max(at + 1, end - referenceLength)
  const last = text.slice(from, end).lastIndexOf('&')
  if (last >= 0) return from + last
  return isHighSurrogate(text.charCodeAt(end - 1)) ? end + 1 : end
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

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
