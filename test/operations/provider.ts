import type { JobState, ServerOperations, Step } from '../../src/adapters/verbs.ts'
import { compareText } from '../../src/domain/compare.ts'
import { UpstreamError, type Failure, type SideEffect } from '../../src/domain/failure.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { Watched } from '../../src/operations/poll-target.ts'

export function failure (kind: Failure, sideEffect: SideEffect = 'none'): UpstreamError {
  const error = new UpstreamError(kind, `the provider met ${kind}`, { vendorMessage: `vendor says ${kind}` })
  error.sideEffect = sideEffect
  return error
}

/** A provider in memory that counts what it is asked. */
export interface TestProvider {
  readonly rows: Map<string, ServerFacts>
  readonly jobs: Map<string, Partial<JobState>>
  /** The verbs that were called, in order; those of one server with its id. */
  readonly calls: string[]
  readonly steps: Record<string, Step>
  /** Stands before every call: it may wait, or throw the call's failure. */
  meet: (call: string) => Promise<void>
  readonly watched: Watched
  connect(): ServerOperations
}

export function createProvider ({ id = 'a', hasJobs = true, pageSize = 100 } = {}): TestProvider {
  const count = async (call: string): Promise<void> => {
    provider.calls.push(call)
    await provider.meet(call)
  }
  const connect = (): ServerOperations => ({
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
        return { server, raw: {} }
      }
    },
    steps: provider.steps,
    ...(hasJobs
      ? {
          jobs: async jobs => {
            await count('jobs')
            return jobs.map(job => ({ ...job, status: 'running' as const, vendorStatus: 'running', error: null, ...provider.jobs.get(job.id) }))
          }
        }
      : {})
  })
  const provider: TestProvider = {
    rows: new Map(),
    jobs: new Map(),
    calls: [],
    steps: {},
    meet: async () => {},
    connect,
    watched: {
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
