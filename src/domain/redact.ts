const secretKey = /pass(word|wd|phrase)?$|passw|secret|token|api_?key|private_?key|login_?key|credential|authorization|cookie|^pw$|^auth$|^key$|user_?data/i
const maximumDepth = 40

export const redacted = '[redacted]'

/** A copy of an upstream value without its secrets: members whose name says secret, or is in `names`, are replaced; known secrets are cut out of texts. */
export function redact (value: unknown, names: ReadonlySet<string> = new Set(), secrets: readonly string[] = [], depth = 0): unknown {
  if (depth > maximumDepth) return redacted
  if (typeof value === 'string') return withoutSecrets(value, secrets)
  if (Array.isArray(value)) return value.map(item => redact(item, names, secrets, depth + 1))
  if (value === null || typeof value !== 'object') return value
  // A null prototype: a member called __proto__ stays a member.
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    const hide = (names.has(name) || secretKey.test(name)) && member !== null && member !== '' && typeof member !== 'boolean'
    copy[name] = hide ? redacted : redact(member, names, secrets, depth + 1)
  }
  return copy
}

/** Longest first: one secret may be a part of another. */
function withoutSecrets (text: string, secrets: Iterable<string>): string {
  let safe = text
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) if (secret.length >= 4) safe = safe.replaceAll(secret, redacted)
  return safe
}

const bearer = /\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi
const scheme = /\b((?:basic|token)\s+)([A-Za-z0-9._~+/=-]{8,})/gi
const named = /((?:password|passwd|secret|token|api_?key|access_?key)["']?\s?[:=]\s?["']?)([^\s"'&,;}]+)/gi
const inUrl = /([?&#](?:auth|key|data)=)[^&\s"']+/gi
const userInfo = /(\/\/)[^\s/@]+@/g

/** Words of a sentence are all of small letters; credentials hardly ever are. */
const looksRandom = (text: string): boolean => /\d|[a-z][A-Z]|^[A-Z]{2}/.test(text)
const ifRandom = (_whole: string, before: string, text: string): string => `${before}${looksRandom(text) ? redacted : text}`
const ifSaid = (_whole: string, before: string, text: string): string => `${before}${before.endsWith('=') || looksRandom(text) ? redacted : text}`

/** Text from a vendor, safe to show: known secrets cut out, one line, bounded. */
export function redactText (text: string, secrets: Iterable<string> = [], maximumLength = 500): string {
  const safe = withoutSecrets(text, secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ').trim()
    .replace(userInfo, `$1${redacted}@`)
    .replace(bearer, `$1${redacted}`)
    .replace(named, ifSaid)
    .replace(scheme, ifRandom)
    .replace(inUrl, `$1${redacted}`)
  return safe.length > maximumLength ? `${safe.slice(0, maximumLength)}…` : safe
}
