import type { ServerRow, World } from './world.ts'
import { badInput, databaseError, notConvertible, refuse } from './failures.ts'
import { touch } from './lifecycle.ts'
import { textOf, type Json } from './values.ts'
import { nameTaken } from './names.ts'

/** Unknown keys and keys that cannot be changed are silently ignored. */
export const updateServer = (world: World, row: ServerRow, input: Json): void => {
  const { name, disable_delete: lock, description } = input
  if (name !== undefined) checkName(world, row, textOf(name))
  if (lock !== undefined && typeof lock !== 'boolean') throw notConvertible(input, 'ServerUpdateInput', 'disable_delete', JSON.stringify(lock))
  if (typeof name === 'string') row.name = name
  if (typeof lock === 'boolean') row.disableDelete = lock
  if (description !== undefined) row.extra = { ...row.extra, description: textOf(description) }
  touch(row, world.now())
}

const checkName = (world: World, row: ServerRow, name: string): void => {
  if (name === '') throw databaseError("Update: saveUpdate: execUpdateSql: TxExec: Error 1048: Column 'name' cannot be null")
  if (name.length < 2) {
    const error = { class: 'InputParameterError', code: 400, data: { id: 'name is too short' }, details: 'name is too short' }
    throw badInput(`ValidateUpdateData: ${JSON.stringify({ error })}`)
  }
  checkStorable(name)
  if (nameTaken(world, name, row.id)) throw takenName(name)
}

/** The column holds 128 characters of three bytes. */
export const checkStorable = (name: string): void => {
  if (name.length > 128) throw databaseError("TxExec: Error 1406: Data too long for column 'name' at row 1")
  if (/[\u{10000}-\u{10ffff}]/u.test(name)) throw databaseError("TxExec: Error 1267: Illegal mix of collations (utf8_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='")
}

const takenName = (name: string) => {
  const error = { class: 'DuplicateNameError', code: 409, data: { fields: ['name', name], id: 'Duplicate name %!s(MISSING) %!s(MISSING)' }, details: `Duplicate name name ${name}` }
  return refuse(409, 'DuplicateNameError', 'ValidateUpdateData: SVirtualResourceBase.ValidateUpdateData: SStatusStandaloneResourceBase.ValidateUpdateData: ' +
    `SStandaloneResourceBase.ValidateUpdateData: alterNameValidator: ${JSON.stringify({ error })}`)
}
