import type { Goal } from '../../domain/operation.ts'
import { failedWords } from './mapping-statuses.ts'

/** What the server shows when the verb is done, and the words that say that it has failed. */
export const goalOf = (verb: keyof typeof failedWords, goal: Goal): Goal => ({ ...goal, failed: failedWords[verb] })
