import { CommandError, type Terminal } from '../terminal.ts'
import { checkKey, checkUrl } from './connection.ts'
import { checkContextName, contextsFile, readContexts, writeContexts } from './contexts.ts'
import { readOneLine } from './input.ts'
import { outputOf, printRows, type OutputFlags } from './output.ts'

interface AddFlags {
  readonly url: string
  readonly keyFile?: string
  /** False: the gateway has no keys. */
  readonly key?: boolean
}

/** Stores a gateway under a name, and uses it if no other is in use. Its key comes from a file, standard input or the terminal. */
export async function addContext (terminal: Terminal, name: string, flags: AddFlags): Promise<number> {
  checkContextName(name)
  const url = checkUrl(flags.url, '--url')
  const file = contextsFile(terminal)
  const { current, named } = await readContexts(file)
  const key = flags.key === false ? null : checkKey(await readKey(terminal, flags))
  await writeContexts(file, { current: current ?? name, named: new Map([...named, [name, { url, key }]]) })
  if (key !== null && isExposed(url)) terminal.printError('The URL is not https: the key is sent unencrypted.\n')
  const use = (current ?? name) === name ? 'It is in use.' : `To use it: hawser context use ${name}`
  terminal.printError(`${named.has(name) ? 'Replaced' : 'Added'} the context ${name} in ${file}. ${use}\n`)
  return 0
}

async function readKey (terminal: Terminal, { keyFile }: AddFlags): Promise<string> {
  if (keyFile !== undefined) return await readOneLine(terminal, keyFile, '--key-file')
  return await readOneLine(terminal, '-', terminal.streams?.input.isTTY === true ? 'Key' : 'the key, or --no-key')
}

const isExposed = (url: string): boolean =>
  url.startsWith('http://') && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)

export async function useContext (terminal: Terminal, name: string): Promise<number> {
  const file = contextsFile(terminal)
  const { named } = await readContexts(file)
  if (!named.has(name)) throw new CommandError(`there is no context ${name}; there are: ${[...named.keys()].join(', ') || 'none'}`, 2)
  await writeContexts(file, { current: name, named })
  return 0
}

export async function removeContext (terminal: Terminal, name: string): Promise<number> {
  const file = contextsFile(terminal)
  const { current, named } = await readContexts(file)
  if (!named.has(name)) throw new CommandError(`there is no context ${name}`, 2)
  await writeContexts(file, { current: current === name ? null : current, named: new Map([...named].filter(([other]) => other !== name)) })
  return 0
}

/** Lists the contexts, without their keys. */
export async function listContexts (terminal: Terminal, flags: OutputFlags): Promise<number> {
  const { current, named } = await readContexts(contextsFile(terminal))
  const rows = [...named].map(([name, { url, key }]) => ({ name, url, key: key !== null, current: name === current }))
  await printRows(terminal, outputOf(terminal, flags), (async function * () { yield * rows })(), 'contexts')
  return 0
}
