import { CommandError, type Terminal } from '../terminal.ts'
import { contextsFile, readContexts, type Context } from './contexts.ts'
import { readOneLine } from './input.ts'

/** What flags say of the gateway. */
export interface ConnectionFlags {
  readonly url?: string
  readonly keyFile?: string
  readonly context?: string
}

/**
 * The gateway and the key, each from the first place that has it: flags, then HAWSER_URL and HAWSER_KEY, then the context in use. A
 * context that a flag names comes before the environment. The key of a context goes only to the URL of that context.
 */
export async function connectionOf (terminal: Terminal, flags: ConnectionFlags): Promise<Context> {
  const { environment: { HAWSER_URL: url = '', HAWSER_KEY: key = '' } } = terminal
  const keyOfFile = flags.keyFile === undefined ? null : await readOneLine(terminal, flags.keyFile, '--key-file')
  if (flags.context !== undefined) {
    if (flags.url !== undefined) throw new CommandError('--context and --url are mutually exclusive', 2)
    const context = await contextNamed(terminal, flags.context)
    return { url: checkUrl(context.url, `the context ${flags.context}`), key: checkKey(keyOfFile ?? context.key) }
  }
  const ownKey = keyOfFile ?? (key === '' ? null : key)
  if (flags.url !== undefined) return { url: checkUrl(flags.url, '--url'), key: checkKey(ownKey) }
  if (url !== '') return { url: checkUrl(url, 'HAWSER_URL'), key: checkKey(ownKey) }
  const context = await currentContext(terminal)
  return { url: checkUrl(context.url, 'the context in use'), key: checkKey(ownKey ?? context.key) }
}

/** A base URL without its last slash. A URL without a scheme, or with a name and password, is refused. */
export function checkUrl (text: string, place: string): string {
  const refuse = (why: string): CommandError => new CommandError(`${place}: ${why}`, 2)
  // What may hold a password is not repeated.
  const example = /^[\w.:[\]-]+(\/|$)/.test(text) ? `: https://${text}` : ', such as https://'
  if (!text.includes('://')) throw refuse(`the URL needs a scheme${example}`)
  if (!/^https?:/i.test(text)) throw refuse('the scheme of the URL must be http or https')
  const url = URL.parse(text)
  if (url === null) throw refuse('this is not a valid URL')
  if (url.username !== '' || url.password !== '') throw refuse('the URL must not contain a user name or password')
  if (url.search !== '' || url.hash !== '') throw refuse('the URL must end with the path below which the gateway is')
  return url.href.replace(/\/+$/, '')
}

/** Null for no key. */
export function checkKey (key: string | null): string | null {
  if (key === null || key === '') return null
  // A header takes only these; the key is not repeated in the message.
  if (!/^[\x21-\x7e]{1,8192}$/.test(key)) throw new CommandError('the key contains spaces or characters not allowed in a header', 2)
  return key
}

async function contextNamed (terminal: Terminal, name: string): Promise<Context> {
  const { named } = await readContexts(contextsFile(terminal))
  const context = named.get(name)
  if (context === undefined) throw new CommandError(`there is no context ${name}; there are: ${[...named.keys()].join(', ') || 'none'}`, 2)
  return context
}

async function currentContext (terminal: Terminal): Promise<Context> {
  const { current, named } = await readContexts(contextsFile(terminal))
  if (current !== null) return await contextNamed(terminal, current)
  throw new CommandError(named.size === 0
    ? 'no gateway is known. Set HAWSER_URL and HAWSER_KEY, or run: hawser context add NAME --url https://hawser.example.com'
    : `no context is in use. Run: hawser context use NAME, where NAME is one of ${[...named.keys()].join(', ')}`, 2)
}
