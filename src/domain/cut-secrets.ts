export const redacted = '[redacted]'

/** Returns the text without the known secrets. */
export type Cut = (text: string) => string

export const cutNothing: Cut = text => text

/** Cutting shorter secrets would cut ordinary words. */
const shortestSecret = 4
/** A part of a secret is cut from this length on, because vendors quote half a token. */
const runLength = 16
/** Every run of `runLength` characters contains a whole block that begins at a multiple of this. */
const blockLength = runLength / 2

interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Cuts out whole secrets, and every run of 16 or more characters of one, also percent-encoded, in JSON's escapes and in Base64.
 * The table of blocks is built when the first long text arrives.
 */
export function createCut (secrets: Iterable<string>): Cut {
  const texts = [...new Set([...secrets].filter(({ length }) => length >= shortestSecret).flatMap(formsOf))]
  const short = texts.filter(({ length }) => length < runLength)
  const long = texts.filter(({ length }) => length >= runLength)
  const shortest = Math.min(...texts.map(({ length }) => Math.min(length, runLength)))
  let blocks: Uint8Array | null = null
  return text => {
    if (text.length < shortest) return text
    const found: Range[] = []
    for (const secret of short) findWhole(text, secret, found)
    if (text.length >= runLength && long.length > 0) findRuns(text, { secrets: long, blocks: blocks ??= blocksOf(long) }, found)
    return found.length === 0 ? text : without(text, found)
  }
}

/** A shorter piece of Base64 may be an ordinary word. */
const shortestEncoded = 8

function formsOf (secret: string): string[] {
  const bytes = Buffer.from(secret)
  // In the Base64 of a longer text (`user:password`), the form of a secret depends on its offset modulo 3, and its first and last character
  // on the neighboring characters.
  const encoded = [0, 1, 2].map(offset => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(Math.ceil(offset * 8 / 6), Math.floor((offset + bytes.length) * 8 / 6))
  })
  const inUrls = encoded.map(text => text.replaceAll('+', '-').replaceAll('/', '_'))
  const percent = encodeURIComponent(secret.toWellFormed())
  const inBase64 = [...encoded, ...inUrls].filter(({ length }) => length >= shortestEncoded)
  return [secret, percent, percent.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1), ...inBase64]
}

function findWhole (text: string, secret: string, found: Range[]): void {
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) found.push({ start: at, end: at + secret.length })
}

interface LongSecrets {
  readonly secrets: readonly string[]
  /** One bit for each hash of a block, so that most blocks of a text, which are in no secret, cost one lookup. */
  readonly blocks: Uint8Array
}

/** In bits. */
const tableSize = 65_536

function blocksOf (secrets: readonly string[]): Uint8Array {
  const blocks = new Uint8Array(tableSize / 8)
  for (const secret of secrets) {
    for (let at = 0; at + blockLength <= secret.length; at += 1) {
      const bit = hashAt(secret, at)
      blocks[bit >>> 3] = (blocks[bit >>> 3] ?? 0) | 1 << (bit & 7)
    }
  }
  return blocks
}

function hashAt (text: string, at: number): number {
  let hash = 0
  for (let index = at; index < at + blockLength; index += 1) hash = Math.imul(hash, 31) + text.charCodeAt(index) | 0
  return (hash ^ hash >>> 16) & tableSize - 1
}

function findRuns (text: string, { secrets, blocks }: LongSecrets, found: Range[]): void {
  // Runs that begin before this were checked already, or lie within a run that was found.
  let from = 0
  for (let at = 0; at + blockLength <= text.length; at = Math.max(at + blockLength, Math.ceil(from / blockLength) * blockLength)) {
    const bit = hashAt(text, at)
    if (((blocks[bit >>> 3] ?? 0) & 1 << (bit & 7)) === 0) continue
    const block = text.slice(at, at + blockLength)
    if (!secrets.some(secret => secret.includes(block))) continue
    for (let start = Math.max(from, at - blockLength + 1); start <= at; start = from) {
      const end = endOfRun(text, start, secrets)
      if (end !== null) found.push({ start, end })
      from = end === null ? start + 1 : Math.max(start + 1, end - runLength + 1)
    }
  }
}

/** The end of the run of a secret that begins at `start`; null if none begins there. */
function endOfRun (text: string, start: number, secrets: readonly string[]): number | null {
  const run = text.slice(start, start + runLength)
  if (run.length < runLength) return null
  for (const secret of secrets) {
    const at = secret.indexOf(run)
    if (at === -1) continue
    let length = runLength
    while (at + length < secret.length && secret.charCodeAt(at + length) === text.charCodeAt(start + length)) length += 1
    return start + length
  }
  return null
}

function without (text: string, found: Range[]): string {
  found.sort((a, b) => a.start - b.start)
  const parts: string[] = []
  let kept = 0
  for (const { start, end } of found) {
    // Adjacent and overlapping ranges are replaced once.
    if (start > kept || parts.length === 0) parts.push(text.slice(kept, start), redacted)
    kept = Math.max(kept, end)
  }
  return `${parts.join('')}${text.slice(kept)}`
}
