import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, shownPort } from '../support/serving.js'

const mebibyte = 1024 * 1024

itPeer(
  'chromium',
  'a message of 3 MB as hex, of which only what is in sight is drawn',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    await page.getByRole('button', { name: '+ New' }).click()
    const line = page.getByLabel('Or paste a command line')
    await line.fill(`hawser serve 0 --framing length:4be --max-frame ${4 * mebibyte}`)
    await line.press('Enter')
    await page.locator('dialog .more', { hasText: '--max-frame' }).waitFor()
    await page.locator('dialog').getByRole('button', { name: 'Start', exact: true }).click()
    const socket = await dial(await shownPort(page))
    const message = Buffer.alloc(4 + 3_000_000, 'x')
    message.writeUInt32BE(3_000_000)
    message.write('the end of it', message.length - 13)
    socket.write(message)

    await page.keyboard.press('m')
    await page.locator('.row.in .size', { hasText: '2.9 MiB' }).click()
    await page.getByRole('tab', { name: 'Hex' }).click()
    const hex = page.locator('.details .hex')
    await hex.locator('.hex-line').first().waitFor()
    // As much can be scrolled to as there is, and little of it is there.
    await expect
      .poll(() => hex.evaluate((box) => box.scrollHeight), { timeout: 60_000, interval: 20 })
      .toBeGreaterThan((mebibyte / 16) * 18)
    expect(await hex.locator('.hex-line').count()).toBeLessThan(500)

    await page.getByRole('button', { name: 'later' }).click()
    await page.getByText('1.0 MiB to 2.0 MiB of 2.9 MiB').waitFor()
    await hex.locator('.hex-place', { hasText: '100000' }).waitFor()
    await page.getByRole('button', { name: 'later' }).click()
    await page.getByText('2.0 MiB to 2.9 MiB of 2.9 MiB').waitFor()
    await hex.locator('.hex-place', { hasText: '200000' }).waitFor()
    // The end of it is drawn when one goes there.
    await page.locator('.details-body').evaluate((box) => (box.scrollTop = box.scrollHeight))
    const end = 3_000_000 - 1 - 2 * mebibyte
    await hex.locator(`.hex-letters [data-at="${end}"]`).waitFor()
    expect(await hex.locator('.hex-letters').last().innerText()).toMatch(/ of it$/)
    expect(complaints).toEqual([])
  },
)
