import { randomUUID } from 'node:crypto'
import type { Adapter } from '../adapters/contract.ts'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { GuardSettings } from '../access/guards.ts'
import type { Clock } from '../domain/clock.ts'
import { failures } from '../domain/failure.ts'
import type { Server } from '../domain/server.ts'
import type { SentCall } from '../telemetry/observer.ts'
import type { BreakerState } from './breaker.ts'
import type { Capabilities, Capability } from '../domain/capability.ts'
import type { Seen } from '../domain/list.ts'
import { createCut, type Cut } from '../domain/cut-secrets.ts'
import { redact, redactText } from '../domain/redact.ts'
import { capabilitiesOf, unreachable } from '../adapters/capabilities.ts'
import { createToRecord } from './server-record.ts'
import { createUpstream, type Transport, type RecordWrite } from './transport.ts'
import type { Call } from './call.ts'

/** The settings that accounts of every provider have. Times in milliseconds. */
export interface AccountOptions {
  readonly title: string | null
  readonly timeoutMs: number
  readonly requestDeadlineMs: number
  readonly readOnly: boolean
  /** Calls in the provider's own words are passed on. */
  readonly raw: boolean
  readonly guard: GuardSettings
  /** The maximum age of a cached answer where the caller names none; 0: no cache. */
  readonly cacheMs: number
}

/** One configured credential, ready for use. */
export interface Account {
  readonly id: string
  /** New each time an account is opened, so reads with other credentials or settings are not shared. */
  readonly instanceId: string
  readonly clock: Clock
  readonly options: AccountOptions
  readonly provider: { readonly id: string, readonly title: string }
  readonly capabilities: Capabilities
  /** The provider's list lacks facts that only a read of each server has. */
  readonly needsHydration: boolean
  health(): Health
  breaker(): BreakerState
  /** The verbs for one request. With `record` it is a dry run: writes are recorded, not sent. */
  connect(call: Call, record?: RecordWrite): AdapterVerbs
  /** Creates a provider token that is valid until the given time; null if the provider has no such tokens. */
  readonly createToken: ((call: Call, expiresAt: Date) => Promise<string>) | null
  /** What an adapter knows as the record that callers see. */
  toServer(seen: Seen, observedAt: string, include: { readonly raw: boolean }): Server
  /** A vendor's text without this account's secrets. */
  safeText(text: string): string
  /** An address of a call without secrets. */
  safeUrl(url: string): string
  /** A vendor's object without secrets. */
  safeValue(value: unknown): unknown
}

/** The outcome of the last call to the provider. */
export interface Health {
  readonly status: 'ok' | 'failing' | 'unknown'
  readonly checked_at: string | null
  readonly problem: string | null
}

export interface AccountParts<A> {
  readonly id: string
  readonly adapter: Adapter<A>
  readonly settings: A
  readonly options: AccountOptions
  /** All of `Transport` that the adapter does not bring. */
  readonly transport: Omit<Transport, 'signIn'>
  /** The secret values of the configuration, to be cut out of vendors' texts. */
  readonly secrets: readonly string[]
}

export function openAccount<A> ({ id, adapter, settings, options, transport, secrets }: AccountParts<A>): Account {
  const secretMembers = new Set(adapter.secretMembers)
  let last: CheckedCall | null = null
  const report = (sent: SentCall): void => {
    transport.report(sent)
    if (sent.outcome !== 'aborted') last = { outcome: sent.outcome, at: transport.clock.now() }
  }
  const fullTransport: Transport = { ...transport, report, signIn: adapter.signIn(settings) }
  const operations = adapter.connect(settings, unreachable)
  const offered = capabilitiesOf(operations)
  const capabilities = options.raw ? offered : { ...offered, raw: switchedOff }
  const cut = cutting(secrets, transport.tokens.recent)
  const toRecord = createToRecord({ account: id, provider: adapter.id, isReadOnly: options.readOnly, capabilities })
  return {
    id,
    instanceId: randomUUID(),
    clock: transport.clock,
    options,
    provider: { id: adapter.id, title: adapter.title },
    capabilities,
    needsHydration: operations.list.hydrate !== undefined,
    health: () => last === null ? unchecked : toHealth(last),
    breaker: transport.breaker.state,
    connect: (call, record) => adapter.connect(settings, createUpstream(fullTransport, call, record ?? null)),
    createToken: adapter.createToken === undefined
      ? null
      : async (call, expiresAt) => await adapter.createToken?.(settings, createUpstream(fullTransport, call), expiresAt) ?? '',
    toServer: (seen, observedAt, include) => {
      const record = toRecord(seen.server, observedAt)
      return include.raw ? { ...record, raw: redact(seen.raw, secretMembers, cut) } : record
    },
    safeText: text => redactText(text, cut),
    safeUrl: url => redactText(url, cut, url.length * 2),
    safeValue: value => redact(value, secretMembers, cut)
  }
}

/** Cuts out the credentials of the configuration and the last tokens; its tables are made anew after a sign-in. */
function cutting (secrets: readonly string[], recent: () => readonly string[]): Cut {
  let known = [...recent()]
  let cut = createCut([...secrets, ...known])
  return text => {
    const tokens = recent()
    if (tokens.length !== known.length || tokens.some((token, index) => token !== known[index])) {
      known = [...tokens]
      cut = createCut([...secrets, ...known])
    }
    return cut(text)
  }
}

const switchedOff: Capability = { support: 'none', evidence: null, accepts: [], note: 'Disabled; set raw: true on the account.' }

interface CheckedCall {
  readonly outcome: Exclude<SentCall['outcome'], 'aborted'>
  readonly at: number
}

const unchecked: Health = { status: 'unknown', checked_at: null, problem: null }

function toHealth ({ outcome, at }: CheckedCall): Health {
  const isFailing = outcome !== 'ok' && failures[outcome].account.failing
  return { status: isFailing ? 'failing' : 'ok', checked_at: new Date(at).toISOString(), problem: isFailing ? outcome : null }
}
