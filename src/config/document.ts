import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml'
import { substitute, SubstitutionError, type Environment } from './substitute.ts'

/** One fault of a configuration file: its place and a message. Never a value. */
export interface ConfigFault {
  readonly path: string
  readonly line: number | null
  readonly message: string
}

export type Path = ReadonlyArray<string | number>

export interface ConfigDocument {
  readonly value: unknown
  readonly faults: readonly ConfigFault[]
  lineOf(path: Path): number | null
}

const maximumAliases = 100

/** Reads YAML (JSON is a subset), substitutes environment variables and files, and records line numbers. */
export function readDocument (text: string, environment: Environment): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, version: '1.2', schema: 'core' })
  // A warning is an unknown tag or directive: the value behind it would be lost.
  const faults: ConfigFault[] = [...document.errors, ...document.warnings].map(error => ({ path: '', line: lines.linePos(error.pos[0]).line, message: inOurWords(error) }))
  if (faults.length > 0) return { value: undefined, faults, lineOf: () => null }
  faults.push(...substituteAll(document, environment, lines))
  return {
    value: toValue(document, faults),
    faults,
    lineOf: path => lineOf(document, path, lines)
  }
}

/** The parser's own messages quote the file, including secrets; its codes do not. */
const inOurWords = ({ code }: YAMLError): string => `is not valid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`

function substituteAll (document: Document, environment: Environment, lines: LineCounter): ConfigFault[] {
  const faults: ConfigFault[] = []
  visit(document, {
    Alias: (_key, node, ancestors) => {
      if (node.resolve(document) !== undefined) return
      const line = node.range === null || node.range === undefined ? null : lines.linePos(node.range[0]).line
      faults.push({ path: pathOf([...ancestors, node]), line, message: 'the alias refers to no earlier anchor' })
    },
    Scalar: (key, node, ancestors) => {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('$')) return
      try {
        node.value = substitute(node.value, environment)
      } catch (error) {
        if (!(error instanceof SubstitutionError)) throw error
        const line = node.range === null || node.range === undefined ? null : lines.linePos(node.range[0]).line
        faults.push({ path: pathOf([...ancestors, node]), line, message: error.message })
      }
    }
  })
  return faults
}

function toValue (document: Document, faults: ConfigFault[]): unknown {
  try {
    return document.toJS({ maxAliasCount: maximumAliases })
  } catch {
    if (faults.length === 0) faults.push({ path: '', line: null, message: 'the file has too many aliases' })
    return undefined
  }
}

function pathOf (nodes: readonly unknown[]): string {
  const names: string[] = []
  nodes.forEach((node, index) => {
    if (isPair(node) && isScalar(node.key)) names.push(String(node.key.value))
    if (isSeq(node)) names.push(String(node.items.indexOf(nodes[index + 1])))
  })
  return names.join('.')
}

/** The line of the deepest part of the path that is in the file. */
function lineOf (document: Document, path: Path, lines: LineCounter): number | null {
  let node: unknown = document.contents
  let start = startOf(node)
  for (const part of path) {
    const next = childOf(node, part)
    if (next === null) break
    start = next.start ?? start
    node = next.node
  }
  return start === null ? null : lines.linePos(start).line
}

function childOf (node: unknown, part: string | number): { node: unknown, start: number | null } | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
    return pair === undefined ? null : { node: pair.value, start: startOf(pair.key) }
  }
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part]
    return item === undefined ? null : { node: item, start: startOf(item) }
  }
  return null
}

const startOf = (node: unknown): number | null =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : null
