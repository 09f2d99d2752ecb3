import { isDeepStrictEqual } from 'node:util'
import type { Config } from './load.ts'

/** Keys that a process applies only when it starts. */
const fixed = ['listen', 'state', 'redis', 'secret', 'audit', 'metrics'] as const

/** The keys that differ between two configurations and require a restart. */
export const keysNeedingRestart = (present: Config, next: Config): string[] => fixed.filter(key => !isDeepStrictEqual(present[key], next[key]))
