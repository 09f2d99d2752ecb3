import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../src/services.ts'
import { pageOf } from '../src/reads/paginate.ts'
import type { KeyedRow } from '../src/verbs/verb.ts'
import { nextLink } from './servers.ts'
import { sendTagged } from './tagged.ts'

export interface AllRows {
  readonly rows: readonly KeyedRow[]
  /** Everything that shapes the list; a cursor is bound to it. */
  readonly bound: readonly unknown[]
}

const keyOf = ({ key }: KeyedRow): string => key

/** One page of rows that are all in memory, with Link and ETag. */
export async function sendPage (gateway: Gateway, { rows, bound }: AllRows, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { data, page } = pageOf(gateway.cursors, rows, toPageQuery(request.query), { keyOf, bound })
  if (page.next_cursor !== null) reply.header('link', `<${nextLink(request.url, page.next_cursor)}>; rel="next"`)
  const answer = sendTagged(request, reply, { data: data.map(({ row }) => row), page }, '')
  return typeof answer === 'string' || Buffer.isBuffer(answer) ? await reply.send(answer) : answer
}

/** The two parameters of every page, validated by their schema. */
function toPageQuery (query: unknown): { limit: number, cursor: string | null } {
  const { limit, cursor } = { limit: 50, cursor: null, ...Object(query) }
  return { limit: Number(limit), cursor: typeof cursor === 'string' ? cursor : null }
}
