import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock, type Clock } from '../../src/domain/clock.ts'
import { openStateFile, type StateFile } from '../../src/state/sqlite/state-file.ts'
import { createFileStores, createMemoryStores, createRedisStores, type Secrets, type Stores } from '../../src/state/stores.ts'
import type { Test } from './line.ts'
import { openRedis } from './redis.ts'

export const secret = 'a secret of at least thirty-two characters'

/** A folder that is removed at the end of the test. */
export function openFolder (test: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-state-'))
  test.teardown(async () => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}

export const silent = pino({ level: 'silent' })

export interface OpenedFile extends StateFile {
  readonly stores: Stores
}

export interface FileOptions {
  readonly clock?: Clock
  readonly secrets?: Secrets
  readonly accounts?: readonly string[]
  readonly logger?: Parameters<typeof openStateFile>[0]['logger']
}

/** The stores of a state file; the caller closes it. */
export function openFile (file: string, { clock = systemClock, secrets = [secret], accounts = [], logger = silent }: FileOptions = {}): OpenedFile {
  const opened = openStateFile({ file, accounts, clock, logger })
  return { ...opened, stores: createFileStores(opened.database, opened.now, secrets) }
}

/** The stores of one kind, and all that another process sees. */
export interface Bench {
  readonly stores: Stores
  /** Another process on the same data: a second replica, or the next one after the end of the first. Null where there is none. */
  readonly next: ((secrets?: Secrets) => Promise<Stores>) | null
  /** Everything that is stored, as text. */
  readonly stored: () => Promise<string>
}

export interface Kind {
  readonly name: string
  open(test: Test): Promise<Bench>
}

const memory: Kind = {
  name: 'SQLite in memory',
  open: async () => ({ stores: createMemoryStores(), next: null, stored: async () => '' })
}

const onDisk: Kind = {
  name: 'SQLite on disk',
  open: async test => {
    const file = join(openFolder(test), 'state.db')
    let present = openFile(file)
    test.teardown(async () => { present.close() })
    return {
      stores: present.stores,
      next: async secrets => {
        present.close()
        present = openFile(file, secrets === undefined ? {} : { secrets })
        return present.stores
      },
      stored: async () => readFileSync(file, 'latin1') + readFileSync(`${file}-wal`, 'latin1')
    }
  }
}

const redis: Kind = {
  name: 'Redis',
  open: async test => {
    const server = await openRedis()
    test.teardown(async () => { await server.stop() })
    const connection = await server.connect()
    return {
      stores: createRedisStores(connection, [secret]),
      next: async secrets => createRedisStores(await server.connect(), secrets ?? [secret]),
      stored: async () => {
        const values = await Promise.all((await connection.keys('*')).map(async key => [key, await connection.dump(key)]))
        return values.flat().join('\n')
      }
    }
  }
}

/** Every implementation of the stores: each of them obeys the same laws. */
export const kinds: readonly Kind[] = [memory, onDisk, redis]
