const named: ReadonlyMap<string, string> = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])

const entity = (name: string): string | undefined => named.get(name) ?? (/^\w{1,8}$/.test(name) ? `&${name};` : undefined)

/** For the parser: entities beyond the five that XML predefines stay as written. */
export const entities: Record<string, string> = new Proxy({}, { get: (_, name) => typeof name === 'string' ? entity(name) : undefined })

/** Enough for the longest reference that `withCharacters` replaces. */
export const referenceLength = 12

/** What is not a character of XML, or refers to a code that may not be one. */
const suspect = /[^\t\n\r -\ufffd]|&#(?:(\d{1,8})|x([\da-f]{1,8}));/gi

const character = /^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u

/** Vendors copy control characters from a caller's words into their XML, and the parser refuses them: they are replaced. */
export const withCharacters = (text: string): string => text.replace(suspect, (whole, decimal?: string, hex?: string) =>
  isCharacter(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)) ? whole : '\ufffd')

const isCharacter = (code: number): boolean => code <= 0x10ffff && character.test(String.fromCodePoint(code))
