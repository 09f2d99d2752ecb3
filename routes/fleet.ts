import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Clock } from '../src/domain/clock.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { problemOf } from '../plugins/problems.ts'
import { maySee } from '../src/access/principal.ts'
import { badMember, GatewayError } from '../src/domain/failure.ts'
import type { Account } from '../src/transport/account.ts'
import { failureOfAll, type FleetAccount, type FleetPage } from '../src/reads/fleet.ts'
import { streamFleet, type StreamPart } from '../src/reads/fleet-stream.ts'
import type { Gateway } from '../src/services.ts'
import { prefersLines } from '../plugins/accept.ts'
import { fleetLineSchema, fleetPageSchema, fleetQuery, readProblems } from './schemas.ts'
import { linkNext, toServersQuery, type RouteOptions } from './servers.ts'
import { maxAgeMs, sendText } from './tagged.ts'

const description = `Returns the servers of all accounts that the key may see, or of those in \`accounts\`, from all providers in parallel.

The response waits no longer than \`deadline_ms\` for any account. An account that does not answer in time is \`error\` in \`accounts\`,
or \`stale\` if an earlier read is available that no write has outdated. The status is 200 if at least one account answered.
Sorted by \`id\`, accounts are listed one after another, each in its provider's own order;
an account that fails on one page is left out of the following pages.

With \`Accept: application/x-ndjson\` every server is streamed as it arrives, as a line \`{"server": …}\`,
followed by a line \`{"account": …}\` for each account. A stream takes no \`limit\`, \`cursor\` or \`sort\`
and nothing from a cache; \`Hawser-Upstream-Calls\` is a trailer.`

/** The servers of several accounts. */
export async function fleetRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/v1/servers', {
    config: { permission: 'read' },
    schema: {
      operationId: 'listFleet',
      summary: 'List servers of all accounts',
      description,
      tags: ['Fleet'],
      querystring: fleetQuery,
      response: {
        200: {
          description: 'A page of servers, or all of them as lines',
          content: { 'application/json': { schema: fleetPageSchema }, 'application/x-ndjson': { schema: fleetLineSchema } }
        },
        304: { description: 'Not modified since that ETag' },
        ...readProblems()
      }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const { accounts: names, deadline_ms: deadlineMs, ...rest } = request.query
    const accounts = accountsOf(gateway, request, names)
    reply.header('vary', 'accept')
    if (prefersLines(request.headers.accept)) {
      refuseForStream(request)
      const { filters, include } = toServersQuery(rest, null)
      const parts = await begun(streamFleet(accounts, { filters, include, deadlineMs }, request.context))
      endStalled(reply.raw, deadlineMs, gateway.clock)
      reply.trailer('hawser-upstream-calls', async () => String(request.context.counters.upstreamCalls))
      const lines = Readable.from(toLines(parts, request), { objectMode: false, highWaterMark: 16_384 })
      return await reply.type('application/x-ndjson').send(lines)
    }
    const page = await gateway.fleet.page(accounts, { ...toServersQuery(rest, maxAgeMs(request)), deadlineMs }, request.context)
    linkNext(request, reply, page.page.next_cursor)
    return sendText(request, reply, JSON.stringify(toBody(page, request)), etagOfFleet(page))
  })
}

/** The accounts that the caller may use, or the named ones among them; a name that the caller may not use is reported as unknown. */
function accountsOf (gateway: Gateway, request: FastifyRequest, names: readonly string[] | undefined): readonly Account[] {
  const visible = gateway.accounts.filter(({ id }) => maySee(request.context.principal, id))
  if (names === undefined) return visible
  return [...new Set(names)].map(name => {
    const account = visible.find(({ id }) => id === name)
    if (account !== undefined) return account
    const message = `there is no account ${name}`
    throw new GatewayError('account-not-found', message, { errors: [{ path: 'query.accounts', message }] })
  })
}

function refuseForStream ({ url }: FastifyRequest): void {
  // The parsed query includes defaults; only the URL shows which parameters were sent.
  const sent = new URLSearchParams(url.split('?').slice(1).join('?'))
  const message = 'is not supported with application/x-ndjson, which streams all servers in no order'
  for (const name of ['limit', 'cursor', 'sort']) if (sent.has(name)) throw badMember(`query.${name}`, message)
}

const toBody = ({ data, page, accounts }: FleetPage, request: FastifyRequest) =>
  ({ data, page, accounts: accounts.map(account => toAccountBody(account, request)) })

const toAccountBody = ({ account, status, ageMs, count, error }: FleetAccount, request: FastifyRequest) =>
  ({ account: account.id, status, age_ms: ageMs, count, problem: error === null ? null : problemOf(error, { id: request.id, account }) })

/** A weak ETag over everything but the source and time of the reads. */
function etagOfFleet ({ data, page, accounts }: FleetPage): string {
  const text = JSON.stringify([
    data.map(server => ({ ...server, observed_at: '', source: '' })), page,
    accounts.map(({ account, status, count, error }) => [account.id, status, count, error?.message ?? null])
  ])
  return `W/"${createHash('sha1').update(text).digest('base64url')}"`
}

/** A caller that reads nothing for this long at the deadline counts as stalled. */
const stalledMs = 500

/** A stream ends at its deadline; a caller that does not read it by then is disconnected. */
function endStalled (raw: ServerResponse, deadlineMs: number, clock: Clock): void {
  const check = (before: number | undefined): void => {
    const cancel = clock.timer(() => {
      const written = raw.socket?.bytesWritten
      if (written === before) raw.destroy()
      else check(written)
    }, stalledMs)
    raw.once('close', cancel)
  }
  const cancel = clock.timer(() => { check(raw.socket?.bytesWritten) }, Math.max(0, deadlineMs - stalledMs))
  raw.once('close', cancel)
}

/** Waits for the first rows, or the first account that succeeds; throws the first account's failure if all have failed. */
async function begun (parts: AsyncGenerator<StreamPart>): Promise<AsyncGenerator<StreamPart>> {
  const first: StreamPart[] = []
  for (;;) {
    const { value, done } = await parts.next()
    if (done === true) break
    first.push(value)
    if ('servers' in value || value.ended.error === null) return concatenated(first, parts)
  }
  const failure = failureOfAll(first.flatMap(part => 'ended' in part ? part.ended : []).sort(byId))
  if (failure !== null) throw failure
  return concatenated(first, parts)
}

async function * concatenated (first: readonly StreamPart[], parts: AsyncGenerator<StreamPart>): AsyncGenerator<StreamPart> {
  yield * first
  yield * parts
}

const byId = (a: FleetAccount, b: FleetAccount): number => a.account.id < b.account.id ? -1 : 1

/** A line for each server as it arrives, then one for the result of each account. */
async function * toLines (parts: AsyncGenerator<StreamPart>, request: FastifyRequest): AsyncGenerator<string> {
  const ended: FleetAccount[] = []
  for await (const part of parts) {
    if ('ended' in part) ended.push(part.ended)
    else yield part.servers.map(server => `${JSON.stringify({ server })}\n`).join('')
  }
  for (const account of ended.sort(byId)) yield `${JSON.stringify({ account: toAccountBody(account, request) })}\n`
}
