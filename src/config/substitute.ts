import { readFileSync } from 'node:fs'

export type Environment = Readonly<Record<string, string | undefined>>

const reference = /\$\$\{|\$\{([^}]*)\}/g
const maximumFileBytes = 1024 * 1024

export class SubstitutionError extends Error {}

/** `${NAME}` is an environment variable, `${file:PATH}` the content of a file without its last newline, `$${` a literal `${`. */
export const substitute = (text: string, environment: Environment): string =>
  text.replace(reference, (whole, name: string | undefined) => name === undefined ? '${' : valueOf(name, environment, whole))

function valueOf (name: string, environment: Environment, whole: string): string {
  if (name.startsWith('file:')) return readSecret(name.slice('file:'.length))
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new SubstitutionError(`${whole} is not a valid environment variable name`)
  const value = environment[name]
  if (value === undefined) throw new SubstitutionError(`the environment variable ${name} is not set`)
  return value
}

function readSecret (path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > maximumFileBytes) throw new SubstitutionError(`the file ${path} is too large for a secret`)
    return text.replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof SubstitutionError) throw error
    throw new SubstitutionError(`the file ${path} cannot be read`)
  }
}
