import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../helpers/process.ts'
import { openCommands, runHere, sendJson, startStandIn } from '../helpers/caller.ts'

const { home, program } = openCommands(t)
const accounts = ['lab', 'lab-2', 'vm6', '$(reboot)']
const gateway = await startStandIn(t, (_path, response) => { sendJson(response, { data: accounts.map(id => ({ id })) }) })
const env = { HAWSER_URL: gateway.url, HOME: home }
const after = async (...words: string[]): Promise<string[]> =>
  (await runHere(['complete', '--', ...words], env)).out.split('\n').filter(word => word !== '')

t.test('commands, subcommands and flags are completed', async t => {
  t.ok((await after('')).includes('servers'))
  t.same(await after('snap'), ['snapshots', 'snapshot'])
  t.same(await after('server', 're'), ['resize', 'rebuild', 'rescue', 'reboot', 'rename'])
  t.same(await after('server', 'delete', '--re'), ['--recycle'])
  t.same(await after('servers', '-o', 'c'), ['csv', 'columns='])
  t.same(await after('servers', '--sort', '-'), ['-id', '-name', '-created_at'])
  t.same(await after('completion', ''), ['bash', 'zsh', 'fish'])
  t.notOk((await after('')).includes('complete'), 'the command behind completion stays out of sight')
})

t.test('ids of accounts and names of contexts are completed', async t => {
  t.same(await after('servers', 'la'), ['lab', 'lab-2'])
  t.same(await after('server', 'stop', '--wait', '-o', 'json', ''), ['lab', 'lab-2', 'vm6'], 'only what looks like an account')
  t.same(await after('server', 'stop', 'lab', ''), [])
  await runHere(['context', 'add', 'prod', '--url', gateway.url, '--no-key'], env)
  t.same(await after('context', 'use', ''), ['prod'])
  t.same(await after('servers', '--context', ''), ['prod'])
})

t.test('nothing is completed or printed if the gateway cannot be reached', async t => {
  const run = await runHere(['complete', '--', 'servers', ''], { HOME: join(home, 'empty') })
  t.equal(run.out, '')
})

const hawser = join(home, 'hawser')
writeFileSync(hawser, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'src/main.ts')}' "$@"\n`)
chmodSync(hawser, 0o755)
const shellEnv = { ...env, PATH: `${home}:${process.env.PATH ?? ''}` }

t.test('the completion script works in bash', async t => {
  const script = `
    eval "$(hawser completion bash)"
    try () { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hawser; echo "\${COMPREPLY[*]}"; }
    try hawser ser
    try hawser server st
    try hawser servers vm
    complete -p hawser`
  const run = await program('bash', ['-c', script], shellEnv).ended()
  t.match(run, { code: 0, out: 'serve servers server\nstart stop\nvm6\ncomplete -o default -F _hawser hawser\n' }, run.err)
  t.match(await runHere(['completion', 'tcsh']), { code: 2, err: /completion exists for bash, zsh, fish/ })
})

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

t.test('zsh loads the completion script', { skip: isInstalled('zsh') ? false : 'zsh is not installed' }, async t => {
  const script = `
    compdef () { print -r -- "compdef $*" }; compadd () { shift; print -r -- \${(P)1} }
    eval "$(hawser completion zsh)"
    words=(hawser server st); CURRENT=3; _hawser`
  const run = await program('zsh', ['-f', '-c', script], shellEnv).ended()
  t.match(run, { code: 0, out: 'compdef _hawser hawser\nstart stop\n', err: '' })
})

t.test('the completion script works in fish', { skip: isInstalled('fish') ? false : 'fish is not installed' }, async t => {
  const script = 'hawser completion fish | source; complete -C "hawser server st"; complete -C "hawser servers la"'
  const run = await program('fish', ['--no-config', '-c', script], shellEnv).ended()
  t.match(run, { code: 0, out: 'start\nstop\nlab\nlab-2\n', err: '' })
})
