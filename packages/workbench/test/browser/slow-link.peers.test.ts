import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, startBrowser, startCommand } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'
import { SlowLink } from '../support/slow-link.js'

/** A page on a link that can be held, and a server to which two messages were sent. */
async function open(program: string) {
  const bench = await startCommand()
  const browser = await startBrowser(program)
  const links: SlowLink[] = []
  const { page, complaints } = await openPage(browser, await bench.link(), async (each) => {
    links.push(await SlowLink.of(each))
  })
  const [link] = links
  if (link === undefined) throw new Error('the page has no link')
  const socket = await dial(await startServer(page, { reply: 'none' }))
  for (const said of ['one', 'two']) {
    socket.write(said)
    await row(page, said).waitFor()
  }
  return { page, complaints, link, socket }
}

const row = (page: Page, said: string) => page.locator('.row.in', { hasText: said })

itPeer(
  'chromium',
  'a note that is typed at once after a click is about the row that was clicked',
  async (program) => {
    const { page, complaints, link } = await open(program)
    await row(page, 'one').click()
    await page.locator('.details pre', { hasText: 'one' }).waitFor()
    link.hold()
    await row(page, 'two').click()
    await page.getByLabel('Note').fill('the second')
    await page.keyboard.press('Enter')
    // What is typed meanwhile stays.
    await page.keyboard.type('next')
    link.release()
    await page.locator('.row.event', { hasText: 'note on row 3: the second' }).waitFor()
    expect(await page.getByLabel('Note').inputValue()).toBe('next')
    expect(complaints).toEqual([])
  },
)

itPeer(
  'chromium',
  'a bookmark that is pressed at once after a reload is taken away, not put twice',
  async (program) => {
    const { page, complaints, link } = await open(program)
    const star = row(page, 'one').locator('.star')
    await row(page, 'one').click()
    await page.keyboard.press('b')
    await star.waitFor()
    await page.reload()
    await row(page, 'one').click()
    link.hold()
    await page.keyboard.press('b')
    link.release()
    await page
      .locator('.row.event', { hasText: /bookmark .*row 2/ })
      .nth(1)
      .waitFor()
    await star.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  },
)

itPeer(
  'chromium',
  'Start, pressed twice behind a line that is still being read, starts what was read, once',
  async (program) => {
    const { page, complaints, link } = await open(program)
    await page.getByRole('button', { name: '+ New' }).click()
    const dialog = page.locator('dialog')
    await dialog.getByLabel('Or paste a command line').fill('hawser serve 0 --framing dots')
    link.hold()
    await dialog.getByRole('button', { name: 'Read' }).click()
    const start = dialog.getByRole('button', { name: 'Start', exact: true })
    await start.click()
    await start.click()
    link.release()
    await dialog.waitFor({ state: 'detached' })
    await page.locator('.session.shown[data-session="2"] .address').waitFor()
    expect(await page.locator('.session').count()).toBe(2)
    await page.getByRole('button', { name: 'Change' }).click()
    expect(await dialog.getByLabel('Framing').inputValue()).toBe('dots')
    expect(complaints).toEqual([])
  },
)

itPeer(
  'chromium',
  'what is copied at once after a click is all of the message that was clicked',
  async (program) => {
    const { page, complaints, link, socket } = await open(program)
    const long = `long ${'x'.repeat(5_000)}`
    socket.write(long)
    await row(page, 'long').waitFor()
    link.hold()
    await row(page, 'long').click()
    await page.locator('.details pre', { hasText: 'long' }).waitFor()
    const copy = page.locator('.copy').getByRole('button', { name: 'text', exact: true })
    expect(await copy.isDisabled()).toBe(true)
    link.release()
    await copy.click()
    await page.locator('.notices', { hasText: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(long)
    expect(complaints).toEqual([])
  },
)
