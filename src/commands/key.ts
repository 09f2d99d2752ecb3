import { createHash, randomBytes } from 'node:crypto'
import { exitCodes, type Command } from './command.ts'

export const key: Command = {
  name: 'key',
  summary: 'Print a new API key and its SHA-256',
  details: 'The caller keeps the key; the configuration takes the SHA-256 under auth.keys.',
  words: [],
  options: {},
  run: async (_input, { print }) => {
    const text = randomBytes(32).toString('base64url')
    print(`key     ${text}\nsha256  ${createHash('sha256').update(text).digest('hex')}\n`)
    return exitCodes.done
  }
}
