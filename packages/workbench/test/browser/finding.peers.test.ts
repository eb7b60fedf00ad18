import { once } from 'node:events'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

itPeer(
  'chromium',
  'what was found is marked, as text and as hex, and what is selected is edited and sent',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const socket = await dial(await startServer(page, { reply: 'none', framing: 'raw' }))
    const rows = page.locator('.row.in')
    socket.write('GET /tea HTTP/1.1\r\n')
    await rows.filter({ hasText: 'GET' }).waitFor()
    socket.write('über, nee')
    await rows.filter({ hasText: 'nee' }).waitFor()
    socket.write('dle of it')
    await rows.filter({ hasText: 'dle' }).waitFor()

    const find = page.locator('#find')
    const marked = page.locator('.row.current mark')
    await find.fill('/tea')
    await find.press('Enter')
    await expect.poll(() => marked.innerText(), patient).toBe('/tea')
    await expect.poll(() => page.locator('.details mark').innerText(), patient).toBe('/tea')
    await page.getByText('4 bytes from 4').waitFor()
    await page.getByRole('tab', { name: 'Hex' }).click()
    const selected = page.locator('.hex-byte.selected')
    await expect.poll(() => selected.allInnerTexts(), patient).toEqual(['2f', '74', '65', '61'])

    // What a filter finds in what is there is not new.
    await page.locator('#filter').click()
    await page.getByRole('button', { name: 'Drop the filter: “/tea”' }).click()
    await expect.poll(() => rows.count(), patient).toBe(3)
    await page.getByRole('button', { name: 'Go to the newest' }).waitFor()

    // By its bytes, behind a character of two bytes; and where it began in the row before.
    await find.fill('ber')
    await find.press('Enter')
    await expect.poll(() => marked.innerText(), patient).toBe('ber')
    await find.fill('needle')
    await find.press('Enter')
    await expect.poll(() => marked.innerText(), patient).toBe('dle')
    await expect.poll(() => selected.count(), patient).toBe(3)

    // A row by its number, also when a filter leaves it out.
    const as = page.getByLabel('Find as')
    await as.selectOption('row')
    await find.fill('2')
    await find.press('Enter')
    await page.locator('.row.in.current', { hasText: 'GET' }).waitFor()
    await find.fill('4711')
    await find.press('Enter')
    await page.getByText('Not found').waitFor()
    await page.locator('.row.in.current', { hasText: 'GET' }).waitFor()
    await as.selectOption('text')
    await find.fill('needle')
    await page.locator('#filter').click()
    await expect.poll(() => page.locator('.row').count(), patient).toBe(1)
    await as.selectOption('row')
    await find.fill('2')
    await find.press('Enter')
    await page.locator('.row.in.current', { hasText: 'GET' }).waitFor()
    await page.locator('.session-all[aria-current="true"]').waitFor()
    await page.locator('.session-name').click()
    await page.locator('.row.in', { hasText: 'dle' }).click()
    await page.getByText('Row 4', { exact: true }).waitFor()

    // Other bytes are selected by the mouse, and seen as text.
    await page.locator('.hex-byte[data-at="4"]').hover()
    await page.mouse.down()
    await page.locator('.hex-byte[data-at="5"]').hover()
    await page.mouse.up()
    await page.getByText('2 bytes from 4').waitFor()

    const heard = once(socket, 'data')
    await page.getByRole('button', { name: 'Edit and send' }).click()
    expect(await page.locator('#composer').inputValue()).toBe('of')
    await page.keyboard.type('!')
    await page.keyboard.press('Enter')
    expect(String((await heard)[0])).toBe('of!')

    // What is in a file is sent, and too much is refused.
    const file = page.locator('.composer input[type=file]')
    const content = { name: 'a.bin', mimeType: 'application/octet-stream' }
    await file.setInputFiles({ ...content, buffer: Buffer.from([0, 255, 10]) })
    const hex = page.locator('.composer').getByLabel('Hex', { exact: true })
    await expect.poll(() => hex.inputValue(), patient).toBe('00 ff 0a')
    await file.setInputFiles({ ...content, buffer: Buffer.alloc(64 * 1024 + 1) })
    await page.locator('.notices', { hasText: 'at most 64 KiB' }).waitFor()
    expect(await hex.inputValue()).toBe('00 ff 0a')
    expect(complaints).toEqual([])
  },
)

itPeer('chromium', 'times are counted from the selected row', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const socket = await dial(await startServer(page, { reply: 'echo' }))
  const times = () => page.locator('.row .time').allInnerTexts()
  for (const said of ['one', 'two']) {
    const heard = once(socket, 'data')
    socket.write(`${said}\n`)
    await heard
    await page.locator('.row.out', { hasText: said }).waitFor()
  }
  await page.getByLabel('Time').selectOption('selected')
  // Nothing is selected yet.
  await expect.poll(async () => (await times()).join(''), patient).toBe('')
  await page.locator('.row.in', { hasText: 'two' }).click()
  await expect.poll(async () => (await times())[4], patient).toBe('+0.000 s')
  const [first = '', , , , , last = ''] = await times()
  expect(first).toMatch(/^−\d/)
  expect(last).toMatch(/^\+\d/)
  expect(complaints).toEqual([])
})
