import { isDeepStrictEqual } from 'node:util'
import type { Config } from './load.ts'

/** What a process has bound itself to when it started. */
const fixed = ['listen', 'redis', 'secret', 'audit', 'metrics'] as const

/** The keys in which two configurations differ, and that a running process can not change. */
export const keysNeedingRestart = (present: Config, next: Config): string[] => fixed.filter(key => !isDeepStrictEqual(present[key], next[key]))
