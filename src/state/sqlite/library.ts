import type { DatabaseSync } from 'node:sqlite'

/**
 * SQLite as Node has it, loaded when a store is opened. Early releases of Node 24 warn that it is experimental, and this one warning
 * says nothing to an operator: it is dropped, all others pass.
 */
export function loadSqlite (): { readonly DatabaseSync: typeof DatabaseSync } {
  const { emitWarning } = process
  process.emitWarning = (...args: readonly unknown[]): void => {
    if (!/^SQLite is an experimental feature/.test(String(args[0]))) Reflect.apply(emitWarning, process, args)
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
