import { systemClock, type Clock } from '../../domain/clock.ts'
import type { OperationStore } from '../operation-store.ts'
import { plainSealer } from '../sealer.ts'
import type { LocalRecords } from '../shared-operation-store.ts'
import { createAgeClock } from './age-clock.ts'
import { openDatabase } from './database.ts'
import { createSqliteOperationRecords } from './operation-records.ts'
import type { SqliteParts } from './parts.ts'
import { createSchema } from './schema.ts'
import { createBound, createSweep } from './sweep.ts'

type Time = Pick<Clock, 'now' | 'elapsed'>

/** A database in the memory of this process. It is never written out, so nothing in it is sealed. */
export function openMemory (clock: Time = systemClock): SqliteParts {
  const database = openDatabase()
  createSchema(database)
  return { database, sealer: plainSealer, now: createAgeClock(clock) }
}

const mostKept = 20_000
const upkeepEvery = 100
const upkeepEveryMs = 60_000

/** To be called with each new row: deletes old ones now and then, in small steps. */
export function createUpkeep ({ database, now }: SqliteParts): () => void {
  const sweep = createSweep(database, now)
  const bound = createBound(database, mostKept)
  let calls = 0
  let last = now()
  return () => {
    calls += 1
    if (calls < upkeepEvery && now() < last + upkeepEveryMs) return
    calls = 0
    last = now()
    while (sweep());
    bound()
  }
}

/** The operations of this process alone, lost when it ends. */
export function createMemoryOperationRecords (parts = openMemory(), upkeep = createUpkeep(parts)): LocalRecords {
  const records = createSqliteOperationRecords(parts)
  return {
    ...records,
    put: async stored => {
      upkeep()
      await records.put(stored)
    }
  }
}

/** The store of a process without any that outlives it. */
export function createMemoryOperationStore (records = createMemoryOperationRecords()): OperationStore {
  const { put, read, change, erase, has, drop, ...rest } = records
  return {
    ...rest,
    isShared: false,
    open: async stored => {
      await put(stored)
      return true
    },
    get: read,
    getForCertain: read,
    update: change,
    updateForCertain: change,
    remove: erase
  }
}
