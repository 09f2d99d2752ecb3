import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { eventually } from './clock.ts'
import type { Test } from './line.ts'
import { freePort } from './ports.ts'
import { sameClock } from './shifted-clock.ts'

export const root = resolve(import.meta.dirname, '../..')
const main = join(root, 'src/main.ts')

export interface Process {
  readonly child: ChildProcess
  readonly base: string
  output(): string
  ended(): Promise<number | null>
}

/** Starts processes for one test file, in a folder of their own; whatever is left of them at its end is killed. */
export function openProcesses (test: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-test-'))
  const children: ChildProcess[] = []
  test.teardown(async () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const launchProgram = (program: string, words: readonly string[], env: Record<string, string>, base = ''): Process => {
    const child = spawn(program, words, { cwd: root, env: { PATH: process.env.PATH ?? '', ...sameClock(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => { text += chunk.toString() })
    const exit = once(child, 'exit')
    return { child, base, output: () => text, ended: async () => { const [code] = await exit; return typeof code === 'number' ? code : null } }
  }

  const launch = (script: string, env: Record<string, string>, base = '', words: readonly string[] = []): Process =>
    launchProgram(process.execPath, [script, ...words], env, base)

  return {
    folder,
    launch,
    launchProgram,
    /** The built server with this configuration, ready. */
    serve: async (config: Record<string, unknown>, env: Record<string, string> = {}, script = main): Promise<Process> => {
      return await onFreePort(async port => {
        const file = join(folder, `${port}.yaml`)
        writeFileSync(file, stringify({ listen: { port }, auth: { mode: 'none' }, ...config }))
        const started = launch(script, { HAWSER_CONFIG: file, ...env }, `http://127.0.0.1:${port}`)
        await eventually(async () => isOver(started) || (await fetch(`${started.base}/health/ready`)).ok, started.output)
        return started
      })
    }
  }
}

const isOver = ({ child }: Process): boolean => child.exitCode !== null || child.signalCode !== null

/** Between the choice of a port and the listening somebody else may take it: then another one is tried. */
export async function onFreePort (start: (port: number) => Promise<Process>): Promise<Process> {
  for (let round = 0; round < 5; round += 1) {
    const started = await start(await freePort())
    if (!isOver(started)) return started
    if (!/EADDRINUSE|the port is in use/.test(started.output())) throw new Error(`it has ended:\n${started.output()}`)
  }
  throw new Error('every port is taken')
}
