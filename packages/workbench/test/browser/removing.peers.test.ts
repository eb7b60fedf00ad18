import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

itPeer('chromium', 'a session is removed after one was asked, and not before', async (program) => {
  const { page, complaints, bench, browser } = await openWorkbench(program)
  const socket = await dial(await startServer(page, { reply: 'none', name: 'orders' }))
  await page.getByText('1 of 10,000 connected').waitFor()
  const item = page.locator('[data-session="1"]')
  const dialog = page.getByRole('dialog', { name: 'Remove orders?' })
  const remove = item.getByRole('button', { name: 'Remove' })

  // Enter, pressed without reading, and Escape leave it as it is.
  await remove.click()
  await dialog.getByText('Connections that are closed by it: 1').waitFor()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await remove.click()
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  socket.write('still there')
  await page.locator('.row.in', { hasText: 'still there' }).waitFor()

  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await item.waitFor({ state: 'detached' })
  await closed
  // What was said stays.
  await page.locator('.row.in', { hasText: 'still there' }).waitFor()

  // Another page is quicker: the question goes away with the session, and keys are heard again.
  await startServer(page, { name: 'second' })
  const second = page.locator('[data-session="2"]')
  await second.getByRole('button', { name: 'Remove' }).click()
  const question = page.getByRole('dialog', { name: 'Remove second?' })
  await question.waitFor()
  const { page: other } = await openPage(browser, await bench.link())
  await other.locator('[data-session="2"] .session-name').click()
  await other.locator('[data-session="2"]').getByRole('button', { name: 'Remove' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await question.waitFor({ state: 'detached' })
  await second.waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  expect(complaints).toEqual([])
})
