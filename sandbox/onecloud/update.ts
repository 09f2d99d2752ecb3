import { nameTaken, type ServerRow, type World } from './world.ts'
import { badInput, databaseError, notConvertible, quoted, refuse } from './failures.ts'
import { touch } from './lifecycle.ts'
import { textOf, type Json } from './values.ts'

/** Unknown keys and keys that cannot be changed are silently ignored. */
export const updateServer = (world: World, row: ServerRow, input: Json): void => {
  const { name, disable_delete: lock, description } = input
  if (name !== undefined) checkName(world, row, textOf(name))
  if (lock !== undefined && typeof lock !== 'boolean') {
    throw notConvertible(input, 'ServerUpdateInput', 'disable_delete', JSON.stringify(lock))
  }
  if (typeof name === 'string') row.name = name
  if (typeof lock === 'boolean') row.disableDelete = lock
  if (description !== undefined) row.extra = { ...row.extra, description: textOf(description) }
  touch(row, world.now())
}

const checkName = (world: World, row: ServerRow, name: string): void => {
  if (name === '') throw databaseError("Update: saveUpdate: execUpdateSql: TxExec: Error 1048: Column 'name' cannot be null")
  if (name.length < 2) {
    throw badInput(`ValidateUpdateData: ${quoted(400, 'InputParameterError', [], 'name is too short', 'name is too short')}`)
  }
  checkStorable(name)
  if (nameTaken(world, name, row.id)) throw takenName(name)
}

/** The column holds 128 characters of three bytes. */
export const checkStorable = (name: string): void => {
  if (name.length > 128) throw databaseError("TxExec: Error 1406: Data too long for column 'name' at row 1")
  if (!/[\u{10000}-\u{10ffff}]/u.test(name)) return
  const collations = '(utf8_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE)'
  throw databaseError(`TxExec: Error 1267: Illegal mix of collations ${collations} for operation '='`)
}

const takenName = (name: string) => {
  const pattern = 'Duplicate name %!s(MISSING) %!s(MISSING)'
  const inner = quoted(409, 'DuplicateNameError', ['name', name], pattern, `Duplicate name name ${name}`)
  const bases = ['SVirtual', 'SStatusStandalone', 'SStandalone'].map(base => `${base}ResourceBase.ValidateUpdateData: `)
  return refuse(409, 'DuplicateNameError', `ValidateUpdateData: ${bases.join('')}alterNameValidator: ${inner}`)
}
