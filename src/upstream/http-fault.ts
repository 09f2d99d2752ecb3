export type HttpFaultKind = 'refused' | 'reset' | 'timeout' | 'too-large' | 'tls' | 'aborted' | 'unsendable'

interface FaultFacts {
  /** The request may have reached the other side. */
  readonly sent: boolean
  /** The HTTP status, when the answer had begun. */
  readonly status?: number
}

const tlsCode = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/

/** A failed exchange below HTTP. Its message names no address, header or body. */
export class HttpFault extends Error {
  readonly kind: HttpFaultKind
  readonly sent: boolean
  readonly status: number | undefined

  constructor (kind: HttpFaultKind, facts: FaultFacts, cause?: unknown) {
    super(messages[kind], cause === undefined ? undefined : { cause })
    this.name = 'HttpFault'
    this.kind = kind
    this.sent = facts.sent
    this.status = facts.status === 0 ? undefined : facts.status
  }

  static from (error: unknown, facts: FaultFacts): HttpFault {
    if (error instanceof HttpFault) return error
    const code = codeOf(error)
    if (!facts.sent && code === 'UND_ERR_INVALID_ARG') return new HttpFault('unsendable', { sent: false }, error)
    if (!facts.sent && tlsCode.test(code)) return new HttpFault('tls', { sent: false }, error)
    if (!facts.sent) return new HttpFault('refused', { sent: false }, error)
    return new HttpFault('reset', facts, error)
  }
}

const messages: Readonly<Record<HttpFaultKind, string>> = {
  refused: 'no connection could be made',
  reset: 'the connection broke or the answer was not HTTP',
  timeout: 'no complete answer in time',
  'too-large': 'the answer is larger than allowed',
  tls: 'the TLS certificate or handshake was not acceptable',
  aborted: 'the call was given up',
  unsendable: 'the request can not be sent: a part of it has characters that HTTP does not allow'
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
