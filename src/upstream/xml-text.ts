const reference = /&(?:#(\d{1,8})|#x([\da-f]{1,8})|(\w{1,8}));/gi
const brokenReference = /&(?!(?:#\d{1,8}|#x[\da-f]{1,8}|\w{1,8});)/i

/** An ampersand must begin a reference. */
export const isSoundText = (text: string): boolean => !text.includes('&') || !brokenReference.test(text)

const named: ReadonlyMap<string, string> = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])

/** Entities beyond the five that XML predefines stay as written. */
export const decodeText = (text: string): string => text.includes('&')
  ? text.replace(reference, (whole, decimal?: string, hex?: string, name?: string) =>
    name === undefined ? character(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)) : named.get(name) ?? whole)
  : text

const character = (code: number): string =>
  code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
