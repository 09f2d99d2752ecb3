import type * as OpenTelemetry from '@opentelemetry/api'
import type { Span, Tracer as SpanMaker } from '@opentelemetry/api'
import type { SpanExporter } from '@opentelemetry/sdk-trace-node'
import { silentTracer, type RequestTrace, type TracedCall, type Tracer } from './observer.ts'

type Api = typeof OpenTelemetry

/** The standard OTEL_ variables. */
type Environment = Readonly<Record<string, string | undefined>>

interface TracingParts {
  readonly environment: Environment
  readonly version: string
  readonly warn: (text: string) => void
}

const flushMs = 2000

/** Traces if the standard variables enable them; otherwise a silent tracer, and no OpenTelemetry package is loaded. */
export async function openTracing ({ environment, version, warn }: TracingParts): Promise<Tracer> {
  const exporter = await exporterOf(environment, warn)
  if (exporter === null) return silentTracer
  const propagators = environment.OTEL_PROPAGATORS ?? 'tracecontext'
  const unknown = propagators.split(',').map(name => name.trim()).filter(name => !knownPropagators.has(name))
  if (unknown.length > 0) warn(`OTEL_PROPAGATORS: only tracecontext and none are supported, not ${unknown.join(', ')}`)
  const api = await import('@opentelemetry/api')
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources')
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'hawser', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(withWarning(exporter, warn))] })
  const maker = provider.getTracer('hawser', version)
  const acceptsParents = propagators.includes('tracecontext')
  return {
    begin: traceparent => beginTrace(api, maker, acceptsParents ? traceparent : undefined),
    close: async () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>(resolve => { timer = setTimeout(resolve, flushMs) })
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    }
  }
}

function beginTrace (api: Api, maker: SpanMaker, traceparent: string | undefined): RequestTrace {
  const parent = parentOf(traceparent)
  const root = parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent)
  const span = maker.startSpan('request', { kind: api.SpanKind.SERVER }, root)
  const context = api.trace.setSpan(root, span)
  const end = (ended: Span, { attributes, failed }: Pick<TracedCall, 'attributes' | 'failed'>, at: number): void => {
    ended.setAttributes({ ...attributes })
    if (failed) ended.setStatus({ code: api.SpanStatusCode.ERROR })
    ended.end(at)
  }
  return {
    id: span.spanContext().traceId,
    trace: {
      call: done => {
        const call = maker.startSpan(done.name, { kind: api.SpanKind.CLIENT, startTime: done.startedAt }, context)
        end(call, done, done.startedAt + done.durationMs)
      }
    },
    end: done => {
      span.updateName(done.name)
      end(span, done, Date.now())
    }
  }
}

const knownPropagators = new Set(['tracecontext', 'none', ''])

/** W3C Trace Context, 3.2: later versions may append fields after a dash. */
function parentOf (traceparent: string | undefined) {
  const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
  const [, version, traceId, spanId, flags = '', more] = form.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}

/** Null: off. */
async function exporterOf (environment: Environment, warn: TracingParts['warn']): Promise<SpanExporter | null> {
  const of = (name: string): string => environment[name]?.trim() ?? ''
  const name = of('OTEL_TRACES_EXPORTER')
  const isEnabled = name !== '' || of('OTEL_EXPORTER_OTLP_ENDPOINT') !== '' || of('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== ''
  if (!isEnabled || name === 'none' || of('OTEL_SDK_DISABLED').toLowerCase() === 'true') return null
  if (name === 'console') return new (await import('@opentelemetry/sdk-trace-node')).ConsoleSpanExporter()
  if (name !== '' && name !== 'otlp') {
    warn('OTEL_TRACES_EXPORTER: only otlp, console and none are supported; nothing is traced')
    return null
  }
  const protocol = [of('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'), of('OTEL_EXPORTER_OTLP_PROTOCOL'), 'http/protobuf'].find(each => each !== '')
  if (protocol === 'http/json') return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter()
  if (protocol === 'http/protobuf') return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter()
  warn('OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf and http/json are supported, not grpc; nothing is traced')
  return null
}

/** Warns once when spans cannot be delivered, and again only after a delivery has succeeded in between. */
function withWarning (exporter: SpanExporter, warn: TracingParts['warn']): SpanExporter {
  let isLost = false
  return {
    export: (spans, done) => {
      exporter.export(spans, result => {
        const failed = result.code !== 0
        if (failed && !isLost) warn('traces could not be delivered')
        isLost = failed
        done(result)
      })
    },
    shutdown: async () => { await exporter.shutdown() },
    forceFlush: async () => { await exporter.forceFlush?.() }
  }
}
