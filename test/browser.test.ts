import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { problemSections } from '../routes/problem-pages.ts'
import { operationSchema } from '../src/domain/operation.ts'
import { problemTitles } from '../src/domain/problem.ts'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { openBrowser, whyNoBrowser, type Opened, type Watch } from './helpers/browser.ts'
import { eventually } from './helpers/clock.ts'
import { freePort, openProcesses, root } from './helpers/process.ts'
import { createForms } from './helpers/swagger-ui.ts'

const key = 'a-key-that-is-typed-into-the-page'
const sha256 = createHash('sha256').update(key).digest('hex')

/** The simulators of the demo that are asked here, the built gateway with keys before them, and a browser. */
async function raise () {
  const [vmmanager, glesys, browser] = await Promise.all([startVmmanager({ knobs: { actionMs: 500 } }), startGlesys(), openBrowser(t)])
  t.teardown(async () => { await Promise.all([vmmanager.close(), glesys.close()]) })
  const gateway = await processes.serve({
    auth: { mode: 'keys', keys: [{ name: 'person', sha256, accounts: ['*'], permissions: ['read', 'operate', 'write'] }] },
    log: { level: 'silent' },
    accounts: { vm6: { provider: 'vmmanager', ...vmmanager.settings.vm6 }, 'glesys-lab': { provider: 'glesys', ...glesys.settings['glesys-lab'] } }
  })
  return { vmmanager, glesys, browser, gateway, open: async (t: Test, path: string): Promise<Opened> => await browser.open(t, gateway.base, path) }
}
type Stage = Awaited<ReturnType<typeof raise>>

// A browser among many busy processes takes its time.
t.setTimeout(400_000)
const processes = openProcesses(t)
const skip = whyNoBrowser()
let stage: Promise<Stage> | undefined

/** Without a browser nothing is started, and the reason is said. */
const inBrowser = async (name: string, run: (t: Test, stage: Stage) => Promise<void>): Promise<void> => {
  await t.test(name, { skip }, async t => { stage ??= raise(); await run(t, await stage) })
}

/** Nothing went wrong behind the page but these answers. */
const isClean = (t: Test, watch: Watch, refused: readonly number[] = []): void => {
  t.same(watch, { errors: [], strays: [], refused: [...refused] }, 'no error in the console, nothing asked of anybody else')
}

await inBrowser('a key in the Authorize dialog opens a list, a wrong one is a 401 problem, and the page forgets both', async (t, { open, vmmanager }) => {
  const { page, watch } = await open(t, '/docs')
  const forms = createForms(page)
  t.equal(await page.title(), 'Hawser')
  await forms.authorize(key)
  const seeded = [...vmmanager.servers.values()].find(({ name }) => name.startsWith('web-'))
  const listed = await forms.tryOut('listServers', { fields: { account: 'vm6', limit: '5', q: seeded?.name ?? '' } })
  t.match(listed, { status: 200, body: { data: [{ id: String(seeded?.id), name: seeded?.name, account: 'vm6' }] } })
  t.match(listed.headers, /hawser-upstream-calls: \d/)

  await forms.authorize('not-the-key')
  const refused = await forms.tryOut('listServers')
  t.match(refused, { status: 401, body: { type: '/problems/unauthenticated', errors: [] } })
  t.match(refused.headers, /content-type: application\/problem\+json/)

  await forms.authorize(key)
  t.notMatch(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])'), key)
  await page.reload()
  t.equal((await forms.tryOut('listServers', { fields: { account: 'vm6' } })).status, 401)
  isClean(t, watch, [401, 401])
})

await inBrowser('what a form can know to be wrong it does not send, and the rest is a 400 problem that names the place', async (t, { open }) => {
  const { page, watch } = await open(t, '/docs')
  const forms = createForms(page)
  await forms.authorize(key)
  const block = await forms.execute('listServers', { fields: { account: 'vm6', limit: '0' } })
  await block.locator('.validation-errors', { hasText: 'greater than or equal to 1' }).waitFor()
  t.equal(await block.locator('.live-responses-table').count(), 0)

  const { status, body } = await forms.tryOut('listServers', { fields: { limit: '5', ip: 'nonsense' } })
  t.equal(status, 400)
  t.match(body, { type: '/problems/invalid-request', errors: [{ path: 'query.ip', message: 'must be an IP address' }] })
  const documented = block.locator('tr.response[data-code="400"]')
  t.match(await documented.innerText(), /"status": 400[^]*"path": "query\.limit"/, 'the documented example is one of this status')
  isClean(t, watch, [400])
})

await inBrowser('a stop that is tried out is accepted, and its operation is seen to succeed', async (t, { open, vmmanager }) => {
  const { page, watch } = await open(t, '/docs')
  const forms = createForms(page)
  await forms.authorize(key)
  const running = [...vmmanager.servers.values()].find(({ id, state, disabled }) => vmmanager.powerOf(id) === 'active' && state === 'active' && !disabled)
  const id = String(running?.id)
  const accepted = await forms.tryOut('stopServer', { fields: { account: 'vm6', id } })
  t.equal(accepted.status, 202)
  const operation = operationSchema.parse(accepted.body)
  t.match(operation, { account: 'vm6', action: 'stop', server_id: id })
  t.match(accepted.headers, `location: /v1/vm6/operations/${operation.id}`)

  const followed = await forms.tryOut('getOperation', { fields: { account: 'vm6', id: operation.id, Prefer: 'wait=60' } })
  t.match(followed, { status: 200, body: { id: operation.id, status: 'succeeded', error: null } })
  t.equal(vmmanager.powerOf(id), 'stopped')
  isClean(t, watch)
})

await inBrowser('the documented example of a create can be rehearsed as it stands in the form, and buys nothing', async (t, { open, glesys }) => {
  const { page, watch } = await open(t, '/docs')
  const forms = createForms(page)
  await forms.authorize(key)
  const before = glesys.servers.size
  const plan = await forms.tryOut('createServer', { choices: { dry_run: 'true' } })
  t.match(plan, { status: 200, body: { calls: [{ method: 'POST', url: /\/server\/create/ }] } })
  t.equal(glesys.servers.size, before)
  isClean(t, watch)
})

await inBrowser('every problem has a page with its title and a text, and their links lead on', async (t, { open, gateway }) => {
  const { page, watch } = await open(t, '/problems')
  const origin = new URL(page.url()).origin
  const links = async (): Promise<string[]> => await page.locator('a').evaluateAll(anchors => anchors.map(anchor => String(anchor.getAttribute('href'))))
  const listed = await links()
  t.same(listed.filter(link => link.startsWith('/problems/')).sort(), Object.keys(problemTitles).map(slug => `/problems/${slug}`).sort())
  const led = new Set<string>()
  for (const [slug, title] of Object.entries(problemTitles)) {
    const answer = await page.goto(`${origin}/problems/${slug}`)
    t.equal(answer?.status(), 200, slug)
    t.equal(await page.locator('h1').innerText(), title)
    t.match(await page.locator('body').innerText(), /Status \d{3}\. \w+/, slug)
    for (const link of await links()) led.add(link)
  }
  t.ok([...led].filter(link => link.startsWith('/problems/')).length >= 3, 'pages name each other')
  for (const link of led) t.equal((await fetch(`${gateway.base}${link}`, { redirect: 'error' })).status, 200, link)
  t.equal(problemSections().length, Object.keys(problemTitles).length)
  isClean(t, watch)
})

await inBrowser('the type of a problem is a page, its links can be clicked, and a kind that is not there is a 404 problem', async (t, { open, gateway }) => {
  const refused: unknown = await (await fetch(`${gateway.base}/v1/vm6/servers`)).json()
  t.match(refused, { type: '/problems/unauthenticated' })
  const { page, watch } = await open(t, '/problems/unauthenticated')
  await page.getByRole('link', { name: 'forbidden' }).click()
  await page.getByRole('heading', { name: problemTitles.forbidden }).waitFor()
  await page.getByRole('link', { name: 'All problems' }).click()
  await page.getByRole('link', { name: 'upstream-timeout' }).click()
  await page.getByRole('heading', { name: problemTitles['upstream-timeout'] }).waitFor()
  await page.getByRole('link', { name: 'All of the API' }).click()
  await page.waitForURL('**/docs')
  isClean(t, watch)

  const nothing = await page.goto(`${new URL(page.url()).origin}/problems/nonsense`)
  t.equal(nothing?.status(), 404)
  t.match(nothing?.headers()['content-type'], /^application\/problem\+json/)
  t.match(await nothing?.json(), { type: '/problems/not-found', detail: /\/problems lists them/ })
})

await inBrowser('the bare address tells where everything is, and every place is there', async (t, { open, gateway }) => {
  const { page } = await open(t, '/')
  const places: unknown = JSON.parse(await page.locator('pre').innerText())
  t.match(places, { name: 'Hawser', docs: '/docs', openapi: '/openapi.json', problems: '/problems' })
  const paths = typeof places === 'object' && places !== null ? Object.values(places).filter(value => typeof value === 'string' && value.startsWith('/')) : []
  t.ok(paths.length >= 4)
  for (const path of paths) {
    const answer = await fetch(`${gateway.base}${String(path)}`, { headers: { authorization: `Bearer ${key}` }, redirect: 'error' })
    t.equal(answer.status, 200, String(path))
    await answer.arrayBuffer()
  }
})

await inBrowser('in the demo the forms work as they stand, without a key', async (t, { browser }) => {
  const port = await freePort()
  const demo = processes.launch(join(root, 'sandbox/demo.ts'), { HAWSER_DEMO_PORT: String(port) })
  await eventually(() => demo.output().includes('Stop with Ctrl-C'), demo.output)
  const { page, watch } = await browser.open(t, `http://127.0.0.1:${port}`, '/docs')
  const { status, body } = await createForms(page).tryOut('listServers')
  t.match({ status, body }, { status: 200, body: { data: [{ account: 'glesys-lab', name: String }] } })
  isClean(t, watch)
  demo.child.kill('SIGINT')
  t.equal(await demo.ended(), 0)
})
