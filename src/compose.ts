import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { noGuards, type GuardSettings } from './access/guards.js'
import { createAuthenticate } from './access/keys.js'
import type { Adapter } from './adapters/contract.js'
import { buildApp } from './app.js'
import type { AccountSettings, Config } from './config/load.js'
import { openAccount, type Account } from './gateway/account.js'
import { createAsks } from './gateway/asks.js'
import { backgroundCall } from './gateway/context.js'
import { createCursors } from './gateway/cursor.js'
import type { SentCall } from './gateway/exchange.js'
import { createGateway } from './gateway/gateway.js'
import { createInFlight } from './gateway/in-flight.js'
import { createRetryBudget } from './gateway/retry.js'
import { createOperations } from './gateway/operations.js'
import { createServers } from './gateway/servers.js'
import { walk } from './gateway/walk.js'
import { createWrites } from './gateway/writes.js'
import { createEngine } from './operations/engine.js'
import type { KeyStore } from './operations/key-store.js'
import { createKeys } from './operations/keys.js'
import type { Watched } from './operations/watched.js'
import type { Quota } from './operations/quota.js'
import type { OperationStore } from './operations/store.js'
import { createTokenSource } from './tokens/token-source.js'
import type { TokenStore } from './tokens/store.js'
import { createHttpClient, type HttpClient } from './upstream/http.js'

export interface Stores {
  readonly tokens: TokenStore
  readonly operations: OperationStore
  readonly keys: KeyStore
  readonly deletes: Quota
}

export interface ComposeParts {
  readonly config: Config
  readonly adapters: Iterable<Adapter<unknown>>
  readonly stores: Stores
  readonly isServing: () => boolean
  readonly isRedisThere: (() => boolean) | null
  /** The connection on which replicas count together what keys send; absent: each for itself. */
  readonly redis?: unknown
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
  const stopping = new AbortController()
  const secrets = config.secret ?? [randomBytes(32).toString('hex')]
  const report = (sent: SentCall): void => { logger?.info(toLogLine(sent), 'upstream call') }

  const { accounts, closeLines } = openAccounts({ config, tokens: stores.tokens, secret: secrets[0] ?? '', report })
  const cursors = createCursors(secrets.map(secret => keyFor('cursors', secret)))
  const onFault = (error: unknown): void => { logger?.error({ err: error }, 'operations are not followed just now') }
  const inFlight = createInFlight()
  const engine = createEngine({ store: stores.operations, now: Date.now, onFault })
  const gateway = createGateway({
    adapters: parts.adapters,
    accounts,
    rooms: {
      servers: createServers(cursors, Date.now),
      writes: createWrites({ engine, deletes: stores.deletes, inFlight }),
      asks: createAsks(stores.deletes, inFlight),
      operations: createOperations(engine, cursors, stopping.signal),
      keys: createKeys({
        store: stores.keys,
        engine,
        isAlive: async replica => await stores.operations.isAlive(replica),
        secrets: [keyFor('idempotency', secrets[0] ?? ''), ...secrets.slice(1).map(secret => keyFor('idempotency', secret))],
        now: Date.now,
        stopping: stopping.signal
      }),
      cursors
    }
  })
  const { app, drained } = await buildApp({
    gateway,
    authenticate: config.auth.mode === 'none' ? null : createAuthenticate(config.auth.keys),
    rateLimit: config.rate_limit === undefined ? null : { perMinute: config.rate_limit.per_minute, redis: parts.redis ?? null },
    readiness: { isServing: parts.isServing, isRedisThere: parts.isRedisThere },
    ...(logger === undefined ? {} : { logger })
  })
  engine.start(accounts.map(toWatched))
  // Where the store is lost just now, the first key notes it.
  for (const { id } of accounts) stores.keys.learn(id).catch(() => {})
  return {
    app,
    close: async () => {
      stopping.abort()
      // Who is connected may finish; nobody new comes in.
      app.server.close()
      await drained()
      // What was begun for callers who have left meanwhile.
      await inFlight.idle()
      // Nothing is being answered: who is still connected has sent nothing.
      app.server.closeAllConnections()
      await app.close()
      await engine.stop()
      await closeLines()
    }
  }
}

export interface OpeningAccounts {
  readonly config: Config
  readonly tokens: TokenStore
  readonly secret: string
  readonly report: (sent: SentCall) => void
}

/** Every account of the configuration with its line to the provider. */
export function openAccounts ({ config, ...shared }: OpeningAccounts): { readonly accounts: readonly Account[], closeLines(): Promise<void> } {
  const clients: HttpClient[] = []
  const accounts = config.accounts.map(settings => {
    const http = createHttpClient({ ...(settings.ca === null ? {} : { ca: settings.ca }), insecureSkipVerify: settings.common.tls.insecure_skip_verify })
    clients.push(http)
    return toAccount({ ...shared, settings, http })
  })
  return { accounts, closeLines: async () => { await Promise.all(clients.map(async client => { await client.close() })) } }
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
      readOnly: common.read_only,
      raw: common.raw,
      guard: toGuards(common.guard)
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

const toGuards = (guard: AccountSettings['common']['guard']): GuardSettings => guard === undefined
  ? noGuards
  : { protectedIds: new Set(guard.protected), confirms: guard.confirm_delete === true, maxDeletesPerHour: guard.max_deletes_per_hour ?? null }

/** An account as those see it who follow its operations. */
const toWatched = (account: Account): Watched => ({
  id: account.id,
  connect: signal => account.connect(backgroundCall(account, `follow-${randomUUID()}`, signal)),
  rows: async function * ({ list }, filters) {
    for await (const { rows } of walk(list, { filters, after: null, limit: list.pageSize })) yield rows
  },
  safeText: account.safeText
})

/** One secret serves several purposes; no two of them share a key. */
export const keyFor = (purpose: string, secret: string): Buffer => createHash('sha256').update(`hawser ${purpose} ${secret}`).digest()

const toLogLine = ({ account, operation, requestId, status, outcome, attempt, durationMs }: SentCall) =>
  ({ reqId: requestId, account, operation, status, outcome, attempt, duration_ms: Math.round(durationMs) })
