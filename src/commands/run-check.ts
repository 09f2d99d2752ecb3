import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { z } from 'zod'
import { createKeyFetch, IssuerFault } from '../access/issuer-client.ts'
import type { Config } from '../config/load.ts'
import { UpstreamError } from '../domain/failure.ts'
import { auditFileFault } from '../telemetry/audit-file.ts'
import type { Account } from '../transport/account.ts'
import { backgroundCall } from '../transport/context.ts'
import { createHttpClient } from '../upstream/http.ts'
import { withAccounts } from './with-accounts.ts'

export interface Checked {
  readonly text: string
  readonly isSound: boolean
}

interface Row {
  readonly cells: readonly string[]
  readonly isSound: boolean
}

/** Everything that serving needs and that can be tried without serving: a table of the accounts, then one of the rest. */
export async function runCheck (config: Config): Promise<Checked> {
  const [accounts, parts] = await Promise.all([
    withAccounts(config.accounts, async opened => await Promise.all(opened.map(checkAccount))),
    Promise.all([checkRedis(config), checkAudit(config), checkIssuer(config)])
  ])
  const rest = parts.filter(row => row !== null)
  return {
    text: [
      table(['account', 'provider', 'result', 'detail'], accounts),
      ...rest.length === 0 ? [] : [table(['part', 'result', 'detail'], rest)]
    ].join('\n'),
    isSound: [...accounts, ...rest].every(({ isSound }) => isSound)
  }
}

function table (head: readonly string[], rows: readonly Row[]): string {
  const lines = [head, ...rows.map(({ cells }) => cells)]
  const widths = head.map((_, column) => Math.max(...lines.map(cells => (cells[column] ?? '').length)))
  return lines.map(cells => `${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('')
}

/** Signs in and lists one server. */
async function checkAccount (account: Account): Promise<Row> {
  const about = [account.id, account.provider.id]
  try {
    const { list } = account.connect(backgroundCall(account, `check-${randomUUID()}`, new AbortController().signal))
    const { rows } = await list.run({ filters: {}, offset: 0, after: null, limit: 1 })
    return { cells: [...about, 'ok', rows.length === 0 ? 'no servers' : `such as ${rows[0]?.server.name ?? ''}`], isSound: true }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const detail = account.safeText([error.message, error.options.vendorMessage ?? ''].filter(text => text !== '').join(': '))
    return { cells: [...about, error.failure, detail], isSound: false }
  }
}

const toRow = (part: string, fault: string | null, detail = ''): Row => ({ cells: [part, fault === null ? 'ok' : 'failed', fault ?? detail], isSound: fault === null })

const logLine = z.object({ msg: z.string(), reason: z.string().optional(), setting: z.string().optional() })

/** The probe is a write, as in the running gateway. Settings under which Redis forgets are shown, and fail nothing: the gateway serves with them. */
async function checkRedis ({ redis: settings, redisCa: ca, accounts }: Config): Promise<Row | null> {
  if (settings === undefined) return null
  const { connectRedis } = await import('../state/redis/connection.ts')
  const lines: Array<z.infer<typeof logLine>> = []
  const logger = pino({ level: 'warn' }, { write: text => { lines.push(logLine.parse(JSON.parse(text))) } })
  const connection = await connectRedis({ settings, ca, accounts: accounts.map(({ id }) => id), logger })
  const isThere = connection.isThere()
  connection.close()
  if (!isThere) return toRow('redis', lines.find(({ reason }) => reason !== undefined)?.reason ?? 'does not answer')
  return toRow('redis', null, lines.map(({ setting, msg }) => setting === undefined ? msg : `${setting}: ${msg}`).join('; '))
}

async function checkAudit ({ audit }: Config): Promise<Row | null> {
  return audit === undefined ? null : toRow('audit', auditFileFault(audit.file), audit.file)
}

async function checkIssuer ({ auth: { oidc } }: Config): Promise<Row | null> {
  if (oidc === undefined) return null
  const http = createHttpClient({ maximumBytes: 256 * 1024, connections: 1 })
  try {
    const { keys } = await createKeyFetch(oidc, http)()
    return toRow('oidc', null, `${keys.length} keys of ${oidc.issuer}`)
  } catch (error) {
    if (!(error instanceof IssuerFault)) throw error
    return toRow('oidc', error.message)
  } finally {
    await http.close()
  }
}
