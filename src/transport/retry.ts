import { failures, type UpstreamError } from '../domain/failure.ts'
import type { TokenBuckets, TokenBucketSize } from '../state/limits.ts'

/** What has been tried for one request. */
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
  /** Takes one retry from the account's budget; false when it is spent. */
  readonly withdraw: () => Promise<boolean>
}

/**
 * Milliseconds to wait before the same request is sent again, or null to give up. No other code decides this.
 * A suspended platform has fixed steps of its own, outside the budget; it did nothing, so writes are repeated too.
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

/** Retries that an account may cost: full at start, refilled with time, so that an outage does not triple the calls. */
export interface RetryBudget {
  withdraw(): Promise<boolean>
}

const budgetSize: TokenBucketSize = { capacity: 50, perSecond: 1 }

/** One budget for an account, shared by replicas. `onSpent` is called for each retry that it refuses. */
export const createRetryBudget = (account: string, tokenBuckets: TokenBuckets, onSpent: () => void, size = budgetSize): RetryBudget => ({
  withdraw: async () => {
    const isGranted = await tokenBuckets.take(`{${account}}:retries`, size, 0) !== null
    if (!isGranted) onSpent()
    return isGranted
  }
})
