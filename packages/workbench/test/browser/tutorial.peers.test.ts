import type { Socket } from 'node:net'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { findPeer, itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

async function heard(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}

/** Also for one that is reset. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Wait until a row with this text is shown. */
async function shows(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('.row', { hasText: text }).last().waitFor()
}

itPeer('chromium', 'the tutorial, wholly in the page', async (program) => {
  const { page, complaints } = await openWorkbench(program)

  // A server in three clicks; a free port, so that tests can run side by side.
  const port = await startServer(page, { reply: 'none' })
  await shows(page, /^.*listening on 127\.0\.0\.1:\d+/)

  // Three connect, one of them is telnet.
  const a = await dial(port)
  const b = await dial(port)
  const telnet = findPeer('telnet')
  if (telnet === undefined) await dial(port)
  else {
    const child = spawn(telnet, ['127.0.0.1', String(port)], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    onTestFinished(() => void child.kill())
  }
  const server = page.locator('[data-session="1"]')
  await server.getByText('3 of 10,000 connected').waitFor()

  // The maximum, while it runs: the fourth is refused, and shown.
  await server.getByLabel('Maximum').fill('3')
  await server.getByLabel('Maximum').press('Enter')
  await server.getByText('3 of 3 connected').waitFor()
  const fourth = await dial(port)
  await closed(fourth.resume())
  await shows(page, /refused 127\.0\.0\.1:\d+: limit/)
  await server.getByText('1 refused').waitFor()

  // Both ways, with byte counts.
  a.write('hello from a\n')
  await shows(page, 'hello from a')
  const row = page.locator('.row.in', { hasText: 'hello from a' })
  expect(await row.locator('.size').textContent()).toBe('13 B')
  const said = [heard(a), heard(b)]
  await page.locator('#composer').fill('hello all')
  await page.keyboard.press('Enter')
  expect(await Promise.all(said)).toEqual(['hello all\n', 'hello all\n'])
  await page.locator('.row.out', { hasText: 'hello all' }).first().waitFor()

  // To one of them, and what is counted for each.
  await page.getByRole('tab', { name: 'Connections' }).click()
  const first = page.locator('[data-connection="1"]')
  await first.getByRole('checkbox').check()
  const only = heard(a)
  await page.locator('#composer').fill('only you')
  await page.keyboard.press('Enter')
  expect(await only).toBe('only you\n')
  await first.getByText('→ 19 B').waitFor()
  await first.getByText('← 13 B').waitFor()

  // Half-close, close, reset.
  const ended = once(a, 'end')
  await first.getByRole('button', { name: 'Half-close' }).click()
  await ended
  const gone = closed(b)
  await page.locator('[data-connection="2"]').getByRole('button', { name: 'Reset' }).click()
  await gone
  await shows(page, /closed by .*(reset|by-hand)/)

  // A client of the page's own, through the address that it proposes.
  await server.getByLabel('Maximum').fill('10')
  await server.getByLabel('Maximum').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '+ New' }).click()
  await page.getByRole('tab', { name: 'Client' }).click()
  await page.locator('dialog').getByRole('button', { name: 'Start', exact: true }).click()
  const client = page.locator('[data-session="2"]')
  await client.locator('[aria-current="true"]').waitFor()
  await client.getByText('1 connected').waitFor()
  await page.locator('#composer').fill('from the client')
  await page.keyboard.press('Enter')
  await page.locator('.row.out', { hasText: 'from the client' }).waitFor()
  await page.getByRole('button', { name: 'Everything' }).click()
  await page.locator('.row.in', { hasText: 'from the client' }).waitFor()
  await page.locator('.row.out', { hasText: 'from the client' }).waitFor()

  // And the end of it.
  await page.locator('[data-session="1"] .session-name').click()
  await server.getByRole('button', { name: 'Stop' }).click()
  await server.getByRole('button', { name: 'Start' }).waitFor()
  expect(complaints).toEqual([])
})
