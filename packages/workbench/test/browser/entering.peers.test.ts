import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, startBrowser, startCommand } from '../support/browser.js'

itPeer('chromium', 'a link is used up, and is in no history', async (program) => {
  const bench = await startCommand()
  const browser = await startBrowser(program)
  const link = await bench.link()
  const { page, complaints } = await openPage(browser, link)
  await page.getByText('connected', { exact: true }).waitFor()
  expect(new URL(page.url()).hash).toBe('')
  expect(complaints).toEqual([])

  const other = await openPage(browser, link)
  await other.page.locator('.why', { hasText: 'used already' }).waitFor()
  await other.page.goto(await bench.link())
  await other.page.getByText('connected', { exact: true }).waitFor()
})

itPeer(
  'chromium',
  'a workbench that was started anew asks its page for a link',
  async (program) => {
    const first = await startCommand()
    const link = await first.link()
    const { port } = new URL(link)
    const { page } = await openPage(await startBrowser(program), link)
    await page.getByText('connected', { exact: true }).waitFor()
    await first.stop()
    const second = await startCommand('--page', port)
    const fresh = await second.link()
    await page.locator('.why', { hasText: 'no way in' }).waitFor()
    // Into the same tab, where only what is behind the # is another one.
    await page.goto(fresh)
    await page.getByText('connected', { exact: true }).waitFor()
  },
)
