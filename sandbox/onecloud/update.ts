import type { ServerRow, World } from './world.ts'
import { badInput, databaseError, notConvertible, refuse } from './failures.ts'
import { logEvent, touch } from './lifecycle.ts'
import { isObject, textOf, type Json } from './values.ts'
import { nameTaken } from './create.ts'

const plainKeys = ['boot_order', 'shutdown_behavior', 'vga', 'vdi', 'machine', 'bios', 'src_ip_check', 'src_mac_check']

/** Unknown keys and keys that cannot be changed are passed over without a word. */
export const updateServer = (world: World, row: ServerRow, input: Json): void => {
  const name = input['name']
  if (name !== undefined) checkName(world, row, name)
  const lock = input['disable_delete']
  if (lock !== undefined && !['true', 'false'].includes(textOf(lock))) {
    throw notConvertible(input, 'ServerUpdateInput', 'disable_delete', textOf(lock) || JSON.stringify(lock))
  }
  if (typeof name === 'string' && name !== row.name) {
    row.name = name
    logEvent(world, row, 'update', `name=>${name}`, world.now())
  }
  if (lock !== undefined) row.disableDelete = textOf(lock) === 'true'
  if (input['description'] !== undefined) row.description = textOf(input['description'])
  if (input['hostname'] !== undefined) row.hostname = textOf(input['hostname'])
  for (const key of plainKeys) if (input[key] !== undefined) row.extra = { ...row.extra, [key]: input[key] }
  touch(row, world.now())
}

/** The columns hold three bytes a character. */
export const collation = "TxExec: Error 1267: Illegal mix of collations (utf8_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='"

const checkName = (world: World, row: ServerRow, name: unknown): void => {
  if (isObject(name) || Array.isArray(name)) throw notConvertible(name, 'ServerUpdateInput', 'name', JSON.stringify(name))
  const text = textOf(name)
  if (text === '') throw databaseError("Update: saveUpdate: execUpdateSql: TxExec: Error 1048: Column 'name' cannot be null")
  if (text.length < 2) {
    const error = { class: 'InputParameterError', code: 400, data: { id: 'name is too short' }, details: 'name is too short' }
    throw badInput(`ValidateUpdateData: ${JSON.stringify({ error })}`)
  }
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) throw databaseError(collation)
  if (nameTaken(world, text, row.id)) throw takenName(text)
  if (text.length > 128) throw databaseError("Update: saveUpdate: execUpdateSql: TxExec: Error 1406: Data too long for column 'name' at row 1")
}

const takenName = (name: string) => {
  const error = {
    class: 'DuplicateNameError',
    code: 409,
    data: { fields: ['name', name], id: 'Duplicate name %!s(MISSING) %!s(MISSING)' },
    details: `Duplicate name name ${name}`
  }
  return refuse(409, 'DuplicateNameError', 'ValidateUpdateData: SVirtualResourceBase.ValidateUpdateData: SStatusStandaloneResourceBase.ValidateUpdateData: ' +
    `SStandaloneResourceBase.ValidateUpdateData: alterNameValidator: ${JSON.stringify({ error })}`)
}
