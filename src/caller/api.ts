import { CommandError, type Terminal } from '../terminal.ts'
import { readJson } from './input.ts'
import { withSession, type CommonFlags } from './session.ts'
import { plain, plainJson, plainLines } from './text.ts'

interface ApiFlags extends CommonFlags {
  readonly body?: string
  readonly header?: readonly string[]
}

interface ApiArguments {
  readonly method: string
  readonly path: string
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Sends one request and prints the answer as it is. */
export async function apiCommand (terminal: Terminal, { method: methodName, path }: ApiArguments, flags: ApiFlags): Promise<number> {
  const method = methods.find(name => name === methodName.toUpperCase())
  if (method === undefined) throw new CommandError(`the method must be one of ${methods.join(', ')}; not ${plain(methodName)}`, 2)
  if (!/^\/(?!\/)[^\s#\\]*$/.test(path)) {
    throw new CommandError('the path must begin with a slash, such as /v1/accounts, and contain no space, # or \\', 2)
  }
  const body = flags.body === undefined ? undefined : await readJson(terminal, flags.body, '--body')
  if (method === 'GET' && body !== undefined) throw new CommandError('a GET has no body', 2)
  const headers = Object.fromEntries((flags.header ?? []).map(toHeader))
  return await withSession(terminal, flags, async ({ call, output, interrupt }) => {
    if (method !== 'GET') interrupt.explain('interrupted before the response: the request may have been carried out')
    const answer = await call({ method, path, headers, body })
    const text = typeof answer === 'string' ? answer : `${plainJson(answer, output.format === 'ndjson' ? 0 : 2)}\n`
    terminal.print(output.width === null ? text : plainLines(text))
    return 0
  })
}

function toHeader (text: string): [string, string] {
  const [, name = '', value = ''] = /^([A-Za-z][A-Za-z0-9-]{0,63}): ?([\x20-\x7e]*)$/.exec(text) ?? []
  if (name === '') throw new CommandError('--header takes NAME: VALUE', 2)
  if (/^(authorization|x-api-key)$/i.test(name)) {
    throw new CommandError('a key in the command line can be read by other users: use --key-file, HAWSER_KEY or a context', 2)
  }
  return [name.toLowerCase(), value]
}
