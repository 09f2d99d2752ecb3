import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../src/services.ts'
import { pageOf, type Paging } from '../src/reads/paginate.ts'
import { nextLink } from './servers.ts'
import { sendTagged } from './tagged.ts'

export interface Listed<Row> extends Paging<Row> {
  readonly rows: readonly Row[]
}

interface Paged {
  readonly query: unknown
}

/** One page of rows that were all read, with its link and its tag. */
export async function sendPage<Row> (gateway: Gateway, { rows, ...paging }: Listed<Row>, request: FastifyRequest & Paged, reply: FastifyReply): Promise<FastifyReply> {
  const { data, page } = pageOf(gateway.cursors, rows, toPageQuery(request.query), paging)
  if (page.next_cursor !== null) reply.header('link', `<${nextLink(request.url, page.next_cursor)}>; rel="next"`)
  return await sendTagged(request, reply, { data, page }, '')
}

/** The two parameters that every page takes; their schema has checked them. */
function toPageQuery (query: unknown): { limit: number, cursor: string | null } {
  const { limit, cursor } = { limit: 50, cursor: null, ...Object(query) }
  return { limit: Number(limit), cursor: typeof cursor === 'string' ? cursor : null }
}
