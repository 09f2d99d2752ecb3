import { createClient, type HawserClient, type PlainRequest } from '../client/client.ts'
import { CommandError, type ExitCode, type Terminal } from '../terminal.ts'
import { connectionOf, type ConnectionFlags } from './contexts.ts'
import { outputOf, type Output, type OutputFlags } from './output.ts'
import { isProblem, Refused } from './problem.ts'

/** The flags of every command of a caller. */
export interface CommonFlags extends ConnectionFlags, OutputFlags {
  readonly verbose?: boolean
}

/** One command in front of one gateway. */
export interface Session {
  readonly terminal: Terminal
  readonly client: HawserClient
  readonly output: Output
  readonly isVerbose: boolean
  readonly interrupt: Interrupt
  /** Resolves with the body of a successful answer, parsed where it is JSON; throws a `Refused` with the problem of any other. */
  call (request: PlainRequest): Promise<unknown>
}

interface Interrupt {
  readonly signal: AbortSignal
  /** What Ctrl-C prints from now on. */
  explain (text: string): void
}

/** Runs one command of a caller, with Ctrl-C ending it in good order. */
export async function withSession (terminal: Terminal, flags: CommonFlags, work: (session: Session) => Promise<number>): Promise<number> {
  const output = outputOf(terminal, flags)
  const { url, key } = await connectionOf(terminal, flags)
  const client = createClient({ baseUrl: url, ...(key === null ? {} : { key }) })
  const controller = new AbortController()
  const { signal } = controller
  let explanation = 'interrupted'
  const stop = (): void => { controller.abort(new CommandError(explanation, 130)) }
  process.once('SIGINT', stop)
  try {
    return await work({
      terminal,
      client,
      output,
      isVerbose: flags.verbose === true,
      interrupt: { signal, explain: text => { explanation = text } },
      call: async request => await callGateway(client, url, { signal, ...request })
    })
  } finally {
    process.off('SIGINT', stop)
  }
}

async function callGateway (client: HawserClient, url: string, request: PlainRequest): Promise<unknown> {
  const isRead = request.method === 'GET'
  // A write whose response cannot be read may have been carried out.
  const lostCode = isRead ? 1 : 4
  try {
    const response = await client.send(request)
    const body = toBody(response, await readText(response, lostCode), lostCode)
    if (response.ok) return body
    if (isProblem(body)) throw new Refused(body)
    throw new CommandError(`the response of ${url} is not from the gateway: HTTP ${response.status}`, lostCode)
  } catch (error) {
    if (error instanceof CommandError) throw error
    if (request.signal?.aborted === true) throw request.signal.reason
    throw unanswered(url, error, isRead)
  }
}

function toBody (response: Response, text: string, lostCode: ExitCode): unknown {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return text
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`the response is not valid JSON (HTTP ${response.status})`, lostCode)
  }
}

const longestBytes = 256 * 1024 * 1024

async function readText ({ body }: Response, lostCode: ExitCode): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > longestBytes) throw new CommandError('the response is larger than 256 MiB', lostCode)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Faults before a byte of the request was sent. */
const unsent = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT',
  // Ports of other protocols, which fetch refuses.
  'bad port'
])
const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_)|SELF_SIGNED/

function unanswered (url: string, error: unknown, isRead: boolean): CommandError {
  const code = codeOf(error)
  if (unsent.has(code) || untrusted.test(code)) return new CommandError(`the gateway at ${url} cannot be reached: ${code}`, 1)
  const reason = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : code
  const consequence = isRead ? '' : '. The request may have been carried out: see hawser operations'
  return new CommandError(`the gateway at ${url} did not respond: ${reason}${consequence}`, isRead ? 1 : 4)
}

function codeOf (error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.message : codeOf(error.cause)
}
