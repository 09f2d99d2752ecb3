import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'

export type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

/** Converts the refusal of one kind of call to a failure. */
export type ToFailure = (response: HttpResponse) => FailureFacts

type IsChanged = (facts: FailureFacts) => boolean

/** The failures of `toFailure`, with the given facts changed in those that `isChanged` selects. */
export const override = (toFailure: ToFailure, isChanged: IsChanged, change: Partial<FailureFacts>): ToFailure => response => {
  const facts = toFailure(response)
  return isChanged(facts) ? { ...facts, ...change } : facts
}
