import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import type { Test } from './line.ts'

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  /** As the issuer publishes it. */
  readonly jwk: JWK
}

export async function makeKey (kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicKey, jwk: { ...await exportJWK(publicKey), kid, alg, use: 'sig' } }
}

export interface Issuer {
  /** What the configuration says of it. */
  readonly url: string
  readonly server: Simulator
  /** What it publishes; may be changed at any time. */
  keys: unknown
  /** Members of the discovery document beside or instead of the usual ones. */
  discovery: Record<string, unknown>
  /** Paths that were asked for, in order. */
  asked(): string[]
}

export const audience = 'hawser'

/** A real OpenID issuer on loopback, as far as a gateway asks it. */
export async function startIssuer (test: Test, ...keys: readonly SigningKey[]): Promise<Issuer> {
  const server = await startSimulator(request => answer(request, issuer))
  test.teardown(server.close)
  const issuer: Issuer = {
    url: `${server.origin}/realms/test`,
    server,
    keys: keys.map(({ jwk }) => jwk),
    discovery: {},
    asked: () => server.calls.map(({ path }) => path)
  }
  return issuer
}

function answer ({ path }: SimulatedRequest, issuer: Issuer): SimulatedReply {
  switch (path) {
    case '/realms/test/.well-known/openid-configuration':
      return { status: 200, body: { issuer: issuer.url, jwks_uri: `${issuer.server.origin}/keys`, ...issuer.discovery } }
    case '/keys': return { status: 200, body: { keys: issuer.keys } }
    default: return { status: 404 }
  }
}

const soonS = (): number => Math.floor(Date.now() / 1000) + 300

/** A good token of the issuer but for the claims and header members that are said; one that is undefined is left out. */
export async function makeToken (issuer: { readonly url: string }, key: SigningKey, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  return await new SignJWT({ iss: issuer.url, aud: audience, sub: 'ada', exp: soonS(), permissions: ['read'], ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey)
}
