import { readFileSync } from 'node:fs'
import type { Problem } from '../client/client.ts'
import { CommandError, type ExitCode, type Terminal } from '../terminal.ts'
import { isRow, plain, plainJson } from './text.ts'

/** A problem of the gateway, printed as title, detail and what to do. */
export class Refused extends CommandError {
  readonly problem: Problem

  constructor (problem: Problem) {
    super(problem.title, exitCodeOf(problem))
    this.problem = problem
  }
}

/** 4 if something may have been changed. */
const exitCodeOf = ({ side_effect: effect }: Problem): ExitCode => effect === 'none' ? 3 : 4

export const isProblem = (body: unknown): body is Problem =>
  isRow(body) && typeof body.type === 'string' && body.type.startsWith('/problems/') && typeof body.title === 'string'

export const slugOf = ({ type }: Pick<Problem, 'type'>): string => type.replace('/problems/', '')

/** The lines of a problem; with `isVerbose`, the whole document. */
export function problemText (problem: Problem, isVerbose: boolean): string {
  const { title, status, detail, errors, request_id: requestId } = problem
  const after = 'retry_after_s' in problem && typeof problem.retry_after_s === 'number' ? [`  retry after ${problem.retry_after_s} s`] : []
  const advice = adviceOn(slugOf(problem))
  return [
    `Error: ${plain(String(title))} (${plain(slugOf(problem))}, ${String(status)})`,
    ...(detail === title ? [] : [`  ${plain(String(detail))}`]),
    ...vendorLines(problem),
    ...errorLines(errors).filter(line => line !== `  ${plain(String(detail))}`),
    ...after,
    ...(advice === null ? [] : [`What to do: ${advice}`]),
    ...(isVerbose ? [plainJson(problem, 2)] : requestId === undefined ? [] : [`Request: ${plain(String(requestId))}`])
  ].map(line => `${line}\n`).join('')
}

const errorLines = (errors: unknown): string[] =>
  Array.isArray(errors) ? errors.filter(isRow).map(({ path, message }) => `  ${plain(`${String(path)}: ${String(message)}`)}`) : []

function vendorLines ({ upstream, detail }: Problem): string[] {
  const message = isRow(upstream) ? upstream.message : null
  if (typeof message !== 'string' || message === '' || String(detail).includes(message)) return []
  return [`  the provider says: ${plain(message)}`]
}

/** From the page of that problem; null for one that this version does not know. */
function adviceOn (slug: string): string | null {
  const page = readFileSync(new URL('../../openapi/problems.md', import.meta.url), 'utf8')
  const section = page.split(/^## /m).find(text => text.startsWith(`${slug}\n`))
  const advice = /^\*\*What to do\.\*\* (.+)$/m.exec(section ?? '')?.[1]
  return advice === undefined ? null : advice.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '')
}

/** Prints why a command ended, and resolves its exit code. */
export function reportFailure ({ printError }: Terminal, error: unknown, isVerbose: boolean): ExitCode {
  if (error instanceof Refused) printError(problemText(error.problem, isVerbose))
  else printError(`${error instanceof CommandError ? '' : 'hawser: '}${error instanceof Error ? error.message : String(error)}\n`)
  return error instanceof CommandError ? error.exitCode : 1
}
