import type { Config } from '../config/load.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Terminal } from '../terminal.ts'
import type { Account } from '../transport/account.ts'
import { callOf, reasonOf, withAccounts } from './accounts.ts'
import { readConfiguration } from './configuration.ts'

/** The cells of a row, by the headings of the table. */
interface Row {
  readonly account: string
  readonly provider: string
  readonly result: string
  readonly detail: string
}

const columns = ['account', 'provider', 'result', 'detail'] as const

/** Checks everything that `serve` needs except the port, and prints a table. Resolves with 1 if anything fails. */
export async function checkCommand ({ environment, print }: Terminal): Promise<number> {
  const config = await readConfiguration(environment)
  const rows = await withAccounts(config, async accounts => await Promise.all([...accounts.map(checkAccount), ...checksBeside(config)]))
  const widths = columns.map(column => Math.max(...[column, ...rows.map(row => row[column])].map(({ length }) => length)))
  const lines = [columns, ...rows.map(row => columns.map(column => row[column]))]
  print(lines.map(cells => `${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd()}\n`).join(''))
  return rows.every(({ result }) => result === 'ok') ? 0 : 1
}

/** Signs in and lists one server. */
async function checkAccount (account: Account): Promise<Row> {
  const row = { account: account.id, provider: account.provider.id }
  try {
    const { list } = account.connect(callOf(account, 'check'))
    const { rows: [first] } = await list.run({ filters: {}, offset: 0, after: null, limit: 1 })
    return { ...row, result: 'ok', detail: first === undefined ? 'no servers' : `such as ${first.server.name}` }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { ...row, result: error.failure, detail: reasonOf(account, error) }
  }
}

/** The state file, Redis, the audit file and the token issuer, if configured. */
function checksBeside ({ state, secret = [], redis, redisCa, audit, auth: { oidc }, accounts }: Config): Array<Promise<Row>> {
  const checks: Array<Promise<Row>> = []
  const check = (name: string, work: () => Promise<void>): void => { checks.push(rowOf(name, work)) }
  if (state !== undefined) {
    check('state', async () => { (await import('../state/sqlite/maintenance.ts')).probeStateFile(state.file, secret, Date.now()) })
  }
  if (redis !== undefined) {
    check('redis', async () => {
      const { connectRedis } = await import('../state/redis/connection.ts')
      const reasons: string[] = []
      const logger = { info: () => {}, warn: (facts: unknown, text?: string) => { reasons.push(text ?? String(facts)) } }
      const connection = await connectRedis({ settings: redis, ca: redisCa, accounts: accounts.map(({ id }) => id), logger })
      try {
        if (!connection.status.isAvailable()) throw new Error(reasons.at(-1) ?? 'no answer')
      } finally {
        connection.close()
      }
    })
  }
  if (audit !== undefined) check('audit', async () => { (await import('../telemetry/audit-file.ts')).probeAuditFile(audit.file) })
  if (oidc !== undefined) {
    check('auth.oidc', async () => {
      const { createHttpClient } = await import('../upstream/http.ts')
      const { createKeyFetch } = await import('../access/issuer-client.ts')
      const http = createHttpClient({ connections: 1 })
      try {
        await createKeyFetch(oidc, http)()
      } finally {
        await http.close()
      }
    })
  }
  return checks
}

async function rowOf (name: string, work: () => Promise<void>): Promise<Row> {
  try {
    await work()
    return { account: name, provider: '-', result: 'ok', detail: '' }
  } catch (error) {
    return { account: name, provider: '-', result: 'failed', detail: error instanceof Error ? error.message : String(error) }
  }
}
