import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

/** What is said in the rows that are shown, without events. */
function contents(page: Page): Promise<string[]> {
  return page.locator('.row.in .content').allInnerTexts()
}

function shows(page: Page, said: readonly string[]): Promise<void> {
  return expect.poll(() => contents(page), { timeout: 60_000, interval: 20 }).toEqual(said)
}

itPeer('chromium', 'messages instead of rows, and heartbeats hidden', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const socket = await dial(await startServer(page, { reply: 'none' }))
  socket.write('PING\none\nPING\ntw')
  await shows(page, ['PING\\none\\nPING\\ntw'])
  socket.write('o\n')
  await shows(page, ['PING\\none\\nPING\\ntw', 'o\\n'])

  // By the framing of the session, and back at the row in which the message ends.
  await page.keyboard.press('m')
  await shows(page, ['PING', 'one', 'PING', 'two'])
  socket.write('three\n')
  await shows(page, ['PING', 'one', 'PING', 'two', 'three'])
  await page.locator('.row.in', { hasText: 'two' }).click()
  await page.getByText('Message 5').waitFor()
  expect(await page.locator('.details pre').innerText()).toBe('two')

  // What is looked at closely stays so, in both ways, also while one follows.
  await page.keyboard.press('m')
  await page.locator('.row.in.current', { hasText: 'o\\n' }).waitFor()
  await page.getByText('Row 3', { exact: true }).waitFor()
  await page.keyboard.press('m')
  await page.locator('.row.in.current', { hasText: 'two' }).waitFor()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Following', exact: true }).waitFor()
  await page.keyboard.press('m')
  await page.locator('.row.in.current', { hasText: 'o\\n' }).waitFor()
  await page.getByRole('button', { name: 'Following', exact: true }).waitFor()
  await page.keyboard.press('m')
  await page.getByText('Message 5').waitFor()

  // What says the same as one of them.
  await page.locator('.row.in', { hasText: 'PING' }).first().click()
  await page.getByRole('button', { name: 'Hide the same' }).click()
  await shows(page, ['one', 'two', 'three'])
  await page.getByRole('grid').press('Escape')
  await shows(page, ['PING', 'one', 'PING', 'two', 'three'])

  // Two of them beside each other.
  await page.locator('.row.in', { hasText: 'two' }).click()
  await page.getByText('Message 5').waitFor()
  await page.getByRole('tab', { name: 'Compare' }).click()
  await page.locator('.row.in', { hasText: 'three' }).click()
  await page.getByText('5 → 6').waitFor()
  expect(await page.locator('.details del').allInnerTexts()).toEqual(['wo'])
  expect(await page.locator('.details ins').allInnerTexts()).toEqual(['hree'])

  // What is shown, as a file.
  const saved = page.waitForEvent('download')
  await page.getByLabel('Export').selectOption('text')
  const file = await (await saved).path()
  expect(readFileSync(file, 'utf8')).toBe('@1 < PING\n@1 < one\n@1 < PING\n@1 < two\n@1 < three\n')

  // A note is about the row of the log, and stands beside it.
  await page.locator('.row.in', { hasText: 'two' }).click()
  await page.getByText('Message 5').waitFor()
  await page.getByLabel('Note').fill('cut in two')
  await page.getByLabel('Note').press('Enter')
  await page.locator('.row.event', { hasText: 'note on row 3: cut in two' }).waitFor()
  await page.getByRole('button', { name: 'Messages' }).click()
  await shows(page, ['PING\\none\\nPING\\ntw', 'o\\n', 'three\\n'])

  // What never became a message is shown, and says so.
  await page.getByRole('button', { name: 'Messages' }).click()
  socket.end('unfinished')
  const rest = page.locator('.row.in', { hasText: 'unfinished' })
  expect(await rest.locator('.tag').innerText()).toBe('incomplete')
  expect(complaints).toEqual([])
})
