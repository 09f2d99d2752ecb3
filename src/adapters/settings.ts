import { z } from 'zod'

/** An http(s) address without credentials, query or fragment; a trailing slash is cut. */
export const httpUrl = z.string()
  .refine(isPlainHttpUrl, { error: 'must be an http or https URL without user name, password, query or fragment' })
  .transform(url => url.replace(/\/+$/, ''))

function isPlainHttpUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}
