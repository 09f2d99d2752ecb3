import { randomUUID } from 'node:crypto'
import type { Terminal } from '../terminal.ts'
import type { Config } from '../config/load.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Account } from '../transport/account.ts'
import { backgroundCall } from '../transport/context.ts'
import { withAccounts } from './accounts.ts'
import { readConfiguration } from './configuration.ts'

interface Row {
  /** `account`, `provider`, `result`, `detail`. */
  readonly cells: readonly [string, string, string, string]
  readonly isSound: boolean
}

const heading = ['account', 'provider', 'result', 'detail'] as const

/** Checks everything that `serve` needs except the port, and prints a table. Resolves with 1 if anything fails. */
export async function checkCommand ({ environment, print }: Terminal): Promise<number> {
  const config = await readConfiguration(environment)
  const rows = await withAccounts(config, async opened => await Promise.all([
    ...opened.map(async ({ account }) => await checkAccount(account)),
    ...checksBeside(config).map(async check => await check())
  ]))
  print(toTable(rows))
  return rows.every(({ isSound }) => isSound) ? 0 : 1
}

/** Signs in and lists one server. */
async function checkAccount (account: Account): Promise<Row> {
  try {
    const { list } = account.connect(backgroundCall(account, `check-${randomUUID()}`, new AbortController().signal))
    const { rows } = await list.run({ filters: {}, offset: 0, after: null, limit: 1 })
    const [first] = rows
    return { cells: [account.id, account.provider.id, 'ok', first === undefined ? 'no servers' : `such as ${first.server.name}`], isSound: true }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const detail = account.safeText([error.message, error.options.vendorMessage ?? ''].filter(text => text !== '').join(': '))
    return { cells: [account.id, account.provider.id, error.failure, detail], isSound: false }
  }
}

/** The state file, Redis, the audit file and the token issuer, if configured. */
function checksBeside ({ state, secret = [], redis, redisCa, audit, auth, accounts }: Config): ReadonlyArray<() => Promise<Row>> {
  return [
    ...(state === undefined
      ? []
      : [async () => await row('state', async () => { (await import('../state/sqlite/maintenance.ts')).probeStateFile(state.file, secret, Date.now()) })]),
    ...(redis === undefined
      ? []
      : [async () => await row('redis', async () => {
          const { connectRedis } = await import('../state/redis/connection.ts')
          const reasons: string[] = []
          const note = (facts: unknown, text?: string): void => { reasons.push(text ?? String(facts)) }
          const connection = await connectRedis({ settings: redis, ca: redisCa, accounts: accounts.map(({ id }) => id), logger: { info: () => {}, warn: note } })
          try {
            if (!connection.status.isAvailable()) throw new Error(reasons.at(-1) ?? 'no answer')
          } finally {
            connection.close()
          }
        })]),
    ...(audit === undefined
      ? []
      : [async () => await row('audit', async () => { (await import('../telemetry/audit-file.ts')).probeAuditFile(audit.file) })]),
    ...(auth.oidc === undefined
      ? []
      : [async () => await row('auth.oidc', async () => {
          const [{ createHttpClient }, { createKeyFetch }] = await Promise.all([import('../upstream/http.ts'), import('../access/issuer-client.ts')])
          const http = createHttpClient({ connections: 1 })
          try {
            if (auth.oidc !== undefined) await createKeyFetch(auth.oidc, http)()
          } finally {
            await http.close()
          }
        })])
  ]
}

async function row (name: string, work: () => Promise<void>): Promise<Row> {
  try {
    await work()
    return { cells: [name, '-', 'ok', ''], isSound: true }
  } catch (error) {
    return { cells: [name, '-', 'failed', error instanceof Error ? error.message : String(error)], isSound: false }
  }
}

function toTable (rows: readonly Row[]): string {
  const lines = [heading, ...rows.map(({ cells }) => cells)]
  const widths = heading.map((_, column) => Math.max(...lines.map(cells => (cells[column] ?? '').length)))
  return `${lines.map(cells => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')}\n`
}
