import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Encrypts stored text: AES-256-GCM, `v1.<iv>.<tag>.<text>` in base64url. */
export interface Sealer {
  /** `place` is authenticated with the text: a sealed text is invalid anywhere else. */
  seal(text: string, place: string): string
  /** Null for text that was not sealed here under one of the secrets. */
  open(sealed: string, place: string): string | null
}

/** One secret serves several purposes, each with a derived key of its own. */
export const keyFor = (purpose: string, secret: string): Buffer => createHash('sha256').update(`hawser ${purpose} ${secret}`).digest()

/** The first secret seals, all of them open, so that a secret can be rotated without losing stored data. */
export function createSealer (secrets: readonly string[]): Sealer {
  const keys = secrets.map(secret => keyFor('sealing', secret))
  const [writing] = keys
  if (writing === undefined) throw new Error('a sealer needs at least one secret')
  return {
    seal: (text, place) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', writing, iv).setAAD(Buffer.from(place))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return ['v1', iv.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join('.')
    },
    open: (sealed, place) => {
      for (const key of keys) {
        const text = openWith(key, sealed, place)
        if (text !== null) return text
      }
      return null
    }
  }
}

/** For what never leaves the memory of this process. */
export const plainSealer: Sealer = { seal: text => text, open: sealed => sealed }

function openWith (key: Buffer, sealed: string, place: string): string | null {
  const [version, iv, tag, text] = sealed.split('.')
  if (version !== 'v1' || iv === undefined || tag === undefined || text === undefined) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(place)).setAuthTag(Buffer.from(tag, 'base64url'))
    return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
