import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

itPeer('chromium', 'rows are marked, and one goes from one mark to the next', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const keys = page.keyboard
  const socket = await dial(await startServer(page, { reply: 'none' }))
  for (const said of ['one', 'two', 'three']) {
    socket.write(said)
    await page.locator('.row.in', { hasText: said }).waitFor()
  }
  const row = (said: string) => page.locator('.row.in', { hasText: said })
  const current = page.locator('.row.current .content')
  const stars = page.locator('.row .star')

  await row('one').click()
  await keys.press('b')
  await page.locator('.row.event', { hasText: '★ bookmark on row 2' }).waitFor()
  await row('one').locator('.star').waitFor()
  await row('three').click()
  await page.getByLabel('Note').fill('the last one')
  await page.getByLabel('Note').press('Enter')
  await page.locator('.row.event', { hasText: 'note on row 4: the last one' }).waitFor()

  // A list, and the keys.
  await page.getByRole('tab', { name: 'Marks' }).click()
  const marks = page.locator('.mark-item')
  await expect.poll(() => marks.count(), patient).toBe(2)
  await marks.filter({ hasText: 'Row 2' }).getByRole('button').click()
  await expect.poll(() => current.innerText(), patient).toMatch(/one$/)
  await page.getByRole('grid').first().focus()
  await keys.press('.')
  await expect.poll(() => current.innerText(), patient).toBe('three')
  await keys.press(',')
  await expect.poll(() => current.innerText(), patient).toMatch(/one$/)

  // A row that the filter leaves out is shown all the same.
  await keys.press('/')
  await keys.type('two')
  await page.locator('#filter').click()
  await expect.poll(() => page.locator('.row').count(), patient).toBe(1)
  await marks.filter({ hasText: 'the last one' }).getByRole('button').click()
  await expect.poll(() => current.innerText(), patient).toBe('three')

  // They are events of the log: a page that is loaded again has them.
  await page.reload()
  await page.locator('.row.in').first().waitFor()
  await page.getByRole('tab', { name: 'Marks' }).click()
  await expect.poll(() => marks.count(), patient).toBe(2)
  await expect.poll(() => stars.count(), patient).toBe(1)
  await row('one').click()
  await keys.press('b')
  await page.locator('.row.event', { hasText: 'bookmark removed from row 2' }).waitFor()
  await expect.poll(() => marks.count(), patient).toBe(1)
  await expect.poll(() => stars.count(), patient).toBe(0)
  expect(complaints).toEqual([])
})
