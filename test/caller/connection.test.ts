import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openCommands, runHere, sendJson, startStandIn } from '../helpers/caller.ts'

const answerAll = async () => await startStandIn(t, (_path, response) => { sendJson(response, { data: [], page: { next_cursor: null } }) })
const [first, second] = [await answerAll(), await answerAll()]
const { home, pipe, terminal } = openCommands(t)
const file = join(home, '.config/hawser/config.yaml')
const keyOf = ({ asked }: typeof first): unknown => asked.at(-1)?.headers.authorization

t.test('without a gateway the message explains how to configure one', async t => {
  t.match(await runHere(['accounts'], { HOME: home }), {
    code: 2, out: '', err: /^no gateway is known\. Set HAWSER_URL and HAWSER_KEY, or run: hawser context add/
  })
})

t.test('a new context takes its key from standard input, is readable by its owner only, and is in use', async t => {
  const adding = pipe(['context', 'add', 'prod', '--url', `${first.url}/`])
  adding.child.stdin?.end('key-of-prod\n')
  t.match(await adding.ended(), { code: 0, out: '', err: /^Added the context prod in .*config\.yaml\. It is in use\.\n$/ })
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(join(home, '.config/hawser')).mode & 0o777, 0o700)
  t.equal((await pipe(['accounts']).ended()).code, 0)
  t.equal(keyOf(first), 'Bearer key-of-prod')
  const keyFile = join(home, 'key')
  writeFileSync(keyFile, 'key-of-lab\n')
  t.match(await runHere(['context', 'add', 'lab', '--url', second.url, '--key-file', keyFile], { HOME: home }), {
    code: 0, err: /To use it: hawser context use lab/
  })
  t.match(await runHere(['context', 'list', '-o', 'csv'], { HOME: home }), {
    code: 0, out: `name,url,key,current\nprod,${first.url},yes,yes\nlab,${second.url},yes,no\n`
  })
  t.match(await runHere(['context', 'use', 'lab'], { HOME: home }), { code: 0 })
  await runHere(['accounts'], { HOME: home })
  t.equal(keyOf(second), 'Bearer key-of-lab')
  t.match(await runHere(['context', 'use', 'nowhere'], { HOME: home }), {
    code: 2, err: 'there is no context nowhere; there are: prod, lab\n'
  })
  for (const format of ['json', 'table']) t.notOk((await runHere(['context', 'list', '-o', format], { HOME: home })).out.includes('key-of'))
})

t.test('a key typed on the terminal is not shown', async t => {
  const adding = terminal(['context', 'add', 'typed', '--url', first.url])
  await adding.shows(/Key \(not shown\): $/)
  adding.type('SECRETKEY\r')
  const { code, out } = await adding.ended()
  t.equal(code, 0, out)
  t.notOk(out.includes('SECRETKEY'))
  await runHere(['accounts', '--context', 'typed'], { HOME: home })
  t.equal(keyOf(first), 'Bearer SECRETKEY')
  t.match(await runHere(['context', 'remove', 'typed'], { HOME: home }), { code: 0 })
  t.notOk(readFileSync(file, 'utf8').includes('SECRETKEY'))
})

t.test('flags take precedence over the environment, and the environment over the context in use', async t => {
  const keyFile = join(home, 'key-of-flag')
  writeFileSync(keyFile, 'key-of-flag\n')
  const environment = { HOME: home, HAWSER_URL: first.url, HAWSER_KEY: 'key-of-env' }
  const cases: ReadonlyArray<readonly [flags: readonly string[], env: Record<string, string>, gateway: typeof first, key?: string]> = [
    [['--url', second.url, '--key-file', keyFile], environment, second, 'Bearer key-of-flag'],
    [['--url', second.url], environment, second, 'Bearer key-of-env'],
    [['--context', 'lab'], environment, second, 'Bearer key-of-lab'],
    [['--context', 'lab', '--key-file', keyFile], environment, second, 'Bearer key-of-flag'],
    [[], environment, first, 'Bearer key-of-env'],
    [['--key-file', keyFile], environment, first, 'Bearer key-of-flag'],
    [[], { HOME: home, HAWSER_KEY: 'key-of-env' }, second, 'Bearer key-of-env'],
    [[], { HOME: home }, second, 'Bearer key-of-lab'],
    [['--url', first.url], { HOME: home }, first],
    [[], { HOME: home, HAWSER_URL: first.url }, first]
  ]
  for (const [flags, env, gateway, key] of cases) {
    const before = gateway.asked.length
    t.equal((await runHere(['accounts', ...flags], env)).code, 0)
    t.equal(gateway.asked.length, before + 1, flags.join(' '))
    t.equal(keyOf(gateway), key, `${flags.join(' ')}: the key of a context goes only to the URL of that context`)
  }
  t.match(await runHere(['accounts', '--context', 'lab', '--url', first.url], { HOME: home }), { code: 2, err: /are mutually exclusive/ })
})

t.test('a secret read from a terminal is prompted for and not shown', async t => {
  const asking = terminal(['accounts', '--url', first.url, '--key-file', '-'])
  await asking.shows(/--key-file \(not shown\): $/)
  asking.type('SECRETKEY\r')
  const { code, out } = await asking.ended()
  t.equal(code, 0, out)
  t.notOk(out.includes('SECRETKEY'))
  t.equal(keyOf(first), 'Bearer SECRETKEY')
})

t.test('a key can come from standard input', async t => {
  const asking = pipe(['accounts', '--url', first.url, '--key-file', '-'])
  asking.child.stdin?.end('key-of-pipe\n')
  t.match(await asking.ended(), { code: 0 })
  t.equal(keyOf(first), 'Bearer key-of-pipe')
})

t.test('XDG_CONFIG_HOME changes the location of the contexts', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-xdg-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const env = { HOME: home, XDG_CONFIG_HOME: folder }
  t.match(await runHere(['context', 'add', 'open', '--url', first.url, '--no-key'], env), { code: 0 })
  t.ok(existsSync(join(folder, 'hawser/config.yaml')))
  await runHere(['accounts'], env)
  t.equal(keyOf(first), undefined)
})

t.test('a file of contexts that others can read is refused, and the message says how to fix it', async t => {
  for (const mode of [0o644, 0o640, 0o602]) {
    chmodSync(file, mode)
    for (const words of [['accounts'], ['context', 'list'], ['context', 'use', 'prod']]) {
      t.match(await runHere(words, { HOME: home }), {
        code: 2, out: '', err: `${file} holds keys, and other users can read or write it. Run: chmod 600 ${file}\n`
      })
    }
  }
  chmodSync(file, 0o600)
  t.match(await runHere(['accounts'], { HOME: home }), { code: 0 })
})

t.test('the message about an invalid file of contexts shows nothing of its content', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-broken-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  mkdirSync(join(folder, 'hawser'))
  const texts: ReadonlyArray<readonly [text: string, why: RegExp]> = [
    ['contexts:\n  a: {url: "http://x", key: "SECRET\n  b: [', /line \d+ is not valid YAML/],
    ['- SECRET\n', /must contain current and contexts/],
    ['current: a\ncontexts: {a: {key: SECRET}}\n', /the context a has no url/],
    ['current: a\ncontexts: {a: {url: "http://127.0.0.1", key: 12345}}\n', /the key of a must be a text/],
    ['current: gone\ncontexts: {a: {url: "http://127.0.0.1", key: SECRET}}\n', /there is no context gone; there are: a/],
    ['contexts: {a: {url: "http://127.0.0.1", key: SECRET}}\n', /no context is in use.*hawser context use/],
    ['current: a\ncontexts: {a: {url: "example.com", key: SECRET}}\n', /the context in use: the URL needs a scheme: https:\/\/example\.com/]
  ]
  for (const [text, why] of texts) {
    writeFileSync(join(folder, 'hawser/config.yaml'), text, { mode: 0o600 })
    const run = await runHere(['accounts'], { XDG_CONFIG_HOME: folder })
    t.match(run, { code: 2, out: '', err: why })
    t.notOk(run.err.includes('SECRET'))
  }
})

t.test('a URL without a scheme, with a password or with a query is refused', async t => {
  const urls: ReadonlyArray<readonly [url: string, why: RegExp]> = [
    ['hawser.example.com', /^--url: the URL needs a scheme: https:\/\/hawser\.example\.com\n$/],
    ['localhost:8080', /needs a scheme: https:\/\/localhost:8080\n$/],
    ['user:SECRET@hawser.example.com', /needs a scheme, such as https:\/\/\n$/],
    ['ftp://hawser.example.com', /must be http or https/],
    ['https://user:SECRET@hawser.example.com', /must not contain a user name or password/],
    ['https://hawser.example.com/?a=b', /must end with the path/],
    ['https://', /is not a valid URL/]
  ]
  for (const [url, why] of urls) {
    const run = await runHere(['accounts', '--url', url], { HOME: home })
    t.match(run, { code: 2, out: '', err: why })
    t.notOk(run.err.includes('SECRET'))
  }
  t.match(await runHere(['accounts'], { HAWSER_URL: 'example.com' }), { code: 2, err: /^HAWSER_URL: / })
})

t.test('a key that is not valid in a header is refused and not repeated in the message', async t => {
  for (const key of ['SECRET with spaces', 'SECRET\u00e4', 'SECRET\nX-Other: 1']) {
    const run = await runHere(['accounts'], { HAWSER_URL: first.url, HAWSER_KEY: key })
    t.match(run, { code: 2, err: /the key contains spaces or characters/ })
    t.notOk(run.err.includes('SECRET'))
  }
})

t.test('a key for a URL without https is stored with a warning', async t => {
  const file = join(home, 'key-of-flag')
  const env = { XDG_CONFIG_HOME: join(home, 'other') }
  const far = await runHere(['context', 'add', 'far', '--url', 'http://hawser.example.com', '--key-file', file], env)
  t.match(far, { code: 0, err: /key is sent unencrypted/ })
  t.notMatch((await runHere(['context', 'add', 'near', '--url', first.url, '--key-file', file], env)).err, /unencrypted/)
  const none = await runHere(['context', 'add', 'none', '--url', first.url], env)
  t.match(none, { code: 2, err: 'the key, or --no-key: standard input is empty\n' })
})

t.test('the path of the gateway\'s URL is kept', async t => {
  await runHere(['accounts', '--url', `${first.url}/hawser/`], { HOME: home })
  t.equal(first.asked.at(-1)?.path, '/hawser/v1/accounts')
})

t.test('a link to a file of contexts stays a link, and anything but a file is refused', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-link-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  mkdirSync(join(folder, 'hawser'))
  const [kept, link] = [join(folder, 'kept.yaml'), join(folder, 'hawser/config.yaml')]
  writeFileSync(kept, 'contexts: {a: {url: "http://127.0.0.1"}}\n', { mode: 0o600 })
  symlinkSync(kept, link)
  t.equal((await runHere(['context', 'use', 'a'], { XDG_CONFIG_HOME: folder })).code, 0)
  t.match(readFileSync(kept, 'utf8'), /^current: a$/m)
  t.ok(lstatSync(link).isSymbolicLink())
  rmSync(link)
  mkdirSync(link)
  t.match(await runHere(['context', 'list'], { XDG_CONFIG_HOME: folder }), { code: 2, err: /config\.yaml is not valid: it is not a file\n$/ })
})
