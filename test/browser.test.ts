import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { operationSchema } from '../src/domain/operation.ts'
import { problems } from '../src/domain/problem.ts'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { sha256 } from './helpers/api.ts'
import { openBrowser, whyNoBrowser, type Opened } from './helpers/browser.ts'
import { composeGateway } from './helpers/gateway.ts'
import { root } from './helpers/process.ts'
import { createForms } from './helpers/swagger-ui.ts'

const key = 'a-key-that-is-typed-into-the-page'
const digest = sha256(key)

/** Two simulated providers, a gateway with keys in front of them, and a browser with /docs open: the page is loaded once for all tests of its forms. */
async function raise () {
  const [vmmanager, glesys, browser] = await Promise.all([startVmmanager({ behavior: { actionMs: 500 } }), startGlesys(), openBrowser(t)])
  const { app, close } = await composeGateway({
    auth: { mode: 'keys', keys: [{ name: 'person', sha256: digest, accounts: ['*'], permissions: ['read', 'operate', 'write'] }] },
    accounts: { vm6: { provider: 'vmmanager', ...vmmanager.settings.vm6 }, 'glesys-lab': { provider: 'glesys', ...glesys.settings['glesys-lab'] } }
  })
  t.teardown(async () => { await close(); await Promise.all([vmmanager.close(), glesys.close()]) })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const open = async (t: Test, path: string): Promise<Opened> => await browser.open(t, base, path)
  const docs = await open(t, '/docs')
  return { vmmanager, glesys, base, open, docs, forms: createForms(docs.page) }
}
type Stage = Awaited<ReturnType<typeof raise>>

t.setTimeout(120_000)
const skip = whyNoBrowser()
let stage: Promise<Stage> | undefined

/** Without a browser nothing is started, and the reason is reported. */
const inBrowser = async (name: string, run: (t: Test, stage: Stage) => Promise<void>): Promise<void> => {
  await t.test(name, { skip }, async t => { stage ??= raise(); await run(t, await stage) })
}

/** Nothing went wrong in the page since the last look, except for these answers. */
const isClean = (t: Test, { watch }: Opened, refused: readonly number[] = []): void => {
  t.same(watch, { errors: [], strays: [], refused: [...refused] }, 'no error in the console, no request to another host')
  for (const list of Object.values(watch)) list.length = 0
}

await inBrowser('a key in the Authorize dialog opens a list, and a wrong one is a 401 problem', async (t, { docs, forms, vmmanager }) => {
  t.match(await docs.page.title(), /^Hawser API \d/)
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
  isClean(t, docs, [401])
})

await inBrowser('a form does not send what it knows to be wrong; for the rest the answer is a 400 problem that names the place', async (t, { docs, forms }) => {
  const block = await forms.execute('listServers', { fields: { account: 'vm6', limit: '0', q: '' } })
  await block.locator('.validation-errors', { hasText: 'greater than or equal to 1' }).waitFor()
  t.equal(await block.locator('.live-responses-table').count(), 0)

  const { status, body } = await forms.tryOut('listServers', { fields: { limit: '5', ip: 'nonsense' } })
  t.equal(status, 400)
  t.match(body, { type: '/problems/invalid-request', errors: [{ path: 'query.ip', message: 'must be an IP address' }] })
  isClean(t, docs, [400])
})

await inBrowser('an opened operation asks for the account first, folds its problems into one line of links and fits two screens', async (t, { docs, forms }) => {
  for (const operationId of ['listServers', 'createServer', 'stopServer']) {
    const block = await forms.form(operationId)
    t.equal(await block.locator('tr[data-param-name]').first().getAttribute('data-param-name'), 'account', operationId)
    const answers = block.locator('.responses-table:not(.live-responses-table) > tbody > tr.response')
    t.same(await answers.evaluateAll(rows => rows.map(row => row.getAttribute('data-code'))), operationId === 'listServers' ? ['200', '304', 'default'] : ['200', '202', 'default'], operationId)
    const links = await block.locator('tr.response[data-code="default"] a').evaluateAll(anchors => anchors.map(anchor => String(anchor.getAttribute('href'))))
    for (const slug of ['invalid-request', 'not-found', 'circuit-open', 'overloaded', 'upstream-timeout']) t.ok(links.includes(`/problems/${slug}`), `${operationId} ${slug}`)
  }
  const { page } = docs
  await page.setViewportSize({ width: 1280, height: 900 })
  for (const operationId of ['createServer', 'stopServer']) {
    const box = await (await forms.form(operationId)).boundingBox()
    t.ok(box !== null && box.height < 2 * 900, `${operationId}: ${String(box?.height)}`)
  }
  isClean(t, docs)
})

await inBrowser('a stop that is tried out is accepted, and its operation is seen to succeed', async (t, { docs, forms, vmmanager }) => {
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
  isClean(t, docs)
})

await inBrowser('Execute on the documented example of a create is a dry run as the form stands, and buys nothing', async (t, { docs, forms, glesys }) => {
  const before = glesys.servers.size
  const plan = await forms.tryOut('createServer')
  t.match(plan, { status: 200, body: { calls: [{ method: 'POST', url: /\/server\/create/ }] } })
  t.equal(glesys.servers.size, before)
  isClean(t, docs)
})

await inBrowser('a reload of the page forgets the key, which is stored nowhere', async (t, { docs, forms }) => {
  t.notMatch(await docs.page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])'), key)
  await docs.page.reload()
  t.equal((await forms.tryOut('listServers', { fields: { account: 'vm6' } })).status, 401)
  isClean(t, docs, [401])
})

await inBrowser('the bare address is a page: it links to every place and lists the accounts of the key that is entered', async (t, { open, base }) => {
  const opened = await open(t, '/')
  const { page } = opened
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  t.match(await page.locator('body').innerText(), version)
  const links = await page.locator('a').evaluateAll(anchors => anchors.map(anchor => String(anchor.getAttribute('href'))))
  t.same(links, ['/docs', '/openapi.json', '/problems', '/health/ready'])
  for (const link of links) t.equal((await fetch(`${base}${link}`, { redirect: 'error' })).status, 200, link)

  const list = page.getByRole('button', { name: 'List accounts' })
  await page.getByRole('textbox').fill('not-the-key')
  await list.click()
  await page.getByRole('link', { name: problems.unauthenticated.title }).waitFor()
  await page.getByRole('textbox').fill(key)
  await list.click()
  await page.getByRole('cell', { name: 'vm6' }).waitFor()
  t.match(await page.locator('tbody').innerText(), /glesys-lab[^]*vm6|vm6[^]*glesys-lab/)
  t.notMatch(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])'), key)
  t.notMatch(page.url(), key)
  isClean(t, opened, [401])
})

await inBrowser('every problem has a page with its title and a text, and its links lead on', async (t, { open, base }) => {
  const opened = await open(t, '/problems')
  const { page } = opened
  const listed = await page.locator('a').evaluateAll(anchors => anchors.map(anchor => String(anchor.getAttribute('href'))))
  t.same(listed.filter(link => link.startsWith('/problems/')).sort(), Object.keys(problems).map(slug => `/problems/${slug}`).sort())
  const isLeader = new Set<string>()
  for (const [slug, { title }] of Object.entries(problems)) {
    const text = await (await fetch(`${base}/problems/${slug}`)).text()
    t.match(text, `<h1>${title}</h1>`)
    t.match(text, /Status \d{3}\.[^]*Meaning\.[^]*What to do\.[^]*Example/, slug)
    for (const [, link = ''] of text.matchAll(/<a href="([^"]+)"/g)) isLeader.add(link)
  }
  t.ok([...isLeader].filter(link => link.startsWith('/problems/')).length >= 3, 'pages name each other')
  for (const link of isLeader) t.equal((await fetch(`${base}${link}`, { redirect: 'error' })).status, 200, link)

  await page.getByRole('link', { name: 'unauthenticated' }).click()
  await page.getByRole('link', { name: 'forbidden' }).click()
  await page.getByRole('heading', { name: problems.forbidden.title }).waitFor()
  await page.getByRole('link', { name: 'All problems' }).click()
  await page.getByRole('link', { name: 'upstream-timeout' }).click()
  await page.getByRole('heading', { name: problems['upstream-timeout'].title }).waitFor()
  isClean(t, opened)
})
