import { z } from 'zod'

/** An http(s) URL without credentials, query or fragment; a trailing slash is removed. */
export const httpUrl = z.string()
  .refine(isPlainHttpUrl, { error: 'must be an http or https URL without user name, password, query or fragment' })
  .meta({ pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+(/[^?#]*)?$' })
  .transform(url => url.replace(/\/+$/, ''))

function isPlainHttpUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

/** JSON Schema for editors: all keys of exactly one alternative, and no key that only another has. */
export const oneWayOf = (...ways: ReadonlyArray<readonly string[]>) => ({
  oneOf: ways.map(way => {
    const others = [...new Set(ways.flat())].filter(key => !way.includes(key))
    return { required: [...way], ...(others.length === 0 ? {} : { not: { anyOf: others.map(key => ({ required: [key] })) } }) }
  })
})
