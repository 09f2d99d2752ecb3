import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli.ts'
import { eventually } from './clock.ts'
import type { Test } from './line.ts'
import { listen } from './ports.ts'
import { root } from './process.ts'
import { sameClock } from './shifted-clock.ts'

export interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

type Environment = Readonly<Record<string, string>>

/** Runs a command line in this process: its output is no terminal. */
export async function runHere (words: readonly string[], environment: Environment = {}): Promise<Run> {
  let [out, err] = ['', '']
  const code = await runCli(words, { environment, print: text => { out += text }, printError: text => { err += text } })
  return { code, out, err }
}

interface Started {
  readonly child: ChildProcess
  out(): string
  err(): string
  /** Resolves when the output matches. On a terminal, both streams are `out`. */
  shows(text: RegExp): Promise<void>
  type(text: string): void
  ended(): Promise<Run>
}

const main = join(root, 'src/main.ts')
const quoted = (word: string): string => `'${word.replaceAll('\'', '\'\\\'\'')}'`

/** Starts the real command as a process; whatever is left of it at the end of the test is killed. */
export function openCommands (test: Test) {
  const home = mkdtempSync(join(tmpdir(), 'hawser-caller-'))
  const children: ChildProcess[] = []
  test.teardown(async () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  })

  function start (program: string, words: readonly string[], environment: Environment): Started {
    const env = { PATH: process.env.PATH ?? '', HOME: home, ...sameClock(), ...environment }
    const child = spawn(program, words, { cwd: home, env, stdio: ['pipe', 'pipe', 'pipe'] })
    children.push(child)
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    child.stdin.on('error', () => {})
    const closed = once(child, 'close')
    return {
      child,
      out: () => out,
      err: () => err,
      shows: async text => { await eventually(() => text.test(out), () => `${out}\n${err}`) },
      type: text => { child.stdin.write(text) },
      ended: async () => {
        const [code] = await closed
        return { code: typeof code === 'number' ? code : null, out, err }
      }
    }
  }

  return {
    home,
    /** With pipes for all three streams. */
    pipe: (words: readonly string[], environment: Environment = {}): Started => start(process.execPath, [main, ...words], environment),
    /** Any program, such as a shell that runs a pipeline. */
    program: start,
    /** On a pseudo-terminal that is so many columns wide. */
    terminal: (words: readonly string[], environment: Environment = {}, columns = 100): Started => {
      const command = `stty cols ${columns}; exec ${[process.execPath, main, ...words].map(quoted).join(' ')}`
      return start('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', SHELL: '/bin/sh', ...environment })
    }
  }
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export interface StandIn {
  readonly url: string
  readonly asked: readonly Asked[]
}

/** An HTTP server in the place of a gateway, for answers that a gateway gives rarely. It records what it is sent. */
export async function startStandIn (
  test: Test, answer: (path: string, response: ServerResponse, method: string) => void
): Promise<StandIn> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() })
    request.on('end', () => {
      const [method, path] = [request.method ?? '', request.url ?? '']
      asked.push({ method, path, headers: request.headers, body: text === '' ? null : JSON.parse(text) })
      answer(path, response, method)
    })
  })
  return { url: `http://127.0.0.1:${await listen(test, server)}`, asked }
}

export const sendJson = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' }).end(JSON.stringify(body))
}
