import { readFileSync } from 'node:fs'
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type YAMLError } from 'yaml'

export type Environment = Readonly<Record<string, string | undefined>>

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
  const faults: ConfigFault[] = [...document.errors, ...document.warnings]
    .map(error => ({ path: '', line: lines.linePos(error.pos[0]).line, message: messageOf(error) }))
  if (faults.length > 0) return { value: undefined, faults, lineOf: () => null }
  faults.push(...substituteAll(document, environment, lines))
  return {
    value: toValue(document, faults),
    faults,
    lineOf: path => lineOf(document, path, lines)
  }
}

/** The parser's own messages quote the file, including secrets; its codes do not. */
const messageOf = ({ code }: YAMLError): string => `is not valid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`

function substituteAll (document: Document, environment: Environment, lines: LineCounter): ConfigFault[] {
  const faults: ConfigFault[] = []
  const fault = (node: Node, ancestors: readonly unknown[], message: string): void => {
    const [start] = node.range ?? []
    faults.push({ path: pathOf([...ancestors, node]), line: start === undefined ? null : lines.linePos(start).line, message })
  }
  visit(document, {
    Alias: (_key, node, ancestors) => {
      if (node.resolve(document) === undefined) fault(node, ancestors, 'the alias refers to no earlier anchor')
    },
    Scalar: (key, node, ancestors) => {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('$')) return
      try {
        node.value = substitute(node.value, environment)
      } catch (error) {
        if (!(error instanceof SubstitutionError)) throw error
        fault(node, ancestors, error.message)
      }
    }
  })
  return faults
}

const reference = /\$\$\{|\$\{([^}]*)\}/g
const maximumFileBytes = 1024 * 1024

class SubstitutionError extends Error {}

/** `${NAME}` is an environment variable, `${file:PATH}` the content of a file without its last newline, `$${` a literal `${`. */
const substitute = (text: string, environment: Environment): string =>
  text.replace(reference, (whole, name: string | undefined) => name === undefined ? '${' : valueOf(name, environment, whole))

function valueOf (name: string, environment: Environment, whole: string): string {
  if (name.startsWith('file:')) return readSecret(name.slice('file:'.length))
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new SubstitutionError(`${whole} is not a valid environment variable name`)
  const value = environment[name]
  if (value === undefined) throw new SubstitutionError(`the environment variable ${name} is not set`)
  return value
}

function readSecret (path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > maximumFileBytes) throw new SubstitutionError(`the file ${path} is too large for a secret`)
    return text.replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof SubstitutionError) throw error
    throw new SubstitutionError(`the file ${path} cannot be read`)
  }
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

const startOf = (node: unknown): number | null => isNode(node) ? node.range?.[0] ?? null : null
