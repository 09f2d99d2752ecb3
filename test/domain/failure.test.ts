import t from 'tap'
import { failures, UpstreamError, type Failure, type FailureRow } from '../../src/domain/failure.ts'
import { problems, type ProblemSlug } from '../../src/domain/problem.ts'

const rows = Object.values(failures)
const isTransient = (slug: ProblemSlug): boolean => problems[slug].transient === true
const breaches = (isBreach: (row: FailureRow) => boolean): string[] =>
  Object.entries(failures).filter(([, row]) => isBreach(row)).map(([failure]) => failure)

t.test('whatever opens the circuit is an outage for health and fleet, too', async t => {
  t.ok(rows.some(({ call }) => call.circuit === 'bad'))
  t.same(breaches(({ problem, call, account: { failing, unheard, staleAllowed } }) =>
    call.circuit === 'bad' && !(isTransient(problem) && call.ambiguous && call.deferrable && failing && unheard && staleAllowed)), [])
})

t.test('a call that was held back does not count for or against the provider', async t => {
  t.same(breaches(({ call }) => call.heldBack), ['circuit-open', 'overloaded'] satisfies Failure[])
  t.same(breaches(({ problem, call, account }) =>
    call.heldBack && (!isTransient(problem) || call.ambiguous || call.circuit !== 'good' || account.failing)), [])
})

t.test('transient failures are retried later, and only those', async t => {
  t.same(breaches(({ problem, call }) => isTransient(problem) && !call.deferrable), [])
  t.same(breaches(({ problem, call }) => call.retry !== 'never' && !isTransient(problem)), [])
  t.same(Object.values(problems).filter(({ transient, retryAfterS }) => retryAfterS !== undefined && transient !== true), [], 'no time to retry without a reason to')
})

t.test('an error with more facts is a new error that keeps the earlier facts', async t => {
  const cause = new Error('below')
  const first = new UpstreamError('timeout', 'no answer', { status: 504, cause }, { attempts: 2 })
  const second = first.withFacts({ sideEffect: 'possible' }).withFacts({ operationId: 'op' })
  t.match(first, { attempts: 2, sideEffect: 'none', operationId: null })
  t.match(second, { failure: 'timeout', message: 'no answer', cause, options: first.options, attempts: 2, sideEffect: 'possible', operationId: 'op' })
  t.match(second.meaning('conflict'), { failure: 'conflict', attempts: 2, sideEffect: 'possible', operationId: 'op' })
})
