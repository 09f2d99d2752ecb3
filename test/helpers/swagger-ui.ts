import type { Locator, Page } from 'playwright-core'

export interface Filled {
  /** Text fields by the name of their parameter. */
  readonly fields?: Readonly<Record<string, string>>
  readonly choices?: Readonly<Record<string, string>>
}

export interface Shown {
  readonly status: number
  readonly body: unknown
  readonly headers: string
}

/** What a person does in Swagger UI, by what they see. */
export function createForms (page: Page) {
  const form = async (operationId: string): Promise<Locator> => {
    const block = page.locator(`[id$="-${operationId}"].opblock`)
    await block.waitFor()
    if (await block.locator('.opblock-body').count() === 0) await block.locator('.opblock-summary-control').click()
    await block.locator('button.execute').waitFor()
    return block
  }

  /** Fills in what is given, leaves the rest as the form has it, and presses Execute. */
  const execute = async (operationId: string, { fields = {}, choices = {} }: Filled = {}): Promise<Locator> => {
    const block = await form(operationId)
    for (const [name, value] of Object.entries(fields)) await block.locator(`tr[data-param-name="${name}"] input`).fill(value)
    for (const [name, value] of Object.entries(choices)) await block.locator(`tr[data-param-name="${name}"] select`).selectOption(value)
    const clear = block.locator('button.btn-clear')
    if (await clear.count() > 0) await clear.click()
    await block.locator('button.execute').click()
    return block
  }

  return {
    form,
    execute,

    /** Puts a key into the Authorize dialog, in place of the one before. */
    authorize: async (key: string): Promise<void> => {
      await page.locator('.auth-wrapper button.authorize').first().click()
      const dialog = page.locator('.modal-ux')
      const bearer = dialog.locator('.auth-container', { hasText: 'bearer' })
      const logout = bearer.getByRole('button', { name: 'Remove authorization' })
      if (await logout.count() > 0) await logout.click()
      await bearer.locator('input').fill(key)
      await bearer.locator('button.authorize').click()
      await logout.waitFor()
      await dialog.locator('.close-modal').click()
    },

    /** Executes, and reads the answer off the page. */
    tryOut: async (operationId: string, filled: Filled = {}): Promise<Shown> => {
      const answer = (await execute(operationId, filled)).locator('.live-responses-table')
      const body: unknown = JSON.parse(await answer.locator('.highlight-code code').first().innerText())
      const headers = await answer.locator('.headerline').allInnerTexts()
      return { status: Number.parseInt(await answer.locator('tr.response td.response-col_status').first().innerText()), body, headers: headers.map(line => line.trim()).join('\n') }
    }
  }
}
