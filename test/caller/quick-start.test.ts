import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openCommands } from '../helpers/caller.ts'
import { eventually } from '../helpers/clock.ts'
import { onFreePort, openProcesses, root } from '../helpers/process.ts'

const { launch } = openProcesses(t)
const { home, program } = openCommands(t)

/** The shell commands of the README that call the demo. */
function quickStart (): string {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block)
  return blocks.find(block => block.includes('export HAWSER_URL=')) ?? ''
}

t.test('the quick start of the README works against the demo, from an empty home directory', { timeout: 240_000 }, async t => {
  const demo = await onFreePort(async port => {
    const started = launch(join(root, 'sandbox/demo.ts'), { HAWSER_DEMO_PORT: String(port) }, `http://127.0.0.1:${port}`)
    await eventually(() => started.child.exitCode !== null || started.output().includes('Stop with Ctrl-C'), started.output)
    return started
  })
  const script = quickStart().replace('http://127.0.0.1:8080', demo.base)
  t.match(script, /^alias hawser=.*\nexport HAWSER_URL=http:.*\n(hawser|openssl) /)
  // An alias is for a person's shell; the command is the same.
  const folder = join(home, 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'hawser'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'src/main.ts')}' "$@"\n`)
  chmodSync(join(folder, 'hawser'), 0o755)
  const commands = script.replace(/^alias .*\n/, '')
  const run = await program('sh', ['-euc', commands], { PATH: `${folder}:${process.env.PATH ?? ''}` }).ended()
  t.equal(run.code, 0, run.err)
  t.match(run.out, /"status": "stopped"[^]*"action": "create",[^]*"status": "succeeded"/)
  t.match(run.out, /"action": "stop",[^]*"status": "succeeded"[^]*"calls": \[/)
  t.match(run.err, /^Idempotency-Key: \S+\ncreate \d+: running/)
  demo.child.kill('SIGINT')
  t.equal(await demo.ended(), 0)
})
