/** Null, empty text, empty list and empty object all become the same empty element, as the vendor's do. */
export const toXml = (root: string, value: unknown): string => `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value, 0)}`

function element (name: string, value: unknown, depth: number): string {
  const indent = ' '.repeat(depth)
  const tag = elementName(name)
  const inside = content(value, depth)
  if (inside === '') return `${indent}<${tag}/>\n`
  if (typeof value !== 'object') return `${indent}<${tag}>${inside}</${tag}>\n`
  return `${indent}<${tag}>\n${inside}${indent}</${tag}>\n`
}

function content (value: unknown, depth: number): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return escapeText(String(value))
  if (Array.isArray(value)) return value.map(entry => element('item', entry, depth + 1)).join('')
  return Object.entries(value).map(([name, entry]) => element(name, entry, depth + 1)).join('')
}

const escapeText = (text: string): string => withoutForbidden(text)
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  .replaceAll('>', '&gt;')
  .replaceAll('\r', '&#13;')

/** XML 1.0 has no way at all to carry most control characters. */
const withoutForbidden = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')

/** The echo of arguments turns a caller's words into element names. */
function elementName (name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_.-]/g, '_')
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`
}
