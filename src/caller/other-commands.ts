import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { endpoints } from './endpoints.ts'
import { addCommonFlags, addWaitFlags, collected, formatNote, groupOf, serverNote, type Run } from './command.ts'

/** The commands that are not one endpoint each. */
export function addOtherCommands (program: Command, terminal: Terminal, run: Run): void {
  addRename(program, terminal, run)
  addOperationCommands(program, terminal, run)
  addApi(program, terminal, run)
  addContext(program, terminal, run)
  addCompletion(program, terminal, run)
}

function addRename (program: Command, terminal: Terminal, run: Run): void {
  const change = endpoints.find(({ words }) => words.join(' ') === 'server change')
  if (change === undefined) return
  const command = groupOf(program, 'server').command('rename').description('rename a server')
    .argument('<account>', 'the id of the account')
    .argument('<server>', serverNote)
    .argument('<name>', 'the new name')
    .option('--dry-run', 'send nothing, show the calls that the provider would get')
  addWaitFlags(command)
  addCommonFlags(command)
  command.action(async (account: string, server: string, name: string) => {
    const flags = command.opts()
    const invocation = { endpoint: change, words: [account, server], flags: { ...flags, name: name.replace(/^@/, '@@') } }
    await run(import('./run.ts').then(async ({ runEndpoint }) => await runEndpoint(terminal, invocation)), flags)
  })
}

function addOperationCommands (program: Command, terminal: Terminal, run: Run): void {
  const operation = groupOf(program, 'operation')
  const kinds = [
    ['wait', 'wait for the end of an operation', 'waitCommand'],
    ['watch', 'print every change of an operation until it ends', 'watchCommand']
  ] as const
  for (const [word, summary, work] of kinds) {
    const command = operation.command(word).description(summary)
      .argument('<account>', 'the id of the account')
      .argument('<operation>', 'the id of the operation')
      .option('--timeout <seconds>', 'maximum time to wait; default 35 minutes')
    addCommonFlags(command)
    command.action(async (account: string, id: string) => {
      const flags = command.opts()
      await run(import('./operations.ts').then(async commands => await commands[work](terminal, { account, id }, flags)), flags)
    })
  }
}

function addApi (program: Command, terminal: Terminal, run: Run): void {
  const command = program.command('api').description('send one request and print the answer')
    .argument('<method>', 'GET, POST, PUT, PATCH or DELETE').argument('<path>', 'for example /v1/accounts')
    .option('--body <json>', 'the body, or @FILE').option('--header <header>', 'NAME: VALUE; may be repeated', collected)
  addCommonFlags(command)
  command.action(async (method: string, path: string) => {
    const flags = command.opts()
    await run(import('./api.ts').then(async ({ apiCommand }) => await apiCommand(terminal, [method, path], flags)), flags)
  })
}

function addContext (program: Command, terminal: Terminal, run: Run): void {
  const context = program.command('context').description('the gateways that this user knows, and their keys')
  const load = async () => await import('./context-commands.ts')
  context.command('add').description('store a gateway; the key comes from --key-file, standard input or the terminal')
    .argument('<name>', 'a name for it').requiredOption('--url <url>', 'the address of the gateway')
    .option('--key-file <file>', 'a file with the key, or - for standard input').option('--no-key', 'the gateway has no keys')
    .action(async (name: string, flags: { url: string, keyFile?: string, key?: boolean }) => {
      await run(load().then(async commands => await commands.addContext(terminal, name, flags)), {})
    })
  context.command('use').description('use this gateway from now on').argument('<name>', 'its name')
    .action(async (name: string) => { await run(load().then(async commands => await commands.useContext(terminal, name)), {}) })
  context.command('remove').description('forget a gateway and its key').argument('<name>', 'its name')
    .action(async (name: string) => { await run(load().then(async commands => await commands.removeContext(terminal, name)), {}) })
  const list = context.command('list').description('list the gateways, without their keys')
    .option('-o, --output <format>', formatNote, collected)
    .option('-q, --quiet', 'print names only')
  list.action(async () => { await run(load().then(async commands => await commands.listContexts(terminal, list.opts())), {}) })
}

function addCompletion (program: Command, terminal: Terminal, run: Run): void {
  const load = async () => await import('./completion.ts')
  program.command('completion').description('print the completion script for a shell').argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => { await run(load().then(({ completionScript }) => completionScript(terminal, shell)), {}) })
  program.command('complete', { hidden: true }).argument('[words...]')
    .action(async (words: readonly string[]) => {
      await run(load().then(async ({ complete }) => await complete(terminal, program, words)), {})
    })
}
