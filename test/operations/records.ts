import type { StoredOperation } from '../../src/state/operation-store.ts'

export const startedAt = Date.parse('2026-11-21T10:00:00.000Z')

/** An operation that the provider has accepted, with nothing special about it. */
export function record (action: string, { operation, ...facts }: Partial<Omit<StoredOperation, 'operation'>> & { readonly operation?: Partial<StoredOperation['operation']> } = {}): StoredOperation {
  const at = facts.startedAt ?? startedAt
  const created = new Date(at).toISOString()
  return {
    operation: {
      id: 'op_1',
      account: 'a',
      provider: 'p',
      action,
      server_id: '42',
      status: 'running',
      created_at: created,
      updated_at: created,
      finished_at: null,
      progress: null,
      error: null,
      note: null,
      upstream: null,
      ...operation
    },
    version: 1,
    phase: 'following',
    owner: 'another process',
    sendingUntil: at + 60_000,
    ambiguousSince: null,
    settleMs: null,
    notMade: false,
    jobs: [],
    goal: null,
    next: null,
    stepsSent: 0,
    search: null,
    startedAt: at,
    actedAt: at,
    deadlineAt: at + 600_000,
    polls: 0,
    nextPollAt: at + 500,
    transitionSeen: false,
    ...facts
  }
}
