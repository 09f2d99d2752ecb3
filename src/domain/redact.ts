import { cutNothing, redacted, type Cut } from './cut-secrets.ts'

const secretParts = 'pass(word|wd|phrase)?$|passw|secret|token|api_?key|private_?key|login_?key|credential|authorization|cookie|user_?data'
const secretKey = new RegExp(`${secretParts}|^pw$|^auth$|^key$`, 'i')
const maximumDepth = 40

const noNames: ReadonlySet<string> = new Set()

/**
 * A copy of an upstream value without its secrets. Members with the name of a secret, or with one of `names`, are replaced, also in objects
 * that hold a name and a value; known secrets are cut out of strings. A string that contains JSON is treated like the value it contains.
 */
export const redact = (value: unknown, names: ReadonlySet<string> = noNames, cut: Cut = cutNothing): unknown =>
  clean(value, { names, cut }, 0)

interface Redaction {
  readonly names: ReadonlySet<string>
  readonly cut: Cut
}

function clean (value: unknown, redaction: Redaction, depth: number): unknown {
  if (depth > maximumDepth) return redacted
  if (typeof value === 'string') return cleanText(value, redaction, depth)
  if (Array.isArray(value)) return value.map(item => clean(item, redaction, depth + 1))
  if (value === null || typeof value !== 'object') return value
  // A null prototype: a member called __proto__ stays a member.
  const copy: Record<string, unknown> = Object.create(null)
  const row = rowOf(value, redaction)
  for (const [name, member] of Object.entries(value)) {
    const hides = name === row?.value ? row.hides : name !== row?.label && isSecretName(name, redaction)
    copy[name] = hides && member !== null && member !== '' && typeof member !== 'boolean' ? redacted : clean(member, redaction, depth + 1)
  }
  return copy
}

const isSecretName = (name: string, { names }: Redaction): boolean => names.has(name) || secretKey.test(name)

interface NamedValue {
  /** The member that holds the value. */
  readonly value: string
  /** The member `key`, if it holds a name and not a secret. */
  readonly label: string | null
  readonly hides: boolean
}

const valueMembers = ['value', 'Value', 'val', 'v'] as const
const labelMembers = ['key', 'Key', 'name', 'Name', 'k', 'field', 'parameter', 'property', 'attribute'] as const
const plainName = /^[A-Za-z_][\w.:/-]{0,63}$/

/** Recognizes objects that hold a name and a value, such as `{"key": "root_password", "value": "…"}`. */
function rowOf (object: object, redaction: Redaction): NamedValue | null {
  const value = valueMembers.find(name => Object.hasOwn(object, name))
  if (value === undefined) return null
  const labels = new Map(Object.entries(object).filter(([name]) => labelMembers.some(label => label === name)))
  const texts = [...labels.values()].filter(text => typeof text === 'string')
  const label = ['key', 'Key'].find(name => labels.has(name)) ?? null
  const key = label === null ? null : labels.get(label)
  return {
    value,
    label: typeof key === 'string' && plainName.test(key) ? label : null,
    hides: isSecretName(value, redaction) || texts.some(text => isSecretName(text, redaction))
  }
}

/** Such a string is parsed only if it may contain a secret member, so that all others stay as the vendor wrote them. */
const mayBeJson = /^\s*["[{]/
const mayHide = /\\|pass|secret|token|key|credential|authorization|cookie|pw|auth|user_?data/i
const longestJson = 1024 * 1024

function cleanText (text: string, redaction: Redaction, depth: number): string {
  const { names, cut } = redaction
  if (!mayBeJson.test(text) || !(mayHide.test(text) || [...names].some(name => text.includes(name)))) return cut(text)
  if (text.length > longestJson) return redacted
  const value = parse(text)
  // `cut` also covers the names of members.
  return cut(value === undefined ? text : JSON.stringify(clean(value, redaction, depth + jsonDepth)))
}

/** JSON within JSON doubles its escapes with each layer, so it counts as several levels: after eight layers the rest is hidden. */
const jsonDepth = 5

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const bearer = /\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi
const scheme = /\b((?:basic|token)\s+)([A-Za-z0-9._~+/=-]{8,})/gi
const named = /((?:password|passwd|secret|token|api_?key|access_?key)["']?\s?[:=]\s?["']?)([^\s"'&,;}]+)/gi
const inUrl = /([?&#](?:auth|key|data)=)[^&\s"']+/gi
const userInfo = /(\/\/)[^\s/@]+@/g

/** Words of a sentence are in lower case; credentials hardly ever are. */
const looksRandom = (text: string): boolean => /\d|[a-z][A-Z]|^[A-Z]{2}/.test(text)
const ifRandom = (_whole: string, before: string, text: string): string => `${before}${looksRandom(text) ? redacted : text}`
const ifAssigned = (_whole: string, before: string, text: string): string =>
  `${before}${before.endsWith('=') || looksRandom(text) ? redacted : text}`

/** A vendor's text, safe to show: without secrets, in one line, and of limited length. */
export function redactText (text: string, cut: Cut = cutNothing, maximumLength = 500): string {
  const safe = cut(text)
    .replace(/[\s\p{Cc}]+/gu, ' ').trim()
    .replace(userInfo, `$1${redacted}@`)
    .replace(bearer, `$1${redacted}`)
    .replace(named, ifAssigned)
    .replace(scheme, ifRandom)
    .replace(inUrl, `$1${redacted}`)
  return safe.length > maximumLength ? `${safe.slice(0, maximumLength)}…` : safe
}
