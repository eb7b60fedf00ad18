import { join } from 'node:path'
import { createLog } from 'hawser/log'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

itPeer(
  'chromium',
  'under Everything rows and connections say whose they are, and one is followed to its end',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const orders = await dial(await startServer(page, { name: 'orders', reply: 'none' }))
    const port = await startServer(page, { name: 'chat', reply: 'none' })
    const loud = await dial(port)
    await page.getByText('1 of 10,000 connected').nth(1).waitFor()
    orders.write('from orders')
    await page.getByRole('button', { name: 'Everything' }).click()
    await page.locator('.row.in', { hasText: 'from orders' }).waitFor()
    loud.write('from chat')
    await page.locator('.row.in', { hasText: 'from chat' }).waitFor()
    const sessionOf = (text: string) =>
      page.locator('.row', { hasText: text }).locator('.session-cell').innerText()
    await expect.poll(() => sessionOf('from orders'), patient).toBe('orders')
    await expect.poll(() => sessionOf('from chat'), patient).toBe('chat')
    expect(await sessionOf(`listening on 127.0.0.1:${port}`)).toBe('chat')

    // Those that are open, of all sessions, and what one does with them.
    await page.getByRole('tab', { name: 'Connections' }).click()
    const open = page.locator('[data-connection]')
    await expect.poll(() => open.count(), patient).toBe(2)
    await open.filter({ hasText: 'chat' }).getByRole('button', { name: 'Reset' }).click()
    const told = page.locator('[data-told="2"]')
    await told.getByText('← 9 B').waitFor()
    await told.getByText(/closed by us/).waitFor()
    await expect.poll(() => open.count(), patient).toBe(1)

    // One that is over is followed, by a button and by a key.
    const rows = page.locator('.row')
    await told.getByRole('button', { name: 'Only #2' }).click()
    await expect.poll(() => rows.count(), patient).toBe(3)
    await page.getByRole('button', { name: 'Drop the filter: #2' }).click()
    await page.locator('.row.in', { hasText: 'from orders' }).click()
    await page.keyboard.press('c')
    await page.getByRole('button', { name: 'Drop the filter: #1' }).waitFor()
    await expect.poll(() => rows.count(), patient).toBe(2)
    await page.locator('.row.in.current', { hasText: 'from orders' }).waitFor()
    await page.keyboard.press('c')
    await page.locator('.row.in', { hasText: 'from chat' }).waitFor()
    await page.locator('.row.in.current', { hasText: 'from orders' }).waitFor()

    // The way to the session.
    await told.getByRole('button', { name: 'chat' }).click()
    await page.locator('[data-session="2"] [aria-current="true"]').waitFor()
    await told.waitFor()
    await open.first().waitFor({ state: 'detached' })
    // One session, or a removed one.
    await page.getByRole('button', { name: 'Everything' }).click()
    await page.locator('[data-session="2"] .session-name').click()
    await page.locator('[data-session="2"]').getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await told.getByText('(removed)').waitFor()
    await page.locator('.row .session-cell').first().waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  },
)

itPeer(
  'chromium',
  'connections of a log that is opened are listed, and sorted',
  async (program) => {
    const file = join(createFolder(), 'recorded.hawser')
    const log = await createLog(file)
    const said = [3, 5_000, 40]
    for (const [index, bytes] of said.entries()) {
      const peer = { remoteAddress: '192.0.2.7', remotePort: 1_000 + index }
      const connection = log.open(peer, { side: 'server' })
      connection.in(Buffer.alloc(bytes, 'x'))
      if (index === 2) continue
      connection.close({ by: 'remote', reason: 'ended', bytesRead: bytes, bytesWritten: 0 })
    }
    await log.close()
    const { page, complaints } = await openWorkbench(program, file)
    await page.locator('[data-session="1"] .session-name').click()
    await page.getByRole('tab', { name: 'Connections' }).click()
    const told = page.locator('[data-told]')
    await expect.poll(() => told.count(), patient).toBe(3)
    const names = async () => (await told.locator('code').allInnerTexts()).join()
    expect(await names()).toBe('192.0.2.7:1002,192.0.2.7:1001,192.0.2.7:1000')
    await page.getByLabel('Order').selectOption('bytes')
    await expect.poll(names, patient).toBe('192.0.2.7:1001,192.0.2.7:1000,192.0.2.7:1002')
    await told.first().getByRole('button', { name: 'Only #2' }).click()
    await expect.poll(() => page.locator('.row').count(), patient).toBe(3)
    expect(complaints).toEqual([])
  },
)
