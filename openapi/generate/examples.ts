import { problems, type Problem, type ProblemSlug } from '../../src/domain/problem.ts'
import { failures } from '../../src/domain/failure.ts'

export interface Example {
  readonly summary: string
  readonly value: Problem
}

const isSlug = (text: string): text is ProblemSlug => Object.hasOwn(problems, text)
const ofProvider: ReadonlySet<string> = new Set(Object.values(failures).map(({ problem }) => problem))

/** What is more than the table says. */
const details: Partial<Record<ProblemSlug, Partial<Problem>>> = {
  'invalid-request': { detail: 'the request is not valid', errors: [{ path: 'query.limit', message: 'must be from 1 to 500' }] },
  'upstream-rejected': {
    upstream: { status: 422, code: 'invalid_size', message: 'the disk is too small for this image', request_id: null, details: null }
  },
  'upstream-unreachable': {
    detail: 'no connection could be made to vm.example.com:8443: the connection was refused (ECONNREFUSED)',
    upstream: {
      ...{ status: null, code: null, message: null, request_id: null },
      details: { host: 'vm.example.com', port: 8443, cause: 'ECONNREFUSED' }
    }
  },
  'upstream-timeout': { detail: 'no complete response in time' }
}

const toExample = (slug: ProblemSlug, { title, status, retryAfterS, transient = false }: typeof problems[ProblemSlug]): Example => ({
  summary: title,
  value: {
    type: `/problems/${slug}`,
    title,
    status,
    detail: title,
    request_id: '5f2b7c1e9a3d',
    account: ofProvider.has(slug) ? 'vm6' : null,
    provider: ofProvider.has(slug) ? 'vmmanager' : null,
    retryable: transient ? 'safe' : 'no',
    ...(retryAfterS === undefined ? {} : { retry_after_s: retryAfterS }),
    side_effect: 'none',
    upstream: null,
    attempts: ofProvider.has(slug) ? 1 : null,
    errors: [],
    ...details[slug]
  }
})

const slugs = Object.keys(problems).filter(isSlug)

/** One example for each kind of problem: a form that showed a 504 under 400 would mislead. */
export const problemExamples: Readonly<Record<string, Example>> = Object.fromEntries(slugs.map(slug => [slug, toExample(slug, problems[slug])]))

/** The kinds of problems by status, in the order of the table. */
export const slugsByStatus: ReadonlyMap<number, readonly ProblemSlug[]> = Map.groupBy(slugs, slug => problems[slug].status)

const sectionForm = /(^## ([a-z-]+)\n[^]*?)^Status \d+\.$([^]*?^```json\n)[^]*?(^```$)/gm

/** The page of problems with the status and the example of each section as in the table. */
export const withExamples = (page: string): string =>
  page.replaceAll(sectionForm, (whole, before: string, slug: string, between: string, end: string) => {
    const example = problemExamples[slug]?.value
    return example === undefined ? whole : `${before}Status ${example.status}.${between}${JSON.stringify(example, null, 2)}\n${end}`
  })
