/**
 * Whether the Accept header prefers NDJSON to one JSON document (RFC 9110, 12.5.1). Where both are equally acceptable, NDJSON wins, because
 * clients name it only on purpose.
 */
export const prefersLines = (accept?: string): boolean => prefersOverJson('application/x-ndjson', accept)

/** Whether the Accept header prefers HTML: browsers name `text/html`, other clients do not. */
export const prefersPage = (accept?: string): boolean => prefersOverJson('text/html', accept)

function prefersOverJson (wanted: string, accept = ''): boolean {
  const ranges = toRanges(accept)
  const named = ranges.find(({ type }) => type === wanted)?.quality ?? 0
  const json = ['application/json', 'application/*', '*/*'].flatMap(type => ranges.find(range => range.type === type)?.quality ?? [])
  return named > 0 && named >= (json[0] ?? 0)
}

export type Encoding = 'br' | 'gzip'

/** The encoding of a compressed body, or null for the plain one: RFC 9110, 12.5.3. */
export function preferredEncoding (accept = ''): Encoding | null {
  const ranges = toRanges(accept)
  const rangeOf = (name: string): Range | undefined => ranges.find(({ type }) => type === name)
  const qualityOf = (name: string): number => (rangeOf(name) ?? rangeOf('*'))?.quality ?? 0
  const [br, gzip] = [qualityOf('br'), qualityOf('gzip')]
  if (br > 0 && br >= gzip) return 'br'
  return gzip > 0 ? 'gzip' : null
}

interface Range { readonly type: string, readonly quality: number }

const toRanges = (header: string): Range[] => header.toLowerCase().split(',').map(toRange)

function toRange (text: string): Range {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim())
  const quality = parameters.flatMap(parameter => /^q=(\d(?:\.\d{0,3})?)$/.exec(parameter)?.[1] ?? [])[0]
  return { type, quality: quality === undefined ? 1 : Number(quality) }
}
