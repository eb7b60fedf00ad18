import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLog } from 'hawser/log'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, shownPort, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

/** What is shown is exported, into a file that stays. */
async function exportAs(page: Page, form: string, name: string): Promise<string> {
  const saved = page.waitForEvent('download')
  await page.getByLabel('Export').selectOption(form)
  const file = join(createFolder(), name)
  copyFileSync(await (await saved).path(), file)
  return file
}

async function openFile(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByRole('tab', { name: 'File' }).click()
  await dialog.getByLabel('Session log on the machine').fill(path)
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
}

itPeer(
  'chromium',
  'a log is exported, opened again, and its messages are shown',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const contents = (): Promise<string[]> => page.locator('.row.in .content').allInnerTexts()
    const socket = await dial(await startServer(page, { reply: 'none', framing: 'raw' }))
    socket.write('one\ntw')
    await page.locator('.row.in', { hasText: 'one' }).waitFor()
    socket.write('o\n')
    await page.locator('.row.in').nth(1).waitFor()
    await page.locator('.row.in').nth(1).click()
    await page.keyboard.press('b')
    await page.locator('.row .star').waitFor()

    // All of it, and what a filter leaves.
    const whole = await exportAs(page, 'hawser', 'whole.hawser')
    await page.getByLabel('Filter').selectOption('in')
    await expect.poll(() => page.locator('.row').count(), patient).toBe(2)
    const part = await exportAs(page, 'hawser', 'part.hawser')
    const all = await exportAs(page, 'whole', 'all.hawser')

    // What is no log is refused, and says so in the dialog.
    await openFile(page, `${whole}.not`)
    await page.getByRole('alert').filter({ hasText: 'there is no file' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })

    await openFile(page, part)
    await page.locator('.session.shown', { hasText: 'part.hawser' }).waitFor()
    await expect.poll(() => page.locator('.row').count(), patient).toBe(2)
    await openFile(page, all)
    await page.locator('.row.event', { hasText: 'bookmark on row' }).waitFor()
    await openFile(page, whole)
    await page.locator('.session.shown', { hasText: 'whole.hawser' }).waitFor()
    await page.locator('.row.event', { hasText: 'bookmark on row' }).waitFor()
    await page.getByRole('tab', { name: 'Marks' }).click()
    await page.locator('.mark-item').waitFor()

    // It was written without a framing: one is chosen.
    await page.keyboard.press('m')
    await expect.poll(contents, patient).toEqual(['one\\ntw', 'o\\n'])
    await page.locator('.heads').getByLabel('Framing').fill('lines')
    await page.keyboard.press('Enter')
    await expect.poll(contents, patient).toEqual(['one', 'two'])
    await page.locator('.heads').getByLabel('Framing').fill('nonsense')
    await page.keyboard.press('Enter')
    await page.locator('.notices li', { hasText: 'nonsense' }).waitFor()

    // A bookmark on a row of the file is kept in the log of the workbench.
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Messages' }).click()
    await page.locator('.row.in').first().click()
    await page.keyboard.press('b')
    await expect.poll(() => page.locator('.mark-item').count(), patient).toBe(2)
    await page.locator('.session-all').click()
    await page.locator('.row.event', { hasText: whole }).waitFor()
    await expect.poll(() => page.locator('.mark-item').count(), patient).toBe(1)
    expect(complaints).toEqual([])
  },
)

itPeer('chromium', 'clients are served from a recording', async (program) => {
  const file = join(createFolder(), 'recorded.hawser')
  const log = await createLog(file)
  const connection = log.open({}, { side: 'server' })
  connection.in(Buffer.from('PING\n'))
  connection.out(Buffer.from('PONG\n'))
  connection.close({ by: 'remote', reason: 'ended' })
  await log.close()
  const { page, complaints } = await openWorkbench(program)
  await openFile(page, file)
  await page.getByRole('button', { name: 'Serve from it' }).click()
  await page.locator('.session.shown', { hasText: 'as recorded.hawser' }).waitFor()
  await page.getByText('It says what was recorded.').waitFor()
  const speak = async (said: string): Promise<string> => {
    const socket = await dial(await shownPort(page))
    let heard = ''
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.end(said)
    await closed
    return heard
  }
  expect(await speak('PING\n')).toBe('PONG\n')
  await page.locator('.row.out', { hasText: 'PONG' }).waitFor()
  expect(await speak('PUNG\n')).toBe('')
  await page.locator('.row.event', { hasText: "the client's byte 1 (0x1) differs" }).waitFor()
  await page.locator('.session.shown').getByRole('button', { name: 'Copy as command' }).click()
  await page.locator('.notices li', { hasText: '--as-server 127.0.0.1:0' }).waitFor()
  await page.locator('.session.shown').getByRole('button', { name: 'Stop' }).click()
  await page.locator('.session.shown').getByRole('button', { name: 'Start' }).waitFor()
  expect(complaints).toEqual([])
})
