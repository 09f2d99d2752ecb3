import { systemClock, type Clock } from '../../domain/clock.ts'
import type { OperationStore } from '../operation-store.ts'
import { plainSealer } from '../sealer.ts'
import type { LocalRecords } from '../shared-operation-store.ts'
import { openDatabase } from './database.ts'
import { createSqliteOperationRecords } from './operation-records.ts'
import { createAgeClock, type SqliteParts } from './parts.ts'
import { createSchema } from './schema.ts'
import { createUpkeep } from './upkeep.ts'

/** A database in the memory of this process. It is never written out, so nothing in it is sealed. */
export function openMemory (clock: Pick<Clock, 'now' | 'elapsed'> = systemClock): SqliteParts {
  const database = openDatabase()
  createSchema(database)
  return { database, sealer: plainSealer, now: createAgeClock(clock) }
}

/** The operations of this process alone, lost when it ends. */
export function createMemoryOperationRecords (parts = openMemory(), upkeep = createUpkeep(parts)): LocalRecords {
  const records = createSqliteOperationRecords(parts)
  return {
    ...records,
    put: async stored => {
      upkeep()
      return await records.put(stored)
    }
  }
}

/** The store of a process without any that outlives it. */
export const createMemoryOperationStore = (records: LocalRecords): OperationStore =>
  ({ ...records, isShared: false, get: records.getForCertain, update: records.updateForCertain })
