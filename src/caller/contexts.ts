import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandError, type Terminal } from '../terminal.ts'
import { isRow } from './cells.ts'

/** A gateway and the key for it. */
export interface Context {
  readonly url: string
  /** Null for a gateway without keys. */
  readonly key: string | null
}

export interface Contexts {
  readonly current: string | null
  readonly named: ReadonlyMap<string, Context>
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const longestBytes = 1024 * 1024

/** The file of the contexts: `hawser/config.yaml` in XDG_CONFIG_HOME, by default in `~/.config`. */
export function contextsFile ({ environment: { XDG_CONFIG_HOME: folder = '', HOME: home = '' } }: Terminal): string {
  // The XDG specification ignores relative paths.
  return join(folder.startsWith('/') ? folder : join(home === '' ? homedir() : home, '.config'), 'hawser', 'config.yaml')
}

/** Empty if there is no file. Refuses a file that others can read, because it holds keys. */
export async function readContexts (file: string): Promise<Contexts> {
  const text = readPrivate(file)
  if (text === null) return { current: null, named: new Map() }
  const { parse } = await import('yaml')
  const content = parsed(file, text, parse)
  if (content === null) return { current: null, named: new Map() }
  if (!isRow(content)) throw broken(file, 'it must contain current and contexts')
  const { current = null, contexts = {} } = content
  if (current !== null && typeof current !== 'string') throw broken(file, 'current must be the name of a context')
  if (!isRow(contexts)) throw broken(file, 'contexts must contain a url and a key for each name')
  return { current, named: new Map(Object.entries(contexts).map(([name, entry]) => [name, toContext(file, name, entry)])) }
}

/** Replaces the file in one step. Only its owner can read it. */
export async function writeContexts (file: string, { current, named }: Contexts): Promise<void> {
  const { stringify } = await import('yaml')
  const contexts = Object.fromEntries([...named].map(([name, { url, key }]) => [name, key === null ? { url } : { url, key }]))
  const text = stringify({ current, contexts })
  // A link to a file that is kept elsewhere stays one.
  const place = existsSync(file) ? realpathSync(file) : file
  const fresh = `${place}.${process.pid}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
    chmodSync(fresh, 0o600)
    renameSync(fresh, place)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw new CommandError(`${file} cannot be written: ${reasonOf(error)}`, 1)
  }
}

export function checkContextName (name: string): string {
  if (nameForm.test(name)) return name
  throw new CommandError('the name of a context consists of letters, digits, dots, dashes and underscores', 2)
}

function readPrivate (file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return null
  const { mode, size } = stats
  if (!stats.isFile()) throw broken(file, 'it is not a file')
  if ((mode & 0o077) !== 0) throw new CommandError(`${file} holds keys, and other users can read or write it. Run: chmod 600 ${file}`, 2)
  if (size > longestBytes) throw broken(file, 'it is larger than 1 MiB')
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
    const [place]: readonly unknown[] = isRow(error) && Array.isArray(error.linePos) ? error.linePos : []
    throw broken(file, `${isRow(place) ? `line ${String(place.line)}` : 'it'} is not valid YAML`)
  }
}

function toContext (file: string, name: string, entry: unknown): Context {
  if (!isRow(entry) || typeof entry.url !== 'string') throw broken(file, `the context ${checkContextName(name)} has no url`)
  const { url, key = null } = entry
  if (key !== null && typeof key !== 'string') throw broken(file, `the key of ${checkContextName(name)} must be a text; quote it`)
  return { url, key }
}

const broken = (file: string, why: string): CommandError => new CommandError(`${file} is not valid: ${why}`, 2)
const reasonOf = (error: unknown): string => error instanceof Error && 'code' in error ? String(error.code) : String(error)
