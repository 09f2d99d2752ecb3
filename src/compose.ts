import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createAuthenticate } from './access/keys.js'
import type { Adapter } from './adapters/contract.js'
import { buildApp } from './app.js'
import type { AccountSettings, Config } from './config/load.js'
import { openAccount, type Account } from './gateway/account.js'
import { createActions } from './gateway/actions.js'
import { createCursors } from './gateway/cursor.js'
import type { SentCall } from './gateway/exchange.js'
import { createGateway } from './gateway/gateway.js'
import { createRetryBudget } from './gateway/retry.js'
import { createServers } from './gateway/servers.js'
import type { OperationStore } from './operations/store.js'
import { createTokenSource } from './tokens/token-source.js'
import type { TokenStore } from './tokens/store.js'
import { createHttpClient, type HttpClient } from './upstream/http.js'

export interface Stores {
  readonly tokens: TokenStore
  readonly operations: OperationStore
}

export interface ComposeParts {
  readonly config: Config
  readonly adapters: Iterable<Adapter<unknown>>
  readonly stores: Stores
  readonly isServing: () => boolean
  readonly isRedisThere: (() => boolean) | null
  readonly logger?: FastifyBaseLogger
}

export interface Composed {
  readonly app: FastifyInstance
  /** Ends the waits, lets what is in flight be answered, closes the app, then the connections to the providers. */
  close(): Promise<void>
}

/** Everything of one gateway put together from its configuration. No I/O but that of buildApp. */
export async function compose (parts: ComposeParts): Promise<Composed> {
  const { config, stores, logger } = parts
  const clients: HttpClient[] = []
  const stopping = new AbortController()
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const report = (sent: SentCall): void => { logger?.info(toLogLine(sent), 'upstream call') }

  const accounts = config.accounts.map((settings): Account => {
    const http = createHttpClient({ ...(settings.ca === null ? {} : { ca: settings.ca }), insecureSkipVerify: settings.common.tls.insecure_skip_verify })
    clients.push(http)
    return toAccount({ settings, http, tokens: stores.tokens, secret: secrets[0] ?? '', report })
  })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts,
    servers: createServers(createCursors(secrets.map(secret => keyFor('cursors', secret))), Date.now),
    actions: createActions({ store: stores.operations, now: Date.now, sleep, stopping: stopping.signal })
  })
  const { app, drained } = await buildApp({
    gateway,
    authenticate: config.auth.mode === 'none' ? null : createAuthenticate(config.auth.keys),
    readiness: { isServing: parts.isServing, isRedisThere: parts.isRedisThere },
    ...(logger === undefined ? {} : { logger })
  })
  return {
    app,
    close: async () => {
      stopping.abort()
      await drained()
      await app.close()
      await Promise.all(clients.map(async client => { await client.close() }))
    }
  }
}

interface AccountWiring {
  readonly settings: AccountSettings
  readonly http: HttpClient
  readonly tokens: TokenStore
  readonly secret: string
  readonly report: (sent: SentCall) => void
}

function toAccount ({ settings, http, tokens, secret, report }: AccountWiring): Account {
  const { id, adapter, common } = settings
  // A changed password, scope or address is another key: the old token is not used for it.
  const fingerprint = createHmac('sha256', keyFor('fingerprint', secret)).update(JSON.stringify([adapter.id, settings.settings])).digest('base64url')
  return openAccount({
    id,
    adapter,
    settings: settings.settings,
    secrets: settings.secrets,
    options: {
      title: common.title ?? null,
      timeoutMs: common.timeout_ms,
      requestDeadlineMs: common.request_deadline_ms,
      readOnly: common.read_only
    },
    line: {
      account: id,
      http,
      timeoutMs: common.timeout_ms,
      tokens: createTokenSource({ key: `${id}:${fingerprint}`, store: tokens }),
      budget: createRetryBudget(),
      random: Math.random,
      report
    }
  })
}

/** One secret serves several purposes; no two of them share a key. */
export const keyFor = (purpose: string, secret: string): Buffer => createHash('sha256').update(`hawser ${purpose} ${secret}`).digest()

const toLogLine = ({ account, operation, requestId, status, outcome, attempt, durationMs }: SentCall) =>
  ({ reqId: requestId, account, operation, status, outcome, attempt, duration_ms: Math.round(durationMs) })

/** Sleeps, or wakes early when the caller is gone. */
async function sleep (ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return
  await new Promise<void>(resolve => {
    const wake = (): void => { clearTimeout(timer); signal.removeEventListener('abort', wake); resolve() }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake, { once: true })
  })
}
