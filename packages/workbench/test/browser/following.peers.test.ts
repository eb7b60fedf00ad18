import { once } from 'node:events'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const sent = 100

/** A page that follows a server to which so many lines were said that they do not fit. */
async function followServer(program: string): Promise<Page> {
  const { page } = await openWorkbench(program)
  const socket = await dial(await startServer(page))
  for (let line = 1; line <= sent; line++) {
    socket.write(`line ${line}\n`)
    await once(socket, 'data')
  }
  await page.locator('.row.out', { hasText: `line ${sent}\\n` }).waitFor()
  return page
}

const firstRow = (page: Page): Promise<string | null> =>
  page.locator('.row').first().getAttribute('data-row')

itPeer(
  'chromium',
  'a row that is clicked while new ones come stays where it is',
  async (program) => {
    const page = await followServer(program)
    const first = await firstRow(page)
    expect(Number(first)).toBeGreaterThan(sent)
    const box = await page.getByRole('grid').boundingBox()
    if (box === null) throw new Error('the sheet is not there')
    await page.mouse.click(box.x + 300, box.y + box.height / 2)
    await page.locator('.row.current').waitFor()
    expect(await firstRow(page)).toBe(first)
  },
)

itPeer('chromium', 'Space stops following where it is', async (program) => {
  const page = await followServer(program)
  const first = await firstRow(page)
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Go to the newest' }).waitFor()
  expect(await firstRow(page)).toBe(first)
})

itPeer(
  'chromium',
  'what was said before is found from the end, where one follows',
  async (program) => {
    const page = await followServer(program)
    await page.keyboard.press('/')
    await page.keyboard.type('line 7')
    await page.keyboard.press('Enter')
    const current = page.locator('.row.current')
    await current.waitFor()
    expect(await current.innerText()).toContain('line 7')
    await page.keyboard.type('no such line')
    await page.keyboard.press('Enter')
    await page.locator('#find[aria-invalid=true]').waitFor()
  },
)
