import { textOf, type Database, type Durability } from './database.ts'

/** Single facts about a state file. */
export interface Facts {
  get(name: FactName): string | null
  set(name: FactName, value: string, durability: Durability): void
  remove(name: FactName): void
}

/**
 * `holder`: the process that has opened the file last, as JSON. `seen`: the time until which the file was in use, by the age clock.
 * `copied`: when this copy was made, as RFC 3339; the first gateway that opens a copy removes it.
 */
export type FactName = 'holder' | 'seen' | 'copied'

export function createFacts (database: Database): Facts {
  const one = database.query('SELECT value FROM facts WHERE name = ?')
  const sql = 'INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)'
  const writes = { durable: database.statement(sql, 'durable'), brief: database.statement(sql, 'brief') } as const
  const remove = database.statement('DELETE FROM facts WHERE name = ?', 'durable')
  return {
    get: name => {
      const row = one.one(name)
      return row === undefined ? null : textOf(row, 'value')
    },
    set: (name, value, durability) => { writes[durability].run(name, value) },
    remove: name => { remove.run(name) }
  }
}
