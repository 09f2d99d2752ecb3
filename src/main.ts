#!/usr/bin/env node
// No import at the top, and no syntax newer than 2020: a Node that is too old still reads this file and prints its one line.
const oldestNode = 24

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(`hawser: Node ${oldestNode} or newer is needed, and this is ${process.version}; install Node ${oldestNode} LTS\n`)
  process.exitCode = 1
} else {
  // Beside the packages, where only the owner of the code writes. Node goes on without the cache where that is not possible.
  const { fileURLToPath } = await import('node:url')
  const root = import.meta.url.endsWith('.ts') ? '..' : '../..'
  process.getBuiltinModule('node:module').enableCompileCache(fileURLToPath(new URL(`${root}/node_modules/.cache/hawser`, import.meta.url)))
  const { run } = await import('./cli.ts')
  const code = await run(process.argv.slice(2), {
    environment: process.env,
    now: Date.now,
    print: text => { process.stdout.write(text) },
    complain: text => { process.stderr.write(text) }
  })
  if (code !== 0) process.exitCode = code
}

export {}
