import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandError, type Terminal } from '../terminal.ts'
import { readOneLine } from './input.ts'
import { outputOf, printRows, type OutputFlags } from './output.ts'
import { isRow } from './text.ts'

/** A gateway and the key for it. */
interface Context {
  readonly url: string
  /** Null for a gateway without keys. */
  readonly key: string | null
}

interface Contexts {
  readonly file: string
  /** The context in use. */
  readonly current: string | null
  readonly named: ReadonlyMap<string, Context>
}

/** The flags that select the gateway and the key. */
export interface ConnectionFlags {
  readonly url?: string
  readonly keyFile?: string
  readonly context?: string
}

/**
 * The gateway and the key, each from the first source that has it: flags, then HAWSER_URL and HAWSER_KEY, then the context in use. A
 * context that a flag names comes before the environment. The key of a context goes only to the URL of that context.
 */
export async function connectionOf (terminal: Terminal, flags: ConnectionFlags): Promise<Context> {
  const { environment: { HAWSER_URL: url = '', HAWSER_KEY: key = '' } } = terminal
  const keyOfFile = flags.keyFile === undefined ? null : await readOneLine(terminal, flags.keyFile, '--key-file')
  if (flags.context !== undefined) {
    if (flags.url !== undefined) throw new CommandError('--context and --url are mutually exclusive', 2)
    const context = contextNamed(await readContexts(terminal), flags.context)
    return { url: checkUrl(context.url, `the context ${flags.context}`), key: checkKey(keyOfFile ?? context.key) }
  }
  const keyOfCaller = keyOfFile ?? (key === '' ? null : key)
  if (flags.url !== undefined) return { url: checkUrl(flags.url, '--url'), key: checkKey(keyOfCaller) }
  if (url !== '') return { url: checkUrl(url, 'HAWSER_URL'), key: checkKey(keyOfCaller) }
  const context = currentContext(await readContexts(terminal))
  return { url: checkUrl(context.url, 'the context in use'), key: checkKey(keyOfCaller ?? context.key) }
}

/** A base URL without its last slash. A URL without a scheme, or with a name and password, is refused. */
function checkUrl (text: string, source: string): string {
  const refuse = (why: string): CommandError => new CommandError(`${source}: ${why}`, 2)
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
function checkKey (key: string | null): string | null {
  if (key === null || key === '') return null
  // A header takes only these; the key is not repeated in the message.
  if (!/^[\x21-\x7e]{1,8192}$/.test(key)) throw new CommandError('the key contains spaces or characters not allowed in a header', 2)
  return key
}

function contextNamed ({ named }: Contexts, name: string): Context {
  const context = named.get(name)
  if (context === undefined) throw new CommandError(`there is no context ${name}; there are: ${[...named.keys()].join(', ') || 'none'}`, 2)
  return context
}

function currentContext (contexts: Contexts): Context {
  const { current, named } = contexts
  if (current !== null) return contextNamed(contexts, current)
  throw new CommandError(named.size === 0
    ? 'no gateway is known. Set HAWSER_URL and HAWSER_KEY, or run: hawser context add NAME --url https://hawser.example.com'
    : `no context is in use. Run: hawser context use NAME, where NAME is one of ${[...named.keys()].join(', ')}`, 2)
}

interface AddFlags {
  readonly url: string
  readonly keyFile?: string
  /** False: the gateway has no keys. */
  readonly key: boolean
}

/** Stores a gateway under a name, and uses it if no other is in use. Its key comes from a file, standard input or the terminal. */
export async function addContext (terminal: Terminal, name: string, flags: AddFlags): Promise<number> {
  checkName(name)
  const url = checkUrl(flags.url, '--url')
  const contexts = await readContexts(terminal)
  const { file, current, named } = contexts
  const key = flags.key ? checkKey(await readKey(terminal, flags.keyFile)) : null
  await writeContexts({ ...contexts, current: current ?? name, named: new Map([...named, [name, { url, key }]]) })
  if (key !== null && isExposed(url)) terminal.printError('The URL is not https: the key is sent unencrypted.\n')
  const use = (current ?? name) === name ? 'It is in use.' : `To use it: hawser context use ${name}`
  terminal.printError(`${named.has(name) ? 'Replaced' : 'Added'} the context ${name} in ${file}. ${use}\n`)
  return 0
}

async function readKey (terminal: Terminal, file: string | undefined): Promise<string> {
  if (file !== undefined) return await readOneLine(terminal, file, '--key-file')
  return await readOneLine(terminal, '-', terminal.streams?.input.isTTY === true ? 'Key' : 'the key, or --no-key')
}

const isExposed = (url: string): boolean =>
  url.startsWith('http://') && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)

export async function useContext (terminal: Terminal, name: string): Promise<number> {
  const contexts = await readContexts(terminal)
  contextNamed(contexts, name)
  await writeContexts({ ...contexts, current: name })
  return 0
}

export async function removeContext (terminal: Terminal, name: string): Promise<number> {
  const contexts = await readContexts(terminal)
  contextNamed(contexts, name)
  const { file, current, named } = contexts
  await writeContexts({ file, current: current === name ? null : current, named: new Map([...named].filter(([other]) => other !== name)) })
  return 0
}

/** Lists the contexts, without their keys. */
export async function listContexts (terminal: Terminal, flags: OutputFlags): Promise<number> {
  const { current, named } = await readContexts(terminal)
  const rows = [...named].map(([name, { url, key }]) => ({ name, url, key: key !== null, current: name === current }))
  await printRows(terminal, outputOf(terminal, flags), rows, 'contexts')
  return 0
}

/** The file of the contexts: `hawser/config.yaml` in XDG_CONFIG_HOME, by default in `~/.config`. */
function fileOf ({ environment: { XDG_CONFIG_HOME: folder = '', HOME: home = '' } }: Terminal): string {
  // The XDG specification ignores relative paths.
  return join(folder.startsWith('/') ? folder : join(home === '' ? homedir() : home, '.config'), 'hawser', 'config.yaml')
}

/** Empty if there is no file. Refuses a file that others can read, because it holds keys. */
export async function readContexts (terminal: Terminal): Promise<Contexts> {
  const file = fileOf(terminal)
  const text = readPrivate(file)
  const content = text === null ? null : parsed(file, text, (await import('yaml')).parse)
  if (content === null) return { file, current: null, named: new Map() }
  if (!isRow(content)) throw broken(file, 'it must contain current and contexts')
  const { current = null, contexts = {} } = content
  if (current !== null && typeof current !== 'string') throw broken(file, 'current must be the name of a context')
  if (!isRow(contexts)) throw broken(file, 'contexts must contain a url and a key for each name')
  return { file, current, named: new Map(Object.entries(contexts).map(([name, entry]) => [name, toContext(file, name, entry)])) }
}

/** Replaces the file in one step. Only its owner can read it. */
async function writeContexts ({ file, current, named }: Contexts): Promise<void> {
  const { stringify } = await import('yaml')
  const contexts = Object.fromEntries([...named].map(([name, { url, key }]) => [name, key === null ? { url } : { url, key }]))
  // A link to a file that is kept elsewhere stays one.
  const target = existsSync(file) ? realpathSync(file) : file
  const replacement = `${target}.${process.pid}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(replacement, stringify({ current, contexts }), { mode: 0o600, flag: 'wx' })
    chmodSync(replacement, 0o600)
    renameSync(replacement, target)
  } catch (error) {
    rmSync(replacement, { force: true })
    throw new CommandError(`${file} cannot be written: ${reasonOf(error)}`, 1)
  }
}

function checkName (name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name
  throw new CommandError('the name of a context consists of letters, digits, dots, dashes and underscores', 2)
}

function readPrivate (file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (!stats.isFile()) throw broken(file, 'it is not a file')
  if ((stats.mode & 0o077) !== 0) {
    throw new CommandError(`${file} holds keys, and other users can read or write it. Run: chmod 600 ${file}`, 2)
  }
  if (stats.size > 1024 * 1024) throw broken(file, 'it is larger than 1 MiB')
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${reasonOf(error)}`, 2)
  }
}

function parsed (file: string, text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch (error) {
    // The message of the parser quotes the line, which may hold a key.
    const [position]: readonly unknown[] = isRow(error) && Array.isArray(error.linePos) ? error.linePos : []
    throw broken(file, `${isRow(position) ? `line ${String(position.line)}` : 'it'} is not valid YAML`)
  }
}

function toContext (file: string, name: string, entry: unknown): Context {
  if (!isRow(entry) || typeof entry.url !== 'string') throw broken(file, `the context ${checkName(name)} has no url`)
  const { url, key = null } = entry
  if (key !== null && typeof key !== 'string') throw broken(file, `the key of ${checkName(name)} must be a text; quote it`)
  return { url, key }
}

const broken = (file: string, why: string): CommandError => new CommandError(`${file} is not valid: ${why}`, 2)
const reasonOf = (error: unknown): string => error instanceof Error && 'code' in error ? String(error.code) : String(error)
