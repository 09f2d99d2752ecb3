export type HttpFaultKind = 'refused' | 'reset' | 'timeout' | 'too-large' | 'tls' | 'aborted' | 'unsendable'

/** The other side of a connection. */
export interface Peer {
  readonly host: string
  readonly port: number
}

interface FaultFacts {
  /** The request may have reached the other side. */
  readonly sent: boolean
  /** The HTTP status, when the answer had begun. */
  readonly status?: number
  readonly peer?: Peer
}

/** The connection that failed, and the code of the operating system, OpenSSL or the HTTP parser; null if there is none. */
export interface ConnectionFault extends Peer {
  readonly cause: string | null
}

const tlsCode = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/

/** A failed exchange below HTTP. Its message names host and port, never a path, query, header or body. */
export class HttpFault extends Error {
  readonly kind: HttpFaultKind
  readonly sent: boolean
  readonly status: number | undefined
  /** Null if the failure is not the connection's. */
  readonly connection: ConnectionFault | null

  constructor (kind: HttpFaultKind, facts: FaultFacts, cause?: unknown) {
    const connection = isOfConnection(kind) && facts.peer !== undefined ? { ...facts.peer, cause: causeOf(cause) } : null
    super(messageOf(kind, connection), cause === undefined ? undefined : { cause })
    this.name = 'HttpFault'
    this.kind = kind
    this.sent = facts.sent
    this.status = facts.status === 0 ? undefined : facts.status
    this.connection = connection
  }

  static from (error: unknown, facts: FaultFacts): HttpFault {
    if (error instanceof HttpFault) return error
    const code = codeOf(error)
    if (!facts.sent && code === 'UND_ERR_INVALID_ARG') return new HttpFault('unsendable', facts, error)
    if (!facts.sent && tlsCode.test(code)) return new HttpFault('tls', facts, error)
    if (!facts.sent) return new HttpFault('refused', facts, error)
    return new HttpFault('reset', facts, error)
  }
}

const isOfConnection = (kind: HttpFaultKind): boolean => kind === 'refused' || kind === 'tls' || kind === 'reset'

const messages: Readonly<Record<HttpFaultKind, string>> = {
  refused: 'no connection could be made',
  reset: 'the connection broke or the answer was not HTTP',
  timeout: 'no complete response in time',
  'too-large': 'the answer is larger than allowed',
  tls: 'no secure connection could be made',
  aborted: 'the call was aborted',
  unsendable: 'the request cannot be sent: a part of it has characters that HTTP does not allow'
}

/** The client's own codes, mapped to those of the operating system. */
const ownCodes: ReadonlyMap<string, string> = new Map([['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'], ['UND_ERR_SOCKET', 'ECONNRESET']])

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'the host name does not exist'],
  ['EAI_AGAIN', 'the host name could not be resolved'],
  ['ETIMEDOUT', 'the host did not respond in time'],
  ['ECONNRESET', 'the other side closed the connection'],
  ['EPIPE', 'the other side closed the connection'],
  ['EHOSTUNREACH', 'there is no route to the host'],
  ['ENETUNREACH', 'there is no route to the network'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['CERT_NOT_YET_VALID', 'the certificate is not valid yet'],
  ['CERT_REVOKED', 'the certificate was revoked'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate chain ends in an authority that is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the authority of the certificate is unknown'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the authority of the certificate is unknown'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the authority of the certificate is unknown'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host name'],
  ['HOSTNAME_MISMATCH', 'the certificate is for another host name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'the port does not speak TLS'],
  ['EPROTO', 'the TLS handshake failed']
])

/** `no connection could be made to vm.example.com:8443: the connection was refused (ECONNREFUSED)` */
function messageOf (kind: HttpFaultKind, connection: ConnectionFault | null): string {
  if (connection === null) return messages[kind]
  const { host, port, cause } = connection
  const what = whatHappened(kind, `${host}:${port}`, cause)
  if (cause === null) return what
  const reason = reasons.get(cause)
  return reason === undefined ? `${what} (${cause})` : `${what}: ${reason} (${cause})`
}

function whatHappened (kind: HttpFaultKind, place: string, cause: string | null): string {
  if (kind !== 'reset') return `${messages[kind]} to ${place}`
  return cause?.startsWith('HPE_') === true ? `the answer of ${place} is not HTTP` : `the connection to ${place} broke`
}

function causeOf (error: unknown): string | null {
  const code = codeOf(error)
  return code === '' ? null : ownCodes.get(code) ?? code
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
