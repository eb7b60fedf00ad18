import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'

itPeer('chromium', 'a server whose port is taken is changed, and runs', async (program) => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as { readonly port: number }
  const { page, complaints } = await openWorkbench(program)
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByLabel('Listen on').fill(`127.0.0.1:${port}`)
  await dialog.getByLabel('Name', { exact: true }).fill('mine')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const failure = 'something already listens there'
  await page.locator('.failure', { hasText: failure }).waitFor()
  await page.locator('.row.event', { hasText: failure }).waitFor()

  await page.getByRole('button', { name: 'Change', exact: true }).click()
  expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('mine')
  await dialog.getByLabel('Listen on').fill('127.0.0.1:0')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('0 of 10,000 connected').waitFor()
  expect(await page.locator('.session[data-session]').count()).toBe(1)
  expect(complaints).toEqual([])
})

itPeer(
  'chromium',
  'Space presses a button that has the focus, and is a shortcut behind the mouse',
  async (program) => {
    const { page } = await openWorkbench(program)
    const following = page.getByRole('button', { name: 'Following', exact: true })
    await following.waitFor()
    const keys = page.getByRole('button', { name: 'Keys ?' })
    await page.getByLabel('Theme').focus()
    await page.keyboard.press('Tab')
    expect(await keys.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press('Space')
    await page.locator('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await following.count()).toBe(1)

    await page.getByRole('button', { name: 'Hex', exact: true }).click()
    await page.keyboard.press('Space')
    await following.waitFor({ state: 'detached' })
  },
)
