import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../src/telemetry/metrics.ts'

export interface MetricsListenerOptions {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  /** Null: no listener. */
  readonly listen: { readonly host: string, readonly port: number } | null
}

/**
 * A separate listener that serves only the metrics, and requires no key: for a network that only Prometheus can reach. It is closed with
 * the app.
 */
export function installMetricsListener (app: FastifyInstance, { metrics, listen }: MetricsListenerOptions): void {
  if (listen === null) return
  const server = createServer((request, reply) => {
    answer(request, reply, metrics).catch((error: unknown) => {
      app.log.error({ err: error }, 'failed to collect metrics')
      if (reply.headersSent) reply.destroy()
      else reply.writeHead(500).end()
    })
  })
  app.addHook('onReady', async () => {
    server.listen(listen.port, listen.host)
    await once(server, 'listening')
    app.log.info({ address: server.address() }, 'metrics listener started')
  })
  app.addHook('onClose', async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
}

type Source = MetricsListenerOptions['metrics']

async function answer ({ method = '', url }: IncomingMessage, reply: ServerResponse, { text, contentType }: Source): Promise<void> {
  if (url !== '/metrics') { reply.writeHead(404).end(); return }
  if (method !== 'GET' && method !== 'HEAD') { reply.writeHead(405, { allow: 'GET, HEAD' }).end(); return }
  const body = await text()
  reply.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) })
  reply.end(method === 'HEAD' ? undefined : body)
}
