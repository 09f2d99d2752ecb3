#!/usr/bin/env node
// The entry of the package, the image and a checkout. Its syntax must suit any Node: an old one prints what to install.

const oldestNode = 24

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  process.stderr.write(`hawser needs Node ${oldestNode} or newer; this is ${process.version}. ` +
    `Install Node ${oldestNode} LTS (nodejs.org, or your system's packages).\n`)
  process.exitCode = 2
} else {
  const { enableCompileCache } = await import('node:module')
  // Beside the code, with the same permissions: a cache in a shared folder could be planted by another user.
  enableCompileCache(`${import.meta.dirname}/../.cache`)
  const { runCli } = await import('./cli.ts')
  const code = await runCli(process.argv.slice(2), {
    environment: process.env,
    print: text => { process.stdout.write(text) },
    printError: text => { process.stderr.write(text) },
    // Opened on use: serve reads no input.
    streams: { get input () { return process.stdin }, get output () { return process.stdout }, get error () { return process.stderr } }
  })
  if (code !== 0) process.exitCode = code
}

export {}
