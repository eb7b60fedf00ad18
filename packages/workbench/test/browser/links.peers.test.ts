import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, openWorkbench, startBrowser, startCommand } from '../support/browser.js'

itPeer(
  'chromium',
  'without a link, or with a used one, the page says what to do',
  async (program) => {
    const bench = await startCommand()
    const browser = await startBrowser(program)
    const link = await bench.link()
    const { page } = await openPage(browser, link)
    await page.getByText('Nothing runs yet.').waitFor()
    // The token is in no bookmark and in no history.
    expect(new URL(page.url()).hash).toBe('')

    const { page: late } = await openPage(browser, link)
    await late.getByRole('heading', { name: 'This page needs a link' }).waitFor()
    await late.getByText('this link was used already').waitFor()
    const { page: without } = await openPage(browser, new URL('/', link).href)
    await without.getByRole('heading', { name: 'This page needs a link' }).waitFor()
    await without.getByText('there is no way in yet').waitFor()

    // A fresh one, into the same window.
    await late.goto(await bench.link())
    await late.getByText('Nothing runs yet.').waitFor()
  },
)

itPeer('chromium', 'a form of another page does nothing', async (program) => {
  const { page, bench, browser } = await openWorkbench(program)
  await page.getByText('Nothing runs yet.').waitFor()
  const fresh = new URL(await bench.link())
  const token = new URLSearchParams(fresh.hash.slice(1)).get('token')
  const stranger = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    // A form that is sent as plain text can be made to look like JSON.
    response.end(
      `<form method=post enctype=text/plain action="${fresh.origin}/session">` +
        `<input name='{"token":"${token}","rest":"' value='"}'><button>win</button></form>`,
    )
  })
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  onTestFinished(() => {
    stranger.closeAllConnections()
    stranger.close()
  })
  const other = await page.context().newPage()
  await other.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`)
  const reply = other.waitForResponse((response) => response.url().endsWith('/session'))
  await other.getByRole('button', { name: 'win' }).click()
  expect((await reply).status()).toBe(403)

  // The link is as good as before.
  const { page: entered } = await openPage(browser, fresh.href)
  await entered.getByText('Nothing runs yet.').waitFor()
})
