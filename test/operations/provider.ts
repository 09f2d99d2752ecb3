import { z } from 'zod'
import type { Create, Job, JobState, AdapterVerbs, Step } from '../../src/adapters/verbs.ts'
import type { Snapshot } from '../../src/domain/catalog.ts'
import { compareText } from '../../src/domain/compare.ts'
import { UpstreamError, type Failure, type SideEffect } from '../../src/domain/failure.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { PollTarget } from '../../src/operations/poll.ts'

export function failure (kind: Failure, sideEffect: SideEffect = 'none'): UpstreamError {
  return new UpstreamError(kind, `the provider failed with ${kind}`, { vendorMessage: `vendor says ${kind}` }, { sideEffect })
}

/** A create whose servers carry the id of their operation as a tag. */
const marking: Create = {
  evidence: 'documented',
  accepts: [],
  requires: [],
  options: z.strictObject({}),
  example: { name: 'web', image: 'i' },
  run: async () => ({}),
  isLike: () => true,
  isMarked: ({ server }, mark) => server.tags.includes(mark)
}

/** A provider in memory that records its calls. */
export interface TestProvider {
  readonly rows: Map<string, ServerFacts>
  /** Why a server is in error, by its id. */
  readonly faults: Map<string, string>
  readonly jobs: Map<string, Partial<JobState>>
  /** The verbs that were called, in order; those of one server with its id. */
  readonly calls: string[]
  readonly steps: Record<string, Step>
  /** Of every server. */
  readonly snapshots: Snapshot[]
  /** Runs before every call: it may wait, or throw the call's failure. */
  onCall: (call: string) => Promise<void>
  readonly pollTarget: PollTarget
  connect(): AdapterVerbs
}

/** Operations are followed by jobs, by the server and its log of actions, or by the server alone. */
export function createProvider ({ id = 'a', hasJobs = true, hasLog = false, hasMarks = false, pageSize = 100 } = {}): TestProvider {
  const count = async (call: string): Promise<void> => {
    provider.calls.push(call)
    await provider.onCall(call)
  }
  const readJobs = async (jobs: readonly Job[]): Promise<readonly JobState[]> => {
    await count('jobs')
    return jobs.map(job => ({ ...job, status: 'running' as const, vendorStatus: 'running', error: null, ...provider.jobs.get(job.id) }))
  }
  const connect = (): AdapterVerbs => ({
    list: {
      evidence: 'documented',
      paging: 'offset',
      pageSize,
      ordered: false,
      compareIds: compareText,
      run: async ({ offset, limit }) => {
        await count('list')
        const all = [...provider.rows.values()].map(server => ({ server, raw: {} }))
        return { rows: all.slice(offset, offset + limit), start: offset, last: offset + limit >= all.length, total: all.length }
      }
    },
    get: {
      evidence: 'documented',
      run: async serverId => {
        await count(`get ${serverId}`)
        const server = provider.rows.get(serverId)
        if (server === undefined) throw failure('not-found')
        return { server, raw: {}, fault: provider.faults.get(serverId) ?? null }
      }
    },
    'snapshots.list': {
      evidence: 'documented',
      run: async ({ id: serverId }) => {
        await count(`snapshots ${serverId}`)
        return provider.snapshots
      }
    },
    steps: provider.steps,
    ...(hasJobs ? { jobs: readJobs } : {}),
    ...(hasLog ? { actionLog: readJobs } : {}),
    ...(hasMarks ? { create: marking } : {})
  })
  const provider: TestProvider = {
    rows: new Map(),
    faults: new Map(),
    jobs: new Map(),
    calls: [],
    steps: {},
    snapshots: [],
    onCall: async () => {},
    connect,
    pollTarget: {
      id,
      connect,
      rows: async function * ({ list }) {
        for (let offset = 0; ; offset += list.pageSize) {
          const page = await list.run({ filters: {}, offset, after: null, limit: list.pageSize })
          yield page.rows
          if (page.last) return
        }
      },
      safeText: text => text.replaceAll('hunter2', '[redacted]')
    }
  }
  return provider
}
