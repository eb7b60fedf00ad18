import { execPath } from 'node:process'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, startBrowser, startCommand } from '../support/browser.js'

/** A client that says hello to a server of its own, and waits. */
const program = `
const { connect, createServer } = require('node:net')
const server = createServer((socket) => socket.pipe(socket))
server.listen(0, '127.0.0.1', () => {
  connect(server.address().port, '127.0.0.1').write('hello from a program')
})
`

async function startLine(page: Page): Promise<void> {
  const folder = createFolder({ 'app.cjs': program })
  await page.getByRole('button', { name: '+ New' }).click()
  const line = `hawser inspect --only role=connect -- ${execPath} ${folder}/app.cjs`
  await page.getByLabel('Or paste a command line').fill(line)
  await page.getByRole('button', { name: 'Read' }).click()
  await page.locator('dialog').waitFor({ state: 'detached' })
}

itPeer('chromium', 'a program that is watched is a session of the page', async (chromium) => {
  const bench = await startCommand('--allow-run')
  const browser = await startBrowser(chromium)
  const { page, complaints } = await openPage(browser, await bench.link())
  await startLine(page)
  const session = page.locator('[data-session="1"]')
  await session.getByText('Program', { exact: true }).waitFor()
  await page.locator('.row', { hasText: 'hello from a program' }).last().waitFor()
  await page.getByText('A program that is watched speaks for itself.').waitFor()
  await page.getByRole('tab', { name: 'Connections' }).click()
  await page
    .getByRole('tabpanel')
    .getByText(/127\.0\.0\.1:\d+/)
    .first()
    .waitFor()
  expect(await page.getByRole('button', { name: 'Reset', exact: true }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
  expect(complaints).toEqual([])
})

itPeer('chromium', 'without --allow-run nothing is run, and why is said', async (chromium) => {
  const bench = await startCommand()
  const browser = await startBrowser(chromium)
  const { page } = await openPage(browser, await bench.link())
  await startLine(page)
  await page.getByText('start it with hawser workbench --allow-run').waitFor()
})
