import { accessSync, constants } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from './line.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Why no browser can be driven; false where one can, and in CI, where its absence is a failure. */
export function whyNoBrowser (): string | false {
  return isThere() || process.env.CI === 'true' ? false : `no Chromium at ${executablePath}: install the Debian package chromium, or set CHROMIUM_PATH`
}

function isThere (): boolean {
  try {
    accessSync(executablePath, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The name of this machine to the browser. A page that is not on loopback behaves as at an operator's. */
const host = 'hawser.test'

/** What went wrong behind a page's back. */
export interface Watch {
  /** Errors of the console (a breach of the content security policy is one) and of the page's scripts. */
  readonly errors: string[]
  /** Requests to anybody but the server that was opened, and requests without an answer. */
  readonly strays: string[]
  /** Statuses from 400 on, in their order. */
  readonly refused: number[]
}

export interface Opened {
  readonly page: Page
  readonly watch: Watch
}

interface Surfing {
  /** A new page, closed when its test ends. */
  readonly open: (test: Test, base: string, path: string) => Promise<Opened>
}

/** A browser that knows only 127.0.0.1; closed when the test ends. */
export async function openBrowser (test: Test): Promise<Surfing> {
  if (!isThere()) throw new Error(`the tests of the pages need ${executablePath}`)
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-proxy-server', `--host-resolver-rules=MAP ${host} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`]
  })
  test.teardown(async () => { await browser.close() })
  // One context: what a page has fetched the next one need not parse again.
  const context = await browser.newContext()
  context.setDefaultTimeout(60_000)
  return {
    open: async (test, base, path) => {
      const origin = base.replace('127.0.0.1', host)
      const page = await context.newPage()
      test.teardown(async () => { await page.close() })
      const watch = watchPage(page, origin)
      await page.goto(`${origin}${path}`)
      return { page, watch }
    }
  }
}

function watchPage (page: Page, origin: string): Watch {
  const watch: Watch = { errors: [], strays: [], refused: [] }
  page.on('console', message => {
    // The browser says so of every answer from 400 on; those are counted below.
    const isRefusal = message.text().startsWith('Failed to load resource: the server responded with a status of ')
    if (message.type() === 'error' && !isRefusal) watch.errors.push(message.text())
  })
  page.on('pageerror', error => { watch.errors.push(error.message) })
  page.on('request', request => { if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) watch.strays.push(request.url()) })
  page.on('requestfailed', request => { watch.strays.push(`${request.url()} ${request.failure()?.errorText ?? ''}`) })
  page.on('response', response => { if (response.status() >= 400) watch.refused.push(response.status()) })
  return watch
}
