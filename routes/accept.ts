/** Whether a caller would rather have lines than one JSON document: RFC 9110, 12.5.1. Where both are as welcome, lines: nobody names them by chance. */
export function prefersLines (accept = ''): boolean {
  const ranges = accept.toLowerCase().split(',').map(toRange)
  const named = ranges.find(({ type }) => type === 'application/x-ndjson')?.quality ?? 0
  const json = ['application/json', 'application/*', '*/*'].flatMap(type => ranges.find(range => range.type === type)?.quality ?? [])
  return named > 0 && named >= (json[0] ?? 0)
}

function toRange (text: string): { readonly type: string, readonly quality: number } {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim())
  const quality = parameters.flatMap(parameter => /^q=(\d(?:\.\d{0,3})?)$/.exec(parameter)?.[1] ?? [])[0]
  return { type, quality: quality === undefined ? 1 : Number(quality) }
}
