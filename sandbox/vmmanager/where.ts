type Operator = 'EQ' | 'NE' | 'GT' | 'GE' | 'LT' | 'LE' | 'CP'

export type Condition =
  | { readonly kind: 'and' | 'or', readonly parts: readonly Condition[] }
  | { readonly kind: 'not', readonly part: Condition }
  | { readonly kind: 'compare', readonly field: string, readonly operator: Operator, readonly value: string }

interface Token {
  readonly kind: 'open' | 'close' | 'word' | 'text' | 'number'
  readonly text: string
}

/** The unread tokens; the functions below take from its front. */
interface Cursor {
  readonly tokens: readonly Token[]
  at: number
  depth: number
}

const deepest = 100
const pattern = /\s*(?:(?<open>\()|(?<close>\))|'(?<text>[^']*)'|(?<number>-?\d+(?:\.\d+)?)(?![\w.])|(?<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))/y
const kinds = ['open', 'close', 'text', 'number', 'word'] as const

/** Null is a syntax error. A quote inside a quoted value is one: no escape is documented. */
export function parseWhere (source: string): Condition | null {
  const tokens = tokenize(source)
  if (tokens === null || tokens.length === 0) return null
  const cursor: Cursor = { tokens, at: 0, depth: 0 }
  const condition = parseOr(cursor)
  return cursor.at === tokens.length ? condition : null
}

function tokenize (source: string): Token[] | null {
  const tokens: Token[] = []
  const reader = new RegExp(pattern)
  const trimmed = source.trimEnd()
  while (reader.lastIndex < trimmed.length) {
    const groups = reader.exec(trimmed)?.groups
    const kind = kinds.find(name => groups?.[name] !== undefined)
    if (groups === undefined || kind === undefined) return null
    tokens.push({ kind, text: groups[kind] ?? '' })
  }
  return tokens
}

const parseOr = (cursor: Cursor): Condition | null => parseChain(cursor, 'OR', parseAnd)
const parseAnd = (cursor: Cursor): Condition | null => parseChain(cursor, 'AND', parseNot)

function parseChain (cursor: Cursor, word: 'OR' | 'AND', inner: (cursor: Cursor) => Condition | null): Condition | null {
  const parts: Condition[] = []
  do {
    const part = inner(cursor)
    if (part === null) return null
    parts.push(part)
  } while (takeWord(cursor, word))
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  return { kind: word === 'OR' ? 'or' : 'and', parts }
}

function parseNot (cursor: Cursor): Condition | null {
  cursor.depth += 1
  if (cursor.depth > deepest) return null
  const condition = takeWord(cursor, 'NOT') ? negated(parseNot(cursor)) : parseTerm(cursor)
  cursor.depth -= 1
  return condition
}

const negated = (part: Condition | null): Condition | null => part === null ? null : { kind: 'not', part }

function parseTerm (cursor: Cursor): Condition | null {
  if (cursor.tokens[cursor.at]?.kind !== 'open') return parseCompare(cursor)
  cursor.at += 1
  const condition = parseOr(cursor)
  if (cursor.tokens[cursor.at]?.kind !== 'close') return null
  cursor.at += 1
  return condition
}

function parseCompare (cursor: Cursor): Condition | null {
  const [field, operator, value] = cursor.tokens.slice(cursor.at, cursor.at + 3)
  if (field?.kind !== 'word' || operator?.kind !== 'word' || !isOperator(operator.text)) return null
  if (value?.kind !== 'text' && value?.kind !== 'number') return null
  cursor.at += 3
  return { kind: 'compare', field: field.text, operator: operator.text, value: value.text }
}

const isOperator = (word: string): word is Operator => ['EQ', 'NE', 'GT', 'GE', 'LT', 'LE', 'CP'].includes(word)

function takeWord (cursor: Cursor, word: string): boolean {
  const token = cursor.tokens[cursor.at]
  if (token?.kind !== 'word' || token.text !== word) return false
  cursor.at += 1
  return true
}

export const fieldsOf = (condition: Condition): string[] => {
  if (condition.kind === 'compare') return [condition.field]
  return condition.kind === 'not' ? fieldsOf(condition.part) : condition.parts.flatMap(fieldsOf)
}

/** `valueOf` gives a row's field; null compares as in SQL: nothing is equal, unequal, less or more. */
export function matches (condition: Condition, valueOf: (field: string) => unknown): boolean {
  switch (condition.kind) {
    case 'and': return condition.parts.every(part => matches(part, valueOf))
    case 'or': return condition.parts.some(part => matches(part, valueOf))
    case 'not': return !matches(condition.part, valueOf)
    case 'compare': return compares(condition.operator, valueOf(condition.field), condition.value)
  }
}

function compares (operator: Operator, actual: unknown, wanted: string): boolean {
  if (actual === null || actual === undefined) return false
  if (operator === 'CP') return like(String(actual), wanted)
  const order = compareValues(actual, wanted)
  switch (operator) {
    case 'EQ': return order === 0
    case 'NE': return order !== 0
    case 'GT': return order > 0
    case 'GE': return order >= 0
    case 'LT': return order < 0
    case 'LE': return order <= 0
  }
}

/** A quoted number equals the number. Also the order of `orderby`, where null comes first. */
export function compareValues (left: unknown, right: unknown): number {
  if (left === null || left === undefined) return right === null || right === undefined ? 0 : -1
  if (right === null || right === undefined) return 1
  const a = toNumber(left)
  const b = toNumber(right)
  if (a !== null && b !== null) return a - b
  const [x, y] = [String(left), String(right)]
  return x < y ? -1 : x > y ? 1 : 0
}

function toNumber (value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null
}

/** `%` stands for any text; without one it is an equality. */
function like (actual: string, wanted: string): boolean {
  const parts = wanted.split('%')
  const first = parts[0] ?? ''
  if (parts.length === 1) return actual === first
  const last = parts[parts.length - 1] ?? ''
  if (!actual.startsWith(first) || !actual.endsWith(last) || actual.length < first.length + last.length) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = actual.indexOf(part, from)
    if (found < 0 || found + part.length > actual.length - last.length) return false
    from = found + part.length
  }
  return true
}
