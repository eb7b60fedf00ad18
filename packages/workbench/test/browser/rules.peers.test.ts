import { once } from 'node:events'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

itPeer(
  'chromium',
  'rules of a server are written and switched while it runs, and variables sent',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const socket = await dial(await startServer(page, { reply: 'none' }))
    const ask = async (said: string): Promise<string> => {
      const heard = once(socket, 'data')
      socket.write(said)
      return String((await heard)[0])
    }
    const apply = page.getByRole('button', { name: 'Apply' })

    await page.getByRole('tab', { name: 'Rules' }).click()
    expect(await apply.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByLabel('Name').fill('ping <b>')
    await page.getByLabel('A message with').selectOption('regex')
    await page.getByLabel('Regex', { exact: true }).last().fill('(')
    await page.getByLabel('Reply, with').fill('PONG')
    // What is typed stays while one looks at something else.
    await page.getByRole('tab', { name: 'Details' }).click()
    await apply.waitFor({ state: 'detached' })
    await page.getByRole('tab', { name: 'Rules' }).click()
    expect(await page.getByLabel('Reply, with').inputValue()).toBe('PONG')
    await apply.click()
    await page.getByRole('alert').filter({ hasText: 'Invalid regular expression' }).waitFor()
    await page.getByLabel('Regex', { exact: true }).last().fill('^PING')
    await apply.click()
    await expect.poll(() => apply.isDisabled(), { timeout: 30_000, interval: 20 }).toBe(true)
    expect(await ask('PING\n')).toBe('PONG\n')
    await page.locator('.row.event', { hasText: 'rule ping <b>: reply' }).waitFor()

    // A second one, put before the first.
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const second = page.locator('.rule').nth(1)
    await second.getByRole('textbox', { name: 'Text', exact: true }).fill('PING')
    await second.getByLabel('Reply, with').fill('first')
    await second.getByRole('button', { name: 'Earlier' }).click()
    await apply.click()
    await expect.poll(() => apply.isDisabled(), { timeout: 30_000, interval: 20 }).toBe(true)
    expect(await ask('PING\n')).toBe('first\n')

    await page.locator('.rule').first().getByLabel('On', { exact: true }).uncheck()
    await apply.click()
    await expect.poll(() => apply.isDisabled(), { timeout: 30_000, interval: 20 }).toBe(true)
    expect(await ask('PING\n')).toBe('PONG\n')

    // One for whatever no other fits.
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const third = page.locator('.rule').nth(2)
    await third.getByLabel('A message with').selectOption('any')
    await third.getByRole('textbox', { name: 'Text', exact: true }).waitFor({ state: 'detached' })
    await third.getByLabel('Reply, with').fill('what?')
    await apply.click()
    await expect.poll(() => apply.isDisabled(), { timeout: 30_000, interval: 20 }).toBe(true)
    expect(await ask('PUNG\n')).toBe('what?\n')

    // What is said by hand has a value in the place of each variable.
    const said = once(socket, 'data')
    await page.getByLabel('Variables').check()
    await page.getByLabel('Text, with').fill('no. {{seq}}')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    expect(String((await said)[0])).toBe('no. 1\n')

    // They are of the session, not of the page.
    await page.reload()
    await page.locator('.session-name').first().click()
    await page.getByRole('tab', { name: 'Rules' }).click()
    expect(await page.locator('.rule').count()).toBe(3)
    expect(complaints).toEqual([])
  },
)
