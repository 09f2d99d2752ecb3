import type { z } from 'zod'
import type { Evidence } from '../domain/capability.ts'
import type { Goal } from '../domain/operation.ts'

/** The maximum number of upstream calls of one run, without sign-ins and retries. */
export interface UpstreamCost {
  readonly calls: number
  /** Calls for each page of the provider's lists that is read. */
  readonly perPage?: number
  /** Calls for each row that is read by itself, and for each address in the request. */
  readonly perRow?: number
}

/**
 * The facts that every verb declares beside its function; the published capabilities and the documentation are derived from them.
 * `accepts` names the optional members of the body that it supports: the gateway refuses all others before anything is sent.
 */
export interface Verb {
  readonly evidence: Evidence
  readonly support?: 'native' | 'emulated'
  readonly accepts?: readonly string[]
  /**
   * Query parameters that only this provider has, strict; a mandatory one is not optional in the schema. They are published with
   * their descriptions, and `run` gets the parsed values beside its other input.
   */
  readonly parameters?: z.ZodObject
  /** The adapter's own calls, at most; absent: one, or one for each page of a list of choices. The gateway adds what it reads itself. */
  readonly cost?: UpstreamCost
  readonly note?: string
  /** The deadline of its operations, if it is longer than the default of ten minutes (30 for create and rebuild). */
  readonly deadlineMs?: number
  /** Replaces the usual goal of the verb, also where the answer is lost, for a provider that never shows it. */
  readonly goal?: Goal
}
