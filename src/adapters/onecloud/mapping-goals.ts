import type { Goal } from '../../domain/operation.ts'
import { failedWords } from './mapping-statuses.ts'

/** The state that completes the verb, and the vendor's statuses that fail it. */
export const goalOf = (verb: keyof typeof failedWords, goal: Goal): Goal => ({ ...goal, failed: failedWords[verb] })
