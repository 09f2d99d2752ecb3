import { failures, type UpstreamError } from '../domain/failure.ts'
import type { TokenBuckets, TokenBucketSize } from '../state/token-bucket.ts'

/** What has been tried for one exchange. */
export interface Tries {
  attempts: number
  wakes: number
  renewed: boolean
}

const maximumAttempts = 3
const maximumWakes = 10
const wakeStepMs = 100
const backoffBaseMs = 100
const longestObeyedMs = 5000

export interface RetryQuestion {
  readonly error: UpstreamError
  readonly intent: 'read' | 'write'
  readonly tries: Tries
  readonly random: () => number
  /** Takes one repeat from the account's budget; false when it is spent. */
  readonly withdraw: () => Promise<boolean>
}

/**
 * How long to wait before the same request is sent again, or null to give up. Nothing else in the gateway decides this.
 * A suspended platform has its own fixed steps, outside the budget; there the vendor did nothing, so writes are repeated too.
 */
export async function retryDelayMs ({ error, intent, tries, random, withdraw }: RetryQuestion): Promise<number | null> {
  if (failures[error.failure].call.retry === 'wake') {
    if (tries.wakes >= maximumWakes) return null
    tries.wakes += 1
    return Math.round(wakeStepMs * tries.wakes * (0.9 + 0.2 * random()))
  }
  if (tries.attempts - tries.wakes >= maximumAttempts || !isRepeatable(error, intent)) return null
  const asked = error.options.retryAfterMs
  if (asked !== undefined && asked > longestObeyedMs) return null
  if (!await withdraw()) return null
  return asked ?? Math.round(random() * backoffBaseMs * 2 ** (tries.attempts - tries.wakes))
}

const gatewayStatuses = new Set([502, 503, 504])

function isRepeatable (error: UpstreamError, intent: 'read' | 'write'): boolean {
  const { notAttempted, passing, status } = error.options
  if (passing === false) return false
  const { retry } = failures[error.failure].call
  if (intent === 'write') return retry === 'unsent' && notAttempted === true
  if (retry === 'gateway-status') return status !== undefined && gatewayStatuses.has(status)
  return retry === 'unsent' || retry === 'reads'
}

/** Repeats that an account may cost: full at the start, refilled with time, so that an outage is not multiplied by three. */
export interface RetryBudget {
  withdraw(): Promise<boolean>
}

const budgetSize: TokenBucketSize = { capacity: 50, perSecond: 1 }

/** One budget for an account, shared by replicas. `onSpent` is told of every repeat that it refuses. */
export const createRetryBudget = (account: string, tokenBuckets: TokenBuckets, onSpent: () => void, size = budgetSize): RetryBudget => ({
  withdraw: async () => {
    const isThere = await tokenBuckets.take(`{${account}}:retries`, size, 0) !== null
    if (!isThere) onSpent()
    return isThere
  }
})
