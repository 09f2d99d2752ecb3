import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'

export type Connection = Redis | Cluster

/** The keys of one account share a slot of a cluster, so that a script may use several of them. */
export const accountKey = (account: string, name: string): string => `hawser:{${account}}:${name}`

const deleteScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end'
const deleteRecordScript = 'if redis.call("hget", KEYS[1], "v") == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end'
const extendScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end'

/** Deletes a key if it has this value. */
export const deleteIfEqual = async (redis: Connection, key: string, value: string): Promise<void> => {
  await redis.eval(deleteScript, 1, key, value)
}

/**
 * Deletes a record in this version. A record is a hash: `d` is the sealed data, `v` distinguishes its versions, because each sealing gives
 * another text.
 */
export const deleteVersion = async (redis: Connection, key: string, version: string): Promise<void> => {
  await redis.eval(deleteRecordScript, 1, key, version)
}

export const wholeMs = (ms: number): number => Math.max(1, Math.round(ms))

/** A lock of all replicas, which expires by itself. */
export function createLock (redis: Connection, key: string) {
  const holder = randomUUID()
  return {
    /** False while another holder has it. */
    take: async (ms: number): Promise<boolean> => await redis.set(key, holder, 'PX', wholeMs(ms), 'NX') !== null,
    /** Changes its remaining time, unless it is lost. */
    extend: async (ms: number): Promise<void> => { await redis.eval(extendScript, 1, key, holder, String(wholeMs(ms))) },
    release: async (): Promise<void> => { await deleteIfEqual(redis, key, holder) }
  }
}
