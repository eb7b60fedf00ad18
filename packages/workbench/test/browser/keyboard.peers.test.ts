import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, shownPort, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

/** Tab to what has this name, as one without a mouse does. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    if (await page.locator(`${id}:focus`).count()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`60 times Tab did not lead to ${id}`)
}

itPeer('chromium', 'all of it without a mouse', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const keys = page.keyboard
  await page.getByText('Nothing runs yet.').waitFor()

  // The sheet of keys, and away again.
  await keys.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await keys.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })

  // A server: the first field has the focus.
  await keys.press('n')
  await page.locator('dialog').waitFor()
  await keys.press('Control+A')
  await keys.type('127.0.0.1:0')
  await keys.press('Enter')
  await page.locator('.row', { hasText: 'listening on' }).waitFor()
  const socket = await dial(await shownPort(page))
  await page.getByText('1 of 10,000 connected').waitFor()

  // Say something, twice by the history, and as hex.
  await tabTo(page, '#composer')
  await keys.type('caf\\xc3\\xa9')
  const hex = page.getByLabel('Hex', { exact: true }).last()
  expect(await hex.inputValue()).toBe('63 61 66 c3 a9')
  const heard: Buffer[] = []
  socket.on('data', (bytes: Buffer) => heard.push(bytes))
  await keys.press('Enter')
  await page.getByText('Sent to 1').waitFor()
  await keys.press('ArrowUp')
  expect(await page.locator('#composer').inputValue()).toBe('caf\\xc3\\xa9')
  await keys.press('Enter')
  await expect.poll(() => page.locator('.row.out').count(), patient).toBe(2)
  await keys.press('Tab')
  await keys.type('0x00,0D 61')
  expect(await page.locator('#composer').inputValue()).toBe('\\0\\ra')
  await keys.press('Enter')
  await expect
    .poll(() => Buffer.concat(heard).toString('latin1'), patient)
    .toBe('caf\u00C3\u00A9\ncaf\u00C3\u00A9\n\0\ra\n')
  await keys.type('0g')
  await page.getByText('This is no hex').waitFor()
  await keys.press('Control+A')
  await keys.press('Delete')

  // Find, filter, and back at the row.
  await page.getByRole('grid').focus()
  socket.write('needle in a stack')
  await page.locator('.row.in', { hasText: 'needle' }).waitFor()
  await keys.press('/')
  await keys.type('caf')
  await keys.press('Enter')
  const current = page.locator('.row.current')
  await current.waitFor()
  const first = await current.getAttribute('data-row')
  await keys.press('Enter')
  await expect.poll(() => current.getAttribute('data-row'), patient).not.toBe(first)
  await keys.press('Shift+Enter')
  await expect.poll(() => current.getAttribute('data-row'), patient).toBe(first)
  await keys.press('Escape')
  await keys.press('f')
  await expect.poll(() => page.locator('.row').count(), patient).toBe(2)
  await keys.press('Escape')
  await page.locator('.row.in', { hasText: 'needle' }).waitFor()
  expect(await current.getAttribute('data-row')).toBe(first)

  // Row by row, a bookmark, hex, and to the newest.
  await page.getByRole('grid').focus()
  await keys.press('ArrowDown')
  await expect.poll(() => current.getAttribute('data-row'), patient).not.toBe(first)
  await keys.press('b')
  await page.locator('.row.event', { hasText: '★' }).waitFor()
  await keys.press('h')
  await page.locator('.row.in', { hasText: '6e 65 65 64 6c 65' }).waitFor()
  await keys.press('h')
  // Space holds it still, and follows again.
  await keys.press('End')
  await page.getByRole('button', { name: 'Following' }).waitFor()
  await keys.press('Space')
  await page.getByRole('button', { name: 'Follow', exact: true }).waitFor()
  socket.write('more')
  await page.getByRole('button', { name: '1 new' }).waitFor()
  await keys.press('Space')
  await page.getByRole('button', { name: 'Following' }).waitFor()
  expect(complaints).toEqual([])
})

itPeer(
  'chromium',
  'a page is loaded again, and opened twice, and nothing is lost',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const socket = await dial(await startServer(page, { reply: 'none' }))
    socket.write('before')
    await page.locator('.row.in', { hasText: 'before' }).waitFor()
    await page.reload()
    await page.locator('.row.in', { hasText: 'before' }).waitFor()
    socket.write('after')
    await page.locator('.row.in', { hasText: 'after' }).waitFor()
    await page.getByText('1 of 10,000 connected').waitFor()

    // Another one, of the same browser: it has the cookie. Each has a place and a filter of its own.
    const second = await page.context().newPage()
    await second.goto(new URL('/', page.url()).href)
    await second.locator('.row.in', { hasText: 'after' }).waitFor()
    await second.keyboard.press('/')
    await second.keyboard.type('before')
    await second.locator('#filter').click()
    await second.getByText('1 of').waitFor()
    socket.write('to both')
    await page.locator('.row.in', { hasText: 'to both' }).waitFor()
    await second.locator('.session-name').click()
    await second.locator('.row.in', { hasText: 'to both' }).waitFor()
    await page.close()
    await second.getByText('1 of 10,000 connected').waitFor()
    await second.locator('.session').getByRole('button', { name: 'Stop' }).click()
    await second.getByRole('button', { name: 'Start', exact: true }).waitFor()
    expect(complaints).toEqual([])
  },
)
