import { problemTitles, type Problem, type ProblemSlug } from '../src/domain/problem.ts'
import { failureRows, refusalRows } from '../plugins/problem-table.ts'

export interface Example {
  readonly summary: string
  readonly value: Problem
}

const ofProvider = new Map(Object.values(failureRows).map(row => [row.slug, row]))
const ofGateway = new Map(Object.values(refusalRows).map(row => [row.slug, row]))
const rows = [...new Map([...ofGateway, ...ofProvider]).values()]

/** Problems that no documented route answers with. */
const elsewhere: ReadonlySet<ProblemSlug> = new Set<ProblemSlug>(['not-found', 'method-not-allowed'])

/** What is more than the table says. */
const details: Partial<Record<ProblemSlug, Partial<Problem>>> = {
  'invalid-request': { detail: 'the request is not valid', errors: [{ path: 'query.limit', message: 'must be from 1 to 500' }] },
  'upstream-rejected': { upstream: { status: 422, code: 'invalid_size', message: 'the disk is too small for this image', request_id: null, details: null } },
  'upstream-unreachable': {
    detail: 'no connection could be made to vm.example.com:8443: the connection was refused (ECONNREFUSED)',
    upstream: {
      ...{ status: null, code: null, message: null, request_id: null },
      details: { host: 'vm.example.com', port: 8443, cause: 'ECONNREFUSED' }
    }
  },
  'upstream-timeout': { detail: 'no complete answer in time' }
}

const toExample = ({ slug, status, retryAfterS, passing = false }: typeof rows[number]): Example => ({
  summary: problemTitles[slug],
  value: {
    type: `/problems/${slug}`,
    title: problemTitles[slug],
    status,
    detail: problemTitles[slug],
    request_id: '5f2b7c1e9a3d',
    account: ofProvider.has(slug) ? 'vm6' : null,
    provider: ofProvider.has(slug) ? 'vmmanager' : null,
    retryable: passing ? 'safe' : 'no',
    ...(retryAfterS === undefined ? {} : { retry_after_s: retryAfterS }),
    side_effect: 'none',
    upstream: null,
    attempts: ofProvider.has(slug) ? 1 : null,
    errors: [],
    ...details[slug]
  }
})

const shown = rows.filter(({ slug }) => !elsewhere.has(slug))

/** One example for each kind of problem: a form that showed a 504 under 400 would mislead. */
export const problemExamples: Readonly<Record<string, Example>> = Object.fromEntries(shown.map(row => [row.slug, toExample(row)]))

/** References to the examples of one status. */
export const examplesOf = (status: string): Record<string, { readonly $ref: string }> =>
  Object.fromEntries(shown.filter(row => String(row.status) === status).map(({ slug }) => [slug, { $ref: `#/components/examples/${slug}` }]))
