const secretKey = /pass(word|wd|phrase)?$|passw|secret|token|api_?key|private_?key|login_?key|credential|authorization|cookie|^pw$|^auth$|^key$|user_?data/i
const maximumDepth = 40

export const redacted = '[redacted]'

/** A copy of an upstream value without its secrets: members whose name says secret, or is in `names`, are replaced. */
export function redact (value: unknown, names: ReadonlySet<string> = new Set(), depth = 0): unknown {
  if (depth > maximumDepth) return redacted
  if (Array.isArray(value)) return value.map(item => redact(item, names, depth + 1))
  if (value === null || typeof value !== 'object') return value
  // A null prototype: a member called __proto__ stays a member.
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    const hide = (names.has(name) || secretKey.test(name)) && member !== null && member !== '' && typeof member !== 'boolean'
    copy[name] = hide ? redacted : redact(member, names, depth + 1)
  }
  return copy
}

const longSecret = /\b(?:bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}/gi
const inUrl = /([?&](?:auth|token|access_token|password|key|data)=)[^&\s"']+/gi

/** Text from a vendor, safe to show: known secrets cut out, one line, bounded. */
export function redactText (text: string, secrets: Iterable<string> = [], maximumLength = 500): string {
  let safe = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  for (const secret of secrets) if (secret.length >= 4) safe = safe.replaceAll(secret, redacted)
  safe = safe.replace(longSecret, redacted).replace(inUrl, `$1${redacted}`)
  return safe.length > maximumLength ? `${safe.slice(0, maximumLength)}…` : safe
}
