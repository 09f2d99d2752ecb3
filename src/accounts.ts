import { createHmac, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { noGuards, type GuardSettings } from './access/guards.ts'
import type { AccountSettings } from './config/load.ts'
import type { Clock } from './domain/clock.ts'
import { openAccount, type Account } from './transport/account.ts'
import { createBreaker, noBreaker, type Breaker } from './transport/breaker.ts'
import { backgroundCall } from './transport/context.ts'
import { createAllowance } from './transport/allowance.ts'
import { createBulkhead } from './transport/bulkhead.ts'
import type { RepeatedAnswers } from './transport/repeated-answers.ts'
import { createRetryBudget } from './transport/retry.ts'
import { walk } from './reads/walk.ts'
import { keyFor } from './state/sealer.ts'
import type { TokenBuckets } from './state/limits.ts'
import type { PollTarget } from './operations/poll.ts'
import type { Observer, SentCall } from './telemetry/observer.ts'
import type { TokenStore } from './state/token-store.ts'
import { createTokenSource } from './transport/token-source.ts'
import { createHttpClient } from './upstream/http.ts'

/** An account with its transport to the provider. */
export interface OpenedAccount {
  readonly settings: AccountSettings
  readonly account: Account
  readonly pollTarget: PollTarget
  /** Forgets that the credentials were rejected: the next call tries them again. */
  clearRejected(): Promise<void>
  close(): Promise<void>
}

export interface AccountOpening {
  readonly clock: Clock
  readonly tokens: TokenStore
  readonly tokenBuckets: TokenBuckets
  readonly observer: Observer
  readonly secret: string
  readonly random: () => number
  readonly repeatedAnswers: RepeatedAnswers
  readonly report: (sent: SentCall) => void
}

/**
 * Opens the accounts of a configuration. Accounts of `before` whose settings are unchanged are kept, with their connections, tokens and
 * breakers.
 */
export function openAccounts (
  all: readonly AccountSettings[], parts: AccountOpening, before: readonly OpenedAccount[] = []
): OpenedAccount[] {
  return all.map(settings => before.find(opened => isDeepStrictEqual(opened.settings, settings)) ?? open(settings, parts))
}

const defaultConcurrency = 16
/** The number of calls that may wait, for each call that may run. */
const waitingForEach = 16

function open (settings: AccountSettings, parts: AccountOpening): OpenedAccount {
  const { clock, tokens, tokenBuckets, observer, secret, random, repeatedAnswers, report } = parts
  const { id, adapter, common } = settings
  const concurrency = common.limits?.concurrency ?? defaultConcurrency
  const http = createHttpClient({
    ...(settings.ca === null ? {} : { ca: settings.ca }),
    insecureSkipVerify: common.tls.insecure_skip_verify,
    connections: concurrency
  })
  // Changed credentials, scope or address result in another key, so that the old token is not used for them.
  const fingerprint = createHmac('sha256', keyFor('fingerprint', secret))
    .update(JSON.stringify([adapter.id, settings.settings])).digest('base64url')
  const source = createTokenSource({ key: `${id}:${fingerprint}`, store: tokens, clock })
  const account = openAccount({
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
      guard: toGuards(common.guard),
      cacheMs: (common.cache?.servers_s ?? 0) * 1000
    },
    transport: {
      account: id,
      clock,
      http,
      timeoutMs: Math.min(common.timeout_ms, common.request_deadline_ms),
      tokens: source,
      budget: createRetryBudget(id, tokenBuckets, () => { observer.retryRefused(id) }),
      breaker: toBreaker(common.breaker, clock),
      bulkhead: createBulkhead(
        { account: id, concurrency, waiting: concurrency * waitingForEach, perSecond: common.limits?.requests_per_s ?? null },
        tokenBuckets,
        seconds => { observer.waited(id, seconds) }
      ),
      allowance: adapter.readAllowed === undefined
        ? null
        : createAllowance({ account: id, read: (headers, at) => adapter.readAllowed?.(headers, at) ?? null, tokenBuckets, now: clock.now }),
      repeatedAnswers,
      random,
      report
    }
  })
  return { settings, account, pollTarget: toPollTarget(account), clearRejected: source.clearRejected, close: http.close }
}

const toGuards = (guard: AccountSettings['common']['guard']): GuardSettings => guard === undefined
  ? noGuards
  : {
      protectedIds: new Set(guard.protected),
      confirms: guard.confirm_delete === true,
      maxDeletesPerHour: guard.max_deletes_per_hour ?? null,
      maxCreatesPerHour: guard.max_creates_per_hour ?? null,
      maxMonthlyPrice: guard.max_monthly_price ?? null
    }

function toBreaker (settings: AccountSettings['common']['breaker'], clock: Clock): Breaker {
  const { enabled, failure_share: share, window_calls: window, minimum_calls: minimum, slow_ms: slowMs, open_ms: openMs } = settings
  return enabled ? createBreaker({ share, window, minimum, slowMs, openMs }, clock.elapsed) : noBreaker
}

/** The parts of an account that polling its operations needs. */
const toPollTarget = (account: Account): PollTarget => ({
  id: account.id,
  connect: signal => account.connect(backgroundCall(account, `follow-${randomUUID()}`, signal)),
  rows: async function * ({ list }, filters) {
    for await (const { rows } of walk(list, { filters, after: null, limit: list.pageSize })) yield rows
  },
  safeText: account.safeText
})
