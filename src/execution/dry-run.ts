import type { HttpRequest } from '../upstream/http.ts'
import type { Account } from '../transport/account.ts'
import type { RecordWrite } from '../transport/transport.ts'

/** One call that would be sent. */
export interface DryRunCall {
  readonly method: string
  readonly url: string
  readonly headers: unknown
  readonly body: unknown
  /** The indices of the calls whose answers this one needs. */
  readonly depends_on?: readonly number[]
}

/** Records the writes of a dry run, without secrets. Adapters send their writes one after another, so each depends on the one before. */
export function createDryRun ({ safeValue, safeUrl }: Pick<Account, 'safeValue' | 'safeUrl'>) {
  const calls: DryRunCall[] = []
  const record: RecordWrite = (request, token) => {
    const built = request.build(token)
    const count = calls.length
    calls.push({
      method: built.method,
      url: safeUrl(built.url),
      headers: safeValue(built.headers),
      body: safeValue(bodyOf(built)),
      ...(count === 0 ? {} : { depends_on: [count - 1] })
    })
    return request.assumed
  }
  return { record, calls }
}

/** The body as the vendor would read it: an object for JSON and forms. */
function bodyOf ({ body, headers }: HttpRequest): unknown {
  if (body === undefined) return null
  const type = headers['content-type'] ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body))
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
